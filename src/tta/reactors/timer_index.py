"""Keeps the index of timers as the log has it: in it is what is scheduled, not what is called off or came."""

from uuid import UUID

import structlog

from tta.domain.base import Event
from tta.domain.timer import TimerCancelled, TimerDue, TimerScheduled
from tta.eventstore.appends import Acknowledgement, Append
from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.event_types import EventTypes
from tta.eventstore.store import EventStore
from tta.eventstore.subscription import START
from tta.eventstore.timers import Entry, TimerIndex

READ_EVENTS_MAX = 500
TAGS = frozenset(event.__name__ for event in (TimerScheduled, TimerCancelled, TimerDue))

log = structlog.get_logger(__name__)


class TimersReactor:
    """The timers reactor: it changes the index, then deals with the event, so that none is ever missed."""

    NAME = "timers"
    ASKS: tuple[type[Event], ...] = (TimerScheduled, TimerCancelled, TimerDue)

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._index = TimerIndex(store)

    def wants(self, event: Event) -> bool:  # noqa: ARG002 - Every event of a timer changes the index.
        return True

    async def react(self, event: Event, recorded: RecordedEvent, acknowledgement: Acknowledgement) -> None:
        """Bring the index to where the event leaves the timer."""
        # Whatever follows a schedule ends it, so the one before is over; if it was none, nothing is removed.
        await self._index.remove(recorded.slot, Entry(recorded.aggregate_id, recorded.version - 1))
        if isinstance(event, TimerScheduled):
            entry = Entry(recorded.aggregate_id, recorded.version)
            await self._index.put(recorded.slot, [(entry, event.due_at)])
        await self._store.append(Append(streams=(), slot=recorded.slot, acknowledgement=acknowledgement))

    async def doubt(self, slot: int) -> None:
        """Have the index restored from the log: what was entered from a history that is gone may be wrong."""
        await self._index.mark_doubtful(slot)


async def restore_index(store: EventStore, types: EventTypes, slot: int) -> int:
    """Enter every schedule that stands in a slot's log; return how many those are.

    Whatever runs meanwhile goes on: entries too many are found out as they fall due. Raises StoreUnavailable,
    HistoryChanged.
    """
    index, standing, mark = TimerIndex(store), dict[UUID, tuple[Entry, TimerScheduled]](), START
    while True:
        batch = await store.read(slot, mark, READ_EVENTS_MAX)
        for recorded in batch.events:
            if recorded.type not in TAGS:
                continue
            standing.pop(recorded.aggregate_id, None)
            event = types.event(recorded)
            if isinstance(event, TimerScheduled):
                entry = Entry(recorded.aggregate_id, recorded.version)
                standing[recorded.aggregate_id] = entry, event
        if len(batch.events) < READ_EVENTS_MAX:
            break
        mark = batch.mark
    await index.put(slot, [(entry, event.due_at) for entry, event in standing.values()])
    await index.mark_whole(slot)
    if standing:
        log.info("the index of timers is restored", slot=slot, scheduled=len(standing))
    return len(standing)
