"""The turns of a session: what is said, and the one answer that each gets.

Owns their strict order. Whether a session takes words at all, and what an answer does to it, is session.py's.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal, assert_never

import msgspec
from msgspec.structs import replace

from tta.domain.base import PERSONAL, Command, Conflicting, Event, PersonalText, SealedText
from tta.domain.narration import Narration
from tta.domain.passages import Passage, require_passage
from tta.domain.vocabulary import Author
from tta.domain.words import require_words, require_words_or_choice

TURNS_MAX = 500  # A turn a minute for eight hours; three events each keep the head in the store near 30 kB.
WORDS_MAX = 4_000  # Characters: about 700 words, five minutes of speech; assessed within one deadline.
REPLY_MAX = 8_000  # Characters: a scene that takes some six minutes to read.
DISCLOSED_EVERY = timedelta(hours=3)
CLOCKS_DIFFER_MAX = timedelta(minutes=5)  # Two machines may tell one session's turns.
"""How often a player is told that they play with a machine (New York, General Business Law §1702)."""

Then = Literal["", "pause", "end"]
"""What an answer does to its session, as the player asked in words."""


class InteractionSubmitted(Event, frozen=True, kw_only=True):
    """What the player said: either words or a choice."""

    turn: int
    words: Annotated[str | SealedText | None, PERSONAL] = None
    choice: str | None = None
    held: bool = False


class NarrationRequested(Event, frozen=True, kw_only=True):
    """A language model is about to be asked to tell the answer; the answer says what came of it.

    The event's id is the call's, so that an endpoint may recognise a repeated call.
    """

    turn: int


class InteractionAnswered(Event, frozen=True, kw_only=True):
    turn: int
    reply: PersonalText
    author: Author
    scene: str | None = None
    skill: str | None = None
    passage: Passage = Passage()
    choice_texts: Annotated[tuple[str, ...] | SealedText | None, PERSONAL] = None
    narration: Narration | None = None
    """Where a language model was asked to tell it."""
    checked_by: tuple[str, ...] = ()
    """The layers that saw the reply, each as `name@version`."""
    disclosed: bool = False
    """The player is told with it that they play with a machine."""
    interpreting: Narration | None = None
    """Where a language model was asked what the player's words mean."""


class SubmitInteraction(Command, frozen=True, kw_only=True):
    held: bool = False
    consented: bool = False
    """The player's consent to `play` still stands; a hold takes their words all the same. Both facts are
    filled in as they stand when it is decided (joint/deciding.py).
    """
    words: str | None = None
    choice: str | None = None
    turn: int | None = None  # The turn that the client believes is next.


class RequestNarration(Command, frozen=True, kw_only=True):
    turn: int
    held: bool = False


class AnswerInteraction(Command, frozen=True, kw_only=True):
    turn: int
    reply: str
    author: Author
    held: bool = False
    passage: Passage = Passage()
    choice_texts: tuple[str, ...] = ()
    narration: Narration | None = None
    interpreting: Narration | None = None
    checked_by: tuple[str, ...] = ()
    then: Then = ""


TurnEvent = InteractionSubmitted | NarrationRequested | InteractionAnswered


class TurnUnanswered(Conflicting):
    title = "The last turn has not been answered yet"


class TurnAlreadyAnswered(Conflicting):
    title = "The turn has been answered"


class TurnOutOfOrder(Conflicting):
    title = "That is not the next turn"


class TurnsExhausted(Conflicting):
    title = "The session has no turns left"


class PlayIsHeld(Conflicting):
    """Only the protocol may answer; the caller answers again with the protocol's words."""

    title = "Play is held"


class Turns(msgspec.Struct, frozen=True, kw_only=True):
    last: int = 0
    """The last turn that was submitted."""
    unanswered: bool = False
    """That turn still waits for its answer."""
    narrating: bool = False
    """A language model was asked for that answer."""
    disclosed_at: datetime
    """When the player was last told that they play with a machine."""


def evolve(turns: Turns, event: TurnEvent) -> Turns:
    match event:
        case InteractionSubmitted():
            return replace(turns, last=event.turn, unanswered=True, narrating=False)
        case NarrationRequested():
            return replace(turns, narrating=True)
        case InteractionAnswered():
            disclosed_at = event.at if event.disclosed else turns.disclosed_at
            return replace(turns, unanswered=False, narrating=False, disclosed_at=disclosed_at)
        case _:
            assert_never(event)


def submit(turns: Turns, command: SubmitInteraction) -> InteractionSubmitted:
    turn = turns.last + 1
    if command.turn is not None and command.turn != turn:
        raise TurnOutOfOrder(f"expected turn {turn}, got {command.turn}")
    if turns.unanswered:
        raise TurnUnanswered(f"turn {turn} has to wait, turn {turns.last} is not answered yet")
    if turn > TURNS_MAX and not command.held:
        raise TurnsExhausted(f"a session has at most {TURNS_MAX} turns, this would be turn {turn}")
    require_words_or_choice(command.words, command.choice, WORDS_MAX)
    return InteractionSubmitted(
        turn=turn, words=command.words, choice=command.choice, held=command.held, at=command.at
    )


def request_narration(turns: Turns, command: RequestNarration) -> list[NarrationRequested]:
    _require_waiting(turns, command.turn)
    if command.held:
        raise PlayIsHeld("expected play to go on, it is held")
    if turns.narrating:
        return []
    return [NarrationRequested(turn=command.turn, at=command.at)]


def answer(turns: Turns, command: AnswerInteraction) -> InteractionAnswered:
    _require_waiting(turns, command.turn)
    if command.held and command.author is not Author.PROTOCOL:
        raise PlayIsHeld(f"expected an answer by the protocol, got one by the {command.author.value}")
    require_words("reply", command.reply, REPLY_MAX)
    require_passage(command.passage)
    return InteractionAnswered(
        turn=command.turn,
        reply=command.reply,
        author=command.author,
        scene=command.passage.scene,
        skill=command.passage.skill,
        passage=command.passage,
        choice_texts=command.choice_texts or None,
        narration=command.narration,
        checked_by=command.checked_by,
        disclosed=not _is_recent(turns.disclosed_at, command.at),
        interpreting=command.interpreting,
        at=command.at,
    )


def _is_recent(told_at: datetime, at: datetime) -> bool:
    """Whether it was said of late; what lies ahead was said while a clock was wrong, and does not count."""
    return -CLOCKS_DIFFER_MAX < at - told_at < DISCLOSED_EVERY


def _require_waiting(turns: Turns, turn: int) -> None:
    if not 1 <= turn <= turns.last:
        raise TurnOutOfOrder(f"expected turn 1 to {turns.last}, got {turn}")
    if turn < turns.last or not turns.unanswered:
        raise TurnAlreadyAnswered(f"turn {turn} is answered, as is all before it")
