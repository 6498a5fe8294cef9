"""Given events, when a command, then events: tests over the real functions of an aggregate.

`play` does the same for a long run of commands, some of which may be refused.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tta.commands.folding import state_type
from tta.domain.base import Command, Event, Refusal, SealedText, personal_fields

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
SEALED = SealedText(box=b"\x01sealed")


class Given:
    """An aggregate (its module) in the state after some events, and a command to it."""

    def __init__(self, aggregate: Any, state: Any) -> None:
        self.aggregate = aggregate
        self.state = state
        self.command: Command | None = None

    def when(self, command: Command) -> "Given":
        self.command = command
        return self

    def then(self, *events: Event) -> None:
        decided = self.aggregate.decide(self.state, self.command)
        assert list(events) == decided
        fold(self.aggregate, self.state, decided)

    def then_nothing(self) -> None:
        self.then()

    def then_refused(self, refusal: type[Refusal], saying: str | None = None) -> None:
        with pytest.raises(refusal, match=saying) as refused:
            self.aggregate.decide(self.state, self.command)
        assert refusal is refused.type
        assert str(refused.value), "a refusal prints both sides"


def given(aggregate: Any, *events: Event) -> Given:
    return Given(aggregate, fold(aggregate, aggregate.initial, events))


def play(aggregate: Any, commands: Iterable[Command]) -> tuple[Any, list[Event]]:
    """Send commands to the aggregate one after the other; return its state and all events."""
    state, happened = aggregate.initial, []
    for command in commands:
        try:
            decided = aggregate.decide(state, command)
        except Refusal:
            continue
        state = fold(aggregate, state, decided)
        happened += decided
    return state, happened


def outcome(aggregate: Any, state: Any, command: Command) -> list[Event] | type[Refusal]:
    try:
        decided: list[Event] = aggregate.decide(state, command)
    except Refusal as refused:
        return type(refused)
    return decided


def fold(aggregate: Any, state: Any, events: Iterable[Event]) -> Any:
    """Fold like the store: packed, unpacked, sealed or not, an event must lead to the same state."""
    for event in events:
        assert type(event) in aggregate.EVENTS
        assert event == packed_and_unpacked(event)
        sealed = sealed_as_stored(event)
        assert sealed == packed_and_unpacked(sealed)
        evolved = aggregate.evolve(state, sealed)
        assert evolved == aggregate.evolve(state, event), f"a rule reads what {type(event).__name__} seals"
        kept = msgspec.msgpack.decode(msgspec.msgpack.encode(evolved), type=state_type(aggregate))
        assert evolved == kept, "a snapshot gives back what was folded"
        state = evolved
    return state


def packed_and_unpacked(message: msgspec.Struct) -> msgspec.Struct:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(message), type=type(message))


def sealed_as_stored(event: Event) -> Event:
    present = [field for field in personal_fields(type(event)) if getattr(event, field) is not None]
    return replace(event, **dict.fromkeys(present, SEALED))
