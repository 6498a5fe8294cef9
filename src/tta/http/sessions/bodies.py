"""What requests about sessions carry, and what they are answered with."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from tta.domain import turns, words
from tta.http.edge.bodies import Body, exactly, text_of

MACHINE_NOTICE = (
    "You are talking with a program, not with a person. It can be wrong, and it is no therapist. If you need "
    "somebody now, reach a person whom you trust, or your emergency number."
)
"""Shown at the start of a session, and again every three hours of play."""

TURN_MAX = 2**31 - 1  # What any client's integer holds: while play is held there is no last turn.

CatalogueId = Annotated[str, exactly(words.catalogue_id_pattern.pattern)]


class NewSession(Body, frozen=True):
    story: CatalogueId = "clearing"


class Interaction(Body, frozen=True):
    """Words or a choice; `turn` is the turn that the client believes is next."""

    text: Annotated[str, text_of(turns.WORDS_MAX)] | None = None
    choice: CatalogueId | None = None
    turn: Annotated[int, Meta(ge=1, le=TURN_MAX)] | None = None


class SessionChanged(msgspec.Struct, frozen=True):
    id: UUID
    version: int


class SessionBegun(msgspec.Struct, frozen=True):
    id: UUID
    version: int
    notice: str
    """To be shown to the player before the story."""


class Switch(Body, frozen=True):
    to: UUID
    """The session that is to go on."""


class Copy(Body, frozen=True):
    until_turn: Annotated[int, Meta(ge=0, le=TURN_MAX)] | None = None
    """The last turn to take over; without it all that are answered."""


class SwitchedTo(msgspec.Struct, frozen=True):
    id: UUID
    version: int | None
    """null where it was open already, so that nothing happened to it."""


class SessionsSwitched(msgspec.Struct, frozen=True):
    id: UUID
    """The session that is paused now."""
    version: int
    to: SwitchedTo


class SessionCopied(msgspec.Struct, frozen=True):
    id: UUID
    version: int
    copied_from: UUID
    copied_turns: int
    """How many turns of the other session led to where this one begins."""
    notice: str
    """To be shown to the player before the story."""


class ChoiceShown(msgspec.Struct, frozen=True):
    id: str
    text: str | None
    """null where it does not open; what was erased is not offered."""


class ReplyShown(msgspec.Struct, frozen=True):
    turn: int
    text: str | None
    author: str
    scene: str | None = None
    skill: str | None = None
    choices: tuple[ChoiceShown, ...] = ()
    practised: tuple[str, ...] = ()
    ending: str | None = None
    notice: str | None = None
    """To be shown to the player with the reply."""


class InteractionTaken(msgspec.Struct, frozen=True, omit_defaults=True):
    interaction_id: UUID
    turn: int
    version: int
    reply: ReplyShown | None = None
    """With `Prefer: wait` and only when it came in time."""
    status: str | None = None
    """Beside a reply: what the session is after it (`open`, `paused`, `completed` or `abandoned`)."""
    unreadable: tuple[str, ...] = ()
    """JSON Pointers to what does not open, though it was not erased; there it is null."""


class SessionShown(msgspec.Struct, frozen=True):
    id: str
    player_id: str
    story: str
    status: str
    version: int
    turn: int
    """The last turn; 0 before the first."""
    unanswered: bool
    last_text: str | None
    last_choice: str | None
    last_reply: str | None
    last_author: str | None
    scene: str | None
    choices: tuple[ChoiceShown, ...]
    """What the last reply left open; a preference changed since may close some, as the next reply says. None
    where the session is over.
    """
    ending: str | None
    notice: str | None
    """To be shown to the player with the last reply."""
    started_ms: int
    changed_ms: int
    unreadable: tuple[str, ...] = ()
    """JSON Pointers to what does not open, though it was not erased; there it is null."""
