"""TTA as in production: each part is a separate process, which a proof kills and a supervisor restarts.

No part of TTA runs in the proof's own process, which uses only HTTP, the log and the graph.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Self
from uuid import UUID

from rich.console import Console

from tta.console.operations import create_keys
from tta.domain.vocabulary import Role
from tta.eventstore.child_server import ChildServer
from tta.eventstore.errors import StoreUnavailable
from tta.eventstore.store import EventStore
from tta.graph.engine import Graph
from tta.graph.opening import open_graph
from tta.security.tokens import Tokens

STORE = "proof"
SLOTS = 16
WITHIN_S = 240.0  # A busy machine is slow.
STOPS_WITHIN_S = 60.0
RESTART_AFTER_S = 0.2  # The supervisor's pause before it restarts an ended process.
TOKEN_S = 12 * 3600


async def until(condition: Callable[[], Awaitable[object]], *, within_s: float = WITHIN_S) -> None:
    """Await a condition of other processes, checked every few milliseconds. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110 - Another process's condition has no event to wait for.
            await asyncio.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Part:
    """One `tta` command under a supervisor that restarts it whenever it ends, as in production."""

    def __init__(self, arguments: tuple[str, ...], environment: dict[str, str], output: Path) -> None:
        self.arguments = arguments
        self.output = output
        self.port = int(environment.get("TTA_PORT") or environment["TTA_WORKER_PORT"])
        self.operators_url = f"http://127.0.0.1:{environment['TTA_WORKER_PORT']}"
        self.ended: list[int] = []
        """The exit status of each ended process; -9 is one of our kills."""
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self._supervisor: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The running process."""
        assert self._process is not None, "it was not started"
        return self._process.pid

    async def start(self) -> None:
        """Start it, and wait until it answers requests."""
        self._supervisor = asyncio.create_task(self._supervise(), name=" ".join(self.arguments))
        await until(self.is_up)

    async def is_up(self) -> bool:
        assert self._supervisor is not None
        if self._supervisor.done():
            self._supervisor.result()
        if self._process is None or self._process.returncode is not None:
            return False
        return await self._listens()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the running process, if there is one at the moment."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def kill(self) -> None:
        """Kill it with SIGKILL; the supervisor restarts it."""
        before = len(self.ended)
        self.signal(signal.SIGKILL)

        async def gone() -> bool:
            return len(self.ended) > before

        await until(gone)

    async def stop(self) -> None:
        """Stop it for good, like a deployment; by force if it does not react."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
        process = self._process
        if process is None or process.returncode is not None:
            return
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOPS_WITHIN_S)
        except TimeoutError:
            self.signal(signal.SIGKILL)
            await process.wait()

    def said(self, words: str) -> int:
        """Count the lines of its log with these words."""
        with self.output.open(errors="replace") as lines:
            return sum(words in line for line in lines)

    async def _supervise(self) -> None:
        while True:
            with self.output.open("ab") as output:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "tta",
                    *self.arguments,
                    env=self._environment,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                )
            self.ended.append(await self._process.wait())
            if self.ended[-1] != -signal.SIGKILL:
                await asyncio.sleep(RESTART_AFTER_S)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True


class System:
    """A Valkey, key files, a graph, and the parts that a proof starts on them."""

    def __init__(self, directory: Path, *, graph_url: str = "", graph_password: str = "") -> None:
        self.directory = directory
        self.valkey = ChildServer(directory / "valkey")
        self.keys = directory / "keys"
        self.store_url = self.valkey.url
        """The store's address for the parts. A proof may put a proxy in between."""
        self.shares_graph = bool(graph_url)
        """All parts share one graph, which can be read while they run."""
        self._graph_url = graph_url
        self._graph_password = graph_password
        self._parts: list[Part] = []
        self.migrates = True
        """Whether the shared graph is migrated before the first part is created."""
        self._migrated: set[str] = set()

    async def __aenter__(self) -> Self:
        await self.valkey.start()
        create_keys(Console(quiet=True), self.keys)
        return self

    async def __aexit__(self, *error: object) -> None:
        await asyncio.gather(*(part.stop() for part in self._parts))
        await self.valkey.stop()

    async def run(self, *arguments: str, **settings: str) -> str:
        """Run a `tta` command to its end; return what it printed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tta",
            *arguments,
            env=self._environment(**settings),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        assert process.returncode == 0, printed.decode()
        return printed.decode()

    async def part(self, name: str, *arguments: str, graph: str = "", **settings: str) -> Part:
        """Create a part on the shared graph, or on the embedded one of that name. Start it separately."""
        address = self.graph_address(graph or name)
        serves = {"port": str(free_port())} if arguments[0] in ("serve", "dev") else {}
        settings = {"worker_port": str(free_port()), **serves, **settings}
        told = {"store_url": self.store_url, "graph_url": address, "graph_password": self._graph_password}
        told |= settings
        # The part that opens a new embedded graph migrates it.
        if self.migrates and self.shares_graph and address not in self._migrated:
            await self.run("migrate", **{key: told[key] for key in ("graph_url", "graph_password")})
            self._migrated.add(address)
        made = Part(arguments, self._environment(**told), self.directory / f"{name}.log")
        made.output.touch()
        self._parts.append(made)
        return made

    async def started(self, name: str, *arguments: str, graph: str = "", **settings: str) -> Part:
        made = await self.part(name, *arguments, graph=graph, **settings)
        await made.start()
        return made

    def graph_address(self, name: str) -> str:
        return self._graph_url or f"embedded:{self.directory / name}.graph"

    async def store(self) -> EventStore:
        """Open the log to look at it, past any proxy; a server that is busy may not answer at once."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                with suppress(StoreUnavailable):
                    return await EventStore.open(self.valkey.url, STORE, slots=SLOTS)
                await asyncio.sleep(RESTART_AFTER_S)

    async def graph(self, name: str) -> Graph:
        """Open a graph for reading; an embedded one only after its part has ended."""
        return await open_graph(self.graph_address(name), password=self._graph_password or None, apart=True)

    def mint(self, subject: str, *roles: Role, player: UUID | None = None) -> str:
        """Sign an access token like `tta token`."""
        tokens = Tokens.read(self.keys / "token-signing.json", create=False)
        return tokens.mint(subject, list(roles or (Role.PLAYER,)), player_id=player, lifetime_s=TOKEN_S)

    def _environment(self, **settings: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TTA_")}
        told = {
            "keys_dir": str(self.keys),
            "data_dir": str(self.directory / "data"),
            "store_name": STORE,
            "store_slots": str(SLOTS),
            "log_level": "debug",
            **settings,
        }
        return inherited | {f"TTA_{name.upper()}": value for name, value in told.items() if value}
