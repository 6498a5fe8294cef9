"""When a timer is scheduled, moved and called off, and that it falls due once, never before its moment."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import hypothesis
import pytest
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.domain.given import NOON, given, outcome, play
from tta.domain import timer
from tta.domain.base import personal_fields
from tta.domain.timer import (
    AHEAD_MAX,
    CancelTimer,
    FallDue,
    ScheduleTimer,
    TimerCancelled,
    TimerDue,
    TimerIsNotDue,
    TimerScheduled,
    TimerTooFar,
)
from tta.domain.timer import id_of as timer_id
from tta.domain.vocabulary import TimerPurpose

HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)
PLAYER, PLAY = UUID(int=1), UUID(int=2)
IDLE: dict[str, Any] = {"purpose": TimerPurpose.SESSION_IDLE, "about": PLAY}
SCHEDULE = ScheduleTimer(**IDLE, due_at=NOON + HOUR, player_id=PLAYER, at=NOON)
SCHEDULED = TimerScheduled(**IDLE, due_at=NOON + HOUR, player_id=PLAYER, at=NOON)
CANCEL, CANCELLED = CancelTimer(at=NOON), TimerCancelled(at=NOON)
FALL_DUE = FallDue(at=NOON + HOUR)
DUE = TimerDue(**IDLE, due_at=NOON + HOUR, at=NOON + HOUR)


def test_it_is_scheduled_and_falls_due():
    given(timer).when(SCHEDULE).then(SCHEDULED)
    given(timer, SCHEDULED).when(FALL_DUE).then(DUE)


def test_late_it_says_when_it_should_have_been():
    given(timer, SCHEDULED).when(FallDue(at=NOON + 5 * HOUR)).then(replace(DUE, at=NOON + 5 * HOUR))


def test_it_never_falls_due_before_its_moment():
    early = FallDue(at=NOON + HOUR - INSTANT)
    given(timer, SCHEDULED).when(early).then_refused(TimerIsNotDue, "13:00:00")


@pytest.mark.parametrize("over", [[], [SCHEDULED, CANCELLED], [SCHEDULED, DUE]], ids=len)
def test_what_is_not_scheduled_neither_falls_due_nor_is_called_off(over):
    given(timer, *over).when(FALL_DUE).then_nothing()
    given(timer, *over).when(CANCEL).then_nothing()


def test_it_is_called_off():
    given(timer, SCHEDULED).when(CANCEL).then(CANCELLED)


def test_scheduled_for_the_same_moment_nothing_changes():
    given(timer, SCHEDULED).when(replace(SCHEDULE, at=NOON + INSTANT)).then_nothing()


@pytest.mark.parametrize("by", [-2 * HOUR, -INSTANT, INSTANT, HOUR], ids=str)
def test_it_is_moved_to_another_moment_by_one_event(by):
    moved = SCHEDULED.due_at + by
    given(timer, SCHEDULED).when(replace(SCHEDULE, due_at=moved)).then(replace(SCHEDULED, due_at=moved))


def test_moved_it_falls_due_at_the_new_moment_alone():
    later = replace(SCHEDULED, due_at=NOON + 2 * HOUR)
    given(timer, SCHEDULED, later).when(FALL_DUE).then_refused(TimerIsNotDue)
    due = replace(DUE, due_at=NOON + 2 * HOUR, at=NOON + 2 * HOUR)
    given(timer, SCHEDULED, later).when(FallDue(at=NOON + 2 * HOUR)).then(due)


@pytest.mark.parametrize("over", [CANCELLED, DUE])
def test_what_is_over_is_scheduled_anew(over):
    given(timer, SCHEDULED, over).when(SCHEDULE).then(SCHEDULED)


def test_a_moment_that_has_passed_is_due_at_once():
    past = replace(SCHEDULED, due_at=NOON - HOUR)
    given(timer).when(replace(SCHEDULE, due_at=NOON - HOUR)).then(past)
    given(timer, past).when(FallDue(at=NOON)).then(replace(DUE, due_at=NOON - HOUR, at=NOON))


def test_it_is_not_scheduled_beyond_a_year():
    furthest = NOON + AHEAD_MAX
    given(timer).when(replace(SCHEDULE, due_at=furthest)).then(replace(SCHEDULED, due_at=furthest))
    given(timer).when(replace(SCHEDULE, due_at=furthest + INSTANT)).then_refused(TimerTooFar, "366 days")


def test_it_says_nothing_personal():
    assert not any(personal_fields(event) for event in timer.EVENTS)


def test_it_is_one_of_its_player_its_purpose_and_its_thing():
    one = timer_id(PLAYER, TimerPurpose.SESSION_IDLE, PLAY)
    assert one == timer_id(PLAYER, TimerPurpose.SESSION_IDLE, PLAY)
    assert one.bytes[0] == PLAYER.bytes[0]
    assert one != timer_id(PLAY, TimerPurpose.SESSION_IDLE, PLAYER)


moments = st.integers(-3, 3).map(lambda hours: NOON + hours * HOUR)
schedules = st.builds(replace, st.just(SCHEDULE), due_at=moments)
dues = st.builds(FallDue, at=moments)
asked = schedules | dues | st.just(CANCEL)
runs = st.lists(asked, max_size=20)


@hypothesis.given(runs)
def test_each_schedule_ends_once_and_only_the_last_falls_due_at_its_moment_or_later(commands):
    _, happened = play(timer, commands)
    standing = None
    for event in happened:
        if isinstance(event, TimerScheduled):
            standing = event
            continue
        assert standing is not None, "something ended that was not scheduled"
        if isinstance(event, TimerDue):
            assert event.due_at == standing.due_at <= event.at
        standing = None


@hypothesis.given(runs, asked)
def test_what_is_asked_again_changes_nothing_more(commands, command):
    state, _ = play(timer, [*commands, command])
    assert outcome(timer, state, command) in ([], TimerIsNotDue)
