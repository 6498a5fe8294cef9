"""Shared by the whole suite: one Neo4j per run, and each graph engine in turn."""

import gc
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import neo4j
import pytest
import redis.utils

from tests.support.eventstore.fixtures import own_valkey, valkey
from tta.graph.engine import Graph
from tta.graph.opening import open_graph

__all__ = ["own_valkey", "valkey"]
START = Path(__file__).parents[1] / "deploy" / "neo4j" / "start"
PASSWORD = "for-tests-only"
READY_WITHIN_S = 120  # 8 s here; a loaded machine that also creates its data files took 30.

# No test is judged by its speed: a busy machine is slow.
hypothesis.settings.register_profile("tta", deadline=None, max_examples=40)
hypothesis.settings.register_profile("soak", deadline=None, max_examples=400)  # `make soak` asks for it.
hypothesis.settings.load_profile("tta")

# Every connection asks which version of the driver it is, which reads the driver's metadata anew: 1 ms.
redis.utils.get_lib_version = cache(redis.utils.get_lib_version)

# A shell without job control starts commands in the background with these ignored, and every process that a
# test starts would inherit that.
for _number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL)

neo4j_missing = pytest.StashKey[str]()
FULL_DISKS = "FULL DISKS NOT TESTED"
"""How tests/damage says that it was skipped."""


WORKERS_PER_CORE, WORKERS_MAX = 2.5, 12  # Most tests wait for servers and processes most of the time.


@pytest.hookimpl(optionalhook=True)  # Without pytest-xdist, `python -m pytest` runs all the same.
def pytest_xdist_auto_num_workers() -> int:
    """So many workers of pytest-xdist are `-n auto`."""
    return min(WORKERS_MAX, int(WORKERS_PER_CORE * (os.cpu_count() or 1)))


