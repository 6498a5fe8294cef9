"""The event store: append, load, read and follow, on Redis Streams (docs/event-store.md)."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from tta.clock import now_ms
from tta.eventstore.appends import Append, AppendResult, appended, packed, repeated
from tta.eventstore.durability import Durability
from tta.eventstore.envelope import ABSENT, HASH_BYTES, NOWHERE, FingerprintedPosition, Head, RecordedEvent
from tta.eventstore.errors import (
    HistoryChanged,
    MarkChanged,
    StoreError,
    StoreMismatch,
    WrongSlot,
)
from tta.eventstore.layout import HEADER, SLOTS_DEFAULT, SLOTS_MAX, Layout, check_name
from tta.eventstore.marks import Marks
from tta.eventstore.nodes import Nodes, evalsha
from tta.eventstore.scripts import APPEND, LOAD
from tta.eventstore.shared_reads import SharedReads
from tta.eventstore.store_record import claim
from tta.eventstore.subscription import (
    ROUND_EVENTS_MAX,
    START,
    Batch,
    Mark,
    Wakeups,
    follow,
    read_slots,
    recorded,
)

LOAD_EVENTS_MAX = 1_000
FINGERPRINT_BYTES = 8

log = structlog.get_logger(__name__)


class LoadRequest(NamedTuple):
    """An aggregate to load: what is known of it already, and which snapshots would be understood."""

    aggregate: UUID
    known: Head = ABSENT
    fingerprint: bytes = b""


class Snapshot(NamedTuple):
    """A folded state, where it was folded to, and the fingerprint of its schema (8 bytes)."""

    head: Head
    fingerprint: bytes
    state: bytes


class LoadedAggregate(NamedTuple):
    """An aggregate's head, the snapshot if one helped, and the events after it or after what was known."""

    head: Head
    snapshot: Snapshot | None
    events: list[RecordedEvent]


