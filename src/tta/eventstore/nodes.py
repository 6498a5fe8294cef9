"""The lanes to the servers behind a store, and the way of each command to the server that holds its key."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from redis.exceptions import AskError, MovedError, RedisError, ResponseError, TryAgainError

from tta.eventstore.backoff import Backoff
from tta.eventstore.durability import Durability, NotPrimary, check_server
from tta.eventstore.errors import StoreError, StoreUnavailable
from tta.eventstore.scripts import Script
from tta.eventstore.topology import CONNECT_TIMEOUT_S, ServerAddress, Topology
from tta.eventstore.wire import command as wire_command
from tta.eventstore.writer import NodeAddress, PendingCommand, PipelineLane, ended
from tta.telemetry.outages import Outage

OUTCOME_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 2.0
HOPS_MAX = 3  # So many redirections are followed at once; servers that disagree are given time.
REROUTE_S_MIN, REROUTE_S_MAX = 0.02, 0.25
"""How long a command that was sent away again is held back, longer each time."""
REFRESH_S_MIN, REFRESH_S_MAX = 0.02, 0.25
"""How long after one reading of the topology the next begins, longer each time while there is trouble."""
CALM_S = 2.0  # Without a reading for so long, the trouble is over.

Words = Sequence[str | bytes | int]
WRITE, READ, BULK = "appends", "reads", "bulk reads"


class Nodes:
    """The servers as one. Long answers have a lane of their own, so that no short one waits behind them."""

    def __init__(self, topology: Topology, durability: Durability) -> None:
        self.topology = topology
        self.durability = durability
        self._lanes: dict[tuple[str, ServerAddress], PipelineLane] = {}
        self._rerouting: set[asyncio.Task[None]] = set()
        self._refreshing: asyncio.Task[None] | None = None
        self._refresh_backoff = Backoff(REFRESH_S_MIN, REFRESH_S_MAX, at_once=True)
        self._refreshed_at = 0.0
        self._closing = False
        self.outage = Outage("the event store")
        """Of all who try again until they are answered: followers and reactors."""
        self._asked_now: dict[tuple[str | bytes | int, ...], asyncio.Future[Any]] = {}

    @classmethod
    async def connect(cls, url: str, durability: Durability) -> "Nodes":
        """Reach the servers and check their settings. Raises StoreUnavailable or UnsafeServer."""
        nodes = cls(Topology(url), durability)
        await nodes.topology.learn()
        for server in nodes.topology.servers:
            try:
                connection, _ = await nodes._connect(WRITE, server)
            except (RedisError, OSError) as error:
                raise StoreUnavailable(f"{server} does not answer: {error}") from error
            await connection.disconnect(nowait=True)
        return nodes

    async def close(self) -> None:
        """Take nothing more, wait for what is under way, leave."""
        self._closing = True
        while self._rerouting or any([await lane.drained() for lane in tuple(self._lanes.values())]):
            await asyncio.gather(*self._rerouting)
        for lane in self._lanes.values():
            await lane.close()
        if self._refreshing is not None:
            await ended(self._refreshing)

    async def append(self, command: bytes, key: str) -> list[bytes]:
        """Send one append and await its answer. Cancelling the caller abandons the wait only."""
        return await self._send(WRITE, command, key, OUTCOME_TIMEOUT_S)  # type: ignore[no-any-return]

    async def call(self, *words: str | bytes | int) -> Any:
        """One command that may run twice; its second word is its key.

        Raises StoreUnavailable or ForeignStore.
        """
        return await self._send(READ, wire_command(*words), str(words[1]), READ_TIMEOUT_S)

    async def run(self, script: Script, keys: list[str], arguments: list[str | bytes | int]) -> Any:
        """One run of a script that may run twice."""
        return await self._send(READ, evalsha(script, keys, arguments), keys[0], READ_TIMEOUT_S)

    async def pipeline(self, commands: Sequence[Words]) -> list[Any]:
        """Several reading commands with long answers, in one round trip per server, answered in order.

        Equal ones that are asked for in one turn of the loop are one: a publication wakes every follower of a
        slot, and all ask what came. Whoever gets an answer leaves it as it is.
        """
        # All of them before any is waited for: one that is refused at once must leave none unheard.
        answers = [self._once(tuple(words)) for words in commands]
        return await asyncio.gather(*map(asyncio.shield, answers))

    def _once(self, words: tuple[str | bytes | int, ...]) -> "asyncio.Future[Any]":
        answer = self._asked_now.get(words)
        if answer is None:
            if not self._asked_now:
                # Later it may be under way already, and answered from before what somebody was woken for.
                asyncio.get_running_loop().call_soon(self._asked_now.clear)
            answer = self._send(BULK, wire_command(*words), str(words[1]), READ_TIMEOUT_S)
            self._asked_now[words] = answer
        return answer

    def _send(self, kind: str, command: bytes, key: str, timeout_s: float) -> "asyncio.Future[Any]":
        if self._closing:
            raise StoreUnavailable("the event store is closing")
        loop = asyncio.get_running_loop()
        pending = PendingCommand(command, key, loop.create_future(), loop.time() + timeout_s)
        self._lane(kind, self.topology.holder(key)).submit(pending)
        return pending.answer

    def _lane(self, kind: str, server: ServerAddress) -> PipelineLane:
        lane = self._lanes.get((kind, server))
        if lane is None:
            node = NodeAddress(
                f"{server} ({kind})",
                partial(self._connect, kind, server),
                partial(self._elsewhere, kind, server),
            )
            lane = PipelineLane(
                node, writes=kind == WRITE, copies=self.durability.copies if kind == WRITE else 0
            )
            self._lanes[kind, server] = lane
        return lane

    async def _connect(self, kind: str, server: ServerAddress) -> tuple[Any, bool]:
        connection = self.topology.connection(server)
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await connection.connect()
                return connection, kind == WRITE and await check_server(connection, self.durability)
        except NotPrimary as demoted:
            await connection.disconnect(nowait=True)
            if self.topology.is_cluster:
                raise ConnectionError(f"{server} is no longer the one to ask: {demoted}") from demoted
            raise
        except BaseException:
            await connection.disconnect(nowait=True)
            raise

    def _elsewhere(self, kind: str, server: ServerAddress, pending: PendingCommand, error: Exception) -> None:
        task = asyncio.create_task(self._send_again(kind, server, pending, error))
        self._rerouting.add(task)
        task.add_done_callback(self._rerouting.discard)

    async def _send_again(
        self, kind: str, server: ServerAddress, pending: PendingCommand, error: Exception
    ) -> None:
        """A slot moves, a server was demoted or lost: find out who holds the key now, while there is time."""
        try:
            to = await self._next(server, pending, error)
            if asyncio.get_running_loop().time() >= pending.deadline:
                pending.give_up(error)
            else:
                self._lane(kind, to).submit(pending)
        except StoreError as refused:
            pending.refuse(refused)

    async def _next(self, server: ServerAddress, pending: PendingCommand, error: Exception) -> ServerAddress:
        pending.hops += 1
        again = pending.hops - HOPS_MAX
        redirected, lost = isinstance(error, AskError), not isinstance(error, ResponseError)
        pending.asking = redirected and not isinstance(error, MovedError)
        # After a loss it is the lane that keeps its distance.
        if not (redirected or lost) or again > 0:
            await asyncio.sleep(min(REROUTE_S_MIN * 2 ** min(max(again, 0), 8), REROUTE_S_MAX))
        if isinstance(error, MovedError):
            self.topology.moved(error, server)
            refreshed = self._refresh(self.topology.holder(pending.key))
            if again > 0:
                await _ended_by(pending.deadline, refreshed)
        elif isinstance(error, AskError):
            return self.topology.redirected(error, server)
        elif self.topology.is_cluster and not isinstance(error, TryAgainError):
            await _ended_by(pending.deadline, self._refresh())
        return self.topology.holder(pending.key)

    def _refresh(self, first: ServerAddress | None = None) -> "asyncio.Task[None]":
        """Read the topology again, once for all commands that were sent away or lost their server meanwhile.

        `first` is the server to ask first. While the trouble lasts, readings are held apart.
        """
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._read_again(first), name="topology")
        return self._refreshing

    async def _read_again(self, first: ServerAddress | None) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() - self._refreshed_at > CALM_S:
            self._refresh_backoff.reset()
        await asyncio.sleep(self._refresh_backoff.next_s())
        with suppress(StoreUnavailable):
            await self.topology.learn(first)
        self._refreshed_at = loop.time()


async def _ended_by(deadline: float, task: "asyncio.Task[None]") -> None:
    """Wait for what others wait for too, no longer than until a moment of the loop's clock."""
    await asyncio.wait([task], timeout=max(0.0, deadline - asyncio.get_running_loop().time()))


def evalsha(script: Script, keys: list[str], arguments: list[bytes | str | int]) -> bytes:
    """Pack one script call for the wire."""
    return wire_command("EVALSHA", script.sha, len(keys), *keys, *arguments)
