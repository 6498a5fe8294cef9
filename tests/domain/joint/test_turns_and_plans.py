"""Answers, idle sessions, questionnaires and practice: each decided over all that it touches."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.domain.given import NOON
from tests.support.domain.player_examples import (
    AGREED,
    AGREED_TO_MODELS,
    ENROLLED,
    HELD,
    PLAY,
    REGISTERED,
    SAM,
    STARTED,
    WITHDRAWN,
    a_plan,
    a_player,
    a_record,
    a_roster,
    a_session,
    a_timer,
)
from tta.domain.care_plan import MeasureRecorded, RecordMeasure, SkillPractised
from tta.domain.identity import derived_id
from tta.domain.joint.answering import AnswerOvertaken, answer, basis_of, ends_session
from tta.domain.joint.idling import NotIdle, abandon, call_off, watch
from tta.domain.joint.measuring import ITEM_9, assess, change_plan
from tta.domain.joint.practising import credit
from tta.domain.measures import MeasureKind
from tta.domain.passages import Passage
from tta.domain.player import NoSuchPlayer
from tta.domain.roster import SessionStruck
from tta.domain.safety_record import RecordAssessment, RiskAssessed
from tta.domain.session import (
    ConsentMissing,
    SessionAbandoned,
    SessionCompleted,
    SessionPaused,
)
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
WAITING = a_session(STARTED, SAID)
AGREEING = a_player(REGISTERED, AGREED, AGREED_TO_MODELS)
IDLE = timedelta(days=14)
LATER = NOON + IDLE


class TestAnswering:
    def answers(self, *, author: Author = Author.STORY, then: Any = "", **stands: Any) -> Any:
        told = {"record": a_record(), "person": AGREEING} | stands
        command = AnswerInteraction(turn=1, reply="So it is.", author=author, held=False, then=then, at=NOON)
        return answer(
            WAITING,
            told["record"],
            told["person"],
            a_roster(ENROLLED),
            session_id=PLAY,
            command=command,
            basis=basis_of(WAITING, a_record(), AGREEING),
        )

    def test_an_answer_leaves_the_roster_as_it_is_and_an_ending_makes_room(self):
        assert self.answers().roster == []
        ending = self.answers(then="end")
        assert [type(each) for each in ending.session] == [InteractionAnswered, SessionCompleted]
        assert ending.roster == [SessionStruck(session_id=PLAY, at=NOON)]
        paused = self.answers(then="pause")
        assert [type(each) for each in paused.session] == [InteractionAnswered, SessionPaused]
        assert paused.roster == []

    def test_what_was_found_by_another_basis_is_found_anew(self):
        with pytest.raises(AnswerOvertaken):
            self.answers(record=a_record(HELD))

    def test_a_models_text_needs_the_consent_that_stands(self):
        assert self.answers(author=Author.MODEL).session
        with pytest.raises(AnswerOvertaken):
            self.answers(author=Author.MODEL, person=a_player(REGISTERED, AGREED))
        assert self.answers(person=a_player(REGISTERED, AGREED)).session

    def test_that_a_model_is_asked_is_noted(self):
        request = RequestNarration(turn=1, held=False, at=NOON)
        assert not ends_session(request)
        happens = answer(
            WAITING,
            a_record(),
            AGREEING,
            a_roster(),
            session_id=PLAY,
            command=request,
            basis=basis_of(WAITING, a_record(), AGREEING),
        )
        assert [type(each) for each in happens.session] == [NarrationRequested]


class TestIdling:
    due = TimerDue(purpose=TimerPurpose.SESSION_IDLE, about=PLAY, due_at=LATER, at=LATER)

    def watches(
        self, current: Any, *, due: TimerDue | None = None, at: datetime = NOON, held: bool = False
    ) -> Any:
        record = a_record(HELD) if held else a_record()
        return watch(a_timer(), current, record, session_id=PLAY, idle=IDLE, due=due, at=at)

    def scheduled(self, due_at: datetime, at: datetime) -> TimerScheduled:
        return TimerScheduled(
            purpose=TimerPurpose.SESSION_IDLE, about=PLAY, due_at=due_at, player_id=SAM, at=at
        )

    def test_it_falls_due_when_the_session_will_have_been_idle(self):
        assert list(self.watches(a_session(STARTED))) == [self.scheduled(LATER, NOON)]

    def test_a_session_that_is_over_is_not_watched(self):
        assert list(self.watches(a_session(STARTED, SessionCompleted(at=NOON)))) == []
        assert list(self.watches(a_session())) == []

    def test_a_player_who_is_held_or_waits_has_as_long_again(self):
        held = self.watches(a_session(STARTED), due=self.due, at=LATER, held=True)
        assert list(held) == [self.scheduled(LATER + IDLE, LATER)]
        waits = self.watches(WAITING, due=self.due, at=LATER)
        assert list(waits) == [self.scheduled(LATER + IDLE, LATER)]

    def test_an_idle_session_is_abandoned_and_makes_room(self):
        happens = abandon(
            a_session(STARTED),
            a_record(),
            a_roster(ENROLLED),
            session_id=PLAY,
            idle=IDLE,
            due=self.due,
            at=LATER,
        )
        assert happens.session == [SessionAbandoned(at=LATER)]
        assert happens.roster == [SessionStruck(session_id=PLAY, at=LATER)]

    @pytest.mark.parametrize(
        ("current", "record", "at"),
        [
            (a_session(STARTED), a_record(HELD), LATER),
            (WAITING, a_record(), LATER),
            (a_session(STARTED), a_record(), LATER - timedelta(seconds=1)),
        ],
        ids=["held", "waiting", "too early by the other clock"],
    )
    def test_it_is_not_abandoned_while_it_may_not_be(self, current: Any, record: Any, at: datetime):
        with pytest.raises(NotIdle):
            abandon(current, record, a_roster(ENROLLED), session_id=PLAY, idle=IDLE, due=self.due, at=at)

    def test_of_what_is_over_nothing_falls_due(self):
        waiting = a_timer(self.scheduled(LATER, NOON))
        assert [type(each) for each in call_off(waiting, at=NOON)] == [TimerCancelled]
        assert list(call_off(a_timer(), at=NOON)) == []


class TestMeasuring:
    command = RecordMeasure(
        id=derived_id("measure"), measure=MeasureKind.PHQ9, answers=(0,) * 8 + (1,), at=NOON
    )

    def test_a_positive_item_9_is_on_the_record_with_the_measure(self):
        happens = change_plan(a_plan(), a_record(), AGREEING, self.command)
        (measure,) = happens.plan
        assert isinstance(measure, MeasureRecorded)
        (assessed,) = happens.record
        assert isinstance(assessed, RiskAssessed)
        assert (assessed.source, assessed.level) == (ITEM_9, measure.level)
        assert assessed.evidence == (str(measure.measure_id),)

    def test_a_negative_one_leaves_the_record_as_it_is(self):
        calm = RecordMeasure(id=derived_id("m"), measure=MeasureKind.PHQ9, answers=(0,) * 9, at=NOON)
        assert change_plan(a_plan(), a_record(), AGREEING, calm).record == []

    def test_without_consent_nothing_is_recorded(self):
        with pytest.raises(ConsentMissing):
            change_plan(a_plan(), a_record(), a_player(REGISTERED, AGREED, WITHDRAWN), self.command)

    def test_nobody_has_neither_plan_nor_record(self):
        with pytest.raises(NoSuchPlayer):
            change_plan(a_plan(), a_record(), a_player(), self.command)
        assessment = RecordAssessment(
            level=RiskLevel.HIGH, category=RiskCategory.SUICIDE, source=ITEM_9, at=NOON
        )
        with pytest.raises(NoSuchPlayer):
            assess(a_record(), a_player(), assessment)
        assert len(assess(a_record(), a_player(REGISTERED), assessment)) == 1


def test_each_skill_of_an_answer_is_credited_once():
    passage = Passage(scene="shore", chosen="breathe", practised=("grounding", "grounding"))
    answered = InteractionAnswered(turn=3, reply="…", author=Author.STORY, passage=passage, at=NOON)
    credited = credit(a_plan(), session_id=PLAY, answered=answered)
    assert credited == [SkillPractised(skill="grounding", session_id=PLAY, turn=3, scene=None, at=NOON)]
    sent = InteractionAnswered(
        turn=3,
        reply="…",
        author=Author.STORY,
        passage=Passage(scene="shore", practised=("grounding",)),
        at=NOON,
    )
    assert [
        each.scene
        for each in credit(a_plan(), session_id=PLAY, answered=sent)
        if isinstance(each, SkillPractised)
    ] == ["shore"]
