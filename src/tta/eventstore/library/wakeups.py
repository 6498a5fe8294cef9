"""Blocking until a slot's log or a view may have moved, without asyncio: one listening thread per open slot.

A wake-up is a hint: whoever is woken looks for themselves, and looks again after POLL_S at the latest.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

import structlog
from redis.exceptions import MovedError, RedisError
from redis.exceptions import TimeoutError as QuietTooLong

from tta.eventstore.backoff import Backoff
from tta.eventstore.errors import StoreError
from tta.eventstore.library.server import ServerConnection
from tta.telemetry.outages import Outage

POLL_S = 1.0
QUIET_S = 15.0
"""After this much silence the connection is tried: a server that vanished says nothing either."""
INTERRUPT_S = 0.05
BACKOFF_S_MIN, BACKOFF_S_MAX = 0.05, 2.0

log = structlog.get_logger(__name__)


class LibraryWakeups:
    """Sets the events of all who listen whenever one of the channels speaks, or may have been missed."""

    def __init__(
        self,
        connect: Callable[[], ServerConnection],
        redirect: Callable[[MovedError], None],
        channels: Sequence[str],
    ) -> None:
        self._connect = connect
        self._redirect = redirect
        self._channels = channels
        self._waiting: set[threading.Event] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._link: ServerConnection | None = None
        self._heard = False
        self._outage = Outage("the connection for wake-ups, without which the log is polled")

    def add(self, woken: threading.Event) -> None:
        with self._lock:
            self._waiting.add(woken)
            if not self._closing.is_set() and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._listen, name="recorder wake-ups", daemon=True)
                self._thread.start()

    def remove(self, woken: threading.Event) -> None:
        with self._lock:
            self._waiting.discard(woken)

    @contextmanager
    def listening(self) -> Iterator[threading.Event]:
        """An event that is set on every wake-up; clear it before looking."""
        woken = threading.Event()
        self.add(woken)
        try:
            yield woken
        finally:
            self.remove(woken)

    def close(self) -> None:
        self._closing.set()
        link = self._link
        if link is not None:
            link.connection.disconnect()
        self._wake()

    def _wake(self) -> None:
        with self._lock:
            for woken in self._waiting:
                woken.set()

    def _listen(self) -> None:
        backoff = Backoff(BACKOFF_S_MIN, BACKOFF_S_MAX)
        while not self._closing.is_set():
            try:
                self._link = self._connect()
                self._hear(self._link)
            except MovedError as error:
                self._redirect(error)
            except (RedisError, OSError, StoreError, TypeError, AttributeError, ValueError) as error:
                # The last three are how the client says that `close` took its socket away.
                if not self._closing.is_set():
                    self._outage.failed(self, str(error))
            finally:
                link, self._link = self._link, None
                if link is not None:
                    link.connection.disconnect()
            if self._heard:
                backoff.reset()
            self._heard = False
            self._closing.wait(backoff.next_s())

    def _hear(self, link: ServerConnection) -> None:
        for channel in self._channels:
            link.connection.send_command("SSUBSCRIBE", channel)
        asked = False
        while not self._closing.is_set():
            if not link.connection.can_read(timeout=QUIET_S):
                if asked:
                    raise QuietTooLong(f"no sign of life in {QUIET_S} s")
                link.connection.send_command("PING")
                asked = True
                continue
            message, asked = link.reply(), False
            if message[0] == b"sunsubscribe":
                raise QuietTooLong("the slot moved to another server")
            # Being subscribed wakes too: whatever came before was not heard.
            self._heard = True
            self._outage.worked(self)
            self._wake()


def pause(woken: threading.Event, interrupt: threading.Event | None, deadline: float) -> None:
    """Block until woken, interrupted, the deadline, or POLL_S have passed.

    One thread cannot block on two events: with an interrupt it looks at that flag, and at nothing else,
    every INTERRUPT_S.
    """
    until = min(deadline, monotonic() + POLL_S)
    while not (interrupt is not None and interrupt.is_set()):
        remaining_s = until - monotonic()
        if remaining_s <= 0:
            return
        if woken.wait(remaining_s if interrupt is None else min(remaining_s, INTERRUPT_S)):
            return
