"""A graph that is away is waited for: whoever asks meanwhile is told so, and nothing else stops."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tta.graph.engine import Graph, GraphAway, GraphInUse, GraphRefused, GraphUnavailable
from tta.graph.engines.child_process import LINE_MAX, GraphProcess, OpeningFailed
from tta.graph.engines.damage import aside_of, files_of, put_aside
from tta.graph.engines.embedded_source import ENDS_MAX, FAILURES_MAX, KILLS_MAX, EmbeddedSource
from tta.graph.kept import KeptGraph, ServerSource
from tta.graph.opening import open_graph
from tta.graph.schema import Node, Schema, add_nodes

THING = Node("Thing", properties={"turn": "integer"})
STOPS_WITHIN_S = 10
OTHERS = (".env", ".bak", ".yaml", ".wal.bak", ".tmp.txt", ".lock", "2", "2.wal", ".damaged.txt", "-wal")
WRITTEN = (
    "",
    ".wal",
    ".wal.checkpoint",
    ".shadow",
    ".tmp",
    ".pinned.tmp",
    ".checkpoint.intent.lock",
    ".checkpoint.apply.lock",
    ".pk_validator.12.tmp",
)
ABORTS = r"""
import os, signal, sys
def abort(*_):
    sys.stderr.write("much\n" * 200_000)
    sys.stderr.write("terminate called\n  what():  Assertion failed " + "x" * 1_500 + "\n\n")
    sys.stderr.flush()
    os.abort()
signal.signal(signal.SIGUSR1, abort)
"""
TRACES = """
import ctypes, sys
PTRACE_SEIZE = 0x4206
libc = ctypes.CDLL(None)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
if libc.ptrace(PTRACE_SEIZE, int(sys.argv[1]), None, None) == 0:
    print("traces", flush=True)
    sys.stdin.read()
