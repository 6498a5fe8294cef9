"""A new session that goes on from where another one of the player's stood."""

from collections.abc import Sequence
from uuid import UUID

from tta.domain.joint.acting import ActingEvents
from tta.domain.joint.facts import Facts, require_own
from tta.domain.joint.starting import start
from tta.domain.player import Player
from tta.domain.roster import Roster
from tta.domain.safety_record import SafetyRecord
from tta.domain.session import Session, StartSession
from tta.domain.turns import TurnOutOfOrder


def copy(
    current: Session,
    source: Session,
    record: SafetyRecord,
    person: Player,
    listed: Roster,
    *,
    session_id: UUID,
    player_id: UUID,
    until_turn: int | None,
    last_turn: int,
    command: StartSession,
    told_by: Facts,
    over: Sequence[UUID] = (),
) -> ActingEvents:
    """Start a copy as the source stood after a turn (None: the last that was answered, `last_turn`).

    Raises NoSuchSession, TurnOutOfOrder, and what `start` raises.
    """
    require_own(source, player_id)
    if until_turn is not None and until_turn > last_turn:
        raise TurnOutOfOrder(f"expected turn 0 to {last_turn}, got {until_turn}")
    return start(
        current, record, person, listed, session_id=session_id, command=command, told_by=told_by, over=over
    )
