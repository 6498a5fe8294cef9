"""A session that nobody plays is abandoned when its timer falls due, unless it may not be just then."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from tta.domain import timer
from tta.domain.joint.deciding import AddressedCommand, to
from tta.domain.session import OVER, AbandonSession, NoSession, require_started
from tta.domain.targets import (
    AnyTarget,
    States,
    TimerTarget,
    record_target,
    roster_target,
    session_target,
    timer_target,
)
from tta.domain.timer import CancelTimer, ScheduleTimer, TimerDue
from tta.domain.vocabulary import TimerPurpose


class NotIdle(Exception):
    """Something happened in the session, or it may not be abandoned now."""


class WatchDecision(NamedTuple):
    """Let the timer fall due when the session will have been idle; nothing if it does not go on."""

    session_id: UUID
    player_id: UUID
    idle: timedelta
    due: TimerDue | None
    """The event of a timer that fell due in vain."""
    at: datetime

    def targets(self) -> Sequence[AnyTarget]:
        return [idle_timer(self.player_id, self.session_id), session_target(self.session_id)]

    def decide(self, states: States, _outside: None, /) -> Sequence[AddressedCommand]:
        current = states.of(session_target(self.session_id))
        if isinstance(current, NoSession) or current.status in OVER:
            return []
        # An event that bears a later time was written under a clock that was wrong.
        until = min(current.active_at, self.at) + self.idle
        if self.due is not None and _must_wait(states, self.session_id, self.player_id):
            # As long again: a player who is released, or answered late, has all that time to come back.
            until = max(until, min(self.due.at, self.at) + self.idle)
        schedule = ScheduleTimer(
            purpose=TimerPurpose.SESSION_IDLE,
            about=self.session_id,
            due_at=until,
            player_id=self.player_id,
            at=self.at,
        )
        return [to(idle_timer(self.player_id, self.session_id), schedule)]


class AbandonDecision(NamedTuple):
    """Abandon a session that was idle when its timer fell due."""

    session_id: UUID
    player_id: UUID
    idle: timedelta
    due: TimerDue
    at: datetime

    def targets(self) -> Sequence[AnyTarget]:
        return [session_target(self.session_id), roster_target(self.player_id)]

    def decide(self, states: States, _outside: None, /) -> Sequence[AddressedCommand]:
        """Raises NotIdle."""
        played = session_target(self.session_id)
        active_at = require_started(states.of(played)).active_at
        # The process that noticed it may have had a clock that was ahead.
        is_recent = active_at + self.idle > min(self.due.at, self.at)
        if is_recent or _must_wait(states, self.session_id, self.player_id):
            raise NotIdle
        return [to(played, AbandonSession(at=self.at))]


class CallOffDecision(NamedTuple):
    """The session is over: its timer is cancelled."""

    session_id: UUID
    player_id: UUID
    at: datetime

    def targets(self) -> Sequence[AnyTarget]:
        return [idle_timer(self.player_id, self.session_id)]

    def decide(self, _states: States, _outside: None, /) -> Sequence[AddressedCommand]:
        return [to(idle_timer(self.player_id, self.session_id), CancelTimer(at=self.at))]


def idle_timer(player_id: UUID, session_id: UUID) -> TimerTarget:
    """The one timer that watches a session."""
    return timer_target(timer.id_of(player_id, TimerPurpose.SESSION_IDLE, session_id))


def _must_wait(states: States, session_id: UUID, player_id: UUID) -> bool:
    """Whether the session may not be abandoned now, however long it was idle."""
    is_held = states.of(record_target(player_id)).held
    return is_held or require_started(states.of(session_target(session_id))).turns.unanswered
