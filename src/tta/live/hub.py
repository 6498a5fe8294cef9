"""One reader of the log per process, however many streams are open: it hands each event to who watches it.

What waits for a stream is bounded and sealed. Who is too slow, or watches when the log becomes another one,
is ended and comes again: a stream catches up from the log, so the hub may forget.
"""

import asyncio
from collections import Counter, deque
from contextlib import aclosing
from enum import StrEnum
from uuid import UUID

import structlog

from tta.eventstore.backoff import Backoff
from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.errors import HistoryChanged, StoreUnavailable
from tta.eventstore.store import EventStore
from tta.eventstore.writer import ended
from tta.live.turn_steps import StepNotice, step_notice_of
from tta.telemetry.errors import traced
from tta.telemetry.outages import Attempts

STREAMS_MAX = 2_000  # Of one process: some 55 MB, at the 28 KB each that docs/benchmarks.md has.
STREAMS_MAX_EACH = 8  # Of one player: a few devices with a few pages, and those that just broke.
HELD_MAX = 128  # Events that wait for one stream; a turn is two.
STEPS_HELD_MAX = 8  # Progress is left out before an event has to wait for it.
HEARTBEAT_S = 15.0
READY_WITHIN_S = 5.0
BACKOFF_S_MIN, BACKOFF_S_MAX = 0.05, 2.0

log = structlog.get_logger(__name__)


class Ending(StrEnum):
    """Why a stream ends."""

    LEFT = "left"
    """Its client did."""
    SLOW = "slow"
    CHANGED = "changed"
    """The log is not the one that was read before."""
    CLOSING = "closing"
    """The process stops."""
    EXPIRED = "expired"
    """The token that opened it."""
    UNAVAILABLE = "unavailable"
    """What it tells cannot be read now."""


class TooManyStreams(Exception):
    """One player has as many streams open as one may have."""


class HubFull(Exception):
    """The process has as many streams open as it can carry."""


class Watch:
    """What waits for one stream. It watches a session and its player's safety record."""

    def __init__(self, watcher: str, session_id: UUID, record_id: UUID) -> None:
        self.watcher = watcher
        self.session = session_id.bytes
        self.aggregates = (session_id.bytes, record_id.bytes)
        self.ending: Ending | None = None
        self._held: deque[RecordedEvent | StepNotice] = deque()
        self._changed = asyncio.Event()

    def hand(self, recorded: RecordedEvent) -> None:
        if len(self._held) >= HELD_MAX:
            self.end(Ending.SLOW)
        elif self.ending is None:
            self._held.append(recorded)
            self._changed.set()

    def tell(self, notice: StepNotice) -> None:
        if self.ending is None and len(self._held) < STEPS_HELD_MAX:
            self._held.append(notice)
            self._changed.set()

    def end(self, why: Ending) -> None:
        """Forget what waits: the client has its place and comes again. The first reason stays."""
        self.ending = self.ending or why
        self._held.clear()
        self._changed.set()

    async def next(self, within_s: float) -> RecordedEvent | StepNotice | None:
        """Give what comes next; None where it ended, or where nothing came within so many seconds."""
        try:
            async with asyncio.timeout(within_s):
                while not self._held and self.ending is None:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return None
        return self._held.popleft() if self._held else None


