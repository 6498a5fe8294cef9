"""The graph or the store goes away at the worst moment: nothing is lost, nothing happens twice."""

from pathlib import Path

import pytest
from histories import JOURNEY, SESSION_STATE
from projector_examples import SLOTS, Faltering, Log, caught_up, must_equal_fold, projector, running, until
from structlog.testing import capture_logs

from tta.eventstore.child_server import ChildServer
from tta.eventstore.store import EventStore
from tta.graph.engine import Graph

LOSE = "MATCH (c:Checkpoint) WHERE c.model = 'journey@2' AND c.position > 0 SET c.hash = $hash"
MEND = "UNWIND $rows AS row MATCH (c:Checkpoint {id: row.id}) SET c.hash = row.hash"
SHOW = "MATCH (c:Checkpoint) WHERE c.model = 'journey@2' RETURN c.id AS id, c.position AS at, c.hash AS hash"


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


async def test_a_log_that_is_another_one_is_not_read_on(log: Log, embedded: Graph):
    await log.play(1)
    async with running(projector(log, embedded, JOURNEY)):
        await caught_up(log, embedded, JOURNEY)
    right = {row["id"]: row["hash"] for row in await embedded.read(SHOW)}
    async with embedded.transaction() as tx:
        await tx.run(LOSE, hash=b"another history")
    await log.play(1)
    working = projector(log, embedded, JOURNEY, lease_s=0.05)
    with capture_logs() as said:
        async with running(working):
            await until(lambda: working.broken)
            assert "HistoryChanged" in working.broken
            stopped = {row["id"]: row["at"] for row in await embedded.read(SHOW)}
            await until(lambda: sum(line["log_level"] == "critical" for line in said) > 2)
            assert stopped == {row["id"]: row["at"] for row in await embedded.read(SHOW)}
            assert working.events_total == 0
            async with embedded.transaction() as tx:
                rows = [{"id": each, "hash": digest} for each, digest in right.items()]
                await tx.run(
                    "UNWIND $rows AS row MATCH (c:Checkpoint {id: row.id}) SET c.hash = row.hash", rows=rows
                )
            await caught_up(log, embedded, JOURNEY)
            assert working.broken == ""
    await must_equal_fold(log, embedded, JOURNEY)