"""
TURNS = "MATCH (t:Thing)\nRETURN t.turn AS turn\nORDER BY turn"


class Owner:
    """Keeps a graph, and notices when it is lost."""

    def __init__(self, path: Path, *, timeout_s: float = 30) -> None:
        self.source = EmbeddedSource(
            path, readers=2, connect_timeout_s=5, transaction_timeout_s=timeout_s, may_delete=True
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
async def kept(path: Path, *, timeout_s: float = 30) -> AsyncIterator[Owner]:
    owner = Owner(path, timeout_s=timeout_s)
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


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_an_open_graph_that_is_killed_again_and_again_is_not_damaged(
    tmp_path: Path, how: signal.Signals
):
    async with kept(tmp_path / "graph") as owner:
        await owner.add(1)
        for _ in range(ENDS_MAX + 1):
            await owner.end_process(how)
        assert await owner.turns() == [1]


@pytest.mark.slow
async def test_a_graph_that_hangs_again_and_again_is_replaced_and_not_damaged(tmp_path: Path):
    async with kept(tmp_path / "graph", timeout_s=1) as owner:
        await owner.add(1)
        for _ in range(ENDS_MAX + 1):
            await owner.graph.ready.wait()
            owner.lost.clear()
            hung = owner.source.pid
            os.kill(hung, signal.SIGSTOP)
            with suppress(GraphUnavailable):  # A busy machine may have replaced it just before.
                await owner.turns()
            async with asyncio.timeout(60):
                await owner.lost.wait()
                await owner.graph.ready.wait()
            assert owner.source.pid != hung
        assert await owner.turns() == [1]


@pytest.mark.slow
async def test_a_statement_may_take_as_long_as_its_time_out(tmp_path: Path):
    async with kept(tmp_path / "graph") as owner:
        await owner.add(1)
        pid = owner.source.pid
        os.kill(pid, signal.SIGSTOP)  # As a disk that stalls.
        reading = asyncio.create_task(owner.turns())
        await asyncio.wait([reading], timeout=20)
        os.kill(pid, signal.SIGCONT)
        assert await reading == [1]
        assert owner.source.pid == pid


class TestLastWords:
    """What the process writes to its standard error before it aborts is told."""

    @pytest.fixture
    def aborts_on_usr1(self, tmp_path: Path) -> Iterator[None]:
        """A process that says much, and its reason last."""
        (tmp_path / "sitecustomize.py").write_text(ABORTS)
        before = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = str(tmp_path)
        yield
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before

    @pytest.mark.usefixtures("aborts_on_usr1")
    async def test_an_open_graph_tells_why_it_aborted(self, tmp_path: Path):
        with capture_logs() as logs:
            async with kept(tmp_path / "graph") as owner:
                await owner.end_process(signal.SIGUSR1)
        (reason,) = [each["reason"] for each in logs if each["event"] == "the graph is lost, and opened anew"]
        assert reason.startswith("its process ended (SIGABRT: what():  Assertion failed xxx")
        assert len(reason) < LINE_MAX + 50
        assert GraphAway("/srv/graph", reason).brief == "its process ended"

    @pytest.mark.usefixtures("aborts_on_usr1")
    def test_opening_tells_why_it_aborted(self, tmp_path: Path):
        (tmp_path / "sitecustomize.py").write_text(f"{ABORTS}\nabort()\n")
        process = GraphProcess(tmp_path / "graph", 1, 30)
        with pytest.raises(OpeningFailed, match=r"SIGABRT: what\(\):  Assertion failed"):
            process.await_opening(30)


def test_a_process_that_does_not_end_holds_up_nobody(tmp_path: Path):
    process = GraphProcess(tmp_path / "graph", 1, 30)
    process.await_opening(30)
    # A traced process has not ended for its parent while its tracer does not look.
    with subprocess.Popen(
        [sys.executable, "-c", TRACES, str(process.pid)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as tracer:
        assert tracer.stdout is not None
        if tracer.stdout.readline() != b"traces\n":
            pytest.skip("A PROCESS THAT DOES NOT END IS NOT TESTED: this machine lets nobody trace")
        began = time.monotonic()
        process.kill()
        assert not process.has_ended()
        assert time.monotonic() - began < STOPS_WITHIN_S
        with pytest.raises(GraphUnavailable):
            process.sessions[0].run(TURNS, {})
        tracer.kill()


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
    source.rejected(crash)
    assert not source.is_damaged, "kills are no crashes"
    source.rejected(kill)
    assert source.is_damaged, "it is ended at each opening"
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

    @pytest.mark.parametrize("may_delete", [True, False])
    def test_files_of_others_are_neither_moved_nor_deleted(self, tmp_path: Path, *, may_delete: bool):
        theirs = [f"graph{each}" for each in OTHERS]
        for number in range(2):
            for name in [*theirs, *(f"graph{each}" for each in WRITTEN)]:
                (tmp_path / name).write_text(f"{name} {number}")
            assert len(files_of(tmp_path / "graph")) == len(WRITTEN)
            put_aside(tmp_path / "graph", may_delete=may_delete)
            assert files_of(tmp_path / "graph") == []
            assert [(tmp_path / each).read_text() for each in theirs] == [
                f"{each} {number}" for each in theirs
            ]

    def test_what_others_have_in_the_copy_stays(self, tmp_path: Path):
        aside = tmp_path / "graph.damaged"
        aside.mkdir()
        (aside / "graph.bak").write_text("moved there by a release before")
        (aside / "graph.wal").write_text("older")
        (tmp_path / "graph").write_text("newer")
        put_aside(tmp_path / "graph", may_delete=True)
        assert sorted(each.name for each in aside.iterdir()) == ["graph", "graph.bak"]

    def test_a_directory_that_somebody_named_is_no_graph(self, tmp_path: Path):
        (tmp_path / "graph").mkdir()
        (tmp_path / "graph" / "letters").write_text("theirs")
        with pytest.raises(IsADirectoryError, match="name another path"):
            put_aside(tmp_path / "graph", may_delete=False)
        assert (tmp_path / "graph" / "letters").exists()

    async def test_the_engine_writes_no_other_files(self, tmp_path: Path):
        names: set[str] = set()
        async with kept(tmp_path / "graph") as owner:
            for turn in range(200):
                async with owner.graph.transaction() as tx:
                    rows = [{"id": f"{turn}-{each}", "turn": each} for each in range(100)]
                    await tx.run(add_nodes(THING), rows=rows)
                names |= {each.name for each in await asyncio.to_thread(lambda: list(tmp_path.iterdir()))}
        assert "graph.wal" in names
        assert {f"graph{each}" for each in WRITTEN} >= names


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
