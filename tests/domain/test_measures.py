"""How the questionnaires are scored, what a change in them means, and what item 9 of PHQ-9 asks for."""

from datetime import timedelta

import hypothesis
import pytest
from hypothesis import strategies as st

from tests.support.domain.given import NOON
from tta.domain.measures import (
    ANSWER_MAX,
    GAD7,
    MEASURED_AGAIN_AFTER,
    PHQ9,
    PHQ9_ITEM_9,
    QUESTIONNAIRES,
    AnswerOutOfRange,
    AnswersIncomplete,
    Change,
    MeasuredTooSoon,
    MeasureKind,
    MeasureMemory,
    Outcome,
    Severity,
    level_of,
    outcome_of,
    require_answers,
    require_time_since,
    severity_of,
    total_of,
)
from tta.domain.vocabulary import RiskLevel

kinds = st.sampled_from(MeasureKind)


def answers_to(kind: MeasureKind) -> st.SearchStrategy[tuple[int, ...]]:
    items = len(QUESTIONNAIRES[kind].items)
    return st.lists(st.integers(0, ANSWER_MAX), min_size=items, max_size=items).map(tuple)


def test_the_questionnaires_have_their_published_items_and_totals():
    assert (len(PHQ9.items), PHQ9.total_max) == (9, 27)
    assert (len(GAD7.items), GAD7.total_max) == (7, 21)
    for each in QUESTIONNAIRES.values():
        assert len(each.options) == len(each.difficulty_options) == ANSWER_MAX + 1
    assert "better off dead" in PHQ9.items[PHQ9_ITEM_9]


@pytest.mark.parametrize(
    ("kind", "lowest", "highest", "severity"),
    [
        (MeasureKind.PHQ9, 0, 4, Severity.MINIMAL),
        (MeasureKind.PHQ9, 5, 9, Severity.MILD),
        (MeasureKind.PHQ9, 10, 14, Severity.MODERATE),
        (MeasureKind.PHQ9, 15, 19, Severity.MODERATELY_SEVERE),
        (MeasureKind.PHQ9, 20, 27, Severity.SEVERE),
        (MeasureKind.GAD7, 0, 4, Severity.MINIMAL),
        (MeasureKind.GAD7, 5, 9, Severity.MILD),
        (MeasureKind.GAD7, 10, 14, Severity.MODERATE),
        (MeasureKind.GAD7, 15, 21, Severity.SEVERE),
    ],
)
def test_totals_have_their_published_severity(
    kind: MeasureKind, lowest: int, highest: int, severity: Severity
):
    assert {severity} == {severity_of(kind, total) for total in range(lowest, highest + 1)}


@pytest.mark.parametrize(
    ("answer", "level"),
    [(0, RiskLevel.NONE), (1, RiskLevel.LOW), (2, RiskLevel.MODERATE), (3, RiskLevel.MODERATE)],
)
def test_item_9_says_how_urgently_somebody_should_respond(answer: int, level: RiskLevel):
    assert level == level_of(MeasureKind.PHQ9, (0,) * PHQ9_ITEM_9 + (answer,))
    assert level == level_of(MeasureKind.PHQ9, (3,) * PHQ9_ITEM_9 + (answer,))


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ((), RiskLevel.NONE),
        ((3,) * PHQ9_ITEM_9, RiskLevel.NONE),
        ((5,) * PHQ9_ITEM_9 + (1,), RiskLevel.LOW),
        ((0,) * PHQ9_ITEM_9 + (3, 0), RiskLevel.MODERATE),
        ((0,) * PHQ9_ITEM_9 + (4,), RiskLevel.MODERATE),
        ((0,) * PHQ9_ITEM_9 + (-1,), RiskLevel.NONE),
    ],
)
def test_item_9_is_looked_at_even_where_the_answers_do_not_fit(answers: tuple[int, ...], level: RiskLevel):
    assert level_of(MeasureKind.PHQ9, answers) is level


@hypothesis.given(answers_to(MeasureKind.GAD7))
def test_gad_7_asks_nothing_about_safety(answers: tuple[int, ...]):
    assert level_of(MeasureKind.GAD7, answers) is RiskLevel.NONE


