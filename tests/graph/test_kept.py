"""A graph that is away is waited for: whoever asks meanwhile is told so, and nothing else stops."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tta.graph.child_process import GraphProcess, OpeningFailed
from tta.graph.damage import aside_of, files_of, put_aside
from tta.graph.embedded_source import FAILURES_MAX, KILLS_MAX, EmbeddedSource
from tta.graph.engine import Graph, GraphAway, GraphInUse, GraphRefused, GraphUnavailable, open_graph
from tta.graph.kept import KeptGraph, ServerSource
from tta.graph.schema import Node, Schema, add_nodes

THING = Node("Thing", properties={"turn": "integer"})
TURNS = "MATCH (t:Thing)\nRETURN t.turn AS turn\nORDER BY turn"


class Owner:
    """Keeps a graph, and notices when it is lost."""

    def __init__(self, path: Path, *, may_delete: bool = True) -> None:
        self.source = EmbeddedSource(
            path, readers=2, connect_timeout_s=5, transaction_timeout_s=30, may_delete=may_delete
        )
        self.lost = asyncio.Event()
        self.graph = KeptGraph(self.source, self._prepare, self._note)

    async def _prepare(self, graph: Graph) -> None:
        await graph.declare(Schema((THING,)))

    def _note(self) -> None:
        self.lost.set()

    async def end_process(self, how: signal.Signals) -> None:
        """End the process that has the graph, and wait until another has it."""
        self.lost.clear()
        os.kill(self.source.pid, how)
        async with asyncio.timeout(60):
            await self.lost.wait()
            await self.graph.ready.wait()

    async def add(self, turn: int) -> None:
        async with self.graph.transaction() as tx:
            await tx.run(add_nodes(THING), rows=[{"id": f"t{turn}", "turn": turn}])

    async def turns(self) -> list[int]:
        return [row["turn"] for row in await self.graph.read(TURNS)]


@asynccontextmanager
async def kept(path: Path, *, may_delete: bool = True) -> AsyncIterator[Owner]:
    owner = Owner(path, may_delete=may_delete)
    await owner.graph.open(60)
    try:
        yield owner
    finally:
        await owner.graph.close()


async def test_a_process_that_ends_is_replaced_with_all_that_was_committed(tmp_path: Path):
    async with kept(tmp_path / "graph") as owner:
        await owner.add(1)
        await owner.end_process(signal.SIGSEGV)
        assert await owner.turns() == [1]
        await owner.add(2)
    async with kept(tmp_path / "graph") as owner:
        assert await owner.turns() == [1, 2]


async def test_a_graph_that_ends_its_process_again_and_again_is_made_anew(tmp_path: Path):
    async with kept(tmp_path / "graph") as owner:
        await owner.add(1)
        while not aside_of(tmp_path / "graph").exists():
            await owner.end_process(signal.SIGSEGV)
        assert await owner.turns() == []


@pytest.mark.parametrize(
    ("how", "error"), [(signal.SIGKILL, GraphUnavailable), (signal.SIGSEGV, OpeningFailed)]
)
def test_a_kill_while_opening_is_told_from_a_crash(
    tmp_path: Path, how: signal.Signals, error: type[Exception]
):
    process = GraphProcess(tmp_path / "graph", 1, 30)
    os.kill(process.pid, how)
    with pytest.raises(error, match=how.name):
        process.await_opening(30)


async def test_a_kill_while_opening_is_no_damage_and_a_crash_is_tried_once_more(tmp_path: Path):
    source = Owner(tmp_path / "graph").source
    kill, crash = GraphUnavailable("its process was ended by SIGKILL"), OpeningFailed("SIGSEGV")
    for _ in range(KILLS_MAX - 1):
        source.rejected(kill)
        assert not source.is_damaged
    source = Owner(tmp_path / "graph").source
    for attempt in range(1, FAILURES_MAX + 1):
        source.rejected(crash)
        assert source.is_damaged == (attempt == FAILURES_MAX)


async def test_a_statement_of_ours_that_is_refused_at_opening_is_damage(tmp_path: Path):
    async with kept(tmp_path / "graph") as owner:
        await owner.add(1)
    odd = Node("Thing", properties={"other": "string"})
    graph = await open_graph(f"embedded:{tmp_path}/older")
    await graph.declare(Schema((odd,)))
    await graph.close()
    owner = Owner(tmp_path / "older")

    async def prepare(graph: Graph) -> None:
        await graph.declare(Schema((THING,)))
        await graph.read(TURNS)

    owner.graph = KeptGraph(owner.source, prepare, lambda: None)
    await owner.graph.open(60)
    assert await owner.turns() == []
    await owner.graph.close()


async def test_a_second_handle_is_refused_at_the_start_and_waits_for_one_that_leaves(tmp_path: Path):
    async with kept(tmp_path / "graph") as first:
        await first.add(1)
        with pytest.raises(GraphInUse):
            await Owner(tmp_path / "graph").graph.open(60)
        second = Owner(tmp_path / "graph")
        opening = asyncio.create_task(second.graph.open(60))
        await asyncio.sleep(0)
    await opening
    assert await second.turns() == [1]
    await second.graph.close()


async def test_a_directory_that_cannot_be_made_keeps_nothing_from_starting(tmp_path: Path):
    (tmp_path / "file").write_text("no directory")
    async with kept(tmp_path / "file" / "graph") as owner:
        with pytest.raises(GraphAway):
            await owner.turns()
        with pytest.raises(GraphAway):
            await owner.graph.check()
        (tmp_path / "file").unlink()
        await asyncio.wait_for(owner.graph.ready.wait(), 60)
        await owner.add(1)


class TestFiles:
    def test_the_newest_copy_replaces_the_older_one(self, tmp_path: Path):
        for number in (b"1", b"2"):
            (tmp_path / "graph").write_bytes(number)
            (tmp_path / "graph.wal").write_bytes(number)
            (tmp_path / "graphics").write_text("somebody else's")
            assert put_aside(tmp_path / "graph", may_delete=False) == tmp_path / "graph.damaged"
        assert files_of(tmp_path / "graph") == []
        assert (tmp_path / "graph.damaged" / "graph").read_bytes() == b"2"
        assert (tmp_path / "graph.damaged" / "graph.wal").read_bytes() == b"2"
        assert (tmp_path / "graphics").exists()


class TestServers:
    async def test_one_that_is_away_at_the_start_is_waited_for(self):
        graph = await open_graph("bolt://127.0.0.1:1", password="x")
        prepared = []

        async def prepare(graph: Graph) -> None:
            prepared.append(graph)

        kept_graph = KeptGraph(ServerSource(graph, "bolt://127.0.0.1:1"), prepare, lambda: None)
        await kept_graph.open(60)
        with pytest.raises(GraphAway, match="does not answer") as away:
            await kept_graph.read("RETURN 1 AS one")
        assert away.value.brief == "its server does not answer"
        assert not prepared
        await kept_graph.close()
        await graph.close()

    @pytest.mark.neo4j
    async def test_what_is_wrong_with_one_that_answers_is_said_at_once(self, empty_neo4j: tuple[str, str]):
        url, _ = empty_neo4j
        graph = await open_graph(url, password="wrong")

        async def prepare(_: Graph) -> None:
            return

        with pytest.raises(GraphRefused):
            await KeptGraph(ServerSource(graph, url), prepare, lambda: None).open(60)
        await graph.close()
