"""One play-through of one story: its turns, and whether it is open, paused or over.

Owns neither safety (a hold comes in as a fact and never refuses what a player says) nor the story (ids only).
A player may leave at any moment: the answer still owed to their last words may follow the end, nothing else.
"""

from enum import StrEnum
from typing import Annotated, assert_never, get_args
from uuid import UUID

import msgspec
from msgspec.structs import replace

from tta.domain.base import PERSONAL, Command, Event, PersonalText, Sealed
from tta.domain.passages import Beginning, Passage, Play, require_passage
from tta.domain.session_refusals import (
    ConsentMissing,
    NoSuchSession,
    PlayIsHeld,
    SessionExists,
    SessionIsOver,
    SessionIsPaused,
    TurnAlreadyAnswered,
    TurnOutOfOrder,
    TurnsExhausted,
    TurnUnanswered,
)
from tta.domain.vocabulary import Author, ConsentPurpose
from tta.domain.words import require_catalogue_id, require_words, require_words_or_choice

TURNS_MAX = 500  # A turn a minute for eight hours; two events each keep the head in the store near 22 kB.
WORDS_MAX = 4_000  # Characters: about 700 words, five minutes of speech; assessed within one deadline.
REPLY_MAX = 8_000  # Characters: a scene that takes some six minutes to read.


class SessionStarted(Event, frozen=True, kw_only=True):
    player_id: UUID
    story: str
    held: bool = False  # So that the player is owed support before story.
    story_version: int = 0
    opening: Annotated[str | Sealed | None, PERSONAL] = None
    passage: Passage = Passage()
    choice_texts: Annotated[tuple[str, ...] | Sealed | None, PERSONAL] = None


class InteractionSubmitted(Event, frozen=True, kw_only=True):
    """What the player said: either words or a choice."""

    turn: int
    words: Annotated[str | Sealed | None, PERSONAL] = None
    choice: str | None = None
    held: bool = False


class InteractionAnswered(Event, frozen=True, kw_only=True):
    turn: int
    reply: PersonalText
    author: Author
    scene: str | None = None
    skill: str | None = None
    passage: Passage = Passage()
    choice_texts: Annotated[tuple[str, ...] | Sealed | None, PERSONAL] = None


class SessionPaused(Event, frozen=True, kw_only=True): ...


class SessionResumed(Event, frozen=True, kw_only=True):
    held: bool = False


class SessionCompleted(Event, frozen=True, kw_only=True): ...


class SessionAbandoned(Event, frozen=True, kw_only=True): ...


SessionEvent = (
    SessionStarted
    | InteractionSubmitted
    | InteractionAnswered
    | SessionPaused
    | SessionResumed
    | SessionCompleted
    | SessionAbandoned
)
EVENTS: tuple[type[Event], ...] = get_args(SessionEvent)


class StartSession(Command, frozen=True, kw_only=True):
    player_id: UUID
    story: str
    consented: bool
    """The player's consent to `play` stands."""
    held: bool
    """The player's safety record holds play."""
    begins: Beginning = Beginning()


class SubmitInteraction(Command, frozen=True, kw_only=True):
    held: bool
    consented: bool
    """The player's consent to `play` still stands; a hold takes their words all the same."""
    words: str | None = None
    choice: str | None = None
    turn: int | None = None  # The turn that the client believes is next.


class AnswerInteraction(Command, frozen=True, kw_only=True):
    turn: int
    reply: str
    author: Author
    held: bool
    passage: Passage = Passage()
    choice_texts: tuple[str, ...] = ()


class PauseSession(Command, frozen=True, kw_only=True): ...


class ResumeSession(Command, frozen=True, kw_only=True):
    held: bool
    consented: bool


class CompleteSession(Command, frozen=True, kw_only=True): ...


class AbandonSession(Command, frozen=True, kw_only=True): ...


SessionCommand = (
    StartSession
    | SubmitInteraction
    | AnswerInteraction
    | PauseSession
    | ResumeSession
    | CompleteSession
    | AbandonSession
)


class Status(StrEnum):
    ABSENT = "absent"
    OPEN = "open"
    PAUSED = "paused"
    COMPLETED = "completed"
    ABANDONED = "abandoned"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    status: Status = Status.ABSENT
    player_id: UUID | None = None
    """Whose it is; None only while absent."""
    turn: int = 0
    """The last turn that was submitted."""
    unanswered: bool = False
    """That turn still waits for its answer."""
    play: Play = Play()


NAME = "session"
initial = Session()


