"""A session that nobody plays is abandoned when its timer falls due, unless it may not be just then."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tta.domain import session, timer
from tta.domain.joint.acting import ActingEvents
from tta.domain.joint.enrolling import roster_events
from tta.domain.roster import Roster
from tta.domain.safety_record import SafetyRecord
from tta.domain.session import AbandonSession, Session, SessionStatus
from tta.domain.timer import CancelTimer, ScheduleTimer, Timer, TimerDue, TimerEvent
from tta.domain.vocabulary import TimerPurpose

GOES_ON = {SessionStatus.OPEN, SessionStatus.PAUSED}


class NotIdle(Exception):
    """Something happened in the session, or it may not be abandoned now."""


def watch(
    watching: Timer,
    current: Session,
    record: SafetyRecord,
    *,
    session_id: UUID,
    idle: timedelta,
    due: TimerDue | None,
    at: datetime,
) -> Sequence[TimerEvent]:
    """Have the timer fall due when the session will have been idle; nothing if it does not go on.

    `due` is the event of a timer that fell due in vain.
    """
    if current.status not in GOES_ON or current.active_at is None:
        return []
    # What bears a moment ahead was written under a clock that was wrong.
    until = min(current.active_at, at) + idle
    if due is not None and _must_wait(current, record):
        # As long again: a player who is released, or answered late, has all that time to come back.
        until = max(until, min(due.at, at) + idle)
    assert current.player_id is not None, "a session that goes on is somebody's"
    schedule = ScheduleTimer(
        purpose=TimerPurpose.SESSION_IDLE,
        about=session_id,
        due_at=until,
        player_id=current.player_id,
        at=at,
    )
    return timer.decide(watching, schedule)


def abandon(
    current: Session,
    record: SafetyRecord,
    listed: Roster,
    *,
    session_id: UUID,
    idle: timedelta,
    due: TimerDue,
    at: datetime,
) -> ActingEvents:
    """Abandon a session that was idle when its timer fell due. Raises NotIdle."""
    # The process that noticed it may have had a clock that was ahead.
    is_recent = current.active_at is not None and current.active_at + idle > min(due.at, at)
    if is_recent or _must_wait(current, record):
        raise NotIdle
    left = session.decide(current, AbandonSession(at=at))
    return ActingEvents(left, roster_events(listed, session_id, left))


def call_off(watching: Timer, *, at: datetime) -> Sequence[TimerEvent]:
    """Let nothing fall due any more: the session is over."""
    return timer.decide(watching, CancelTimer(at=at))


def _must_wait(current: Session, record: SafetyRecord) -> bool:
    """Whether the session may not be abandoned now, however long it was idle."""
    return record.held or current.turns.unanswered
