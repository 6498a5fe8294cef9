"""One server, reached without asyncio: what is sent again after a lost reply, and what is refused.

Connections never retry by themselves. A writing script is sent again, unchanged, until it is answered
or its time is over; every such script recognises its own earlier effect.
"""

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any, NoReturn

import structlog
from redis.backoff import NoBackoff
from redis.connection import ConnectionPool
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
from redis.retry import Retry

from tta.eventstore import wire
from tta.eventstore.backoff import Backoff
from tta.eventstore.durability import COPIES_TIMEOUT_MS, QUESTIONS, Durability, judged
from tta.eventstore.errors import ForeignStore, HistoryChanged, StoreError, UnsafeServer
from tta.eventstore.library.errors import InsertUnknown, RecorderUnavailable
from tta.eventstore.scripts import Script

CONNECTIONS_MAX = 16
REPLY_TIMEOUT_S = 5.0
WRITE_PATIENCE_S = 10.0
READ_PATIENCE_S = 5.0
BACKOFF_S_MIN, BACKOFF_S_MAX = 0.01, 0.5
AWAY = (AskError, TryAgainError, ClusterDownError, ReadOnlyError)
"""What passes by itself: a slot on its way, a replica about to be promoted."""

log = structlog.get_logger(__name__)


class ServerConnection:
    """A connection, whether its server counts copies on disk, and the server that was meant then."""

    __slots__ = ("connection", "counts_disks", "era")

    def __init__(self, connection: Any, counts_disks: bool, era: int) -> None:
        self.connection = connection
        self.counts_disks = counts_disks
        self.era = era

    def is_silent(self) -> bool:
        """An idle connection that has something to say was closed, or is out of step."""
        try:
            return not self.connection.can_read(timeout=0)
        except (RedisError, OSError):
            return False

    def ask(self, command: bytes) -> Any:
        self.connection.send_packed_command([command], check_health=False)
        return self.reply()

    def reply(self) -> Any:
        return self.connection.read_response(disable_decoding=True)


class LibraryCall:
    """A command until it is answered."""

    __slots__ = ("asked", "command", "deadline", "lost", "script", "writing")

    def __init__(
        self, command: bytes, script: Script | None, patience_s: float, *, writing: bool = False
    ) -> None:
        self.command = command
        self.script = script
        self.writing = writing
        self.deadline = monotonic() + patience_s
        self.asked = False
        self.lost = False
        """It was sent, and the connection broke before the answer came."""


