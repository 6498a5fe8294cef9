"""What a session's live stream tells, by the name of the event."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from tta.http.sessions.bodies import ReplyShown


class StreamOpening(msgspec.Struct, frozen=True):
    """The session as it stands where the stream begins. What happens afterwards is told."""

    session_id: UUID
    version: int
    status: str
    turn: int
    """The last turn; 0 before the first."""
    unanswered: bool
    held: bool


class Resync(msgspec.Struct, frozen=True):
    """The stream could not simply go on. Where `now` is there, events before it were left out: read the
    session; else the stream ends, and loses nothing when it is opened again with the last id.
    """

    reason: str
    now: StreamOpening | None = None


class InteractionSeen(msgspec.Struct, frozen=True):
    """The player said or chose something, on whichever device. Null where it was erased."""

    turn: int
    text: str | None
    choice: str | None
    unreadable: tuple[str, ...] = ()
    """JSON Pointers to what does not open, though it was not erased; there it is null."""


class ReplySeen(ReplyShown, frozen=True):
    """The story, or the protocol, answered."""

    unreadable: tuple[str, ...] = ()
    """JSON Pointers to what does not open, though it was not erased; there it is null."""


class StatusChanged(msgspec.Struct, frozen=True):
    status: str


class HoldChanged(msgspec.Struct, frozen=True):
    """Play is held from now on, or goes on."""

    held: bool


class StepShown(msgspec.Struct, frozen=True):
    """A step of a turn that is on its way; may be missing, is never repeated."""

    turn: int
    step: Annotated[str, Meta(max_length=32)]


class Bye(msgspec.Struct, frozen=True):
    """The stream ends: `expired` (the token), `closing` (this process) or `unavailable`. Open it again."""

    reason: str


class StreamTicket(msgspec.Struct, frozen=True):
    ticket: str
    expires_in_s: int


EVENTS: dict[str, type[msgspec.Struct]] = {
    "open": StreamOpening,
    "interaction": InteractionSeen,
    "reply": ReplySeen,
    "status": StatusChanged,
    "hold": HoldChanged,
    "release": HoldChanged,
    "progress": StepShown,
    "resync": Resync,
    "bye": Bye,
}
