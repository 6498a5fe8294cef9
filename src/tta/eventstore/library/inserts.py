"""From the library's stored events to one append: chained by hash, all or nothing, in the order given.

The library tells versions, not hashes. So the heads that were seen last are kept, an insert is tried with
those, and where the script answers that only the hash was not known, it is made again with the right one.
"""

import threading
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID, uuid4

from cachetools import LRUCache
from eventsourcing.persistence import IntegrityError, StoredEvent, Tracking

from tta.eventstore.appends import APPEND_BYTES_MAX, EVENT_BYTES_MAX
from tta.eventstore.envelope import ABSENT, HASH_BYTES, Causation, Draft, Head, RecordedEvent, pack
from tta.eventstore.errors import HistoryChanged
from tta.eventstore.library.errors import InsertTooLarge, VersionsApart
from tta.eventstore.library.slot import OpenSlot, Span
from tta.eventstore.scripts import APPEND

INSERT_EVENTS_MAX = 1_000  # The library's own cases insert as many; the server is blocked for 9 ms.
HEADS_MAX = 10_000
ACTOR = "eventsourcing"
UNKNOWN = bytes(HASH_BYTES)
"""Stands for a hash that is not known; no event has it."""


class EventRun(NamedTuple):
    """Neighbouring events of one aggregate."""

    originator: UUID | str
    first: int
    events: list[StoredEvent]


class Request(NamedTuple):
    keys: list[str]
    arguments: list[str | bytes | int]
    first_entry: bytes
    after: dict[str, Head]
    """Where each aggregate will stand."""


class Heads:
    """The heads seen last, by aggregate. Only a hint: the script compares."""

    def __init__(self) -> None:
        self._heads: LRUCache[str, Head] = LRUCache(HEADS_MAX)
        self._lock = threading.Lock()

    def get(self, key: str) -> Head | None:
        with self._lock:
            return self._heads.get(key)

    def put(self, heads: dict[str, Head]) -> None:
        with self._lock:
            self._heads.update(heads)


