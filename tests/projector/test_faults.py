"""The graph or the store goes away at the worst moment: nothing is lost, nothing happens twice."""

from pathlib import Path

import pytest

from tests.support.projections.histories import JOURNEY, SESSION_STATE
from tests.support.projector.projector_examples import (
    SLOTS,
    Faltering,
    Log,
    caught_up,
    must_equal_fold,
    projector,
    running,
    until,
)
from tta.eventstore.child_server import ChildServer
from tta.eventstore.store import EventStore
from tta.graph.engine import Graph


@pytest.mark.parametrize("when", ["before it was committed", "after it was committed"])
async def test_a_save_that_was_lost_happens_once(log: Log, ready: Graph, when: str):
    faltering = Faltering(ready)
    faltering.lose_before, faltering.lose_after = (3, 0) if "before" in when else (0, 3)
    working = projector(log, faltering, JOURNEY, events_max=60)
    async with running(working):
        while faltering.lose_before or faltering.lose_after:
            await log.play(1)
            await caught_up(log, ready, JOURNEY)
        total = sum((await log.ends()).values())
        await until(lambda: working.events_total == total)
    await must_equal_fold(log, ready, JOURNEY)


async def test_a_store_that_restarts_is_waited_for(tmp_path: Path, embedded: Graph):
    server = ChildServer(tmp_path / "valkey")
    await server.start()
    try:
        log = Log(await EventStore.open(server.url, "restarts", slots=SLOTS))
        async with running(projector(log, embedded, SESSION_STATE)):
            await log.play(1)
            await server.kill()
            await server.start()
            await log.play(1)
            await caught_up(log, embedded, SESSION_STATE)
        await must_equal_fold(log, embedded, SESSION_STATE)
        await log.store.close()
    finally:
        await server.stop()
