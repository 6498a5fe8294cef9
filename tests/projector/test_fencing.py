"""A worker that stood still while another took its slots writes nothing of what it had folded."""

from structlog.testing import capture_logs

from tests.support.projections.histories import JOURNEY
from tests.support.projector.projector_examples import (
    SLOTS,
    Faltering,
    Log,
    caught_up,
    must_equal_fold,
    projector,
    running,
)
from tta.graph.engine import Graph

LEASE_S = 0.4


async def test_who_was_held_up_before_it_saved_writes_nothing(log: Log, ready: Graph):
    faltering = Faltering(ready)
    stalled = projector(log, faltering, JOURNEY, "stalled", lease_s=LEASE_S)
    other = projector(log, ready, JOURNEY, "other", lease_s=LEASE_S)
    await log.play(1)
    with capture_logs() as said:
        async with running(stalled):
            await caught_up(log, ready, JOURNEY)
            faltering.open.clear()  # As SIGSTOP would: neither its saves nor its beats come through.
            await log.play(1)
            await faltering.waiting.wait()
            async with running(other):
                await caught_up(log, ready, JOURNEY)
                taken = await other.checkpoints.read(range(SLOTS))
                assert {each.owner for each in taken.values()} == {"other"}
                written = stalled.events_total
                faltering.open.set()
                await log.play(1)
                await caught_up(log, ready, JOURNEY)
                left = await other.checkpoints.read(range(SLOTS))
            assert all(left[slot].epoch >= each.epoch for slot, each in taken.items())
            assert all(left[slot].mark.position >= each.mark.position for slot, each in taken.items())
            await log.play(1)
            await caught_up(log, ready, JOURNEY)
        assert written < stalled.events_total, "it claimed anew, and went on"
    assert [line["event"] for line in said if "lease lost" in line["event"]]
    await must_equal_fold(log, ready, JOURNEY)


async def test_two_who_contend_for_the_same_slots_double_nothing(log: Log, embedded: Graph):
    # Each takes itself for the only process that has the embedded graph, and takes all from the other.
    one, two = (projector(log, embedded, JOURNEY, name, lease_s=0.05, events_max=30) for name in ("a", "b"))
    async with running(one, two):
        await log.play(6)
        await caught_up(log, embedded, JOURNEY)
    await must_equal_fold(log, embedded, JOURNEY)
