"""A session begins: told by what stands at that moment, and enrolled."""

from collections.abc import Sequence
from uuid import UUID

from tta.domain import session
from tta.domain.joint.acting import ActingEvents
from tta.domain.joint.enrolling import roster_events
from tta.domain.joint.facts import Facts, facts_of
from tta.domain.player import Player
from tta.domain.roster import Roster
from tta.domain.safety_record import SafetyRecord
from tta.domain.session import Session, StartSession


class FactsChanged(Exception):
    """What the beginning was told by is not so any more: it is to be told anew."""


def start(
    current: Session,
    record: SafetyRecord,
    person: Player,
    listed: Roster,
    *,
    session_id: UUID,
    command: StartSession,
    told_by: Facts,
    over: Sequence[UUID] = (),
) -> ActingEvents:
    """Begin a session that was told by those facts; `over` are sessions that are over by now, and struck.

    Raises FactsChanged, TooManySessions, and what the session refuses.
    """
    if facts_of(record, person) != told_by:
        raise FactsChanged
    happens = session.decide(current, command)
    return ActingEvents(happens, roster_events(listed, session_id, happens, over=over))
