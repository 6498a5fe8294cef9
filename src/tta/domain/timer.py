"""One deadline: it is scheduled, moved, cancelled, or falls due.

Owns neither what happens then (a reactor that needs the deadline reads TimerDue) nor how the moment is
noticed: an index outside the domain says when to send FallDue. The id is derived from the player, the purpose
and the subject, so that scheduling again moves the same timer.
"""

from datetime import datetime, timedelta
from typing import assert_never, get_args
from uuid import UUID

import msgspec

from tta.domain.base import Command, Conflicting, Event, Invalid
from tta.domain.identity import owned_id
from tta.domain.vocabulary import TimerPurpose

AHEAD_MAX = timedelta(
    days=366
)  # A deadline beyond a year is a mistake in its unit; what is rarer is scheduled anew.


class TimerScheduled(Event, frozen=True, kw_only=True):
    """It will fall due then; a schedule that stood before is replaced."""

    purpose: TimerPurpose
    about: UUID
    due_at: datetime
    player_id: UUID | None = None
    """Whom it concerns."""


class TimerCancelled(Event, frozen=True, kw_only=True): ...


class TimerDue(Event, frozen=True, kw_only=True):
    """The moment has come, at `due_at`; `at` is when that was noticed."""

    purpose: TimerPurpose
    about: UUID
    due_at: datetime


TimerEvent = TimerScheduled | TimerCancelled | TimerDue
EVENTS: tuple[type[Event], ...] = get_args(TimerEvent)


class ScheduleTimer(Command, frozen=True, kw_only=True):
    purpose: TimerPurpose
    about: UUID
    due_at: datetime
    """UTC; a moment that has passed falls due at once."""
    player_id: UUID | None


class CancelTimer(Command, frozen=True, kw_only=True): ...


class FallDue(Command, frozen=True, kw_only=True):
    """The store's clock, as `at`, says that the moment has come."""


TimerCommand = ScheduleTimer | CancelTimer | FallDue


class TimerTooFar(Invalid): ...


class TimerIsNotDue(Conflicting): ...


class NotScheduled(msgspec.Struct, frozen=True, tag=True):
    """Nothing will fall due: it never was scheduled, was cancelled, or has come."""


class Schedule(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What will fall due, and when."""

    purpose: TimerPurpose
    about: UUID
    due_at: datetime
    player_id: UUID | None


Timer = NotScheduled | Schedule
NAME = "timer"
initial: Timer = NotScheduled()


def id_of(player_id: UUID, purpose: TimerPurpose, about: UUID) -> UUID:
    """The one timer for that purpose about that thing of a player's."""
    return owned_id(player_id, "timer", purpose.value, about)


def evolve(timer: Timer, event: TimerEvent) -> Timer:  # noqa: ARG001 - Each event says all there is to know.
    match event:
        case TimerScheduled():
            return Schedule(
                purpose=event.purpose,
                about=event.about,
                due_at=event.due_at,
                player_id=event.player_id,
            )
        case TimerCancelled() | TimerDue():
            return NotScheduled()
        case _:
            assert_never(event)


def decide(timer: Timer, command: TimerCommand) -> list[TimerEvent]:
    match command:
        case ScheduleTimer():
            return _schedule_timer(timer, command)
        case CancelTimer():
            return [] if isinstance(timer, NotScheduled) else [TimerCancelled(at=command.at)]
        case FallDue():
            return [] if isinstance(timer, NotScheduled) else [_fall_due(timer, command)]
        case _:
            assert_never(command)


def _schedule_timer(timer: Timer, command: ScheduleTimer) -> list[TimerEvent]:
    assert command.due_at.tzinfo is not None, "a moment is told in UTC"
    if command.due_at - command.at > AHEAD_MAX:
        raise TimerTooFar(f"expected at most {AHEAD_MAX.days} days ahead, got {command.due_at - command.at}")
    wanted = Schedule(
        purpose=command.purpose, about=command.about, due_at=command.due_at, player_id=command.player_id
    )
    if timer == wanted:
        return []
    return [
        TimerScheduled(
            purpose=command.purpose,
            about=command.about,
            due_at=command.due_at,
            player_id=command.player_id,
            at=command.at,
        )
    ]


def _fall_due(due: Schedule, command: FallDue) -> TimerDue:
    if command.at < due.due_at:
        raise TimerIsNotDue(
            f"expected to be asked from {due.due_at.isoformat()} on, it is {command.at.isoformat()}"
        )
    return TimerDue(purpose=due.purpose, about=due.about, due_at=due.due_at, at=command.at)