@pytest.hookimpl(tryfirst=True)  # Before pytest-xdist reads the groups.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests share a worker, and begin with those that take long, so that none of them is last.

    All that need Neo4j share one server, which they empty: they run one after another. A slow test is
    placed alone; the others stay with their file, whose servers they share.
    """
    for item in items:
        if item.get_closest_marker("neo4j"):
            item.add_marker(pytest.mark.xdist_group("neo4j"))
        elif item.get_closest_marker("slow") is None or _shares_with_its_module(item):
            item.add_marker(_of_file(item.path))
    items.sort(key=_place)


def pytest_collection_finish() -> None:
    """Have the garbage collector look at what tests leave behind, not at all 11,000 of them each time."""
    gc.collect()
    gc.freeze()


@cache
def _of_file(path: Path) -> pytest.MarkDecorator:
    return pytest.mark.xdist_group(str(path.relative_to(Path(__file__).parent)))


def _shares_with_its_module(item: pytest.Item) -> bool:
    """Whether it uses a fixture that is made once for its file."""
    found: Any = getattr(item, "_fixtureinfo", None)
    made = () if found is None else found.name2fixturedefs.values()
    return any(each.scope == "module" for fixture in made for each in fixture)


def _place(item: pytest.Item) -> int:
    if item.get_closest_marker("neo4j"):
        return 0
    return 1 if item.get_closest_marker("slow") else 2


class Neo4jServer:
    """A Neo4j process of our own, which a test may kill and start again on the same data."""

    def __init__(self, home: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._address = f"127.0.0.1:{probe.getsockname()[1]}"
        self.url = f"bolt://{self._address}"
        self.password = PASSWORD
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and return when it answers; raises RuntimeError with what it printed."""
        settings = {
            "TTA_NEO4J_HOME": str(self._home),
            "TTA_NEO4J_BOLT": self._address,
            "TTA_NEO4J_PASSWORD": PASSWORD,
            # It lives for minutes: compiling its code well takes more of a processor than it saves.
            "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1",
        }
        log = self._home / "start.log"
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [START], env=os.environ | settings, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        deadline = time.monotonic() + READY_WITHIN_S
        while not self._answers():
            if self._process.poll() is not None:
                raise RuntimeError(log.read_text()[-2000:].strip() or "it ended without a word")
            if time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"no answer within {READY_WITHIN_S} s: {log.read_text()[-2000:]}")
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it; what it holds is thrown away, so it is given little time."""
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", int(self._address.rpartition(":")[2])), 1).close()
            with neo4j.GraphDatabase.driver(self.url, auth=("neo4j", PASSWORD)) as driver:
                driver.verify_connectivity()
        except (OSError, neo4j.exceptions.DriverError, neo4j.exceptions.Neo4jError):
            return False
        return True


@pytest.fixture(scope="session")
def own_neo4j(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Neo4jServer]:
    """A Neo4j that this run started and may kill; without one the tests are skipped, or fail if required."""
    server = Neo4jServer(tmp_path_factory.mktemp("neo4j"))
    lacking = [tool for tool in ("java", "bash") if shutil.which(tool) is None]
    try:
        if lacking:
            raise RuntimeError(f"{' and '.join(lacking)} not on the PATH")
        server.start()
    except RuntimeError as error:
        request.config.stash[neo4j_missing] = str(error)
        if os.environ.get("TTA_REQUIRE_NEO4J") == "1":
            pytest.fail(f"TTA_REQUIRE_NEO4J=1, but Neo4j could not be started: {error}", pytrace=False)
        pytest.skip(f"NEO4J NOT TESTED: {error}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def neo4j_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """URL and password of a Neo4j: TTA_TEST_NEO4J_URL and …_PASSWORD, else one started for this run.

    Everything in it is deleted.
    """
    _require_one_worker(tmp_path_factory)
    given = os.environ.get("TTA_TEST_NEO4J_URL")
    if given:
        return given, os.environ.get("TTA_TEST_NEO4J_PASSWORD", "")
    server: Neo4jServer = request.getfixturevalue("own_neo4j")
    return server.url, server.password


def _require_one_worker(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Fail if two workers of pytest-xdist were given tests on Neo4j: each would empty it for the other."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        return
    taken = tmp_path_factory.getbasetemp().parent / "neo4j-worker"  # The folder of all workers of this run.
    try:
        with taken.open("x") as ours:
            ours.write(worker)
    except FileExistsError:
        pytest.fail(f"Neo4j is tested by {taken.read_text()} and by {worker}: use --dist loadgroup")


@pytest.fixture
def empty_neo4j(neo4j_server: tuple[str, str]) -> tuple[str, str]:
    """URL and password of a Neo4j without nodes, constraints and indexes."""
    wipe(*neo4j_server)
    return neo4j_server


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def graph_address(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str | None]:
    """URL and password of an empty graph, each engine in turn."""
    if request.param == "embedded":
        return f"embedded:{tmp_path}/graph", None
    address: tuple[str, str] = request.getfixturevalue("empty_neo4j")
    return address


@pytest.fixture
async def graph(graph_address: tuple[str, str | None]) -> AsyncIterator[Graph]:
    """An open, empty graph, each engine in turn."""
    url, password = graph_address
    opened = await open_graph(url, password=password, apart=True)
    yield opened
    await opened.close()


def wipe(url: str, password: str) -> None:
    """Empty a Neo4j of nodes, constraints and indexes."""
    with neo4j.GraphDatabase.driver(url, auth=("neo4j", password)) as driver:
        driver.execute_query("MATCH (n) DETACH DELETE n")
        for row in driver.execute_query("SHOW CONSTRAINTS YIELD name").records:
            driver.execute_query(f"DROP CONSTRAINT `{row['name']}`")
        for row in driver.execute_query(
            "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name"
        ).records:
            driver.execute_query(f"DROP INDEX `{row['name']}`")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say loudly what was left untested for lack of a Neo4j, or of a disk to fill."""
    missing = config.stash.get(neo4j_missing, None)
    if missing is not None:
        terminalreporter.section("NEO4J NOT TESTED", sep="!", red=True)
        terminalreporter.write_line(f"Neo4j could not be started, so its tests did not run: {missing}")
        terminalreporter.write_line(
            "TTA_REQUIRE_NEO4J=1 makes this an error; deploy/neo4j/README.md says what it needs."
        )
    skipped = terminalreporter.stats.get("skipped", [])
    disks = [each for each in skipped if FULL_DISKS in str(each.longrepr)]
    if disks:
        terminalreporter.section(FULL_DISKS, sep="!", red=True)
        terminalreporter.write_line(f"No tmpfs could be mounted, so {len(disks)} tests did not run.")
        terminalreporter.write_line("TTA_REQUIRE_TMPFS=1 makes this an error; mounting needs root.")