class EventStore:
    """An open store. Made by `open`; one per process and event loop."""

    def __init__(self, nodes: Nodes, layout: Layout) -> None:
        self.layout = layout
        self.nodes = nodes
        self.wakeups = Wakeups(nodes, layout)
        self.marks = Marks(nodes, layout)
        self._touch = nodes.durability.copies > 0

    @classmethod
    async def open(
        cls,
        url: str,
        name: str,
        *,
        slots: int = SLOTS_DEFAULT,
        durability: Durability = Durability("fsync"),  # noqa: B008 - A constant.
    ) -> "EventStore":
        """Open the store of that name, or create it with that number of slots.

        Raises StoreUnavailable, UnsafeServer, StoreMismatch (other slots or layout) or ForeignStore.
        """
        if slots not in (1, 2, 4, 8, 16, 32, 64, 128, SLOTS_MAX):
            raise StoreMismatch(f"slots are a power of two from 1 to {SLOTS_MAX}, got {slots}")
        check_name(name)
        nodes = await Nodes.connect(url, durability)
        store = cls(nodes, Layout(name, slots))
        try:
            await store._claim()
        except BaseException:
            await nodes.close()
            raise
        return store

    async def close(self) -> None:
        """Send what is queued, stop listening, leave."""
        await self.wakeups.close()
        await self.nodes.close()

    async def append(self, append: Append) -> AppendResult:
        """Make one atomic step in one slot; durable, as the mode promises, when this returns.

        Raises Conflict, AlreadyDone, StaleFence, ReactorFull, MarkChanged, StoreUnavailable: nothing was
        written. OutcomeUnknown: it may stand; asking again is safe. Cancelling abandons only the wait.
        """
        request = packed(append, self.layout, touch=self._touch)
        command = evalsha(APPEND, request.keys, request.arguments)
        reply = await self.nodes.append(command, request.keys[0])
        acknowledgement = append.acknowledgement
        elsewhere = (
            acknowledgement
            if acknowledgement is not None and not acknowledgement.is_about(request.slot)
            else None
        )
        # The script cannot see another slot's log, where what it believed may be gone.
        if (
            elsewhere is not None
            and reply[0] in (b"DEALT", b"CHANGED")
            and await self.marks.settle(request.slot, elsewhere)
        ):
            reply = await self.nodes.append(command, request.keys[0])
        return appended(append, request, reply)

    async def stands(self, events: Sequence[RecordedEvent]) -> bool:
        """Whether successive events of one aggregate, read just now, are as durable as the mode promises.

        Other writers do not matter. Only `replicated:N` needs to ask: it writes and waits for the copies.
        False if the events do not stand there any more. Raises StoreUnavailable, or OutcomeUnknown where too
        few copies answered.
        """
        if not self._touch:
            return True
        request = repeated(events, self.layout)
        command = evalsha(APPEND, request.keys, request.arguments)
        return bool((await self.nodes.append(command, request.keys[0]))[0] == b"AGAIN")

    async def load(self, requests: Sequence[LoadRequest]) -> list[LoadedAggregate]:
        """Read aggregates of one slot in one call, and check their chains.

        Raises HistoryChanged when what is known of one is not on its chain; such a snapshot is ignored.
        """
        slots = {self.layout.slot_of(each.aggregate) for each in requests}
        if len(slots) != 1:
            raise WrongSlot(f"one call loads from one slot, got {sorted(slots)}")
        slot = slots.pop()
        keys = [self.layout.log(slot)]
        arguments: list[str | bytes | int] = [LOAD_EVENTS_MAX]
        for aggregate, known, fingerprint in requests:
            keys += [self.layout.head(slot, aggregate), self.layout.snap(slot, aggregate)]
            arguments += [known.version if known.hash else "", fingerprint]
        replies = await self.nodes.run(LOAD, keys, arguments)
        loaded = []
        for request, reply in zip(requests, replies, strict=True):
            try:
                part = _loaded(slot, request, reply)
            except HistoryChanged:
                if not request.fingerprint:
                    raise
                # The snapshot may be of a history that was lost: the events alone decide.
                part = (await self.load([request._replace(fingerprint=b"")]))[0]
            while part.events and part.events[-1].version < part.head.version:
                part = await self._load_on(slot, request.aggregate, part)
            loaded.append(part)
        return loaded

    async def _load_on(self, slot: int, aggregate: UUID, part: LoadedAggregate) -> LoadedAggregate:
        reached = Head(part.events[-1].version, part.events[-1].hash)
        keys = [self.layout.log(slot), self.layout.head(slot, aggregate), self.layout.snap(slot, aggregate)]
        reply = (await self.nodes.run(LOAD, keys, [LOAD_EVENTS_MAX, reached.version, b""]))[0]
        rest = _loaded(slot, LoadRequest(aggregate, reached), reply)
        return LoadedAggregate(rest.head, part.snapshot, part.events + rest.events)

    async def versions_after(self, aggregate: UUID, version: int, count: int) -> list[RecordedEvent]:
        """Read at most `count` of an aggregate's events after a version, as they stand now."""
        slot = self.layout.slot_of(aggregate)
        keys = [self.layout.log(slot), self.layout.head(slot, aggregate), self.layout.snap(slot, aggregate)]
        reply = (await self.nodes.run(LOAD, keys, [count, version, b""]))[0]
        if not reply or reply[4] == b"ARCHIVED":
            raise HistoryChanged(f"{aggregate}: expected version {version} to stand, got {reply[:2]}")
        return [recorded(slot, raw) for raw in reply[4]]

    async def save_snapshot(self, aggregate: UUID, snapshot: Snapshot) -> None:
        """Keep a snapshot in place of the one before. It only saves time: losing it loses nothing."""
        slot = self.layout.slot_of(aggregate)
        head = snapshot.head
        assert len(snapshot.fingerprint) == FINGERPRINT_BYTES, "a fingerprint has 8 bytes"
        assert len(head.hash) == HASH_BYTES, "there is no snapshot of what does not exist"
        value = head.version.to_bytes(4, "big") + snapshot.fingerprint + head.hash + snapshot.state
        await self.nodes.call("SET", self.layout.snap(slot, aggregate), value)

    async def read(self, slot: int, after: Mark = START, count: int = ROUND_EVENTS_MAX) -> Batch:
        """Read at most `count` events of a slot behind a mark. Raises HistoryChanged."""
        return (await read_slots(self.nodes, self.layout, {slot: after}, count))[0][0]

    async def ends(self) -> dict[int, tuple[int, int]]:
        """Say where each slot's log ends: slot → (position, recorded ms); (0, 0) when empty."""
        lasts = await self._lasts()
        return {slot: (last.position, last.recorded_ms) if last else (0, 0) for slot, last in lasts.items()}

    async def end_marks(self) -> dict[int, Mark]:
        """Give the mark of each slot's end: behind them is what happens from now on."""
        lasts = await self._lasts()
        return {slot: Mark.of(last) if last else START for slot, last in lasts.items()}

    async def _lasts(self) -> dict[int, RecordedEvent | None]:
        slots = range(self.layout.slots)
        replies = await self.nodes.pipeline(
            [("XREVRANGE", self.layout.log(slot), "+", "-", "COUNT", 1) for slot in slots]
        )
        found = zip(slots, replies, strict=True)
        return {slot: recorded(slot, reply[0]) if reply else None for slot, reply in found}

    async def tell(self, slot: int, message: bytes) -> None:
        """Tell whoever listens to a slot's progress just now; while the store is away nobody is told."""
        with suppress(StoreError):
            await self.nodes.call("SPUBLISH", self.layout.steps(slot), message)

    async def at(self, slot: int, position: int) -> RecordedEvent:
        """Read the event at a position. Raises HistoryChanged where none stands."""
        reply = await self.nodes.call("XRANGE", self.layout.log(slot), position, position)
        if not reply:
            raise HistoryChanged(f"slot {slot}: expected position {position} to stand, got nothing", slot)
        return recorded(slot, reply[0])

    async def mark_at(self, slot: int, position: int) -> Mark:
        """Give the mark of a position as it stands now. Raises HistoryChanged where nothing does."""
        return START if position == 0 else Mark.of(await self.at(slot, position))

    async def mark_of(self, slot: int, place: FingerprintedPosition) -> Mark:
        """Give the mark from which to read on behind a place.

        Raises HistoryChanged where another entry stands, or none.
        """
        if place == NOWHERE:
            return START
        found = await self.at(slot, place.position)
        if found.place != place:
            raise MarkChanged(
                f"slot {slot}: expected {place.fingerprint} at position {place.position}, "
                f"got {found.place.fingerprint}"
            )
        return Mark.of(found)

    async def marks_now(self, places: Sequence[tuple[int, int]]) -> list[Mark | None]:
        """Give the mark of each place (slot, position) as it stands now; None where no event does.

        START stands before the first position. One round trip per server.
        """
        asked = [place for place in dict.fromkeys(places) if place[1]]
        replies = await self.nodes.pipeline(
            [("XRANGE", self.layout.log(slot), position, position) for slot, position in asked]
        )
        found: dict[tuple[int, int], Mark | None] = {
            place: _mark_of(place[0], reply) for place, reply in zip(asked, replies, strict=True)
        }
        return [found[place] if place[1] else START for place in places]

    def follow(
        self,
        after: Mapping[int, Mark],
        *,
        events_max: int = ROUND_EVENTS_MAX,
        reads: SharedReads | None = None,
    ) -> AsyncGenerator[list[Batch]]:
        """Catch up behind the marks of the given slots, then stay live; followers with the same `reads` read
        together. Raises HistoryChanged.
        """
        reads = reads or SharedReads(self.nodes, self.layout)
        return follow(reads, self.wakeups, after, events_max=events_max)

    async def owned(self, player: UUID) -> set[UUID]:
        """Name the aggregates that belong to a player."""
        members = await self.nodes.call("SMEMBERS", self.layout.own(self.layout.slot_of(player), player))
        return {UUID(bytes=bytes(member)) for member in members}

    async def dealt(self, slot: int, reactor: str) -> tuple[int, set[int], dict[int, str]]:
        """Say what a reactor has dealt with: its mark, positions done above it, parked ones with reasons."""
        return _at(await self.nodes.call("HGETALL", self.layout.at(slot, reactor)))

    async def parked(self, reactor: str) -> dict[int, dict[int, str]]:
        """Say which positions a reactor has parked, with their reasons; slots without any are left out."""
        slots = range(self.layout.slots)
        replies = await self.nodes.pipeline([("HGETALL", self.layout.at(slot, reactor)) for slot in slots])
        found = {slot: _at(raw)[2] for slot, raw in zip(slots, replies, strict=True)}
        return {slot: positions for slot, positions in found.items() if positions}

    async def _claim(self) -> None:
        """Write down what store this is, or compare with what is written."""
        asking = claim(self.layout, now_ms())
        commands = next(asking)
        with suppress(StopIteration):
            while True:
                if len(commands) == 1:
                    replies = [await self.nodes.call(*commands[0])]
                else:
                    replies = await self.nodes.pipeline(commands)
                commands = asking.send(replies)


