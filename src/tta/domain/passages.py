"""What an answer shows of a story, in the catalogue's ids, and what of it a session remembers.

Owns no story: a session records which moves were made, the story is played from them (tta.stories).
"""

from typing import Literal
from uuid import UUID

import msgspec
from msgspec.structs import replace

from tta.domain.words import require_catalogue_id

SENT = "@"
"""Begins a move that is no choice: the story was sent to the scene behind it, whatever it offered."""
QUIT = "quit"
"""What `Passage.meant` says of a player who wants to end the story for good."""

Readiness = Literal["any", "settled", "ready"]
READINESS: tuple[Readiness, ...] = ("any", "settled", "ready")
"""How steady somebody should be for a scene, rising."""
SOFT_INTENSITY = 2  # The most in recovery: scenes of 1 and 2 practise and rest, from 3 on they confront.


class Passage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a story stands after an answer. Nothing here is anybody's words."""

    move: str | None = None
    """What brought it there: a choice, or SENT and a scene. None if the story stood still."""
    scene: str | None = None
    skill: str | None = None
    choices: tuple[str, ...] = ()
    """What is offered now."""
    practised: tuple[str, ...] = ()
    """Skills whose exercise was done just now."""
    ending: str | None = None
    meant: str | None = None
    """Which kind of thing the player's own words were (tta.stories.understanding.meaning); None for a choice
    by its id.
    """
    between: tuple[str, ...] = ()
    """The choices, two at most, about which the player was asked whether they mean one of them."""
    chosen: str | None = None
    """The choice that was made first where `move` then sent the story on: both are moves."""

    @property
    def moves(self) -> tuple[str, ...]:
        """What brought it there, in order."""
        return tuple(each for each in (self.chosen, self.move) if each is not None)


class Beginning(msgspec.Struct, frozen=True, kw_only=True):
    """How a story begins; version 0 where the catalogue has no such story, and nothing is told."""

    version: int = 0
    text: str | None = None
    passage: Passage = Passage()
    choice_texts: tuple[str, ...] = ()


class CopyOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """From where a session goes on that is the copy of another one."""

    session_id: UUID
    turns: int
    """How many of its turns had led there."""
    moves: tuple[str, ...]
    seed: UUID


class PassageQuestion(msgspec.Struct, frozen=True):
    """What the last passage asked the player, which a "yes" may answer."""

    to_quit: bool = False
    """Whether the story is to end for good."""
    between: tuple[str, ...] = ()
    """Which of these choices was meant."""


NOTHING_ASKED = PassageQuestion()


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """What a session remembers of its story: enough to play it again, each move that an answer made."""

    story: str = ""
    version: int = 0
    moves: tuple[str, ...] = ()
    asked: PassageQuestion = NOTHING_ASKED
    seed: UUID | None = None
    """From which chance comes, where not from the session's own id: a copy keeps the seed of its origin.
    Whoever tells the story passes `play.seed or session_id`.
    """
    untold: bool = False
    """Nothing of the story was told yet, nor was where a copy of it stands: it began while play was held."""

    def after(self, passage: Passage) -> "Play":
        """The play once a passage was told."""
        untold = self.untold and passage.scene is None
        asked = PassageQuestion(passage.meant == QUIT, passage.between)
        return replace(self, moves=(*self.moves, *passage.moves), asked=asked, untold=untold)


class Wishes(msgspec.Struct, frozen=True):
    """What a player does not want to meet."""

    avoid: tuple[str, ...] = ()
    """Topics and warnings, in the player's words."""
    intensity: int = 5
    readiness: Readiness = "ready"
    """The most that may be asked of them."""

    def softened(self) -> "Wishes":
        """The same in recovery: nothing that confronts, nothing that asks for steadiness."""
        return replace(self, intensity=min(self.intensity, SOFT_INTENSITY), readiness="any")


def require_passage(passage: Passage) -> None:
    """Refuse what cannot be the ids of a catalogue."""
    for kind, given in (
        ("move", passage.move and passage.move.removeprefix(SENT)),
        ("choice", passage.chosen),
        ("scene", passage.scene),
        ("skill", passage.skill),
        ("ending", passage.ending),
        ("meaning", passage.meant),
        *(("choice", choice) for choice in (*passage.choices, *passage.between)),
        *(("skill", skill) for skill in passage.practised),
    ):
        require_catalogue_id(kind, given)
