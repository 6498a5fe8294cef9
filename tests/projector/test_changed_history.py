"""A slot whose log is another one stops that slot's lanes alone, until log or read model is mended."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from structlog.testing import capture_logs

from tests.support.projections.histories import JOURNEY, PROGRESS, READ_MODELS
from tests.support.projector.projector_examples import (
    SLOTS,
    WITHIN_S,
    Log,
    caught_up,
    freshness,
    must_equal_fold,
    projector,
    running,
    until,
)
from tta.app.work import Work
from tta.eventstore.consistency_token import ConsistencyToken
from tta.eventstore.subscription import Mark
from tta.graph.engine import Graph, GraphUnavailable
from tta.graph.engines.embedded_source import EmbeddedSource
from tta.graph.kept import KeptGraph
from tta.graph.migrations import migrate
from tta.projector.checkpoints import FORGOTTEN
from tta.projector.freshness import Consistency
from tta.projector.lag import lags
from tta.projector.projector import Projector
from tta.projector.read_model import Storage

Result = TypeVar("Result")

CHANGED = 5
OTHERS = tuple(slot for slot in range(SLOTS) if slot != CHANGED)
IDS = "MATCH (n:`{}`) RETURN n.id AS id"


async def cut(log: Log, slot: int, events: int) -> list[Any]:
    """Lose the last events of a slot's log, as a failover does; returns what `restore` takes."""
    key = log.store.layout.log(slot)
    lost = (await log.store.nodes.call("XREVRANGE", key, "+", "-", "COUNT", events))[::-1]
    # A stream keeps its last id when entries are deleted, so it is written anew.
    kept = (await log.store.nodes.call("XRANGE", key, "-", "+"))[:-events]
    await log.store.nodes.call("DEL", key)
    await restore(log, slot, kept)
    return list(lost)


async def restore(log: Log, slot: int, entries: list[Any]) -> None:
    for name, fields in entries:
        await log.store.nodes.call("XADD", log.store.layout.log(slot), name, *fields)


async def stopped(working: Projector) -> None:
    await until(lambda: working.changed)


async def test_only_the_slot_whose_log_changed_stops(log: Log, embedded: Graph):
    await log.play(1)
    working = projector(log, embedded, JOURNEY, lease_s=0.2)
    with capture_logs() as said:
        async with running(working):
            await caught_up(log, embedded, JOURNEY)
            stood = working.leases.held[CHANGED].mark
            await cut(log, CHANGED, 3)
            await stopped(working)
            await log.play(1, slots=OTHERS)
            await caught_up(log, embedded, JOURNEY, but=[CHANGED])
            (shown,) = Work([working], []).stopped()
            assert (shown.slot, shown.position) == (CHANGED, stood.position)
            assert "tta graph forget" in shown.reason
            fresh = freshness(log, embedded, JOURNEY)
            assert await fresh.now([JOURNEY.NAME], [CHANGED]) is Consistency.STOPPED
            assert await fresh.now([JOURNEY.NAME], OTHERS) is Consistency.FRESH
    assert sum(line["log_level"] == "critical" for line in said) == 1, "it is said once"


async def test_the_same_event_recorded_again_behind_another_one_is_another_history(log: Log, embedded: Graph):
    """After a failover another command came first, and the last append was sent again as it was."""
    await log.play(1)
    working = projector(log, embedded, JOURNEY, lease_s=0.2)
    async with running(working):
        await caught_up(log, embedded, JOURNEY)
        (first, first_fields), (last, last_fields) = await cut(log, CHANGED, 2)
        other = (await log.events(OTHERS[0]))[0].entry
        later = str(int(last_fields[3]) + 1_000)
        replaced = [first_fields[0], other, first_fields[2], first_fields[3]]
        again = [*last_fields[:3], later]
        await restore(log, CHANGED, [(first, replaced), (last, again)])
        await stopped(working)
        fresh = freshness(log, embedded, JOURNEY)
        assert await fresh.now([JOURNEY.NAME], [CHANGED]) is Consistency.STOPPED
    (lag,) = await lags(log.store, [working.checkpoints])
    assert lag.changed == (CHANGED,)


async def test_a_log_that_is_again_what_it_was_is_read_on(log: Log, embedded: Graph):
    await log.play(1)
    working = projector(log, embedded, JOURNEY, lease_s=0.2)
    async with running(working):
        await caught_up(log, embedded, JOURNEY)
        lost = await cut(log, CHANGED, 3)
        await stopped(working)
        await restore(log, CHANGED, lost)
        await until(lambda: not working.changed)
        await caught_up(log, embedded, JOURNEY)
        assert Work([working], []).stopped() == []
    await must_equal_fold(log, embedded, JOURNEY)


async def test_a_worker_that_starts_later_takes_back_what_one_before_it_said(log: Log, embedded: Graph):
    await log.play(1)
    async with running(projector(log, embedded, JOURNEY)):
        await caught_up(log, embedded, JOURNEY)
    lost = await cut(log, CHANGED, 3)
    before = projector(log, embedded, JOURNEY)
    async with running(before):
        await stopped(before)
    await restore(log, CHANGED, lost)
    async with running(projector(log, embedded, JOURNEY)):
        await caught_up(log, embedded, JOURNEY)


