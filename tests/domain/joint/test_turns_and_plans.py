"""Answers, idle sessions, questionnaires and practice: each decided over all that it touches."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.domain.given import NOON
from tests.support.domain.joint_given import given_all
from tests.support.domain.player_examples import (
    AGREED,
    AGREED_TO_MODELS,
    AGREEING,
    HELD,
    LISTED,
    PERSON,
    PLAN,
    PLAY,
    PLAYED,
    PLAYING,
    RECORD,
    REGISTERED,
    SAM,
    STARTED,
    WITHDRAWN,
)
from tta.domain.care_plan import MeasureRecorded, RecordMeasure, SkillPractised
from tta.domain.identity import derived_id
from tta.domain.joint.answering import AnswerBasis, AnswerDecision, AnswerOvertaken
from tta.domain.joint.consequences import ITEM_9
from tta.domain.joint.idling import AbandonDecision, CallOffDecision, NotIdle, WatchDecision, idle_timer
from tta.domain.joint.measuring import AssessmentDecision, PlanDecision
from tta.domain.joint.practising import CreditDecision
from tta.domain.measures import MeasureKind
from tta.domain.passages import Passage, Play
from tta.domain.player import NoSuchPlayer
from tta.domain.roster import SessionStruck
from tta.domain.safety_record import RecordAssessment, RiskAssessed
from tta.domain.session import ConsentMissing, SessionAbandoned, SessionCompleted, SessionPaused
from tta.domain.timer import TimerCancelled, TimerDue, TimerScheduled
from tta.domain.turns import (
    AnswerInteraction,
    InteractionAnswered,
    InteractionSubmitted,
    NarrationRequested,
    RequestNarration,
)
from tta.domain.vocabulary import Author, RiskCategory, RiskLevel, TimerPurpose

SAID = InteractionSubmitted(turn=1, words=None, choice="look", at=NOON)
WAITING = {**PLAYING, PLAYED: [STARTED, SAID], PERSON: [REGISTERED, AGREED, AGREED_TO_MODELS]}
BASIS = AnswerBasis(Play(story="clearing"), held=False, recovery=False, preferences_at=None)
IDLE = timedelta(days=14)
LATER = NOON + IDLE
STRUCK = SessionStruck(session_id=PLAY, at=NOON)


class TestAnswering:
    def answer(self, *, author: Author = Author.STORY, then: Any = "") -> AnswerDecision:
        command = AnswerInteraction(turn=1, reply="So it is.", author=author, then=then, at=NOON)
        return AnswerDecision(PLAY, SAM, command, BASIS)

    def happens(self, decision: AnswerDecision) -> dict[Any, list[Any]]:
        found = given_all(WAITING).when(decision).decide()
        return {target: [type(each) for each in events] for target, events in found.items()}

    def test_an_answer_leaves_the_roster_as_it_is_and_an_ending_makes_room(self):
        assert self.happens(self.answer()) == {PLAYED: [InteractionAnswered]}
        ending = self.happens(self.answer(then="end"))
        assert ending == {PLAYED: [InteractionAnswered, SessionCompleted], LISTED: [SessionStruck]}
        assert self.happens(self.answer(then="pause")) == {PLAYED: [InteractionAnswered, SessionPaused]}

    def test_what_was_found_by_another_basis_is_found_anew(self):
        given_all({**WAITING, RECORD: [HELD]}).when(self.answer()).then_refused(AnswerOvertaken)

    def test_a_models_text_needs_the_consent_that_stands(self):
        by_model = self.answer(author=Author.MODEL)
        assert self.happens(by_model) == {PLAYED: [InteractionAnswered]}
        without = given_all({**WAITING, PERSON: [REGISTERED, AGREED]})
        without.when(by_model).then_refused(AnswerOvertaken)
        assert without.when(self.answer()).decide()

    def test_that_a_model_is_asked_is_noted(self):
        request = AnswerDecision(PLAY, SAM, RequestNarration(turn=1, at=NOON), BASIS)
        assert self.happens(request) == {PLAYED: [NarrationRequested]}


class TestIdling:
    timer = idle_timer(SAM, PLAY)
    due = TimerDue(purpose=TimerPurpose.SESSION_IDLE, about=PLAY, due_at=LATER, at=LATER)

    def watch(self, *, due: TimerDue | None = None, at: datetime = NOON) -> WatchDecision:
        return WatchDecision(PLAY, SAM, IDLE, due, at)

    def scheduled(self, due_at: datetime, at: datetime) -> TimerScheduled:
        return TimerScheduled(
            purpose=TimerPurpose.SESSION_IDLE, about=PLAY, due_at=due_at, player_id=SAM, at=at
        )

    def test_it_falls_due_when_the_session_will_have_been_idle(self):
        given_all(PLAYING).when(self.watch()).then({self.timer: [self.scheduled(LATER, NOON)]})

    def test_a_session_that_is_over_is_not_watched(self):
        over = {**PLAYING, PLAYED: [STARTED, SessionCompleted(at=NOON)]}
        given_all(over).when(self.watch()).then({})

    @pytest.mark.parametrize("stands", [{**PLAYING, RECORD: [HELD]}, WAITING], ids=["held", "waiting"])
    def test_a_player_who_is_held_or_waits_has_as_long_again(self, stands: Any):
        again = {self.timer: [self.scheduled(LATER + IDLE, LATER)]}
        given_all(stands).when(self.watch(due=self.due, at=LATER)).then(again)

    def test_an_idle_session_is_abandoned_and_makes_room(self):
        struck = SessionStruck(session_id=PLAY, at=LATER)
        happens = {PLAYED: [SessionAbandoned(at=LATER)], LISTED: [struck]}
        given_all(PLAYING).when(AbandonDecision(PLAY, SAM, IDLE, self.due, LATER)).then(happens)

    @pytest.mark.parametrize(
        ("stands", "at"),
        [
            ({**PLAYING, RECORD: [HELD]}, LATER),
            (WAITING, LATER),
            (PLAYING, LATER - timedelta(seconds=1)),
        ],
        ids=["held", "waiting", "too early by the other clock"],
    )
    def test_it_is_not_abandoned_while_it_may_not_be(self, stands: Any, at: datetime):
        given_all(stands).when(AbandonDecision(PLAY, SAM, IDLE, self.due, at)).then_refused(NotIdle)

    def test_of_what_is_over_nothing_falls_due(self):
        call_off, scheduled = CallOffDecision(PLAY, SAM, NOON), self.scheduled(LATER, NOON)
        given_all({self.timer: [scheduled]}).when(call_off).then({self.timer: [TimerCancelled(at=NOON)]})
        given_all({}).when(call_off).then({})


class TestMeasuring:
    command = RecordMeasure(
        id=derived_id("measure"), measure=MeasureKind.PHQ9, answers=(0,) * 8 + (1,), at=NOON
    )
    positive = PlanDecision(SAM, command)

    def test_a_positive_item_9_is_on_the_record_with_the_measure(self):
        happens = given_all(AGREEING).when(self.positive).decide()
        (measure,) = happens[PLAN]
        assert isinstance(measure, MeasureRecorded)
        (assessed,) = happens[RECORD]
        assert isinstance(assessed, RiskAssessed)
        assert (assessed.source, assessed.level) == (ITEM_9, measure.level)
        assert assessed.evidence == (str(measure.measure_id),)

    def test_a_negative_one_leaves_the_record_as_it_is(self):
        calm = RecordMeasure(id=derived_id("m"), measure=MeasureKind.PHQ9, answers=(0,) * 9, at=NOON)
        assert list(given_all(AGREEING).when(PlanDecision(SAM, calm)).decide()) == [PLAN]

    def test_without_consent_nothing_is_recorded(self):
        withdrawn = {PERSON: [REGISTERED, AGREED, WITHDRAWN]}
        given_all(withdrawn).when(self.positive).then_refused(ConsentMissing)

    def test_nobody_has_neither_plan_nor_record(self):
        given_all({}).when(self.positive).then_refused(NoSuchPlayer)
        assessment = RecordAssessment(
            level=RiskLevel.HIGH, category=RiskCategory.SUICIDE, source=ITEM_9, at=NOON
        )
        refused = AssessmentDecision(SAM, assessment)
        given_all({}).when(refused).then_refused(NoSuchPlayer)
        assessed = RiskAssessed(level=RiskLevel.HIGH, category=RiskCategory.SUICIDE, source=ITEM_9, at=NOON)
        given_all({PERSON: [REGISTERED]}).when(refused).then({RECORD: [assessed]})


@pytest.mark.parametrize(("chosen", "scene"), [("breathe", None), (None, "shore")], ids=["chosen", "sent on"])
def test_each_skill_of_an_answer_is_credited_once(chosen: str | None, scene: str | None):
    passage = Passage(scene="shore", chosen=chosen, practised=("grounding", "grounding"))
    answered = InteractionAnswered(turn=3, reply="…", author=Author.STORY, passage=passage, at=NOON)
    credit = SkillPractised(skill="grounding", session_id=PLAY, turn=3, scene=scene, at=NOON)
    given_all({}).when(CreditDecision(SAM, PLAY, answered)).then({PLAN: [credit]})
