"""TTA's own slots, as an application of the eventsourcing library that can be followed but not written to.

A slot's events are structs without ids of their own, known by tags: here they come wrapped in
`FollowedEvent`, which says whose they are. Personal fields stay sealed.
"""

import importlib
import pkgutil
from typing import Any, NoReturn
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import Cipher, Compressor, Mapper, StoredEvent, Transcoder

from tta import domain
from tta.domain.base import Event
from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.event_types import EventTypes
from tta.eventstore.library.errors import ReadOnlyStore
from tta.eventstore.recorder import SlotNotification


class FollowedEvent:
    """An event of TTA as the library's projections receive it: `process_event(followed, tracking)`."""

    __slots__ = ("event", "recorded")

    def __init__(self, event: Event, recorded: RecordedEvent) -> None:
        self.event = event
        self.recorded = recorded
        """Who, when, why: the envelope, the position, and the time it was recorded."""

    @property
    def originator_id(self) -> UUID:
        return self.recorded.aggregate_id

    @property
    def originator_version(self) -> int:
        return self.recorded.version


Followed = FollowedEvent
"""The name until 0.2, for those who wrote it."""


class FollowedMapper(Mapper[UUID]):
    """Decodes the events that `tta.domain` knows. Raises UnknownEventType for one that is newer."""

    def __init__(
        self, transcoder: Transcoder, compressor: Compressor | None = None, cipher: Cipher | None = None
    ) -> None:
        super().__init__(transcoder, compressor, cipher)
        modules = (
            importlib.import_module(f"{domain.__name__}.{module.name}")
            for module in pkgutil.iter_modules(domain.__path__)
        )
        self._types = EventTypes(event for module in modules for event in getattr(module, "EVENTS", ()))

    def to_domain_event(self, stored_event: StoredEvent) -> FollowedEvent:
        if not isinstance(stored_event, SlotNotification):
            raise TypeError(
                f"expected an event of a slot that is followed read-only, got a {type(stored_event).__name__}"
            )
        return FollowedEvent(self._types.event(stored_event.recorded), stored_event.recorded)

    def to_stored_event(self, domain_event: Any) -> NoReturn:
        raise ReadOnlyStore(
            f"{type(domain_event).__name__}: the slots of TTA take commands, not the library's events"
        )


def slot_application(store: str, slot: int) -> type[Application[UUID]]:
    """The application that stands for one slot; its name, and so its tracking, is the slot's own.

    Needs TTA_STORE_URL in the environment; the store and the slot are set here.
    """
    name = f"{store}_{slot:02x}".replace("-", "_")
    prefix = name.upper()
    env = {
        f"{prefix}_PERSISTENCE_MODULE": "tta.eventstore.recorder",
        f"{prefix}_MAPPER_TOPIC": f"{__name__}:FollowedMapper",
        f"{prefix}_TTA_STORE_NAME": store,
        f"{prefix}_TTA_STORE_SLOT": str(slot),
        f"{prefix}_TTA_STORE_READ_ONLY": "yes",
    }
    return type(name, (Application,), {"name": name, "env": env})
