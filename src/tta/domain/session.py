"""One play-through of one story: whether it is open, paused or over; its turns are turns.py's.

Owns neither safety (a hold comes in as a fact and never refuses what a player says) nor the story (ids only).
A player may leave at any moment: the answer still owed to their last words may follow the end, nothing else.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, assert_never, get_args
from uuid import UUID

import msgspec
from msgspec.structs import replace

from tta.domain.base import PERSONAL, Absent, Command, Conflicting, Event, Invalid, SealedText
from tta.domain.identity import owned_id
from tta.domain.passages import Beginning, CopyOrigin, Passage, Play, require_passage
from tta.domain.turns import (
    AnswerInteraction,
    InteractionAnswered,
    InteractionSubmitted,
    NarrationRequested,
    RequestNarration,
    SubmitInteraction,
    TurnEvent,
    Turns,
    TurnsExhausted,
    answer,
    request_narration,
    submit,
)
from tta.domain.turns import evolve as evolve_turns
from tta.domain.vocabulary import ConsentPurpose
from tta.domain.words import require_catalogue_id

MOVES_COPIED_MAX = 1_000  # What one session can make, two a turn; with its ids some 20 kB.


class SessionStarted(Event, frozen=True, kw_only=True):
    player_id: UUID
    story: str
    held: bool = False  # So that the player is owed support before story.
    story_version: int = 0
    opening: Annotated[str | SealedText | None, PERSONAL] = None
    passage: Passage = Passage()
    choice_texts: Annotated[tuple[str, ...] | SealedText | None, PERSONAL] = None
    copied_from: UUID | None = None
    """The session whose story it goes on with, from where that stood after so many turns."""
    copied_turns: int = 0
    moves: tuple[str, ...] = ()
    """Those that were made in that story already."""
    seed: UUID | None = None
    """From which its chance comes."""


class SessionPaused(Event, frozen=True, kw_only=True): ...


class SessionResumed(Event, frozen=True, kw_only=True):
    held: bool = False


class SessionCompleted(Event, frozen=True, kw_only=True): ...


class SessionAbandoned(Event, frozen=True, kw_only=True): ...


SessionEvent = (
    SessionStarted | TurnEvent | SessionPaused | SessionResumed | SessionCompleted | SessionAbandoned
)
EVENTS: tuple[type[Event], ...] = get_args(SessionEvent)


class StartSession(Command, frozen=True, kw_only=True):
    player_id: UUID
    story: str
    consented: bool = False
    """The player's consent to `play` stands."""
    held: bool = False
    """The player's safety record holds play. Both facts are filled in as they stand when it is decided
    (joint/deciding.py).
    """
    begins: Beginning = Beginning()
    copied: CopyOrigin | None = None
    known: bool = True
    """The catalogue has the story."""


class PauseSession(Command, frozen=True, kw_only=True): ...


class ResumeSession(Command, frozen=True, kw_only=True):
    """The facts are filled in as they stand when it is decided (joint/deciding.py)."""

    held: bool = False
    consented: bool = False


class CompleteSession(Command, frozen=True, kw_only=True): ...


class AbandonSession(Command, frozen=True, kw_only=True): ...


SessionCommand = (
    StartSession
    | SubmitInteraction
    | RequestNarration
    | AnswerInteraction
    | PauseSession
    | ResumeSession
    | CompleteSession
    | AbandonSession
)


class NoSuchSession(Absent):
    title = "There is no such session"


class UnknownStory(Invalid):
    title = "There is no such story"


class SessionExists(Conflicting):
    title = "The session exists already"


class ConsentMissing(Conflicting):
    title = "The player has not consented to this"


class SessionIsPaused(Conflicting):
    title = "The session is paused"


class SessionIsOver(Conflicting):
    title = "The session is over"


