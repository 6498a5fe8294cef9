"""An append as it is asked for, as the script takes it, and what its answer means."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from tta.eventstore.envelope import (
    ABSENT,
    ACTOR_CHARACTERS_MAX,
    HASH_BYTES,
    NOWHERE,
    Causation,
    Draft,
    FingerprintedPosition,
    Head,
    RecordedEvent,
    pack,
)
from tta.eventstore.errors import (
    AlreadyDone,
    Conflict,
    EventTooLarge,
    MarkChanged,
    ReactorFull,
    StaleFence,
    StoreError,
    WrongSlot,
)
from tta.eventstore.layout import Layout

EVENT_BYTES_MAX = 1024 * 1024  # The largest request is 1 MiB, and an event carries at most one.
EVENTS_MAX = 500  # 1,000 in one call were measured to block the server for 9 ms.
APPEND_BYTES_MAX = 8 * 1024 * 1024
STREAMS_MAX = 64  # A start while the roster is full is decided over its 40 sessions, and a few more.


class StreamAppend(msgspec.Struct, frozen=True):
    """What one aggregate gains; without events it is a guard: it must stand where it was expected to."""

    aggregate: UUID
    expected: Head = ABSENT
    events: Sequence[Draft] = ()
    subject: UUID | None = None
    """The player it belongs to; an aggregate that begins is entered in that player's index."""


class Acknowledgement(msgspec.Struct, frozen=True):
    """The position of `source` (default: the append's own slot) that a reactor deals with by this append.

    Both places are as the reactor read them: the append is refused where other entries stand there.
    """

    reactor: str
    position: FingerprintedPosition | None
    mark: FingerprintedPosition = NOWHERE
    """Every position up to it has been dealt with or asked for nothing."""
    source: int | None = None
    parked: str = ""
    """Not done after all: the reason for which the position is kept aside."""

    def kept_as(self, slot: int) -> str:
        """The name under which an append in this slot keeps its marks."""
        return self.reactor if self.is_about(slot) else f"{self.reactor}:{self.source:02x}"

    def is_about(self, slot: int) -> bool:
        """Whether the position is one of this slot."""
        return self.source is None or self.source == slot


class Fence(NamedTuple):
    lease: str
    epoch: int


class Append(msgspec.Struct, frozen=True, kw_only=True):
    """One atomic step in one slot."""

    streams: Sequence[StreamAppend]
    causation: Causation | None = None
    acknowledgement: Acknowledgement | None = None
    fence: Fence | None = None
    slot: int | None = None
    """Needed only where no aggregate names it."""


class AppendResult(NamedTuple):
    """Where the events stand: positions `first` to `last` of the slot; both 0 when there were none."""

    slot: int
    first: int
    last: int
    recorded_ms: int
    heads: tuple[Head, ...]
    """Per stream of the append, where it stands now."""
    entries: tuple[list[bytes], ...]
    again: bool
    """The very same append had been made before."""


class PackedAppend(NamedTuple):
    slot: int
    keys: list[str]
    arguments: list[bytes | str | int]
    heads: tuple[Head, ...]
    entries: tuple[list[bytes], ...]


def packed(append: Append, layout: Layout, *, touch: bool) -> PackedAppend:
    """Turn an append into the script's keys and arguments; check every limit before anything is sent.

    `touch` makes the script write even where it recognises an append (see `replicated:N`).
    """
    slot = _slot(append, layout)
    keys = [layout.log(slot)]
    arguments: list[bytes | str | int] = ["1" if touch else "0", "", "", "", "", "", "", ""]
    if append.fence is not None:
        keys.append(layout.fence(slot, append.fence.lease))
        arguments[1] = append.fence.epoch
    if append.acknowledgement is not None:
        acknowledgement = append.acknowledgement
        keys += [
            layout.at(slot, acknowledgement.kept_as(slot)),
            layout.fingerprints(slot, acknowledgement.kept_as(slot)),
        ]
        position: tuple[str | int, str] = (
            ("", "") if acknowledgement.position is None else acknowledgement.position
        )
        whose = "own" if acknowledgement.is_about(slot) else "other"
        arguments[2:] = [*position, *acknowledgement.mark, acknowledgement.parked, whose]
    heads, entries, index, size = [], [], 0, 0
    for stream in append.streams:
        added, last = _entries(stream, append.causation, index)
        index += len(added)
        size += sum(map(len, added))
        version, digest = stream.expected
        begins = not digest
        keys.append(layout.head(slot, stream.aggregate))
        member: bytes = b""
        if begins and added and stream.subject is not None:
            keys.append(layout.own(slot, stream.subject))
            member = stream.aggregate.bytes
        arguments += ["" if begins else version, digest, version + 1, last, len(added), member, *added]
        heads.append(Head(version + len(added), last) if added else stream.expected)
        entries.append(added)
    if index > EVENTS_MAX or size > APPEND_BYTES_MAX:
        raise EventTooLarge(
            f"an append holds at most {EVENTS_MAX} events of {APPEND_BYTES_MAX} bytes, got {index} of {size}"
        )
    return PackedAppend(slot, keys, arguments, tuple(heads), tuple(entries))