class Inserts:
    """Inserts of one open slot."""

    def __init__(self, slot: OpenSlot) -> None:
        self.heads = Heads()
        self._slot = slot

    def insert(self, stored: Sequence[StoredEvent], tracking: Tracking | None = None) -> list[int]:
        """Append events, and the position that a process has dealt with; return their positions, in order.

        Raises IntegrityError (VersionsApart for a gap), InsertTooLarge, ReadOnlyStore, HistoryChanged:
        nothing was written.
        """
        self._slot.must_be_writable()
        runs = _runs(stored)
        firsts = {str(run.originator): run.first for run in reversed(runs)}
        expected = {key: self._expected(key, first) for key, first in firsts.items()}
        command_id = uuid4()
        causation = Causation(
            actor=ACTOR, command_id=command_id, correlation_id=command_id, causation_id=command_id
        )
        while True:
            request = self._request(runs, expected, causation, tracking)
            reply, lost = self._slot.server.write(APPEND, request.keys, request.arguments)
            if reply[0] in (b"OK", b"AGAIN"):
                self.heads.put(request.after)
                return list(range(int(reply[1]), int(reply[1]) + len(stored)))
            if reply[0] == b"DEALT":
                first = self._standing(runs[0], request.first_entry) if lost else None
                if first is not None:
                    self.heads.put(request.after)
                    return list(range(first, first + len(stored)))
                raise IntegrityError(f"{tracking} was recorded before")
            corrected = self._corrected(runs, firsts, expected, reply[1:])
            if corrected == expected:
                raise IntegrityError(f"an insert that fits was refused: {reply!r:.200}")
            expected = corrected

    def _expected(self, key: str, first: int) -> Head:
        head = self.heads.get(key)
        if head is not None and head.version == first - 1:
            return head
        return ABSENT if first <= 1 else Head(first - 1, UNKNOWN)

    def _corrected(
        self, runs: list[EventRun], firsts: dict[str, int], expected: dict[str, Head], reply: list[bytes]
    ) -> dict[str, Head]:
        """What to expect instead. The conflict is real unless only a hash, or how it began, was not known."""
        corrected: dict[str, Head] = {}
        for run, version, digest in zip(runs, reply[::2], reply[1::2], strict=True):
            key = str(run.originator)
            if key in corrected:
                continue
            there = Head(int(version), bytes(digest)) if version else ABSENT
            guessed, first = expected[key], firsts[key]
            known = bool(guessed.hash) and guessed.hash != UNKNOWN
            if there != guessed and known and (there == ABSENT or there.version <= guessed.version):
                raise HistoryChanged(
                    f"{key}: version {guessed.version} was {guessed.hash.hex()[:12]}, "
                    f"now it is {there.hash.hex()[:12] or 'gone'}"
                )
            if there == ABSENT and first > 1:
                raise VersionsApart(f"{key}: expected version {first - 1} before {first}, got none")
            if there != ABSENT:
                self.heads.put({key: there})
                if there.version < first - 1:
                    raise VersionsApart(
                        f"{key}: expected version {first - 1} before {first}, got {there.version}"
                    )
                if there.version >= first:
                    raise IntegrityError(f"{key}: version {first} stands, up to {there.version}")
            corrected[key] = there
        return corrected

    def _request(
        self, runs: list[EventRun], expected: dict[str, Head], causation: Causation, tracking: Tracking | None
    ) -> Request:
        slot, layout = self._slot.slot, self._slot.layout
        keys = [self._slot.log]
        arguments: list[str | bytes | int] = ["1" if self._slot.server.copies else "0", *[""] * 7]
        if tracking is not None:
            keys.append(layout.tracked(slot, tracking.application_name))
            arguments[2] = arguments[4] = tracking.notification_id
        after, index, size, first_entry = dict(expected), 0, 0, b""
        for run in runs:
            key = str(run.originator)
            before = after[key]
            entries, last = pack(
                [Draft(event.topic, event.state) for event in run.events],
                aggregate=run.originator,
                subject=None,
                after=before,
                first_index=index,
                causation=causation,
                first_version=run.first,
            )
            keys.append(layout.head(slot, run.originator))
            arguments += ["" if not before.hash else before.version, before.hash, run.first, last]
            arguments += [len(entries), b"", *entries]
            after[key] = Head(run.first + len(entries) - 1, last)
            first_entry, index = first_entry or entries[0], index + len(entries)
            size += sum(map(len, entries))
            if size > APPEND_BYTES_MAX or max(map(len, entries)) > EVENT_BYTES_MAX:
                raise InsertTooLarge(
                    f"an event has at most {EVENT_BYTES_MAX} bytes and an insert {APPEND_BYTES_MAX}, "
                    f"got {max(map(len, entries))} and {size}"
                )
        return Request(keys, arguments, first_entry, after)

    def _standing(self, run: EventRun, entry: bytes) -> int | None:
        """Where the first event of this very insert stands, if it does: then all of it does."""
        _, events = self._slot.select(run.originator, Span(gt=run.first - 1, lte=run.first))
        stands: list[RecordedEvent] = [event for event in events if event.entry == entry]
        return stands[0].position if stands else None


def _runs(stored: Sequence[StoredEvent]) -> list[EventRun]:
    """Cut into runs of one aggregate each; versions of an aggregate must follow one another throughout."""
    if len(stored) > INSERT_EVENTS_MAX:
        raise InsertTooLarge(f"an insert holds at most {INSERT_EVENTS_MAX} events, got {len(stored)}")
    runs: list[EventRun] = []
    versions: dict[str, list[int]] = {}
    for event in stored:
        if not runs or runs[-1].originator != event.originator_id:
            runs.append(EventRun(event.originator_id, event.originator_version, []))
        runs[-1].events.append(event)
        versions.setdefault(str(event.originator_id), []).append(event.originator_version)
    for key, numbers in versions.items():
        if len(set(numbers)) < len(numbers):
            raise IntegrityError(f"{key}: versions come twice: {numbers!r:.200}")
        if any(after != before + 1 for before, after in pairwise(numbers)) or numbers[0] < 0:
            raise VersionsApart(f"{key}: versions do not follow one another: {numbers!r:.200}")
    return runs
