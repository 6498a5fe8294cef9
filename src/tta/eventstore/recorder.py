"""The eventsourcing library's persistence on the event store: `PERSISTENCE_MODULE=tta.eventstore.recorder`.

Synchronous, beside the async store and over the same scripts and keys; docs/eventsourcing.md says how to use
it and what it promises. It writes to stores of one slot, and follows any slot of a store read-only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    Notification,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    Tracking,
)
from eventsourcing.utils import Environment, EnvType, resolve_topic, strtobool

from tta.eventstore.durability import Durability
from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.library.inserts import Inserts
from tta.eventstore.library.slot import PAGE_EVENTS, OpenSlot, Span
from tta.eventstore.library.snapshots import StoreSnapshotRecorder
from tta.eventstore.library.subscription import LogSubscription
from tta.eventstore.library.tracking import Effect, StoreTrackingRecorder, take_follower

__all__ = [
    "Effect",
    "Factory",
    "StoreAggregateRecorder",
    "StoreApplicationRecorder",
    "StoreProcessRecorder",
    "StoreSnapshotRecorder",
    "StoreTrackingRecorder",
]
"""What users of the library import, wherever it is defined."""

_Class = TypeVar("_Class")


@dataclass(frozen=True)
class SlotNotification(Notification):
    """A notification of a slot that is followed read-only, with all that was recorded."""

    recorded: RecordedEvent


class StoreAggregateRecorder(AggregateRecorder):
    """Events of aggregates, chained by hash, in the log of one slot."""

    def __init__(self, slot: OpenSlot) -> None:
        self._slot = slot
        self._inserts = Inserts(slot)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        self._insert(stored_events, **kwargs)
        return None

    def _insert(self, stored_events: Sequence[StoredEvent], **_: Any) -> list[int]:
        return self._inserts.insert(stored_events) if stored_events else []

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        head, events = self._slot.select(originator_id, Span(gt, lte, desc, limit))
        if head is not None:
            self._inserts.heads.put({str(originator_id): head})
        if self._slot.read_only:
            return [self._notification(event) for event in events]
        return [
            StoredEvent(_originator(event.envelope.aggregate), event.version, event.type, event.payload)
            for event in events
        ]

    def _notification(self, event: RecordedEvent) -> Notification:
        told = (
            _originator(event.envelope.aggregate),
            event.version,
            event.type,
            event.payload,
            event.position,
        )
        return SlotNotification(*told, event) if self._slot.read_only else Notification(*told)


class StoreApplicationRecorder(StoreAggregateRecorder, ApplicationRecorder):
    """The same, in order for all: a notification's id is its position in the log, from 1, without gaps."""

    def __init__(self, slot: OpenSlot, application: str = "") -> None:
        super().__init__(slot)
        self._application = application

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        return self._insert(stored_events, **kwargs)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Read notifications; those between that `topics` leaves out are read and dropped here."""
        first = max(1, 1 if start is None else start if inclusive_of_start else start + 1)
        found: list[Notification] = []
        while len(found) < limit and (stop is None or first <= stop):
            count = PAGE_EVENTS if topics else min(PAGE_EVENTS, limit - len(found))
            events = self._slot.read(first, stop, count)
            found += [self._notification(event) for event in events if not topics or event.type in topics]
            if len(events) < count:
                break
            first = events[-1].position + 1
        return found[:limit]

    def max_notification_id(self) -> int | None:
        return self._slot.last_position()

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Follow the log. Whoever has just asked its tracking recorder where it stands is its follower."""
        follower = take_follower(self._application, gt) if topics else None
        return LogSubscription(
            self,
            self._slot,
            gt=gt,
            topics=topics,
            notification=self._notification,
            follower=None if follower is None else (follower, self._application),
        )


class StoreProcessRecorder(StoreTrackingRecorder, StoreApplicationRecorder, ProcessRecorder):
    """Events, and the position that they answer to, in one atomic step."""

    def __init__(self, slot: OpenSlot, application: str = "") -> None:
        StoreApplicationRecorder.__init__(self, slot, application)

    def _insert(
        self, stored_events: Sequence[StoredEvent], tracking: Tracking | None = None, **_: Any
    ) -> list[int]:
        if not stored_events:
            if tracking is not None:
                self.insert_tracking(tracking)
            return []
        return self._inserts.insert(stored_events, tracking)


class Factory(InfrastructureFactory[StoreTrackingRecorder]):
    """Opens the store that the environment names, checks it, and makes recorders."""

    TTA_STORE_URL = "TTA_STORE_URL"
    TTA_STORE_NAME = "TTA_STORE_NAME"
    TTA_STORE_DURABILITY = "TTA_STORE_DURABILITY"
    TTA_STORE_DECLARED = "TTA_STORE_DECLARED"
    TTA_STORE_SLOT = "TTA_STORE_SLOT"
    TTA_STORE_READ_ONLY = "TTA_STORE_READ_ONLY"

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        declared = strtobool(self.env.get(self.TTA_STORE_DECLARED) or "no")
        durability = self.env.get(self.TTA_STORE_DURABILITY) or "fsync"
        slot = self.env.get(self.TTA_STORE_SLOT) or "0"
        if not slot.isdigit():
            raise OSError(f"{self.TTA_STORE_SLOT} is the number of a slot, got {slot!r}")
        try:
            mode = Durability.parse(durability, declared=declared)
        except ValueError as error:
            raise OSError(f"{self.TTA_STORE_DURABILITY}: {error}") from error
        self.slot = OpenSlot.open(
            self._required(self.TTA_STORE_URL),
            self.env.get(self.TTA_STORE_NAME) or self.env.name or self._required(self.TTA_STORE_NAME),
            durability=mode,
            slot=int(slot),
            read_only=strtobool(self.env.get(self.TTA_STORE_READ_ONLY) or "no"),
        )

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        if purpose == "events":
            return StoreAggregateRecorder(self.slot)
        return StoreSnapshotRecorder(self.slot)

    def application_recorder(self) -> ApplicationRecorder:
        chosen = self._chosen(self.APPLICATION_RECORDER_TOPIC, StoreApplicationRecorder)
        return chosen(self.slot, application=self.env.name)

    def tracking_recorder(
        self, tracking_recorder_class: type[StoreTrackingRecorder] | None = None
    ) -> StoreTrackingRecorder:
        chosen = tracking_recorder_class or self._chosen(self.TRACKING_RECORDER_TOPIC, StoreTrackingRecorder)
        return chosen(self.slot)

    def process_recorder(self) -> ProcessRecorder:
        chosen = self._chosen(self.PROCESS_RECORDER_TOPIC, StoreProcessRecorder)
        return chosen(self.slot, application=self.env.name)

    def close(self) -> None:
        self.slot.close()

    def _required(self, key: str) -> str:
        value = self.env.get(key)
        if not value:
            raise OSError(
                f"expected one of {', '.join(self.env.create_keys(key))} in the environment, got none"
            )
        return value

    def _chosen(self, key: str, usual: type[_Class]) -> type[_Class]:
        topic = self.env.get(key)
        chosen: type[_Class] = resolve_topic(topic) if topic else usual
        assert issubclass(chosen, usual), f"{key}: expected a {usual.__name__}, got {chosen.__name__}"
        return chosen


@lru_cache(maxsize=10_000)
def _originator(raw: bytes | str) -> UUID | str:
    return UUID(bytes=raw) if isinstance(raw, bytes) else str(raw)
