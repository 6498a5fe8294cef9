"""A player's sessions under way: each once, and never too many."""

from typing import Any, cast
from uuid import UUID

import hypothesis
import pytest
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.domain.given import NOON, given, outcome, play
from tta.domain import roster
from tta.domain.roster import (
    HELD_MAX,
    UNDER_WAY_MAX,
    EnrolSession,
    SessionEnrolled,
    SessionStruck,
    StrikeSession,
    TooManySessions,
)

SESSIONS = [UUID(int=number) for number in range(1, HELD_MAX + 5)]
FIRST = SESSIONS[0]
ENROLLED = SessionEnrolled(session_id=FIRST, at=NOON)
STRUCK = SessionStruck(session_id=FIRST, at=NOON)
ENROL = EnrolSession(session_id=FIRST, held=False, at=NOON)
STRIKE = StrikeSession(session_id=FIRST, at=NOON)


def enrolled(count: int) -> list[SessionEnrolled]:
    return [replace(ENROLLED, session_id=each) for each in SESSIONS[-count:]]


def test_a_session_is_enrolled_once_and_struck_once():
    given(roster).when(ENROL).then(ENROLLED)
    given(roster, ENROLLED).when(ENROL).then_nothing()
    given(roster, ENROLLED).when(STRIKE).then(STRUCK)
    given(roster, ENROLLED, STRUCK).when(STRIKE).then_nothing()
    given(roster, ENROLLED, STRUCK).when(ENROL).then(ENROLLED)


def test_a_session_that_began_before_there_was_a_roster_ends_all_the_same():
    given(roster).when(STRIKE).then_nothing()


def test_a_full_roster_takes_no_more_and_names_both_numbers():
    given(roster, *enrolled(UNDER_WAY_MAX - 1)).when(ENROL).then(ENROLLED)
    full = enrolled(UNDER_WAY_MAX)
    given(roster, *full).when(ENROL).then_refused(TooManySessions, f"{UNDER_WAY_MAX} .* {UNDER_WAY_MAX} are")
    struck = SessionStruck(session_id=full[3].session_id, at=NOON)
    given(roster, *full, struck).when(ENROL).then(ENROLLED)


def test_who_is_held_may_have_more_within_a_bound():
    held = replace(ENROL, held=True)
    given(roster, *enrolled(UNDER_WAY_MAX)).when(held).then(ENROLLED)
    given(roster, *enrolled(HELD_MAX)).when(held).then_refused(TooManySessions, str(HELD_MAX))
    given(roster, *enrolled(UNDER_WAY_MAX + 1)).when(ENROL).then_refused(TooManySessions, "21 are")


commands = st.builds(
    EnrolSession, session_id=st.sampled_from(SESSIONS), held=st.booleans(), at=st.just(NOON)
) | st.builds(StrikeSession, session_id=st.sampled_from(SESSIONS), at=st.just(NOON))
many = st.lists(commands, max_size=120)


@hypothesis.given(many)
def test_never_are_more_under_way_than_may_be_and_each_is_there_once(asked):
    state, happened = play(roster, asked)
    assert len(state.under_way) <= HELD_MAX
    assert len(set(state.under_way)) == len(state.under_way)
    last = {cast("Any", event).session_id: event for event in happened}
    assert {each for each, event in last.items() if isinstance(event, SessionEnrolled)} == set(
        state.under_way
    )


@hypothesis.given(many.map(lambda asked: [each for each in asked if not getattr(each, "held", False)]))
def test_without_a_hold_never_more_than_the_limit(asked):
    state, _ = play(roster, asked)
    assert len(state.under_way) <= UNDER_WAY_MAX


@hypothesis.given(many, commands)
def test_every_command_sent_again_changes_nothing(asked, command):
    state, _ = play(roster, [*asked, command])
    again = outcome(roster, state, command)
    assert again in ([], TooManySessions)


@pytest.mark.parametrize("command", [ENROL, STRIKE])
def test_what_was_struck_says_nothing_of_the_others(command):
    others = enrolled(3)
    state = given(roster, *others).state
    after, _ = play(roster, [replace(ENROL, session_id=each.session_id) for each in others] + [command])
    assert set(state.under_way) <= set(after.under_way)
