"""Real servers for the event store's tests: one on TCP, a cluster of three, and two ways to move slots."""

import asyncio
import atexit
import itertools
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot
from redis.exceptions import RedisError

from tta.eventstore.child_server import DURABLE, server_binary

WAIT_S = 120.0  # A busy machine is slow. A condition that never holds is still reported.
Move = Callable[[int, "TcpServer", "TcpServer"], Awaitable[None]]


_started: set[int] = set()


@atexit.register
def _end_what_is_left() -> None:
    """Stop the servers of a test that failed half-way."""
    for pid in _started:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def until(condition: Callable[[], Awaitable[object]], *, within_s: float = WAIT_S) -> None:
    """Await a condition, checked every few milliseconds. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110 - The condition is another process's.
            await asyncio.sleep(0.005)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def redis7_binary() -> str:
    """Return Debian's redis-server. A test that needs it is skipped if it is absent."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("no redis-server on the PATH: install Debian's to run this on Redis 7")
    version = subprocess.run([binary, "--version"], check=True, capture_output=True, text=True).stdout
    if "v=7." not in version:
        pytest.skip(f"the redis-server on the PATH is not of version 7: {version.strip()}")
    return binary


class TcpServer:
    """One server on its own TCP port. `settings` come before the durable ones of the embedded server."""

    def __init__(self, directory: Path, *, binary: str | None = None, **settings: str) -> None:
        self.directory = directory
        self.port = free_port()
        self._binary = binary or server_binary()
        self._settings = DURABLE | {name.replace("_", "-"): value for name, value in settings.items()}
        self.process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        options = {"port": str(self.port), "dir": str(self.directory), **self._settings}
        words = [word for name, value in options.items() for word in (f"--{name}", *value.split("\n"))]
        with (self.directory / "server.log").open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                self._binary, *words, stdout=output, stderr=output
            )
        _started.add(self.process.pid)
        await until(self.answers)

    async def say(self, *words: str | int) -> Any:
        """Send one command on its own connection: tests have separate event loops, and servers outlive
        them.
        """
        async with Redis(host="127.0.0.1", port=self.port, protocol=2, retry=Retry(NoBackoff(), 0)) as client:
            client.response_callbacks.clear()
            reply = await client.execute_command(*words)
            return reply.decode() if isinstance(reply, bytes) else reply

    async def answers(self) -> bool:
        try:
            return bool(await self.say("PING"))
        except (RedisError, OSError):
            return False

    async def kill(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
            _started.discard(self.process.pid)


class Cluster:
    """Three primaries of one cluster, and as many replicas as are added."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.nodes: list[TcpServer] = []
        self.moves = 0

    @property
    def url(self) -> str:
        return self.nodes[0].url

    async def start(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(self._start_node())
        step = REDIS_CLUSTER_HASH_SLOTS // 3 + 1
        for n, node in enumerate(self.nodes):
            last = min((n + 1) * step, REDIS_CLUSTER_HASH_SLOTS) - 1
            await node.say("CLUSTER", "SET-CONFIG-EPOCH", n + 1)
            await node.say("CLUSTER", "ADDSLOTSRANGE", n * step, last)
        for node in self.nodes[1:]:
            await self._meet(node)
        await until(self._whole)

    async def add_replica(self, of: TcpServer) -> TcpServer:
        replica = await self._start_node()
        await self._meet(replica)
        primary_id = await of.say("CLUSTER", "MYID")

        async def known() -> bool:
            return primary_id in await replica.say("CLUSTER", "NODES")

        await until(known)
        await replica.say("CLUSTER", "REPLICATE", primary_id)

        async def linked() -> bool:
            return "master_link_status:up" in await replica.say("INFO", "replication")

        await until(linked)
        await until(self._whole)
        return replica

    async def close(self) -> None:
        for node in self.nodes:
            await node.kill()

    async def holder(self, slot: int) -> TcpServer | None:
        """Return the primary that reports to hold a hash slot; None for a moment while it moves."""
        for node in self.nodes:
            for line in (await node.say("CLUSTER", "NODES")).splitlines():
                words = line.split()
                if "myself" in words[2] and "master" in words[2] and _covers(words[8:], slot):
                    return node
        return None

    async def move_atomically(self, slot: int, source: TcpServer, to: TcpServer) -> None:
        """Move a slot as Valkey 9 does: as a whole, while its old server continues to serve it."""
        await source.say(
            "CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", await to.say("CLUSTER", "MYID")
        )

        async def moved() -> bool:
            return await self.holder(slot) is to

        await until(moved)

    async def move_key_by_key(self, slot: int, source: TcpServer, to: TcpServer) -> None:
        """Move a slot in the old way: key by key. Scripts over old and new keys get TRYAGAIN meanwhile."""
        source_id, to_id = await source.say("CLUSTER", "MYID"), await to.say("CLUSTER", "MYID")
        await to.say("CLUSTER", "SETSLOT", slot, "IMPORTING", source_id)
        await source.say("CLUSTER", "SETSLOT", slot, "MIGRATING", to_id)
        while keys := await source.say("CLUSTER", "GETKEYSINSLOT", slot, 2):
            await source.say("MIGRATE", "127.0.0.1", to.port, "", 0, 5000, "REPLACE", "KEYS", *keys)
            await asyncio.sleep(0)
        for node in (to, source, *(node for node in self.nodes if node not in (to, source))):
            await node.say("CLUSTER", "SETSLOT", slot, "NODE", to_id)

    async def keep_moving(self, tags: list[str], move: Move, stop: asyncio.Event) -> int:
        """Repeatedly move the slots of these hash tags to the next server; return how many moved.

        At the end all servers agree on the holders.
        """
        primaries = self.nodes[:3]
        before = self.moves
        for tag in itertools.cycle(tags):
            if stop.is_set():
                break
            slot = key_slot(tag.encode())
            source = await self.holder(slot)
            assert source is not None
            await move(slot, source, primaries[(primaries.index(source) + 1) % 3])
            self.moves += 1
        await until(self._agreed)
        return self.moves - before

    async def _start_node(self) -> TcpServer:
        node = TcpServer(
            self._directory / f"node-{len(self.nodes)}",
            cluster_enabled="yes",
            cluster_config_file="nodes.conf",
            cluster_port=str(free_port()),
            cluster_node_timeout="1000",
            cluster_allow_replica_migration="no",
            repl_diskless_sync_delay="0",
        )
        self.nodes.append(node)
        await node.start()
        return node

    async def _meet(self, node: TcpServer) -> None:
        _, bus = await self.nodes[0].say("CONFIG", "GET", "cluster-port")
        await node.say("CLUSTER", "MEET", "127.0.0.1", self.nodes[0].port, int(bus))

    async def _agreed(self) -> bool:
        """Every server names the same holder of each slot."""
        told = {str(sorted(_ranges(await node.say("CLUSTER", "SLOTS")))) for node in self.nodes}
        return len(told) == 1

    async def _whole(self) -> bool:
        """Every server sees every other, and all slots."""
        for node in self.nodes:
            known = (await node.say("CLUSTER", "NODES")).splitlines()
            if "cluster_state:ok" not in await node.say("CLUSTER", "INFO") or len(known) != len(self.nodes):
                return False
        return True


def _ranges(slots: list[Any]) -> list[tuple[int, int, int]]:
    """Return the holders of slots, by port. A server joins neighbouring slots of one holder."""
    return [(first, last, holder[1]) for first, last, holder, *_ in slots]


def _covers(ranges: list[str], slot: int) -> bool:
    for part in ranges:
        if part.startswith("["):
            continue
        first, _, last = part.partition("-")
        if int(first) <= slot <= int(last or first):
            return True
    return False
