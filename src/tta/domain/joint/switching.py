"""From one session of a player to another: the one is paused, and the other goes on."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tta.domain import session
from tta.domain.joint.facts import facts_of, require_own
from tta.domain.player import Player
from tta.domain.safety_record import SafetyRecord
from tta.domain.session import (
    PauseSession,
    ResumeSession,
    Session,
    SessionEvent,
    SessionIsOver,
    SessionIsPaused,
    SessionStatus,
)


class SwitchEvents(NamedTuple):
    left: Sequence[SessionEvent]
    other: Sequence[SessionEvent]


def switch(
    left: Session,
    other: Session,
    record: SafetyRecord,
    person: Player,
    *,
    player_id: UUID,
    at: datetime,
) -> SwitchEvents:
    """Pause the one and have the other go on, if both are the player's.

    Raises SessionIsPaused if the first is not open, SessionIsOver if one is over, NoSuchSession.
    """
    facts = facts_of(record, person)
    _require_open(require_own(left, player_id))
    require_own(other, player_id)
    resume = ResumeSession(held=facts.held, consented=facts.consented, at=at)
    # The pause comes first, however the other stands: by it a retry is recognised.
    return SwitchEvents(session.decide(left, PauseSession(at=at)), session.decide(other, resume))


def _require_open(left: Session) -> None:
    if left.status is SessionStatus.PAUSED:
        raise SessionIsPaused("expected an open session to switch from, this one is paused")
    if left.status is not SessionStatus.OPEN:
        raise SessionIsOver(f"expected an open session to switch from, this one is {left.status.value}")
