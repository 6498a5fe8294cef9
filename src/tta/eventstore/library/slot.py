"""An open slot for the eventsourcing library: what it is, whether it may be written, how it is read."""

import weakref
from contextlib import suppress
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from tta.clock import now_ms
from tta.eventstore.durability import Durability
from tta.eventstore.envelope import Head, RecordedEvent
from tta.eventstore.errors import HistoryChanged, StoreMismatch
from tta.eventstore.layout import LAYOUT, Layout, check_name
from tta.eventstore.library.errors import ReadOnlyStore
from tta.eventstore.library.server import LibraryServer
from tta.eventstore.library.wakeups import LibraryWakeups
from tta.eventstore.scripts import SELECT
from tta.eventstore.store_record import claim, must_be_a_log, must_match
from tta.eventstore.subscription import Mark, recorded

PAGE_EVENTS = 500


class Span(NamedTuple):
    """Which versions of an aggregate: above `gt`, up to `lte`, backwards if `desc`, at most `limit`."""

    gt: int | None = None
    lte: int | None = None
    desc: bool = False
    limit: int | None = None


class OpenSlot:
    """One slot of a store. `open` checks what is there first."""

    def __init__(self, server: LibraryServer, layout: Layout, slot: int, *, read_only: bool) -> None:
        self.server = server
        self.layout = layout
        self.slot = slot
        self.read_only = read_only
        self.log = layout.log(slot)
        channels = [layout.wake(slot), layout.tracking(slot)]
        self.wakeups = LibraryWakeups(server.connect, server.redirect, channels)
        # A view's factory is often dropped at once: the connections go when the last recorder goes.
        self._finalizer = weakref.finalize(self, _close, server, self.wakeups)

    @classmethod
    def open(
        cls, url: str, name: str, *, durability: Durability, slot: int = 0, read_only: bool = False
    ) -> "OpenSlot":
        """Open a store of one slot, making it where there is none; or follow any slot of a store that exists.

        Raises RecorderUnavailable, UnsafeServer, StoreMismatch (other slots or layout) or ForeignStore.
        """
        check_name(name)
        if slot and not read_only:
            raise StoreMismatch(
                f"a recorder writes to stores of one slot, got slot {slot}: open it read-only"
            )
        server = LibraryServer(url, None if read_only else durability)
        try:
            layout = _found(server, name, slot) if read_only else _claimed(server, name)
        except BaseException:
            server.close()
            raise
        return cls(server, layout, slot, read_only=read_only)

    def close(self) -> None:
        self._finalizer()

    def must_be_writable(self) -> None:
        if self.read_only:
            raise ReadOnlyStore(
                f"slot {self.slot} of store {self.layout.name} was opened to be followed only"
            )

    def last_position(self) -> int | None:
        last = self.server.call("XREVRANGE", self.log, "+", "-", "COUNT", 1)
        return recorded(self.slot, last[0]).position if last else None

    def read(self, first: int, last: int | None, count: int, **patience: float) -> list[RecordedEvent]:
        """Read at most `count` entries from a position on. Raises HistoryChanged when any is missing."""
        end = "+" if last is None else last
        raw = self.server.call("XRANGE", self.log, first, end, "COUNT", count, **patience)
        events = [recorded(self.slot, entry) for entry in raw]
        for expected, event in enumerate(events, first):
            if event.position != expected:
                raise HistoryChanged(f"slot {self.slot}: expected position {expected}, got {event.position}")
        return events

    def read_on(self, mark: Mark, count: int, **patience: float) -> tuple[Mark, list[RecordedEvent]]:
        """Read behind a mark, whose hash may be unknown (b""); return the mark behind what was read.

        Raises HistoryChanged when what stands at the mark is not what was read there.
        """
        if not mark.position:
            events = self.read(1, None, count, **patience)
            return (Mark(events[-1].position, events[-1].hash) if events else mark), events
        events = self.read(mark.position, None, count + 1, **patience)
        if not events:
            raise HistoryChanged(
                f"slot {self.slot}: expected position {mark.position} to stand, got the log's end"
            )
        if mark.hash and events[0].hash != mark.hash:
            raise HistoryChanged(
                f"slot {self.slot}: position {mark.position} held {mark.hash.hex()[:12]}, "
                f"now holds {events[0].hash.hex()[:12]}"
            )
        return Mark(events[-1].position, events[-1].hash), events[1:]

    def select(self, originator: UUID | str, span: Span) -> tuple[Head | None, list[RecordedEvent]]:
        """Read an aggregate's events, in the span's order, and its head. Raises HistoryChanged."""
        keys = [self.log, self.layout.head(self.slot, originator)]
        first, last = "" if span.gt is None else span.gt + 1, "" if span.lte is None else span.lte
        wanted, head = span.limit, None
        events: list[RecordedEvent] = []
        while wanted is None or len(events) < wanted:
            count = PAGE_EVENTS if wanted is None else min(PAGE_EVENTS, wanted - len(events))
            reply = self.server.run(SELECT, keys, [first, last, count, "last" if span.desc else "first"])
            if not reply:
                return None, []
            head = Head(reply[0], bytes(reply[2]))
            page = self._chained(originator, head, reply[1], reply[3])
            if span.desc:
                events = _joined(page, events)
                last = page[0].version - 1 if page else ""
            else:
                events = _joined(events, page)
                first = page[-1].version + 1 if page else ""
            if len(page) < count or last == -1:
                break
        return head, events[::-1] if span.desc else events

    def _chained(self, originator: UUID | str, head: Head, first_hot: int, raw: Any) -> list[RecordedEvent]:
        if raw == b"ARCHIVED":
            raise HistoryChanged(f"{originator}: events before its first hot version {first_hot} are needed")
        events = [recorded(self.slot, entry) for entry in raw]
        for before, event in pairwise(events):
            _must_follow(before, event)
        if events and events[-1].version == head.version and events[-1].hash != head.hash:
            raise HistoryChanged(
                f"{originator}: expected version {head.version} to be {head.hash.hex()[:12]}, "
                f"got {events[-1].hash.hex()[:12]}"
            )
        return events


def _joined(before: list[RecordedEvent], after: list[RecordedEvent]) -> list[RecordedEvent]:
    if before and after:
        _must_follow(before[-1], after[0])
    return before + after


def _must_follow(before: RecordedEvent, event: RecordedEvent) -> None:
    if event.version != before.version + 1 or event.envelope.previous != before.hash:
        raise HistoryChanged(
            f"position {event.position}: expected version {before.version + 1} after "
            f"{before.hash.hex()[:12]}, got {event.version} after {event.envelope.previous.hex()[:12]}"
        )


def _close(server: LibraryServer, wakeups: LibraryWakeups) -> None:
    wakeups.close()
    server.close()


def _claimed(server: LibraryServer, name: str) -> Layout:
    """Write down that this is a store of one slot, or compare with what is written."""
    layout = Layout(name, 1)
    asking = claim(layout, now_ms())
    commands = next(asking)
    with suppress(StopIteration):
        while True:
            commands = asking.send([server.call(*command) for command in commands])
    return layout


def _found(server: LibraryServer, name: str, slot: int) -> Layout:
    """The layout of a store that exists."""
    told, slots_told = server.call("HMGET", Layout(name, 1).record, "layout", "slots")
    must_match(name, {"layout": str(LAYOUT)}, [told])
    slots = int(slots_told)
    if not 0 <= slot < slots:
        raise StoreMismatch(f"store {name}: expected a slot below {slots}, got {slot}")
    layout = Layout(name, slots)
    must_be_a_log(layout.log(slot), server.call("TYPE", layout.log(slot)))
    return layout