def repeated(events: Sequence[RecordedEvent], layout: Layout) -> PackedAppend:
    """Ask the script whether these successive events of one aggregate stand, and to write if they do.

    The expected hash is nobody's, so the script never appends them: it answers AGAIN or CONFLICT.
    """
    first, last = events[0], events[-1]
    slot, entries = layout.slot_of(first.aggregate_id), [each.entry for each in events]
    keys = [layout.log(slot), layout.head(slot, first.aggregate_id)]
    arguments: list[bytes | str | int] = ["1", "", "", "", "", "", "", ""]
    arguments += [first.version - 1, bytes(HASH_BYTES), first.version, last.hash, len(entries), b"", *entries]
    return PackedAppend(slot, keys, arguments, (Head(last.version, last.hash),), (entries,))


def appended(append: Append, request: PackedAppend, reply: list[bytes]) -> AppendResult:
    """Read the script's reply. Raises Conflict, AlreadyDone, StaleFence, ReactorFull or MarkChanged."""
    outcome = bytes(reply[0])
    if outcome in (b"OK", b"AGAIN"):
        first, count, recorded = int(reply[1]), int(reply[2]), int(reply[3])
        last = first + count - 1 if count else 0
        return AppendResult(
            request.slot, first, last, recorded, request.heads, request.entries, outcome == b"AGAIN"
        )
    if outcome == b"CONFLICT":
        raise Conflict(_differences(append, reply[1:]))
    if outcome == b"DEALT" and append.acknowledgement is not None:
        assert append.acknowledgement.position is not None, "a mark alone is never dealt with"
        raise AlreadyDone(
            f"{append.acknowledgement.reactor} has dealt with position "
            f"{append.acknowledgement.position.position}"
        )
    if outcome == b"CHANGED" and append.acknowledgement is not None:
        position, expected, found = (bytes(each).decode() for each in reply[1:4])
        raise MarkChanged(
            f"slot {request.slot}: {append.acknowledgement.reactor} expected {expected or 'an entry'} "
            f"at position {position}, got {found or 'none'}"
        )
    if outcome == b"FENCED" and append.fence is not None:
        raise StaleFence(
            f"{append.fence.lease}: epoch {append.fence.epoch} is stale, the newest is {int(reply[1])}"
        )
    if outcome == b"FULL" and append.acknowledgement is not None:
        raise ReactorFull(f"{append.acknowledgement.reactor} holds {int(reply[1])} positions above its mark")
    raise StoreError(f"the append script answered {reply!r}")


def _slot(append: Append, layout: Layout) -> int:
    slots = {layout.slot_of(stream.aggregate) for stream in append.streams}
    if append.slot is not None:
        slots.add(append.slot)
    if len(slots) != 1:
        raise WrongSlot(f"an append stays in one slot, got {sorted(slots)}")
    if len(append.streams) > STREAMS_MAX:
        raise EventTooLarge(f"an append holds at most {STREAMS_MAX} aggregates, got {len(append.streams)}")
    if len({stream.aggregate for stream in append.streams}) != len(append.streams):
        raise StoreError("an append names each aggregate once")
    return slots.pop()


def _entries(stream: StreamAppend, causation: Causation | None, index: int) -> tuple[list[bytes], bytes]:
    if not stream.events:
        return [], b""
    if causation is None:
        raise StoreError("an append with events needs a causation")
    if isinstance(causation.actor, str) and len(causation.actor) > ACTOR_CHARACTERS_MAX:
        raise EventTooLarge(
            f"an actor has at most {ACTOR_CHARACTERS_MAX} characters, got {len(causation.actor)}"
        )
    added, last = pack(
        list(stream.events),
        aggregate=stream.aggregate,
        subject=stream.subject,
        after=stream.expected,
        first_index=index,
        causation=causation,
    )
    for entry, draft in zip(added, stream.events, strict=True):
        if len(entry) > EVENT_BYTES_MAX:
            raise EventTooLarge(
                f"an event has at most {EVENT_BYTES_MAX} bytes, {draft.type} has {len(entry)}"
            )
    return added, last


def _differences(append: Append, found: list[bytes]) -> str:
    lines = []
    for stream, version, digest in zip(append.streams, found[::2], found[1::2], strict=True):
        there = Head(int(version), bytes(digest)) if version else ABSENT
        if there != stream.expected:
            lines.append(f"{stream.aggregate}: expected {_shown(stream.expected)}, got {_shown(there)}")
    return "; ".join(lines)


def _shown(head: Head) -> str:
    return f"version {head.version} ({head.hash.hex()[:12]})" if head.hash else "none"
