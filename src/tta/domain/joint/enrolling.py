"""The roster follows what happens to sessions, in the same append as whatever begins or ends one."""

from collections.abc import Sequence
from uuid import UUID

from tta.domain import roster
from tta.domain.base import Event
from tta.domain.roster import EnrolSession, Roster, RosterCommand, RosterEvent, StrikeSession
from tta.domain.session import SessionAbandoned, SessionCompleted, SessionStarted


def roster_events(
    current: Roster, session_id: UUID, happens: Sequence[Event], *, over: Sequence[UUID] = ()
) -> list[RosterEvent]:
    """Give what befalls the roster with what happens to a session; `over` are others that are over by now.

    Raises TooManySessions.
    """
    decided: list[RosterEvent] = []
    for event in happens:
        for command in _commands(event, session_id, over):
            for each in roster.decide(current, command):
                current = roster.evolve(current, each)
                decided.append(each)
    return decided


def _commands(event: Event, session_id: UUID, over: Sequence[UUID]) -> list[RosterCommand]:
    match event:
        case SessionStarted():
            enrols = EnrolSession(session_id=session_id, held=event.held, at=event.at)
            return [*(StrikeSession(session_id=each, at=event.at) for each in over), enrols]
        case SessionCompleted() | SessionAbandoned():
            return [StrikeSession(session_id=session_id, at=event.at)]
        case _:
            return []
