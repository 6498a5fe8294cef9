"""What a player does in a session of theirs: pause it, go on, say something, end it."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from tta.domain import session
from tta.domain.joint.enrolling import roster_events
from tta.domain.joint.facts import facts_of
from tta.domain.player import Player
from tta.domain.roster import Roster, RosterEvent
from tta.domain.safety_record import SafetyRecord
from tta.domain.session import (
    AbandonSession,
    CompleteSession,
    PauseSession,
    ResumeSession,
    Session,
    SessionEvent,
)
from tta.domain.turns import SubmitInteraction

ActInSession = SubmitInteraction | PauseSession | ResumeSession | CompleteSession | AbandonSession
ENDS = (CompleteSession, AbandonSession)
"""What changes the roster too."""


class ActingEvents(NamedTuple):
    session: Sequence[SessionEvent]
    roster: Sequence[RosterEvent] = ()


def act(
    current: Session,
    record: SafetyRecord,
    person: Player,
    listed: Roster,
    *,
    session_id: UUID,
    command: ActInSession,
) -> ActingEvents:
    """Decide with the facts as they stand, whatever the command says of them."""
    facts = facts_of(record, person)
    if isinstance(command, SubmitInteraction | ResumeSession):
        command = replace(command, held=facts.held, consented=facts.consented)
    happens = session.decide(current, command)
    return ActingEvents(happens, roster_events(listed, session_id, happens))
