"""Whether an aggregate's events are as they were written: what their hash chain says."""

from collections.abc import Sequence
from typing import NamedTuple

from tta.eventstore.envelope import ABSENT, Head, RecordedEvent


class Flaw(NamedTuple):
    """The first bad event, and what is wrong with it."""

    version: int
    position: int
    reason: str

    def __str__(self) -> str:
        return f"version {self.version} at position {self.position}: {self.reason}"


def verify_chain(
    events: Sequence[RecordedEvent], *, after: Head = ABSENT, head: Head | None = None, first_version: int = 1
) -> Flaw | None:
    """Name the first bad event of one aggregate's, which follow `after`; None when all are as written.

    `head` is where the aggregate is known to stand. Without it nothing vouches for the last event.
    """
    reached = after if after.hash else Head(first_version - 1, b"")
    position = 0
    for n, event in enumerate(events):
        flaw = _unlinked(events, n, reached, head) or _misplaced(event, events[0], position)
        if flaw is not None:
            return flaw
        reached, position = Head(event.version, event.hash), event.position
    if head is None or head == (reached if reached.hash else ABSENT):
        return None
    if events and head.version == reached.version:
        return _altered(events[-1], head.hash)
    return Flaw(
        reached.version + 1, position, f"expected versions up to {head.version}, got {reached.version}"
    )


def _misplaced(event: RecordedEvent, first: RecordedEvent, position: int) -> Flaw | None:
    version = event.version
    if event.envelope.aggregate != first.envelope.aggregate:
        return Flaw(version, event.position, f"it belongs to another aggregate, {event.envelope.aggregate!r}")
    if event.position <= position:
        return Flaw(version, event.position, f"expected a position above {position}, got {event.position}")
    return None


def _unlinked(events: Sequence[RecordedEvent], n: int, reached: Head, head: Head | None) -> Flaw | None:
    event, version = events[n], reached.version + 1
    if event.version != version:
        return Flaw(version, event.position, f"expected version {version}, got {event.version}")
    if event.envelope.previous == reached.hash:
        return None
    if n and _is_vouched_for(events, n, head):
        return _altered(events[n - 1], event.envelope.previous)
    follows = f"expected to follow {reached.hash.hex()[:12]}, got {event.envelope.previous.hex()[:12]}"
    return Flaw(version, event.position, follows)


def _is_vouched_for(events: Sequence[RecordedEvent], n: int, head: Head | None) -> bool:
    """Of two events that disagree one was altered: not the later one if what follows knows its hash."""
    if n + 1 < len(events):
        return events[n].hash == events[n + 1].envelope.previous
    return head is None or events[n].hash == head.hash


def _altered(event: RecordedEvent, expected: bytes) -> Flaw:
    return Flaw(
        event.version,
        event.position,
        f"it was altered: expected hash {expected.hex()[:12]}, got {event.hash.hex()[:12]}",
    )
