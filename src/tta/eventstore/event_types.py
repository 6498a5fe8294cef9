"""Which classes stand behind the tags in the store. Payloads are msgpack maps of the event's fields.

Fields that a program does not know are ignored, those it misses take their defaults: events grow both ways.
"""

from collections.abc import Iterable

import msgspec

from tta.domain.base import Event, personal_fields
from tta.eventstore.envelope import Draft, RecordedEvent
from tta.eventstore.errors import UnknownEventType

_encode = msgspec.msgpack.Encoder().encode


class EventTypes:
    """The events that a program knows, by tag. Two classes of one name are our own mistake."""

    def __init__(self, events: Iterable[type[Event]]) -> None:
        self._decoders: dict[str, msgspec.msgpack.Decoder[Event]] = {}
        for event in events:
            assert event.__name__ not in self._decoders, f"two event types are named {event.__name__}"
            self._decoders[event.__name__] = msgspec.msgpack.Decoder(event)

    def knows(self, tag: str) -> bool:
        return tag in self._decoders

    def event(self, recorded: RecordedEvent) -> Event:
        """Decode what was recorded, once however many read models ask. Raises UnknownEventType."""
        if recorded.decoded is not None and recorded.decoded[0] is self:
            event: Event = recorded.decoded[1]
            return event
        decoder = self._decoders.get(recorded.envelope.type)
        if decoder is None:
            raise UnknownEventType(
                f"slot {recorded.slot}, position {recorded.position} holds {recorded.envelope.type!r}, "
                f"this program knows {len(self._decoders)} other types"
            )
        event = decoder.decode(recorded.envelope.payload)
        recorded.decoded = (self, event)
        return event

    def draft(self, event: Event) -> Draft:
        """Encode an event for the store; its personal fields must be sealed by now."""
        for field in personal_fields(type(event)):
            value = getattr(event, field)
            assert value is None or hasattr(value, "box"), f"{type(event).__name__}.{field} is not sealed"
        return Draft(type(event).__name__, _encode(event))