@pytest.mark.parametrize("kind", MeasureKind)
def test_each_item_has_one_answer(kind: MeasureKind):
    items = len(QUESTIONNAIRES[kind].items)
    require_answers(kind, (0,) * items, None)
    require_answers(kind, (ANSWER_MAX,) * items, ANSWER_MAX)
    for wrong in (items - 1, items + 1, 0):
        with pytest.raises(AnswersIncomplete, match=f"expected {items} answers, got {wrong}"):
            require_answers(kind, (0,) * wrong, None)
    for answer in (-1, ANSWER_MAX + 1):
        with pytest.raises(AnswerOutOfRange):
            require_answers(kind, (0,) * (items - 1) + (answer,), None)
        with pytest.raises(AnswerOutOfRange):
            require_answers(kind, (0,) * items, answer)


@pytest.mark.parametrize(
    ("kind", "first", "later", "outcome"),
    [
        (MeasureKind.PHQ9, 15, 15, Outcome(0, Change.UNCHANGED, False, False, False)),
        (MeasureKind.PHQ9, 15, 10, Outcome(-5, Change.UNCHANGED, False, False, False)),
        (MeasureKind.PHQ9, 15, 9, Outcome(-6, Change.IMPROVED, False, False, True)),
        (MeasureKind.PHQ9, 15, 7, Outcome(-8, Change.IMPROVED, True, False, True)),
        (MeasureKind.PHQ9, 15, 4, Outcome(-11, Change.IMPROVED, True, True, True)),
        (MeasureKind.PHQ9, 9, 4, Outcome(-5, Change.UNCHANGED, True, True, False)),
        (MeasureKind.PHQ9, 9, 15, Outcome(6, Change.WORSE, False, False, False)),
        (MeasureKind.PHQ9, 10, 9, Outcome(-1, Change.UNCHANGED, False, False, True)),
        (MeasureKind.PHQ9, 0, 0, Outcome(0, Change.UNCHANGED, False, True, False)),
        (MeasureKind.GAD7, 12, 9, Outcome(-3, Change.UNCHANGED, False, False, False)),
        (MeasureKind.GAD7, 12, 8, Outcome(-4, Change.IMPROVED, False, False, False)),
        (MeasureKind.GAD7, 12, 7, Outcome(-5, Change.IMPROVED, False, False, True)),
        (MeasureKind.GAD7, 5, 9, Outcome(4, Change.WORSE, False, False, False)),
    ],
)
def test_a_change_means_what_was_published(kind: MeasureKind, first: int, later: int, outcome: Outcome):
    assert outcome == outcome_of(kind, first, later)


def test_the_same_questionnaire_waits_an_hour():
    before = MeasureMemory(first_total=3, last_at=NOON)
    require_time_since(None, NOON)
    require_time_since(before, NOON + MEASURED_AGAIN_AFTER)
    with pytest.raises(MeasuredTooSoon, match="expected 60 minutes since the last time, got 59"):
        require_time_since(before, NOON + timedelta(minutes=59))


@hypothesis.given(st.data(), kinds)
def test_a_total_is_within_its_range(data: st.DataObject, kind: MeasureKind):
    answers = data.draw(answers_to(kind))
    require_answers(kind, answers, None)
    assert 0 <= total_of(answers) <= QUESTIONNAIRES[kind].total_max


@hypothesis.given(st.data(), kinds)
def test_a_higher_answer_never_lowers_severity_or_level(data: st.DataObject, kind: MeasureKind):
    answers = data.draw(answers_to(kind))
    item = data.draw(st.integers(0, len(answers) - 1))
    more = (*answers[:item], min(answers[item] + 1, ANSWER_MAX), *answers[item + 1 :])
    severities, levels = list(Severity), list(RiskLevel)
    before, after = (severity_of(kind, total_of(each)) for each in (answers, more))
    assert severities.index(before) <= severities.index(after)
    assert levels.index(level_of(kind, answers)) <= levels.index(level_of(kind, more))


@hypothesis.given(st.data(), kinds)
def test_what_got_better_did_not_get_worse(data: st.DataObject, kind: MeasureKind):
    totals = st.integers(0, QUESTIONNAIRES[kind].total_max)
    first, later = data.draw(totals), data.draw(totals)
    there, back = outcome_of(kind, first, later), outcome_of(kind, later, first)
    assert there.difference == -back.difference
    assert (there.change is Change.IMPROVED) == (back.change is Change.WORSE)
    assert not (there.recovery and back.recovery)