class SessionStatus(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    COMPLETED = "completed"
    ABANDONED = "abandoned"


OVER = frozenset({SessionStatus.COMPLETED, SessionStatus.ABANDONED})
STATUS_AFTER: Mapping[type[Event], SessionStatus] = {
    SessionPaused: SessionStatus.PAUSED,
    SessionResumed: SessionStatus.OPEN,
    SessionCompleted: SessionStatus.COMPLETED,
    SessionAbandoned: SessionStatus.ABANDONED,
}
"""What each event that changes nothing but the status makes of it."""


class NoSession(msgspec.Struct, frozen=True, tag=True):
    """It has not been started."""


class StartedSession(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    status: SessionStatus
    player_id: UUID
    turns: Turns
    play: Play
    active_at: datetime
    """When something last happened in it."""


Session = NoSession | StartedSession
NAME = "session"
initial: Session = NoSession()


def is_over(session: Session) -> bool:
    return isinstance(session, StartedSession) and session.status in OVER


def require_started(session: Session) -> StartedSession:
    """Give a session that was started. Raises NoSuchSession."""
    if isinstance(session, NoSession):
        raise NoSuchSession("expected a session, there is none")
    return session


def id_of(player_id: UUID, command_id: UUID) -> UUID:
    """The session that a command starts: a retry finds the same one."""
    return owned_id(player_id, "session", command_id)


def evolve(session: Session, event: SessionEvent) -> Session:
    match event:
        case SessionStarted():
            return _begun(event)
        case InteractionSubmitted() | NarrationRequested():
            current = _started(session)
            changed = replace(current, turns=evolve_turns(current.turns, event))
        case InteractionAnswered():
            current = _started(session)
            turns = evolve_turns(current.turns, event)
            changed = replace(current, turns=turns, play=current.play.after(event.passage))
        case SessionPaused() | SessionResumed() | SessionCompleted() | SessionAbandoned():
            changed = replace(_started(session), status=STATUS_AFTER[type(event)])
        case _:
            assert_never(event)
    return replace(changed, active_at=event.at)


def _begun(event: SessionStarted) -> StartedSession:
    play = Play(
        story=event.story,
        version=event.story_version,
        moves=event.moves,
        seed=event.seed,
        untold=event.held and event.opening is None,
    )
    return StartedSession(
        status=SessionStatus.OPEN,
        player_id=event.player_id,
        # The API's notice tells the player at the start that they play with a machine.
        turns=Turns(disclosed_at=event.at),
        play=play.after(event.passage),
        active_at=event.at,
    )


def _started(session: Session) -> StartedSession:
    assert isinstance(session, StartedSession), "the first event of a session is SessionStarted"
    return session


def decide(session: Session, command: SessionCommand) -> list[SessionEvent]:
    match session:
        case NoSession():
            if isinstance(command, StartSession):
                return _start_session(command)
            raise NoSuchSession("expected a session, there is none")
        case StartedSession():
            return _go_on(session, command)
        case _:
            assert_never(session)


def _go_on(session: StartedSession, command: SessionCommand) -> list[SessionEvent]:
    match command:
        case StartSession():
            _require_known(command)
            raise SessionExists(f"expected no session yet, found one that is {session.status.value}")
        case SubmitInteraction():
            decided = _submit_interaction(session, command)
        case RequestNarration():
            decided = list(request_narration(session.turns, command))
        case AnswerInteraction():
            decided = _answer_interaction(session, command)
        case PauseSession():
            decided = _change_status(session, SessionStatus.PAUSED, SessionPaused(at=command.at))
        case ResumeSession():
            decided = _resume_session(session, command)
        case CompleteSession():
            decided = _change_status(session, SessionStatus.COMPLETED, SessionCompleted(at=command.at))
        case AbandonSession():
            decided = _change_status(session, SessionStatus.ABANDONED, SessionAbandoned(at=command.at))
        case _:
            assert_never(command)
    return decided


def _start_session(command: StartSession) -> list[SessionEvent]:
    _require_known(command)
    _require_consent(command)
    require_catalogue_id("story", command.story)
    require_passage(command.begins.passage)
    copied = command.copied
    if copied is not None and len(copied.moves) > MOVES_COPIED_MAX:
        moves = len(copied.moves)
        raise TurnsExhausted(f"a copy goes on behind at most {MOVES_COPIED_MAX} moves, this would be {moves}")
    return [
        SessionStarted(
            player_id=command.player_id,
            story=command.story,
            held=command.held,
            story_version=command.begins.version,
            opening=command.begins.text,
            passage=command.begins.passage,
            choice_texts=command.begins.choice_texts or None,
            copied_from=copied.session_id if copied else None,
            copied_turns=copied.turns if copied else 0,
            moves=copied.moves if copied else (),
            seed=copied.seed if copied else None,
            at=command.at,
        )
    ]


def _submit_interaction(session: StartedSession, command: SubmitInteraction) -> list[SessionEvent]:
    _require_running(session)
    # The words of a player who is held are taken and answered, although the story stands still.
    if session.status is SessionStatus.PAUSED and not command.held:
        raise SessionIsPaused("expected an open session, this one is paused")
    _require_consent(command)
    return [submit(session.turns, command)]


def _answer_interaction(session: StartedSession, command: AnswerInteraction) -> list[SessionEvent]:
    answered = answer(session.turns, command)
    # If the player has left meanwhile, the answer changes nothing more.
    if session.status is SessionStatus.OPEN and command.then == "pause":
        return [answered, SessionPaused(at=command.at)]
    if session.status in {SessionStatus.OPEN, SessionStatus.PAUSED} and command.then == "end":
        return [answered, SessionCompleted(at=command.at)]
    return [answered]


def _resume_session(session: StartedSession, command: ResumeSession) -> list[SessionEvent]:
    if session.status is SessionStatus.PAUSED:
        _require_consent(command)
    return _change_status(session, SessionStatus.OPEN, SessionResumed(held=command.held, at=command.at))


def _change_status(session: StartedSession, status: SessionStatus, event: SessionEvent) -> list[SessionEvent]:
    if session.status is status:
        return []
    _require_running(session)
    return [event]


def _require_known(command: StartSession) -> None:
    if not command.known:
        raise UnknownStory("expected a story of the catalogue, there is none of this id")


def _require_consent(command: StartSession | SubmitInteraction | ResumeSession) -> None:
    if not command.consented and (isinstance(command, StartSession) or not command.held):
        raise ConsentMissing(f"expected the consent '{ConsentPurpose.PLAY.value}', which is not given")


def _require_running(session: StartedSession) -> None:
    if session.status in {SessionStatus.COMPLETED, SessionStatus.ABANDONED}:
        raise SessionIsOver(f"expected a session that goes on, this one is {session.status.value}")
