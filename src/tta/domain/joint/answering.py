"""A turn is answered by what stands when the answer is appended; an answer may end its session."""

from typing import NamedTuple
from uuid import UUID

from tta.domain import session
from tta.domain.joint.acting import ActingEvents
from tta.domain.joint.enrolling import roster_events
from tta.domain.passages import Play
from tta.domain.player import Player
from tta.domain.roster import Roster
from tta.domain.safety_record import SafetyRecord
from tta.domain.session import Session
from tta.domain.turns import AnswerInteraction, RequestNarration
from tta.domain.vocabulary import Author, ConsentPurpose


class AnswerOvertaken(Exception):
    """What the answer was decided by has changed: it is to be found anew."""


class AnswerBasis(NamedTuple):
    """What an answer is decided by."""

    play: Play
    held: bool
    recovery: bool
    preferences_at: int | None
    """The player's version at which their wishes stand."""


def basis_of(current: Session, record: SafetyRecord, person: Player) -> AnswerBasis:
    return AnswerBasis(current.play, record.held, record.recovery, person.preferences_at)


def agrees_to_models(person: Player) -> bool:
    return ConsentPurpose.MODEL_PROCESSING in person.consents


def ends_session(command: AnswerInteraction | RequestNarration) -> bool:
    """Whether the answer ends its session, so that the roster changes too."""
    return isinstance(command, AnswerInteraction) and command.then == "end"


def answer(
    current: Session,
    record: SafetyRecord,
    person: Player,
    listed: Roster,
    *,
    session_id: UUID,
    command: AnswerInteraction | RequestNarration,
    basis: AnswerBasis,
) -> ActingEvents:
    """Answer a turn, or note that a language model is asked, by that basis.

    Raises AnswerOvertaken if the basis is another one by now, or if a model's text may not be told any more.
    """
    by_model = isinstance(command, AnswerInteraction) and command.author is Author.MODEL
    if basis_of(current, record, person) != basis or (by_model and not agrees_to_models(person)):
        raise AnswerOvertaken
    happens = session.decide(current, command)
    return ActingEvents(happens, roster_events(listed, session_id, happens))