class LibraryServer:
    """A bounded number of connections, for any thread. `durability` None: only read, nothing is checked."""

    def __init__(self, url: str, durability: Durability | None) -> None:
        pool = ConnectionPool.from_url(url)
        self._make = pool.connection_class
        self._settings: dict[str, Any] = {
            **pool.connection_kwargs,
            "protocol": 2,
            "socket_timeout": REPLY_TIMEOUT_S,
            "socket_connect_timeout": REPLY_TIMEOUT_S,
            "retry": Retry(NoBackoff(), 0),
            "health_check_interval": 0,
        }
        self._durability = durability
        self._room = threading.BoundedSemaphore(CONNECTIONS_MAX)
        self._idle: deque[ServerConnection] = deque()
        self._process = os.getpid()
        self._era = 0
        self._closed = False

    @property
    def copies(self) -> int:
        return self._durability.copies if self._durability else 0

    def close(self) -> None:
        self._closed = True
        while self._idle:
            self._idle.pop().connection.disconnect()

    def connect(self) -> ServerConnection:
        """A new connection whose server has been checked. Raises UnsafeServer, RedisError or OSError."""
        connection, era = self._make(**self._settings), self._era
        try:
            connection.connect()
            return ServerConnection(connection, self._checked(connection), era)
        except BaseException:
            connection.disconnect()
            raise

    def redirect(self, error: MovedError) -> None:
        """From now on, go where the slot has moved to."""
        log.info("the slot is on another server", host=error.host, port=error.port)
        self._settings |= {"host": error.host or self._settings.get("host"), "port": error.port}
        self._era += 1

    def call(self, *words: str | bytes | int, patience_s: float = READ_PATIENCE_S) -> Any:
        """One command that only reads, or that may run twice. Raises RecorderUnavailable."""
        return self._answer(LibraryCall(wire.command(*words), None, patience_s))[0]

    def run(
        self,
        script: Script,
        keys: list[str],
        arguments: list[str | bytes | int],
        patience_s: float = READ_PATIENCE_S,
    ) -> Any:
        """One run of a reading script."""
        command = wire.command("EVALSHA", script.sha, len(keys), *keys, *arguments)
        return self._answer(LibraryCall(command, script, patience_s))[0]

    def write(
        self, script: Script, keys: list[str], arguments: list[str | bytes | int]
    ) -> tuple[list[Any], bool]:
        """Run a writing script; the flag says that an earlier try of this call may have had its effect.

        Raises RecorderUnavailable: nothing was written. InsertUnknown: it may stand.
        """
        command = wire.command("EVALSHA", script.sha, len(keys), *keys, *arguments)
        return self._answer(LibraryCall(command, script, WRITE_PATIENCE_S, writing=True))

    def _answer(self, call: LibraryCall) -> tuple[Any, bool]:
        """Ask until there is an answer or the time is over."""
        backoff = Backoff(BACKOFF_S_MIN, BACKOFF_S_MAX, at_once=True)
        while True:
            call.asked = False
            try:
                return self._once(call), call.lost
            except MovedError as error:
                self.redirect(error)
                cause: Exception = error
            except AWAY as error:
                cause = error
            except ResponseError as error:
                _refused(error)
            except (RedisError, OSError) as error:
                call.lost = call.lost or call.asked
                cause = error
            except UnsafeServer as error:
                if call.writing and call.lost:
                    raise InsertUnknown(f"no answer to an insert that was sent: {error}") from error
                raise
            if monotonic() >= call.deadline:
                if call.writing and call.lost:
                    raise InsertUnknown(f"no answer to an insert that was sent: {cause}") from cause
                raise RecorderUnavailable(f"the event store cannot be reached: {cause}") from cause
            sleep(backoff.next_s())

    def _once(self, call: LibraryCall) -> Any:
        with self._lent(call.deadline) as link:
            call.asked = True
            try:
                return self._exchange(link, call)
            except NoScriptError:
                if call.script is None:
                    raise
                link.ask(wire.command("SCRIPT", "LOAD", call.script.text))
                return self._exchange(link, call)

    def _exchange(self, link: ServerConnection, call: LibraryCall) -> Any:
        if not (call.writing and self.copies):
            return link.ask(call.command)
        wait = ("WAITAOF", 1, self.copies) if link.counts_disks else ("WAIT", self.copies)
        both = call.command + wire.command(*wait, COPIES_TIMEOUT_MS)
        link.connection.send_packed_command([both], check_health=False)
        try:
            reply: Any = link.reply()
        except ResponseError as error:
            reply = error
        counted = link.reply()
        if isinstance(reply, ResponseError):
            raise reply
        copies = counted[1] if isinstance(counted, list) else counted
        if reply[0] != b"CONFLICT" and copies < self.copies:
            raise InsertUnknown(f"{self.copies} copies were promised, {copies} answered in time")
        return reply

    @contextmanager
    def _lent(self, deadline: float) -> Iterator[ServerConnection]:
        link = self._borrow(deadline)
        try:
            yield link
        except (*AWAY, MovedError):
            self._drop(link)
            raise
        except (ResponseError, StoreError):  # These are answers: the connection is in order.
            self._give_back(link)
            raise
        except BaseException:
            self._drop(link)
            raise
        else:
            self._give_back(link)

    def _borrow(self, deadline: float) -> ServerConnection:
        if self._closed:
            raise RecorderUnavailable("the event store is closed")
        if os.getpid() != self._process:  # A forked child must not share its parent's connections.
            self._process, self._idle = os.getpid(), deque()
            self._room = threading.BoundedSemaphore(CONNECTIONS_MAX)
        if not self._room.acquire(timeout=max(0.0, deadline - monotonic())):
            raise RecorderUnavailable(f"all {CONNECTIONS_MAX} connections were in use")
        try:
            while self._idle:
                link = self._idle.pop()
                if link.era == self._era and link.is_silent():
                    return link
                link.connection.disconnect()
            return self.connect()
        except IndexError:  # Another thread took the last one meanwhile.
            return self.connect()
        except BaseException:
            self._room.release()
            raise

    def _give_back(self, link: ServerConnection) -> None:
        if self._closed or link.era != self._era:
            link.connection.disconnect()
        else:
            self._idle.append(link)
        self._room.release()

    def _drop(self, link: ServerConnection) -> None:
        link.connection.disconnect()
        self._room.release()

    def _checked(self, connection: Any) -> bool:
        if self._durability is None:
            return False
        answers: list[Any] = []
        for question in QUESTIONS:
            connection.send_command(*question)
            try:
                answers.append(connection.read_response(disable_decoding=True))
            except ResponseError as error:
                answers.append(error)
        return judged(self._durability, answers)


def _refused(error: ResponseError) -> NoReturn:
    """Name what the server refused; nothing was written."""
    text = str(error)
    named: StoreError
    if isinstance(error, OutOfMemoryError) or text.startswith(("MISCONF", "NOREPLICAS", "OOM", "BUSY")):
        named = RecorderUnavailable(f"the server refuses writes: {text}")
    elif "equal or smaller" in text:
        named = HistoryChanged(f"entries are missing at the end of the log: {text}")
    else:
        named = ForeignStore(f"the keys are not this event store's: {text}")
    raise named from error
