"""Beginning, acting in, switching and copying sessions, decided by what stands around them."""

from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from tests.support.domain.given import NOON
from tests.support.domain.joint_given import given_all
from tests.support.domain.player_examples import (
    AGREED,
    AGREEING,
    HELD,
    LISTED,
    OTHER_PLAYED,
    PAUSED,
    PERSON,
    PLAY,
    PLAYED,
    PLAYING,
    RECORD,
    REGISTERED,
    SAM,
    SECOND,
    STARTED,
    WITHDRAWN,
)
from tta.domain.base import Refusal
from tta.domain.joint.acting import ActDecision
from tta.domain.joint.copying import CopyBeginning, CopyDecision
from tta.domain.joint.starting import StartDecision
from tta.domain.joint.switching import SwitchDecision
from tta.domain.passages import CopyOrigin
from tta.domain.roster import UNDER_WAY_MAX, SessionEnrolled, SessionStruck, TooManySessions
from tta.domain.session import (
    AbandonSession,
    CompleteSession,
    ConsentMissing,
    NoSuchSession,
    PauseSession,
    ResumeSession,
    SessionAbandoned,
    SessionCompleted,
    SessionExists,
    SessionIsOver,
    SessionIsPaused,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    StartSession,
    UnknownStory,
)
from tta.domain.targets import session_target
from tta.domain.turns import InteractionSubmitted, SubmitInteraction, TurnOutOfOrder

SAY = SubmitInteraction(words="Hello", at=NOON)
START = StartSession(player_id=SAM, story="clearing", at=NOON)


def act(command: Any) -> ActDecision:
    return ActDecision(PLAY, SAM, command)


class TestActing:
    def test_it_is_decided_by_the_facts_that_stand_whatever_the_command_says(self):
        held = InteractionSubmitted(turn=1, words="Hello", held=True, at=NOON)
        given_all({**PLAYING, RECORD: [HELD]}).when(act(SAY)).then({PLAYED: [held]})
        said = SubmitInteraction(words="Hello", held=True, consented=True, at=NOON)
        given_all(PLAYING).when(act(said)).then({PLAYED: [replace(held, held=False)]})
        withdrawn = {**PLAYING, PERSON: [REGISTERED, AGREED, WITHDRAWN]}
        given_all(withdrawn).when(act(said)).then_refused(ConsentMissing)

    def test_a_pause_and_its_end_leave_the_roster_as_it_is(self):
        given_all(PLAYING).when(act(PauseSession(at=NOON))).then({PLAYED: [SessionPaused(at=NOON)]})
        paused = given_all({**PLAYING, PLAYED: [STARTED, PAUSED]})
        paused.when(act(ResumeSession(at=NOON))).then({PLAYED: [SessionResumed(at=NOON)]})

    def test_an_end_makes_room(self):
        struck = {LISTED: [SessionStruck(session_id=PLAY, at=NOON)]}
        completed, abandoned = SessionCompleted(at=NOON), SessionAbandoned(at=NOON)
        given_all(PLAYING).when(act(CompleteSession(at=NOON))).then({PLAYED: [completed], **struck})
        given_all(PLAYING).when(act(AbandonSession(at=NOON))).then({PLAYED: [abandoned], **struck})

    def test_there_is_nothing_to_do_in_a_session_that_is_not_there(self):
        for command in (SAY, PauseSession(at=NOON), CompleteSession(at=NOON)):
            given_all(AGREEING).when(act(command)).then_refused(NoSuchSession)
            given_all(AGREEING).when(act(command), expects_one=True).then_refused(NoSuchSession)


def full_roster(*over: int) -> dict[Any, Any]:
    """A roster without room, and its sessions, of which some are over without having been struck."""
    ids = [UUID(int=100 + each) for each in range(UNDER_WAY_MAX)]
    ended = {session_target(ids[each]): [STARTED, SessionCompleted(at=NOON)] for each in over}
    sessions = {session_target(each): [STARTED] for each in ids}
    return {**AGREEING, **sessions, **ended, LISTED: [SessionEnrolled(session_id=i, at=NOON) for i in ids]}


