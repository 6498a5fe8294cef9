"""Histories of a session and its player's safety record, as a stream sees them."""

from collections.abc import Sequence
from uuid import UUID

from tta.eventstore.envelope import ABSENT, Causation, Draft, Head, RecordedEvent, pack
from tta.live.stream_positions import AggregatePosition, StreamPosition

SESSION = UUID("07000000-0000-8000-8000-00000000005e")
RECORD = UUID("07000000-0000-8000-8000-0000000000ec")
COMMAND = UUID("07000000-0000-8000-8000-0000000000c0")
CONTEXT = Causation(actor="test", command_id=COMMAND, correlation_id=COMMAND, causation_id=COMMAND)


def history(of_session: Sequence[bool], *, told: bytes = b"") -> list[RecordedEvent]:
    """Events of both in the order of the log, of the session where it says so; `told` makes it another."""
    heads, events = {SESSION: ABSENT, RECORD: ABSENT}, []
    for position, is_session in enumerate(of_session, 1):
        aggregate = SESSION if is_session else RECORD
        (entry,), last = pack(
            [Draft("Happened", told + str(position).encode())],
            aggregate=aggregate,
            subject=None,
            after=heads[aggregate],
            first_index=0,
            causation=CONTEXT,
        )
        heads[aggregate] = Head(heads[aggregate].version + 1, last)
        events.append(RecordedEvent(7, position, 0, entry))
    return events


def place(events: Sequence[RecordedEvent], aggregate: UUID) -> AggregatePosition:
    mine = [each for each in events if each.aggregate_id == aggregate]
    return AggregatePosition.of(Head(mine[-1].version, mine[-1].hash) if mine else ABSENT)


def stands_after(events: Sequence[RecordedEvent]) -> StreamPosition:
    """Return the position of a stream that told all of these."""
    return StreamPosition(place(events, SESSION), place(events, RECORD))


def is_session(recorded: RecordedEvent) -> bool:
    return recorded.aggregate_id == SESSION