def evolve(session: Session, event: SessionEvent) -> Session:
    match event:
        case SessionStarted():
            play = Play(story=event.story, version=event.story_version).after(event.passage)
            changed = Session(status=Status.OPEN, player_id=event.player_id, play=play)
        case InteractionSubmitted():
            changed = replace(session, turn=event.turn, unanswered=True)
        case InteractionAnswered():
            changed = replace(session, unanswered=False, play=session.play.after(event.passage))
        case SessionPaused():
            changed = replace(session, status=Status.PAUSED)
        case SessionResumed():
            changed = replace(session, status=Status.OPEN)
        case SessionCompleted():
            changed = replace(session, status=Status.COMPLETED)
        case SessionAbandoned():
            changed = replace(session, status=Status.ABANDONED)
        case _:
            assert_never(event)
    return changed


def decide(session: Session, command: SessionCommand) -> list[SessionEvent]:
    match command:
        case StartSession():
            decided = _start_session(session, command)
        case SubmitInteraction():
            decided = _submit_interaction(session, command)
        case AnswerInteraction():
            decided = _answer_interaction(session, command)
        case PauseSession():
            decided = _change_status(session, Status.PAUSED, SessionPaused(at=command.at))
        case ResumeSession():
            decided = _resume_session(session, command)
        case CompleteSession():
            decided = _change_status(session, Status.COMPLETED, SessionCompleted(at=command.at))
        case AbandonSession():
            decided = _change_status(session, Status.ABANDONED, SessionAbandoned(at=command.at))
        case _:
            assert_never(command)
    return decided


def _start_session(session: Session, command: StartSession) -> list[SessionEvent]:
    if session.status is not Status.ABSENT:
        raise SessionExists(f"expected no session yet, found one that is {session.status.value}")
    _require_consent(command)
    require_catalogue_id("story", command.story)
    require_passage(command.begins.passage)
    return [
        SessionStarted(
            player_id=command.player_id,
            story=command.story,
            held=command.held,
            story_version=command.begins.version,
            opening=command.begins.text,
            passage=command.begins.passage,
            choice_texts=command.begins.choice_texts or None,
            at=command.at,
        )
    ]


def _submit_interaction(session: Session, command: SubmitInteraction) -> list[SessionEvent]:
    _require_running(session)
    # Whoever is held is never refused for what stands still meanwhile: their words are taken and answered.
    if session.status is Status.PAUSED and not command.held:
        raise SessionIsPaused("expected an open session, this one is paused")
    _require_consent(command)
    turn = session.turn + 1
    if command.turn is not None and command.turn != turn:
        raise TurnOutOfOrder(f"expected turn {turn}, got {command.turn}")
    if session.unanswered:
        raise TurnUnanswered(f"turn {turn} has to wait, turn {session.turn} is not answered yet")
    if turn > TURNS_MAX and not command.held:
        raise TurnsExhausted(f"a session has at most {TURNS_MAX} turns, this would be turn {turn}")
    require_words_or_choice(command.words, command.choice, WORDS_MAX)
    return [
        InteractionSubmitted(
            turn=turn, words=command.words, choice=command.choice, held=command.held, at=command.at
        )
    ]


def _answer_interaction(session: Session, command: AnswerInteraction) -> list[SessionEvent]:
    _require_existing(session)
    if not 1 <= command.turn <= session.turn:
        raise TurnOutOfOrder(f"expected turn 1 to {session.turn}, got {command.turn}")
    if command.turn < session.turn or not session.unanswered:
        raise TurnAlreadyAnswered(f"turn {command.turn} is answered, as is all before it")
    if command.held and command.author is not Author.PROTOCOL:
        raise PlayIsHeld(f"expected an answer by the protocol, got one by the {command.author.value}")
    require_words("reply", command.reply, REPLY_MAX)
    require_passage(command.passage)
    return [
        InteractionAnswered(
            turn=command.turn,
            reply=command.reply,
            author=command.author,
            scene=command.passage.scene,
            skill=command.passage.skill,
            passage=command.passage,
            choice_texts=command.choice_texts or None,
            at=command.at,
        )
    ]


def _resume_session(session: Session, command: ResumeSession) -> list[SessionEvent]:
    if session.status is Status.PAUSED:
        _require_consent(command)
    return _change_status(session, Status.OPEN, SessionResumed(held=command.held, at=command.at))


def _change_status(session: Session, status: Status, event: SessionEvent) -> list[SessionEvent]:
    if session.status is status:
        return []
    _require_running(session)
    return [event]


def _require_existing(session: Session) -> None:
    if session.status is Status.ABSENT:
        raise NoSuchSession("expected a session, there is none")


def _require_consent(command: StartSession | SubmitInteraction | ResumeSession) -> None:
    if not command.consented and (isinstance(command, StartSession) or not command.held):
        raise ConsentMissing(f"expected the consent '{ConsentPurpose.PLAY.value}', which is not given")


def _require_running(session: Session) -> None:
    _require_existing(session)
    if session.status in {Status.COMPLETED, Status.ABANDONED}:
        raise SessionIsOver(f"expected a session that goes on, this one is {session.status.value}")