class TestStarting:
    enrolled = SessionEnrolled(session_id=SECOND, at=NOON)
    start = StartDecision(SECOND, SAM)

    def test_it_is_enrolled(self):
        happens = {OTHER_PLAYED: [STARTED], LISTED: [self.enrolled]}
        given_all(PLAYING).when(self.start, START).then(happens)

    def test_it_is_decided_by_the_facts_that_stand_whatever_the_command_says(self):
        held = given_all({**PLAYING, RECORD: [HELD]})
        begun = replace(STARTED, held=True)
        held.when(self.start, START).then({OTHER_PLAYED: [begun], LISTED: [self.enrolled]})
        claims = replace(START, consented=True)
        withdrawn = given_all({PERSON: [REGISTERED, AGREED, WITHDRAWN]})
        withdrawn.when(self.start, claims).then_refused(ConsentMissing)

    def test_sessions_of_a_full_roster_that_are_over_make_room(self):
        full = full_roster(3, 7)
        struck = [SessionStruck(session_id=UUID(int=100 + each), at=NOON) for each in (3, 7)]
        happens = {OTHER_PLAYED: [STARTED], LISTED: [*struck, self.enrolled]}
        given_all(full).when(self.start, START).then(happens)
        given_all(full_roster()).when(self.start, START).then_refused(TooManySessions)

    def test_of_a_roster_that_has_room_no_session_is_asked(self):
        listed = {**PLAYING, PLAYED: [STARTED, SessionCompleted(at=NOON)]}
        happens = {OTHER_PLAYED: [STARTED], LISTED: [self.enrolled]}
        given_all(listed).when(self.start, START).then(happens)

    def test_a_story_that_the_catalogue_lacks_is_refused(self):
        given_all(AGREEING).when(self.start, replace(START, known=False)).then_refused(UnknownStory)

    def test_a_session_begins_once(self):
        begun = given_all({**PLAYING, OTHER_PLAYED: [STARTED]})
        begun.when(self.start, START).then_refused(SessionExists)
        given_all(PLAYING).when(self.start, START, expects_one=True).then_refused(NoSuchSession)


class TestSwitching:
    switch = SwitchDecision(PLAY, SECOND, SAM, NOON)

    def test_the_one_is_paused_and_the_other_goes_on_under_todays_facts(self):
        given = {**PLAYING, OTHER_PLAYED: [STARTED, PAUSED], RECORD: [HELD]}
        happens = {PLAYED: [SessionPaused(at=NOON)], OTHER_PLAYED: [SessionResumed(held=True, at=NOON)]}
        given_all(given).when(self.switch).then(happens)

    def test_to_an_open_session_only_the_pause_happens(self):
        given = {**PLAYING, OTHER_PLAYED: [STARTED]}
        given_all(given).when(self.switch).then({PLAYED: [SessionPaused(at=NOON)]})

    @pytest.mark.parametrize(
        ("left", "other", "refused"),
        [
            ([STARTED, PAUSED], [STARTED], SessionIsPaused),
            ([STARTED, SessionCompleted(at=NOON)], [STARTED], SessionIsOver),
            ([STARTED], [STARTED, SessionAbandoned(at=NOON)], SessionIsOver),
            ([], [STARTED], NoSuchSession),
            ([STARTED], [], NoSuchSession),
        ],
        ids=["paused", "over", "to one that is over", "absent", "to an absent one"],
    )
    def test_one_switches_between_open_sessions(self, left: Any, other: Any, refused: type[Refusal]):
        given = {**AGREEING, PLAYED: left, OTHER_PLAYED: other}
        given_all(given).when(self.switch).then_refused(refused)

    def test_without_consent_the_other_does_not_go_on(self):
        given = {PERSON: [REGISTERED], PLAYED: [STARTED], OTHER_PLAYED: [STARTED, PAUSED]}
        given_all(given).when(self.switch).then_refused(ConsentMissing)


class TestCopying:
    origin = CopyOrigin(session_id=PLAY, turns=2, moves=("a", "b"), seed=PLAY)
    begins = CopyBeginning(replace(START, copied=origin), last_turn=2)

    def test_a_copy_says_where_it_comes_from_and_is_enrolled(self):
        begun = SessionStarted(
            player_id=SAM,
            story="clearing",
            copied_from=PLAY,
            copied_turns=2,
            moves=("a", "b"),
            seed=PLAY,
            at=NOON,
        )
        happens = {OTHER_PLAYED: [begun], LISTED: [SessionEnrolled(session_id=SECOND, at=NOON)]}
        given_all(PLAYING).when(CopyDecision(SECOND, PLAY, SAM, None), self.begins).then(happens)

    def test_only_turns_that_were_answered_are_copied(self):
        until_3 = CopyDecision(SECOND, PLAY, SAM, 3)
        given_all(PLAYING).when(until_3, self.begins).then_refused(TurnOutOfOrder, "0 to 2, got 3")

    def test_nothing_is_copied_of_a_session_that_is_not_there(self):
        absent = CopyDecision(SECOND, PLAY, SAM, None)
        given_all(AGREEING).when(absent, self.begins).then_refused(NoSuchSession)

    def test_sessions_of_a_full_roster_that_are_over_make_room(self):
        full = {**full_roster(0), PLAYED: [STARTED]}
        decision = CopyDecision(SECOND, PLAY, SAM, None)
        copied = given_all(full).when(decision, self.begins).decide()
        struck = SessionStruck(session_id=UUID(int=100), at=NOON)
        assert copied[LISTED] == [struck, SessionEnrolled(session_id=SECOND, at=NOON)]
