"""Two `tta project` processes on one Neo4j, of which one is stopped past its lease: they never both write."""

import asyncio
import signal
import sys
from asyncio.subprocess import Process, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.projections.histories import READ_MODELS
from tests.support.projector.projector_examples import SLOTS, WITHIN_S, Log, caught_up, must_equal_fold
from tests.support.running_tta import environment, tta
from tta.eventstore.child_server import ChildServer
from tta.graph.engine import Graph
from tta.graph.opening import TRANSACTION_TIMEOUT_S
from tta.projector.checkpoints import Checkpoint, Checkpoints

pytestmark = [
    pytest.mark.neo4j,
    pytest.mark.slow,
    pytest.mark.parametrize("graph_address", ["neo4j"], indirect=True),
]
BUSY_S = 180  # A busy machine takes its time.
TAKEN_OVER_WITHIN_S = 2 * TRANSACTION_TIMEOUT_S + BUSY_S  # Stopped within a transaction, one holds its locks.
Held = dict[str, set[int]]


class Watch:
    """Looks at every checkpoint again and again: none may ever go back, nor may an epoch."""

    def __init__(self, graph: Graph) -> None:
        self._all = [Checkpoints(graph, model.NAME, model.VERSION, SLOTS) for model in READ_MODELS]
        self._seen: dict[tuple[str, int], Checkpoint] = {}
        self.looks = 0

    async def look(self) -> list[Held]:
        """Say who holds which slots of each read model."""
        held: list[Held] = []
        for each in self._all:
            owners: Held = {}
            for slot, now in (await each.read(range(SLOTS))).items():
                before = self._seen.get((each.model, slot), now)
                assert now.mark.position >= before.mark.position, f"{each.model}, slot {slot} went back"
                assert now.epoch >= before.epoch, (
                    f"{each.model}, slot {slot}: {before.epoch}, then {now.epoch}"
                )
                self._seen[each.model, slot] = now
                owners.setdefault(now.owner.rpartition("@")[2], set()).add(slot)
            held.append(owners)
        self.looks += 1
        return held

    async def until(self, **shares: int) -> None:
        """Wait until each of the named workers holds so many slots of every read model."""
        async with asyncio.timeout(TAKEN_OVER_WITHIN_S):
            while True:
                held = await self.look()
                if all({name: len(slots) for name, slots in each.items()} == shares for each in held):
                    return


@pytest.fixture
def settings(log: Log, valkey: ChildServer, graph_address: tuple[str, str], tmp_path: Path) -> dict[str, str]:
    url, password = graph_address
    told = {
        "store_url": valkey.url,
        "store_name": log.store.layout.name,
        "store_slots": str(SLOTS),
        "graph_url": url,
        "graph_password": password,
        "data_dir": str(tmp_path),
    }
    migrated = tta("migrate", **told)
    assert migrated.returncode == 0, migrated.stderr
    return told


@asynccontextmanager
async def projecting(settings: dict[str, str], name: str, output: Path) -> AsyncIterator[Process]:
    with output.open("wb") as out:
        process = await create_subprocess_exec(
            sys.executable,
            "-m",
            "tta",
            "project",
            env=environment(**settings, worker=name),
            stdout=out,
            stderr=out,
        )
    try:
        yield process
        assert process.returncode is None, f"{name} ended by itself"
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        await asyncio.wait_for(process.wait(), WITHIN_S)


async def never_both_write(
    log: Log, graph: Graph, settings: dict[str, str], folder: Path, times: int
) -> None:
    """Stop one of two again and again while events flow."""
    watch, over = Watch(graph), asyncio.Event()

    async def flow() -> None:
        while not over.is_set():
            await log.play(1, players=1)

    async with projecting(settings, "other", folder / "other.log"):
        await watch.until(other=SLOTS)
        async with projecting(settings, "stalled", folder / "stalled.log") as stalled:
            await watch.until(other=SLOTS // 2, stalled=SLOTS // 2)
            flowing = asyncio.create_task(flow())
            for _ in range(times):
                stalled.send_signal(signal.SIGSTOP)
                await watch.until(other=SLOTS)
                stalled.send_signal(signal.SIGCONT)
                await watch.until(other=SLOTS // 2, stalled=SLOTS // 2)
            over.set()
            await flowing
            await caught_up(log, graph, *READ_MODELS)
        await watch.until(other=SLOTS)
    await must_equal_fold(log, graph)


async def test_one_that_is_stopped_past_its_lease_writes_nothing(
    log: Log, graph: Graph, settings: dict[str, str], tmp_path: Path
):
    await never_both_write(log, graph, settings, tmp_path, 1)


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_however_often_it_is_stopped(log: Log, graph: Graph, settings: dict[str, str], tmp_path: Path):
    await never_both_write(log, graph, settings, tmp_path, 12)
