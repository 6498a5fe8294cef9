"""Group commit: one connection to a server, on which everything that has queued up goes as one pipeline.

With `appendfsync always` one fsync then serves the whole batch. The connection never retries by
itself: after a lost reply the lane sends the very same command again, which the append script recognises.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from redis.exceptions import (
    AskError,
    ClusterDownError,
    MovedError,
    NoScriptError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)

from tta.eventstore import wire
from tta.eventstore.backoff import Backoff
from tta.eventstore.durability import COPIES_TIMEOUT_MS
from tta.eventstore.errors import (
    ForeignStore,
    HistoryChanged,
    OutcomeUnknown,
    StoreBusy,
    StoreError,
    StoreUnavailable,
)
from tta.eventstore.scripts import in_full
from tta.telemetry.outages import Outage

BATCH_MAX = 256  # Larger pipelines add latency for those behind, and no throughput (bench/appends).
BATCH_BYTES_MAX = 1024 * 1024
QUEUE_MAX = 10_000
REPLY_TIMEOUT_S = 5.0
CANCEL_AGAIN_S = 0.1
BACKOFF_S_MIN, BACKOFF_S_MAX = 0.01, 0.5

ASKING = wire.command("ASKING")
ELSEWHERE = (MovedError, AskError, TryAgainError, ClusterDownError, ReadOnlyError)
REFUSALS = ("MISCONF", "NOREPLICAS", "OOM", "BUSY", "NOPERM", "NOAUTH")
FOREIGN = ("WRONGTYPE", "user_script", "not the head of an aggregate")
"""What a server says of keys of another type, of a script that stumbled over them, and what a script says."""


class PendingCommand:
    """A command on its way: it stays until it is answered, whether or not anybody still waits."""

    __slots__ = ("answer", "asking", "command", "deadline", "hops", "key", "sent", "unknown")

    def __init__(self, command: bytes, key: str, answer: "asyncio.Future[Any]", deadline: float) -> None:
        self.command = command
        self.key = key
        self.answer = answer
        self.deadline = deadline
        self.asking = False
        self.hops = 0
        self.sent = False
        """The attempt under way has been sent."""
        self.unknown = False
        """An attempt that may have written has gone without an answer."""

    def settle(self, reply: Any) -> None:
        if not self.answer.done():
            self.answer.set_result(reply)

    def refuse(self, error: Exception) -> None:
        """Answer with an error; one that says *nothing was written* is believed only if that is certain."""
        if self.unknown and not isinstance(error, ForeignStore | HistoryChanged | OutcomeUnknown):
            error = OutcomeUnknown(f"no answer to an append that was sent: {error}")
        if not self.answer.done():
            self.answer.set_exception(error)
            # Heard of already: nobody may wait for the answer any more, which is no fault to be logged.
            self.answer.exception()

    def give_up(self, cause: Exception) -> None:
        """The time is over."""
        named = isinstance(cause, StoreError)
        self.refuse(cause if named else StoreUnavailable(f"the server was not reached: {_said(cause)}"))


class NodeAddress(NamedTuple):
    """How a lane reaches its server."""

    name: str
    connect: Callable[[], Awaitable[tuple[Any, bool]]]
    """Gives a connection, its server checked, and whether that server can count copies on disk."""
    elsewhere: Callable[[PendingCommand, Exception], None]
    """Takes what belongs to another server or lost its connection; it comes back, or is refused."""


class PipelineLane:
    """One pipelining connection. A writing one may wait for copies, and may have to say that it is unsure."""

    def __init__(self, node: NodeAddress, *, writes: bool = False, copies: int = 0) -> None:
        self._node = node
        self._writes = writes
        self._copies = copies
        self._queue: deque[PendingCommand] = deque()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._connection: Any = None
        self._counts_disks = False
        self._stale = False
        self._backoff = Backoff(BACKOFF_S_MIN, BACKOFF_S_MAX, at_once=True)
        self._outage = Outage("the connection to the event store", node=node.name)
        self._task: asyncio.Task[None] | None = None

    def submit(self, pending: PendingCommand) -> None:
        """Queue a command. Raises StoreBusy when QUEUE_MAX wait already."""
        if len(self._queue) >= QUEUE_MAX:
            raise StoreBusy(f"{len(self._queue)} commands wait for {self._node.name}")
        self._queue.append(pending)
        self._wake.set()
        self._idle.clear()
        if self._task is None:
            self._task = asyncio.create_task(self._serve(), name=f"lane to {self._node.name}")

    async def drained(self) -> bool:
        """Wait until nothing is queued or under way; say whether there was anything to wait for."""
        waited = not self._idle.is_set()
        await self._idle.wait()
        return waited

    async def close(self) -> None:
        """Leave. What is still queued is refused."""
        if self._task is not None:
            await ended(self._task)

    async def _serve(self) -> None:
        batch: deque[PendingCommand] = deque()
        try:
            while True:
                if not self._queue:
                    self._idle.set()
                    self._wake.clear()
                    await self._wake.wait()
                batch = self._take()
                try:
                    await self._exchange(batch)
                    self._backoff.reset()
                    self._outage.worked(self)
                except Exception as error:  # noqa: BLE001 - Whatever it was, this connection is not trusted again.
                    await self._lost(batch, error)
                if self._stale:
                    await self._disconnect()
        finally:
            self._task = None
            self._release([*batch, *self._queue], StoreUnavailable("the event store is closing"))
            self._queue.clear()
            self._idle.set()
            await self._disconnect()

    def _take(self) -> deque[PendingCommand]:
        batch: deque[PendingCommand] = deque()
        size = 0
        while self._queue and len(batch) < BATCH_MAX and size < BATCH_BYTES_MAX:
            pending = self._queue.popleft()
            size += len(pending.command)
            batch.append(pending)
        return batch

    async def _exchange(self, batch: deque[PendingCommand]) -> None:
        """Send a batch and hand out the answers; what is left in it afterwards was not answered."""
        async with asyncio.timeout(REPLY_TIMEOUT_S) as limit:
            # A connection that was closed while it had nothing to do: nothing has been sent on it yet.
            if self._connection is not None and await self._connection.can_read():
                await self._disconnect()
            if self._connection is None:
                self._connection, self._counts_disks = await self._node.connect()
            parts = []
            for pending in batch:
                pending.sent = True
                if pending.asking:
                    parts.append(ASKING)
                parts.append(pending.command)
            if self._copies:
                parts.append(self._wait_for_copies())
            await self._connection.send_packed_command([b"".join(parts)], check_health=False)
            if self._copies:
                await self._answer_copied(batch, limit)
                return
            while batch:
                reply = await self._reply(batch[0], limit)
                self._answer(batch.popleft(), reply)

    async def _reply(self, pending: PendingCommand, limit: asyncio.Timeout) -> Any:
        # A slow server is not a lost one: what is limited is the silence between two answers.
        limit.reschedule(asyncio.get_running_loop().time() + REPLY_TIMEOUT_S)
        if pending.asking:
            await self._connection.read_response(disable_decoding=True)
        try:
            return await self._connection.read_response(disable_decoding=True)
        except ResponseError as error:
            return error

    async def _answer_copied(self, batch: deque[PendingCommand], limit: asyncio.Timeout) -> None:
        """Too few copies is unknown, not success, for whatever the batch wrote or found written."""
        replies = [await self._reply(pending, limit) for pending in batch]
        counted = await self._connection.read_response(disable_decoding=True)
        # WAITAOF counts this server's own disk first: a copy elsewhere is no use without it.
        copies = (counted[1] if counted[0] else 0) if isinstance(counted, list) else counted
        for reply in replies:
            pending = batch.popleft()
            stands = isinstance(reply, list) and reply[0] in (b"OK", b"AGAIN", b"DEALT")
            if stands and copies < self._copies:
                pending.refuse(
                    OutcomeUnknown(f"{self._copies} copies were promised, {copies} answered in time")
                )
            else:
                self._answer(pending, reply)

    def _answer(self, pending: PendingCommand, reply: Any) -> None:
        pending.sent = False
        if not isinstance(reply, Exception):
            pending.settle(reply)
        elif isinstance(reply, NoScriptError):
            pending.command = in_full(pending.command)
            self._queue.append(pending)
        elif isinstance(reply, ELSEWHERE):
            # A server that was demoted must be looked at again before anything more is sent to it.
            self._stale = self._stale or isinstance(reply, ReadOnlyError)
            self._node.elsewhere(pending, reply)
        else:
            pending.refuse(_named(reply))

    def _wait_for_copies(self) -> bytes:
        if self._counts_disks:
            return wire.command("WAITAOF", 1, self._copies, COPIES_TIMEOUT_MS)
        return wire.command("WAIT", self._copies, COPIES_TIMEOUT_MS)

    async def _lost(self, batch: deque[PendingCommand], error: Exception) -> None:
        """The connection broke: everything here finds its server anew, unless its time is over."""
        await self._disconnect()
        self._outage.failed(self, f"{_said(error)}, {len(batch)} commands are unanswered")
        waiting = [*batch, *self._queue]
        batch.clear()
        self._queue.clear()
        self._release(waiting, error)
        await asyncio.sleep(self._backoff.next_s())

    def _release(self, waiting: list[PendingCommand], error: Exception) -> None:
        now = asyncio.get_running_loop().time()
        for pending in waiting:
            pending.unknown = pending.unknown or (self._writes and pending.sent)
            pending.sent = False
            if isinstance(error, StoreError) or now >= pending.deadline:
                pending.give_up(error)
            else:
                self._node.elsewhere(pending, error)

    async def _disconnect(self) -> None:
        connection, self._connection, self._stale = self._connection, None, False
        if connection is not None:
            await connection.disconnect(nowait=True)


async def ended(task: "asyncio.Task[None]") -> None:
    """Cancel a task until it has ended: a task group that fails just then swallows the first cancellation."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=CANCEL_AGAIN_S)


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


def _named(error: Exception) -> StoreError:
    """Name what the server refused; nothing was written."""
    text = str(error)
    status = getattr(error, "status_code", None) or text.partition(" ")[0]
    if status in REFUSALS:
        return StoreUnavailable(f"the server refuses this: {status} {text.removeprefix(status).strip()}")
    if "equal or smaller" in text:
        return HistoryChanged(f"entries are missing at the end of the log: {text}")
    if any(mark in text for mark in FOREIGN):
        return ForeignStore(f"the keys are not this event store's: {text}")
    return StoreError(f"the server does not do this: {text}")