@pytest.mark.parametrize("model", [JOURNEY, PROGRESS], ids=lambda model: model.NAME)
async def test_forgotten_rows_are_filled_anew_from_the_log_as_it_is_now(log: Log, ready: Graph, model: Any):
    await log.play(2)
    working = projector(log, ready, model, lease_s=0.2)
    fresh = freshness(log, ready, model)
    async with running(working):
        await caught_up(log, ready, model)
        await cut(log, CHANGED, 30)
        await stopped(working)
        await log.play(1)
        ends = {slot: end for slot, end in (await log.ends()).items() if slot == CHANGED}
        assert await working.checkpoints.forget_rows(ends, "the first time") == [CHANGED]
        assert await fresh.now([model.NAME], [CHANGED]) is Consistency.FILLING
        (lag,) = await lags(log.store, [working.checkpoints])
        assert (lag.changed, lag.filling) == ((), 1)
        assert lag.events_behind is not None
        assert lag.events_behind >= ends[CHANGED], "all of the slot is to be read again"
        assert await working.checkpoints.forget_rows(ends, "the first time") == [], "it is recognised"
        await caught_up(log, ready, model)
        assert await fresh.now([model.NAME], [CHANGED]) is Consistency.FRESH
        assert not working.changed
    await must_equal_fold(log, ready, model)


@asynccontextmanager
async def kept_graph(path: Path) -> AsyncIterator[tuple[KeptGraph, EmbeddedSource]]:
    """Open an embedded graph as TTA does: if the engine's process crashes, another takes its place."""
    source = EmbeddedSource(path, readers=2, connect_timeout_s=30, transaction_timeout_s=30, may_delete=False)

    async def prepare(opened: Graph) -> None:
        await migrate(opened)

    graph = KeptGraph(source, prepare, lambda: None)
    await graph.open(WITHIN_S)
    try:
        yield graph, source
    finally:
        await graph.close()


async def patiently(act: Callable[[], Awaitable[Result]]) -> Result:
    """Do this until it is done while the graph is there."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                return await act()
            except GraphUnavailable:
                await asyncio.sleep(0.05)


async def test_removing_that_was_interrupted_anywhere_is_carried_on(log: Log, tmp_path: Path):
    await log.play(2)
    async with kept_graph(tmp_path / "graph") as (graph, source):
        working = projector(log, graph, JOURNEY)
        async with running(working):
            await patiently(lambda: caught_up(log, graph, JOURNEY))
        ends = await log.ends()
        await patiently(lambda: working.checkpoints.forget_rows(ends, "it is interrupted"))
        storage = Storage(JOURNEY)

        async def remove_some() -> None:
            async with graph.transaction() as tx:
                for statement in storage.removals[:3]:
                    await tx.run(statement, prefix=f"{CHANGED:02x}", removed_max=2)

        # A worker that was killed had removed some rows of the slot, and its checkpoint says so still.
        await patiently(remove_some)
        os.kill(source.pid, signal.SIGKILL)
        states = await patiently(lambda: working.checkpoints.read(range(SLOTS)))
        assert {each.mark.hash for each in states.values()} == {FORGOTTEN}
        async with running(projector(log, graph, JOURNEY, lease_s=0.2)):
            await patiently(lambda: caught_up(log, graph, JOURNEY))
        await patiently(lambda: must_equal_fold(log, graph, JOURNEY))


async def test_who_held_a_slot_saves_nothing_once_it_is_forgotten(log: Log, embedded: Graph):
    await log.play(1)
    working = projector(log, embedded, JOURNEY, lease_s=30)
    async with running(working):
        await caught_up(log, embedded, JOURNEY)
        stood = working.leases.held[CHANGED].mark
        await working.checkpoints.forget_rows({CHANGED: stood.position}, "while it is held")
        await log.play(1)
        await caught_up(log, embedded, JOURNEY)
    await must_equal_fold(log, embedded, JOURNEY)


@pytest.mark.parametrize("model", READ_MODELS, ids=lambda model: model.NAME)
async def test_removing_leaves_nothing_of_the_slot_and_all_of_the_others(
    log: Log, embedded: Graph, model: Any
):
    await log.play(2)
    working = projector(log, embedded, model)
    async with running(working):
        await caught_up(log, embedded, model)
    storage = Storage(model)
    async with embedded.transaction() as tx:
        for statement in storage.removals:
            await tx.run(statement, prefix=f"{CHANGED:02x}", removed_max=10_000)
    await must_equal_fold(log, embedded, model, before={CHANGED: 1})


async def test_the_release_before_reads_no_further_where_rows_are_forgotten(log: Log, embedded: Graph):
    """It compares the hash, which no event has."""
    await log.play(1)
    working = projector(log, embedded, JOURNEY)
    async with running(working):
        await caught_up(log, embedded, JOURNEY)
    await working.checkpoints.forget_rows(await log.ends(), "by an operator")
    (checkpoint,) = (await working.checkpoints.read([CHANGED])).values()
    token = ConsistencyToken.of(CHANGED, Mark(checkpoint.mark.position, FORGOTTEN))
    assert await freshness(log, embedded).of([], token) is Consistency.LOST


async def test_lag_names_the_slots_whose_checkpoint_is_of_another_history(log: Log, embedded: Graph):
    await log.play(1)
    working = projector(log, embedded, JOURNEY)
    async with running(working):
        await caught_up(log, embedded, JOURNEY)
    await cut(log, CHANGED, 3)
    (lag,) = await lags(log.store, [working.checkpoints])
    assert (lag.changed, lag.events_behind) == ((CHANGED,), 0), "the other slots are measured"
    before = await log.ends()
    await log.play(1)  # The log is as long again, and another one.
    (lag,) = await lags(log.store, [working.checkpoints])
    waiting = sum(end - before[slot] for slot, end in (await log.ends()).items() if slot != CHANGED)
    assert (lag.changed, lag.events_behind) == ((CHANGED,), waiting)
