"""Group commit: one connection per server node, on which everything that has queued up goes as one pipeline.

With `appendfsync always` one fsync then serves the whole batch. The connection never retries by
itself: after a lost reply the writer sends the very same append again, which the script recognises.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import structlog
from redis.exceptions import (
    AskError,
    ClusterDownError,
    MovedError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from tta.eventstore import wire
from tta.eventstore.durability import COPIES_TIMEOUT_MS
from tta.eventstore.errors import (
    ForeignStore,
    HistoryChanged,
    OutcomeUnknown,
    StoreBusy,
    StoreError,
    StoreUnavailable,
    UnsafeServer,
)
from tta.eventstore.scripts import APPEND

BATCH_MAX = 256  # Larger pipelines add latency for those behind, and no throughput (bench/appends).
BATCH_BYTES_MAX = 1024 * 1024
QUEUE_MAX = 10_000
OUTCOME_TIMEOUT_S = 10.0
REPLY_TIMEOUT_S = 5.0
BACKOFF_S_MIN, BACKOFF_S_MAX = 0.01, 0.5

SCRIPT_LOAD = wire.command("SCRIPT", "LOAD", APPEND.text)
ASKING = wire.command("ASKING")
ELSEWHERE = (MovedError, AskError, TryAgainError, ClusterDownError, ReadOnlyError)

log = structlog.get_logger(__name__)


class Pending:
    """An append on its way: it stays until it is answered, whether or not anybody still waits."""

    __slots__ = ("answer", "asking", "command", "deadline", "key", "sent")

    def __init__(
        self, command: bytes, key: str, answer: "asyncio.Future[list[bytes]]", deadline: float
    ) -> None:
        self.command = command
        self.key = key
        self.answer = answer
        self.deadline = deadline
        self.sent = False
        self.asking = False

    def refuse(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)

    def give_up(self, cause: BaseException) -> None:
        """The time is over: say whether the append may stand."""
        if self.sent:
            error: StoreError = OutcomeUnknown(f"no answer to an append that was sent: {cause}")
        elif isinstance(cause, UnsafeServer):
            error = cause
        else:
            error = StoreUnavailable(f"the append was not sent: {cause}")
        self.refuse(error)


class Node(NamedTuple):
    """How a writer reaches its server."""

    name: str
    connect: Callable[[], Awaitable[tuple[Any, bool]]]
    """Gives a connection whose server has been checked, and whether that server can count copies on disk."""


class Writer:
    """The one who writes to a node. `reroute` takes what turned out to belong to another one."""

    def __init__(
        self, node: Node, *, copies: int, reroute: Callable[[Pending, RedisError], Awaitable[None]]
    ) -> None:
        self._node = node
        self._copies = copies
        self._reroute = reroute
        self._queue: deque[Pending] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._connection: Any = None
        self._counts_disks = False
        self._backoff_s = 0.0
        self._task: asyncio.Task[None] | None = None

    def submit(self, pending: Pending) -> None:
        """Queue an append. Raises StoreBusy when QUEUE_MAX wait already, StoreUnavailable when closing."""
        if self._closing:
            raise StoreUnavailable("the event store is closing")
        if len(self._queue) >= QUEUE_MAX:
            raise StoreBusy(f"{len(self._queue)} appends wait for {self._node.name}")
        self._queue.append(pending)
        self._wake.set()
        if self._task is None:
            self._task = asyncio.create_task(self._serve(), name=f"writer {self._node.name}")

    async def close(self) -> None:
        """Send what is queued, then leave."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task
        await self._disconnect()

    async def _serve(self) -> None:
        while self._queue or not self._closing:
            if not self._queue:
                self._wake.clear()
                await self._wake.wait()
                continue
            batch = self._take()
            try:
                await self._exchange(batch)
                self._backoff_s = 0.0
            except (RedisError, OSError, TimeoutError, UnsafeServer) as error:
                await self._lost(batch, error)
            except BaseException as error:
                for pending in batch:
                    pending.give_up(error)
                raise

    def _take(self) -> deque[Pending]:
        batch: deque[Pending] = deque()
        size = 0
        while self._queue and len(batch) < BATCH_MAX and size < BATCH_BYTES_MAX:
            pending = self._queue.popleft()
            size += len(pending.command)
            batch.append(pending)
        return batch

    async def _exchange(self, batch: deque[Pending]) -> None:
        """Send a batch and hand out the answers; what is left in it afterwards was not answered."""
        async with asyncio.timeout(REPLY_TIMEOUT_S):
            if self._connection is None:
                self._connection, self._counts_disks = await self._node.connect()
                await self._load_script()
            connection = self._connection
            parts = []
            for pending in batch:
                if pending.asking:
                    parts.append(ASKING)
                parts.append(pending.command)
                pending.sent = True
            if self._copies:
                parts.append(self._wait_for_copies())
            await connection.send_packed_command([b"".join(parts)], check_health=False)
            if self._copies:
                await self._answer_copied(batch)
                return
            while batch:
                reply = await self._reply(batch[0])
                await self._answer(batch.popleft(), reply)

    async def _reply(self, pending: Pending) -> Any:
        if pending.asking:
            await self._connection.read_response(disable_decoding=True)
        try:
            return await self._connection.read_response(disable_decoding=True)
        except ResponseError as error:
            return error

    async def _answer_copied(self, batch: deque[Pending]) -> None:
        """Too few copies is unknown, not success, for whatever the batch wrote or found written."""
        replies = [await self._reply(pending) for pending in batch]
        counted = await self._connection.read_response(disable_decoding=True)
        copies = counted[1] if isinstance(counted, list) else counted
        for reply in replies:
            pending = batch.popleft()
            stands = isinstance(reply, list) and reply[0] in (b"OK", b"AGAIN", b"DEALT")
            if stands and copies < self._copies:
                pending.refuse(
                    OutcomeUnknown(f"{self._copies} copies were promised, {copies} answered in time")
                )
            else:
                await self._answer(pending, reply)

    async def _answer(self, pending: Pending, reply: Any) -> None:
        if not isinstance(reply, Exception):
            if not pending.answer.done():
                pending.answer.set_result(reply)
        elif isinstance(reply, NoScriptError):
            await self._load_script()
            self._queue.appendleft(pending)
        elif isinstance(reply, ELSEWHERE):
            await self._reroute(pending, reply)
        else:
            pending.refuse(_named(reply))

    async def _load_script(self) -> None:
        await self._connection.send_packed_command([SCRIPT_LOAD], check_health=False)
        await self._connection.read_response(disable_decoding=True)

    def _wait_for_copies(self) -> bytes:
        if self._counts_disks:
            return wire.command("WAITAOF", 1, self._copies, COPIES_TIMEOUT_MS)
        return wire.command("WAIT", self._copies, COPIES_TIMEOUT_MS)

    async def _lost(self, batch: deque[Pending], error: BaseException) -> None:
        """The connection broke: put back what was not answered, in order, unless its time is over."""
        await self._disconnect()
        now = asyncio.get_running_loop().time()
        log.warning(
            "event store connection lost", node=self._node.name, unanswered=len(batch), error=str(error)
        )
        unsafe = isinstance(error, UnsafeServer)
        while batch:
            pending = batch.pop()
            if unsafe or now >= pending.deadline:
                pending.give_up(error)
            else:
                self._queue.appendleft(pending)
        while self._queue and now >= self._queue[0].deadline:
            self._queue.popleft().give_up(error)
        # The first attempt after a loss is made at once: most often the server is already back.
        if self._backoff_s:
            await asyncio.sleep(self._backoff_s * random.uniform(0.5, 1))  # noqa: S311 - Jitter, not a secret.
        self._backoff_s = min(max(self._backoff_s * 2, BACKOFF_S_MIN), BACKOFF_S_MAX)

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)


def _named(error: Exception) -> StoreError:
    """Name what the server refused; nothing was written."""
    text = str(error)
    if isinstance(error, OutOfMemoryError) or text.startswith(("MISCONF", "NOREPLICAS", "OOM", "BUSY")):
        return StoreUnavailable(f"the server refuses writes: {text}")
    if "equal or smaller" in text:
        return HistoryChanged(f"entries are missing at the end of the log: {text}")
    return ForeignStore(f"the keys are not this event store's: {text}")