def _mark_of(slot: int, reply: list[Any]) -> Mark | None:
    """Give the mark of the entry that was read; None if there is none, or none of an event."""
    try:
        return Mark.of(recorded(slot, reply[0])) if reply else None
    except HistoryChanged:
        return None


def _loaded(slot: int, want: LoadRequest, reply: list[Any]) -> LoadedAggregate:
    """Check one aggregate of the load script's reply: what comes must follow from what is known."""
    if not reply:
        if want.known != ABSENT:
            raise HistoryChanged(
                f"{want.aggregate}: expected version {want.known.version} to stand, got none"
            )
        return LoadedAggregate(ABSENT, None, [])
    version, _, digest, raw_snapshot, entries = reply
    if entries == b"ARCHIVED":
        raise HistoryChanged(f"{want.aggregate}: events before its first hot version are needed")
    head, snapshot, reached = Head(version, bytes(digest)), None, want.known
    if raw_snapshot:
        reached = Head(int.from_bytes(raw_snapshot[:4], "big"), raw_snapshot[12 : HEADER.size + 4])
        snapshot = Snapshot(reached, raw_snapshot[4:12], raw_snapshot[HEADER.size + 4 :])
    events = [recorded(slot, raw) for raw in entries]
    for event in events:
        if event.envelope.previous != reached.hash or event.version != reached.version + 1:
            raise HistoryChanged(
                f"{want.aggregate}: expected version {reached.version + 1} after {reached.hash.hex()[:12]}, "
                f"got version {event.version} after {event.envelope.previous.hex()[:12]}"
            )
        reached = Head(event.version, event.hash)
    complete = not events or events[-1].version == head.version
    if complete and reached != head:
        raise HistoryChanged(
            f"{want.aggregate}: expected to reach version {head.version} ({head.hash.hex()[:12]}), "
            f"got version {reached.version} ({reached.hash.hex()[:12]})"
        )
    return LoadedAggregate(head, snapshot, events)


def _at(raw: Any) -> tuple[int, set[int], dict[int, str]]:
    """Read what `at` holds: the mark, positions done above it, parked ones with reasons."""
    pairs = raw.items() if isinstance(raw, dict) else zip(raw[::2], raw[1::2], strict=True)
    held = {bytes(field): bytes(value) for field, value in pairs}
    mark = int(held.pop(b"mark", b"0"))
    done = {int(field) for field, reason in held.items() if not reason}
    return mark, done, {int(field): reason.decode() for field, reason in held.items() if reason}
