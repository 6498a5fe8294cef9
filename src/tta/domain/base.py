"""The roots of every message, and the mark on what is personal.

Owns nothing else: how events are packed is the event store's business, how personal fields are sealed is
security's.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Protocol, TypeVar, get_args, get_origin, get_type_hints

import msgspec

PERSONAL = msgspec.Meta(extra={"personal": True})
"""Marks a field whose clear text must never reach a store: `words: Annotated[str | Sealed, PERSONAL]`.

`decide` puts clear text there; the handler seals it before anything is stored, so `evolve`, states,
snapshots and read models meet `SealedText` only.
"""

type_tag_pattern = re.compile(r"(?<!^)(?=[A-Z])")


class SealedText(msgspec.Struct, frozen=True):
    """A personal value that only the player's data key opens; `box` says how (tta.security.sealing)."""

    box: bytes


PersonalText = Annotated[str | SealedText, PERSONAL]
PersonalTexts = Annotated[tuple[str, ...] | SealedText, PERSONAL]


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened.

    The class's name is its tag in the store for ever; fields are only ever added, optional and last.
    """

    at: datetime
    """When it happened, UTC; the store adds when it was recorded."""


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Something asked for, with the facts that the decision needs."""

    at: datetime
    """When it was asked, UTC."""


State = TypeVar("State")
CommandT_contra = TypeVar("CommandT_contra", contravariant=True)
EventT = TypeVar("EventT", bound=Event)


class Aggregate(Protocol[State, CommandT_contra, EventT]):
    """An aggregate's module: events in, state out; command in, events out. Pure."""

    @property
    def NAME(self) -> str: ...  # noqa: N802 - A module's constant.

    @property
    def initial(self) -> State:
        """The state of what does not exist yet."""
        ...

    @property
    def EVENTS(self) -> tuple[type[Event], ...]: ...  # noqa: N802 - Likewise.

    def evolve(self, state: State, event: EventT, /) -> State:
        """Fold one event; refuses nothing."""
        ...

    def decide(self, state: State, command: CommandT_contra, /) -> Sequence[EventT]:
        """Give the events that a command leads to, none where it changes nothing. Raises Refusal."""
        ...


class Refusal(Exception):
    """A rule says no: the class's name states the rule, the message prints both sides. It is of one of the
    three kinds below.
    """

    title: ClassVar[str] = ""
    """What callers read. A refusal without a title never reaches one: it is our own mistake if it does."""

    @classmethod
    def code(cls) -> str:
        """`SessionIsPaused` → `session-is-paused`: the stable name that problem documents carry."""
        return type_tag_pattern.sub("-", cls.__name__).lower()


class Absent(Refusal):
    """What the command names is not there."""


class Conflicting(Refusal):
    """As things stand now the rules do not allow it; at another time they may."""


class Invalid(Refusal):
    """What the command says is not valid, whatever stands."""


@cache
def personal_fields(message: type[msgspec.Struct]) -> dict[str, Any]:
    """Map each personal field of a message type to the clear type that it holds before sealing."""
    found: dict[str, Any] = {}
    for name, hint in get_type_hints(message, include_extras=True).items():
        if get_origin(hint) is Annotated and PERSONAL in hint.__metadata__:
            clear = [option for option in get_args(hint.__origin__) if option not in (SealedText, type(None))]
            assert len(clear) == 1, (
                f"{message.__name__}.{name} must be one clear type or SealedText, got {clear}"
            )
            found[name] = clear[0]
    return found
