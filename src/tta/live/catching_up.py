"""What a stream missed, read from the log: between where its client stood and where its aggregates stand."""

from enum import StrEnum
from uuid import UUID

from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.errors import HistoryChanged
from tta.eventstore.store import EventStore
from tta.live.stream_positions import AggregatePosition, NotNext, StreamPosition

CATCH_UP_MAX = 200  # Events, of some hundred turns; who missed more reads the session instead.


class ResyncReason(StrEnum):
    """Why a stream cannot go on from where its client stood."""

    BEHIND = "behind"
    """More happened than is told one by one."""
    UNKNOWN = "unknown"
    """That is not a place in this history."""


async def missed(
    store: EventStore, session_id: UUID, record_id: UUID, stood: StreamPosition, stands: StreamPosition
) -> list[RecordedEvent] | ResyncReason:
    """Read the events after `stood` up to `stands`, both aggregates' in the order of the log."""
    behind = stands.session.version - stood.session.version, stands.record.version - stood.record.version
    if min(behind) < 0:
        return ResyncReason.UNKNOWN
    if sum(behind) > CATCH_UP_MAX:
        return ResyncReason.BEHIND
    try:
        found = [
            *await _between(store, session_id, stood.session, stands.session),
            *await _between(store, record_id, stood.record, stands.record),
        ]
        found.sort(key=lambda recorded: recorded.position)
        reached = stood
        for recorded in found:
            reached = reached.after(recorded, of_session=recorded.aggregate_id == session_id) or reached
    except (NotNext, HistoryChanged):
        return ResyncReason.UNKNOWN
    return found if reached == stands else ResyncReason.UNKNOWN


async def _between(
    store: EventStore, aggregate: UUID, stood: AggregatePosition, stands: AggregatePosition
) -> list[RecordedEvent]:
    if stood.version == stands.version:
        return []
    found = await store.versions_after(aggregate, stood.version, stands.version - stood.version)
    return [recorded for recorded in found if recorded.version <= stands.version]
