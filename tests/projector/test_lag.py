"""How far behind a read model is: counted where it is known, and None, never 0, where it is not."""

import time
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from tests.support.projections.histories import JOURNEY, READ_MODELS, SESSION_STATE
from tests.support.projector.projector_examples import SLOTS, WITHIN_S, Log, caught_up, projector, running
from tta.eventstore.child_server import ChildServer
from tta.eventstore.store import EventStore
from tta.graph.engine import Graph
from tta.projector.checkpoints import Checkpoints, beat_together
from tta.projector.lag import SILENT_S_MAX, UNSAVED_S_MAX, Lag
from tta.projector.lag import lags as measured_lags
from tta.projector.leases import ReaderLeases


async def lags(store: EventStore, checkpoints: Sequence[Checkpoints]) -> list[Lag]:
    """Measure with patience: a busy machine may need seconds for a graph's first statements."""
    return await measured_lags(store, checkpoints, within_s=WITHIN_S)


async def test_nothing_projected_is_all_behind_and_nobody_there(log: Log, ready: Graph):
    await log.play(1, slots=[1, 2])
    behind = sum((await log.ends()).values())
    checkpoints = Checkpoints(ready, JOURNEY.NAME, JOURNEY.VERSION, SLOTS)
    (lag,) = await lags(log.store, [checkpoints])
    assert (lag.events_behind, lag.slots_without_worker) == (behind, SLOTS)
    assert lag.seconds_behind is not None
    assert 0 < lag.seconds_behind < 60
    await checkpoints.make({})
    assert (await lags(log.store, [checkpoints]))[0].events_behind == behind


async def test_an_empty_log_is_not_behind(log: Log, embedded: Graph):
    checkpoints = Checkpoints(embedded, JOURNEY.NAME, JOURNEY.VERSION, SLOTS)
    assert await lags(log.store, [checkpoints]) == [Lag(JOURNEY.NAME, 0, 0.0, SLOTS)]


async def test_whoever_has_caught_up_is_not_behind(log: Log, ready: Graph):
    await log.play(1)
    working = [projector(log, ready, model) for model in READ_MODELS]
    async with running(*working):
        await caught_up(log, ready, *READ_MODELS)
        found = await lags(log.store, [each.checkpoints for each in working])
        assert all(each.seconds_since_save is not None for each in found)
        assert [replace(each, seconds_since_save=None) for each in found] == [
            Lag(model.NAME, 0, 0.0, 0) for model in READ_MODELS
        ]
        assert [each.troubles() for each in found] == [[]] * len(READ_MODELS)
    stopped = await lags(log.store, [each.checkpoints for each in working])
    assert [each.slots_without_worker for each in stopped] == [SLOTS] * len(READ_MODELS)


async def test_a_worker_that_fell_silent_is_seen(log: Log, ready: Graph):
    checkpoints = Checkpoints(ready, SESSION_STATE.NAME, SESSION_STATE.VERSION, SLOTS)
    await checkpoints.make({})
    leases = ReaderLeases(ready, exclusive=False)
    killed = leases.of(checkpoints, "killed")
    await killed.claim()
    assert (await lags(log.store, [checkpoints]))[0].slots_without_worker == 0
    silent_since_ms = int((time.time() - SILENT_S_MAX - 1) * 1000)
    await beat_together(ready, silent_since_ms, {(checkpoints, "killed"): ()})
    assert (await lags(log.store, [checkpoints]))[0].slots_without_worker == SLOTS


async def test_a_beat_from_far_ahead_is_no_sign_of_life(log: Log, ready: Graph):
    """Of a worker whose clock was ahead, and that was killed then."""
    checkpoints = Checkpoints(ready, SESSION_STATE.NAME, SESSION_STATE.VERSION, SLOTS)
    await checkpoints.make({})
    leases = ReaderLeases(ready, exclusive=False)
    killed = leases.of(checkpoints, "killed")
    await killed.claim()
    ahead_ms = int((time.time() + 365 * 86_400) * 1000)
    await beat_together(ready, ahead_ms, {(checkpoints, "killed"): ()})
    assert (await lags(log.store, [checkpoints]))[0].slots_without_worker == SLOTS
    await leases.beat([killed])
    assert (await lags(log.store, [checkpoints]))[0].slots_without_worker == 0


async def test_the_age_of_what_was_recorded_ahead_is_unknown_not_zero(log: Log, ready: Graph):
    await log.play(1, slots=[1])
    key = log.store.layout.log(1)
    entries = await log.store.nodes.call("XRANGE", key, "-", "+")
    await log.store.nodes.call("DEL", key)
    ahead_ms = int((time.time() + 31 * 86_400) * 1000)
    for where, fields in entries:
        await log.store.nodes.call("XADD", key, where, *fields[:3], ahead_ms)
    checkpoints = Checkpoints(ready, JOURNEY.NAME, JOURNEY.VERSION, SLOTS)
    (lag,) = await lags(log.store, [checkpoints])
    assert (lag.events_behind, lag.seconds_behind) == (len(entries), None)


async def test_a_log_that_ends_before_the_checkpoint_is_named_and_not_counted(log: Log, embedded: Graph):
    await log.play(1)
    working = projector(log, embedded, JOURNEY)
    async with running(working):
        await caught_up(log, embedded, JOURNEY)
    await log.store.nodes.call("DEL", log.store.layout.log(4))
    (lag,) = await lags(log.store, [working.checkpoints])
    assert (lag.changed, lag.events_behind) == ((4,), 0)


async def test_a_graph_that_is_away_is_unknown_not_zero(log: Log, embedded: Graph):
    checkpoints = [Checkpoints(embedded, model.NAME, model.VERSION, SLOTS) for model in READ_MODELS]
    await embedded.close()
    assert await lags(log.store, checkpoints) == [Lag(model.NAME, None, None, None) for model in READ_MODELS]


async def test_a_store_that_is_away_is_unknown_not_zero(tmp_path: Path, embedded: Graph):
    server = ChildServer(tmp_path / "valkey")
    await server.start()
    store = await EventStore.open(server.url, "away", slots=SLOTS)
    await server.kill()
    checkpoints = Checkpoints(embedded, JOURNEY.NAME, JOURNEY.VERSION, SLOTS)
    assert await lags(store, [checkpoints]) == [Lag(JOURNEY.NAME, None, None, None)]
    await store.close()


def test_slots_without_a_worker_and_events_that_nobody_saves_are_troubles():
    well = Lag("journey", 800, UNSAVED_S_MAX + 1, 0, seconds_since_save=0.2)
    assert well.troubles() == [], "a catch-up that saves is no trouble"
    (unsaved,) = replace(well, seconds_since_save=UNSAVED_S_MAX + 9).troubles()
    assert unsaved == "journey: 800 events wait, and none was saved for 31 s"
    assert len(replace(well, seconds_since_save=None).troubles()) == 1, "nothing was ever saved"
    (free,) = replace(well, slots_without_worker=64).troubles()
    assert free == "journey: 64 slots have no worker"
    (free, unsaved) = replace(well, slots_without_worker=64, seconds_since_save=None).troubles(
        in_numbers=False
    )
    assert (free, unsaved) == (
        "journey: slots have no worker",
        "journey: events wait, and none was saved",
    ), "for anybody"
    assert replace(well, slots_without_worker=64).troubles(slots_may_be_free=True) == []
    assert Lag("journey", 0, 0.0, 0, seconds_since_save=9_000).troubles() == [], "nothing waits"
    assert Lag("journey", None, None, None).troubles() == [], "what is not known is told elsewhere"