class Hub:
    """The streams of one process. Reads only while one is open."""

    def __init__(
        self,
        store: EventStore,
        *,
        streams_max: int = STREAMS_MAX,
        each_max: int = STREAMS_MAX_EACH,
        heartbeat_s: float = HEARTBEAT_S,
        ready_within_s: float = READY_WITHIN_S,
    ) -> None:
        self.heartbeat_s = heartbeat_s
        """When nothing was sent for so long a stream sends a comment: proxies cut the silent, and a broken
        connection is noticed.
        """
        self._ready_within_s = ready_within_s
        self._store = store
        self._streams_max = streams_max
        self._each_max = each_max
        self._watching: dict[bytes, set[Watch]] = {}
        self._joined: set[Watch] = set()
        self._by_watcher: Counter[str] = Counter()
        self._reader: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._closing = False

    @property
    def open(self) -> int:
        """How many streams there are."""
        return len(self._joined)

    @property
    def is_reading(self) -> bool:
        return self._reader is not None and not self._reader.done()

    async def join(self, watch: Watch) -> None:
        """Hand on every event from now. Raises TooManyStreams, HubFull, or StoreUnavailable."""
        if self.open >= self._streams_max:
            raise HubFull(f"a process carries at most {self._streams_max} streams")
        if self._by_watcher[watch.watcher] >= self._each_max:
            raise TooManyStreams(f"at most {self._each_max} streams at once, this would be one more")
        self._joined.add(watch)
        self._by_watcher[watch.watcher] += 1
        for aggregate in watch.aggregates:
            self._watching.setdefault(aggregate, set()).add(watch)
        if self._closing:
            watch.end(Ending.CLOSING)
            return
        if not self.is_reading:
            self._ready = asyncio.Event()
            self._reader = asyncio.create_task(self._read(self._ready), name="live streams")
        try:
            async with asyncio.timeout(self._ready_within_s):
                await self._ready.wait()
        except TimeoutError as error:
            self.leave(watch)
            raise StoreUnavailable("the log cannot be followed now") from error
        except BaseException:
            self.leave(watch)
            raise

    def leave(self, watch: Watch) -> None:
        """Forget a stream; the last one ends the reading."""
        if watch not in self._joined:
            return
        watch.end(Ending.LEFT)
        self._joined.discard(watch)
        self._by_watcher[watch.watcher] -= 1
        if not self._by_watcher[watch.watcher]:
            del self._by_watcher[watch.watcher]
        for aggregate in watch.aggregates:
            watches = self._watching[aggregate]
            watches.discard(watch)
            if not watches:
                del self._watching[aggregate]
        if not self._joined and self._reader is not None:
            self._reader.cancel()
            self._reader = None

    def end_all(self) -> None:
        """The process stops: every stream is told, and so is who comes yet."""
        self._closing = True
        self._end_each(Ending.CLOSING)

    async def close(self) -> None:
        """Read no more."""
        self.end_all()
        if self._reader is not None:
            await ended(self._reader)
            self._reader = None

    def _end_each(self, why: Ending) -> None:
        for watch in tuple(self._joined):
            watch.end(why)

    async def _read(self, ready: asyncio.Event) -> None:
        def heard(message: bytes) -> None:  # Its own: a reader that ends must not unhear the next one.
            self._heard(message)

        self._store.wakeups.hear(heard)
        backoff = Backoff(BACKOFF_S_MIN, BACKOFF_S_MAX)
        attempts = Attempts(self._store.nodes.outage)
        try:
            while True:
                try:
                    marks = await self._store.end_marks()
                    attempts.worked()
                    ready.set()
                    backoff.reset()
                    async with aclosing(self._store.follow(marks)) as rounds:
                        async for batches in rounds:
                            for batch in batches:
                                for recorded in batch.events:
                                    self._hand(recorded)
                except HistoryChanged as changed:
                    log.critical("streams begin anew: the log is another one", error=str(changed))
                    ready.clear()
                    self._end_each(Ending.CHANGED)
                except StoreUnavailable as error:
                    attempts.failed(f"streams cannot follow the log: {error}")
                except Exception as error:  # noqa: BLE001 - Who watches must hear that nothing comes, whatever is wrong.
                    log.error("the reading for streams broke, trying again", error=traced(error))  # noqa: TRY400 - A traceback of our own making.
                    ready.clear()
                    self._end_each(Ending.UNAVAILABLE)
                await asyncio.sleep(backoff.next_s())
        finally:
            attempts.worked()
            self._store.wakeups.unhear(heard)

    def _hand(self, recorded: RecordedEvent) -> None:
        for watch in self._watching.get(recorded.envelope.aggregate, ()):
            watch.hand(recorded)

    def _heard(self, message: bytes) -> None:
        notice = step_notice_of(message)
        if notice is not None:
            for watch in self._watching.get(notice.session, ()):
                watch.tell(notice)
