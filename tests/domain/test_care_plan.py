"""What a care plan takes: goals worked on, skills credited once, questionnaires that say what they must."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import hypothesis
import pytest
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.domain.given import NOON, given, outcome, play
from tta.domain import care_plan
from tta.domain.base import personal_fields
from tta.domain.care_plan import (
    EVENTS,
    NOTE_MAX,
    AchieveMilestone,
    CompleteGoal,
    GoalCompleted,
    GoalSet,
    GoalSetAside,
    MeasureRecorded,
    MilestoneAchieved,
    PractiseSkill,
    ProgressRecorded,
    RecordMeasure,
    RecordProgress,
    SetGoal,
    SetGoalAside,
    SkillPractised,
)
from tta.domain.credits import CREDITS_MAX
from tta.domain.goals import (
    GOAL_MAX,
    GOALS_MAX,
    MILESTONES_MAX,
    OPEN_GOALS_MAX,
    AttainmentOutOfRange,
    GoalIsClosed,
    GoalStatus,
    NoSuchGoal,
    TooManyGoals,
    TooManyMilestones,
)
from tta.domain.identity import derived_id
from tta.domain.measures import (
    AnswerOutOfRange,
    AnswersIncomplete,
    MeasuredTooSoon,
    MeasureKind,
    Severity,
)
from tta.domain.vocabulary import RiskLevel
from tta.domain.words import CatalogueIdMalformed, WordsEmpty, WordsTooLong


def some_id(name: str) -> UUID:
    return derived_id("example", name)


GOAL, FIRST_STEP, SESSION = some_id("goal"), some_id("milestone"), some_id("session")
ANSWERS = (1, 1, 2, 1, 1, 2, 1, 1, 0)

AIM = SetGoal(goal_id=GOAL, text="leave the house every day", skill="behavioural_activation", at=NOON)
ADVANCE = RecordProgress(goal_id=GOAL, attainment=1, note="twice this week", at=NOON)
REACH = AchieveMilestone(goal_id=GOAL, milestone_id=FIRST_STEP, text="to the corner and back", at=NOON)
COMPLETE = CompleteGoal(goal_id=GOAL, at=NOON)
ASIDE = SetGoalAside(goal_id=GOAL, at=NOON)
PRACTISE = PractiseSkill(skill="breathing", session_id=SESSION, turn=3, scene="river", at=NOON)
ANSWER = RecordMeasure(
    id=some_id("command"), measure=MeasureKind.PHQ9, answers=ANSWERS, difficulty=1, at=NOON
)

SET = GoalSet(goal_id=GOAL, text=AIM.text, skill=AIM.skill, at=NOON)
ADVANCED = ProgressRecorded(goal_id=GOAL, attainment=1, note=ADVANCE.note, at=NOON)
REACHED = MilestoneAchieved(goal_id=GOAL, milestone_id=FIRST_STEP, text=REACH.text, at=NOON)
COMPLETED = GoalCompleted(goal_id=GOAL, at=NOON)
LEFT = GoalSetAside(goal_id=GOAL, at=NOON)
PRACTISED = SkillPractised(skill="breathing", session_id=SESSION, turn=3, scene="river", at=NOON)
ANSWERED = MeasureRecorded(
    measure_id=derived_id("measure", ANSWER.id, "0"),
    measure=MeasureKind.PHQ9,
    wording=1,
    answers=ANSWERS,
    total=10,
    severity=Severity.MODERATE,
    level=RiskLevel.NONE,
    difficulty=1,
    at=NOON,
)


def test_a_goal_is_set_worked_on_and_completed():
    given(care_plan).when(AIM).then(SET)
    given(care_plan, SET).when(ADVANCE).then(ADVANCED)
    given(care_plan, SET).when(REACH).then(REACHED)
    given(care_plan, SET, ADVANCED, REACHED).when(COMPLETE).then(COMPLETED)
    given(care_plan, SET).when(ASIDE).then(LEFT)


def test_a_goal_needs_no_skill_and_progress_no_note():
    given(care_plan).when(replace(AIM, skill=None)).then(replace(SET, skill=None))
    given(care_plan, SET).when(replace(ADVANCE, note=None)).then(replace(ADVANCED, note=None))


@pytest.mark.parametrize("command", [ADVANCE, REACH, COMPLETE, ASIDE])
def test_only_a_goal_that_was_set_is_worked_on(command):
    given(care_plan).when(command).then_refused(NoSuchGoal)
    given(care_plan, SET).when(replace(command, goal_id=some_id("other"))).then_refused(NoSuchGoal)


@pytest.mark.parametrize(
    ("closed", "commands"),
    [(COMPLETED, [ADVANCE, REACH, ASIDE]), (LEFT, [ADVANCE, REACH, COMPLETE])],
)
def test_a_closed_goal_stays_as_it_is(closed, commands):
    for command in commands:
        given(care_plan, SET, closed).when(command).then_refused(GoalIsClosed)


def test_what_is_so_already_changes_nothing():
    given(care_plan, SET).when(AIM).then_nothing()
    given(care_plan, SET, REACHED).when(REACH).then_nothing()
    given(care_plan, SET, COMPLETED).when(COMPLETE).then_nothing()
    given(care_plan, SET, LEFT).when(ASIDE).then_nothing()
    given(care_plan, PRACTISED).when(PRACTISE).then_nothing()


def test_open_goals_are_bounded_and_a_closed_one_makes_room():
    goals = [replace(SET, goal_id=some_id(f"goal {number}")) for number in range(OPEN_GOALS_MAX)]
    given(care_plan, *goals[1:]).when(AIM).then(SET)
    given(care_plan, *goals).when(AIM).then_refused(TooManyGoals, "at most 10 open goals")
    given(care_plan, *goals, replace(LEFT, goal_id=goals[0].goal_id)).when(AIM).then(SET)


def test_all_goals_of_a_plan_are_bounded():
    goals = [some_id(f"goal {number}") for number in range(GOALS_MAX)]
    closed = [
        event for goal in goals for event in (replace(SET, goal_id=goal), replace(COMPLETED, goal_id=goal))
    ]
    given(care_plan, *closed).when(AIM).then_refused(TooManyGoals, "at most 200 goals in all")


def test_milestones_of_a_goal_are_bounded():
    reached = [replace(REACHED, milestone_id=some_id(str(number))) for number in range(MILESTONES_MAX)]
    given(care_plan, SET, *reached[1:]).when(REACH).then(REACHED)
    given(care_plan, SET, *reached).when(REACH).then_refused(TooManyMilestones)


@pytest.mark.parametrize("attainment", [-2, 2])
def test_the_ends_of_the_attainment_scale_are_on_it(attainment: int):
    expected = replace(ADVANCED, attainment=attainment)
    given(care_plan, SET).when(replace(ADVANCE, attainment=attainment)).then(expected)


@pytest.mark.parametrize("attainment", [-3, 3])
def test_attainment_has_a_scale(attainment: int):
    asked = given(care_plan, SET).when(replace(ADVANCE, attainment=attainment))
    asked.then_refused(AttainmentOutOfRange, f"expected -2 to 2, got {attainment}")


@pytest.mark.parametrize(
    ("command", "event", "field", "longest"),
    [
        (AIM, SET, "text", GOAL_MAX),
        (ADVANCE, ADVANCED, "note", NOTE_MAX),
        (REACH, REACHED, "text", GOAL_MAX),
    ],
)
def test_words_are_limited_in_length(command, event, field, longest):
    before = [] if command is AIM else [SET]
    words = "é" * longest
    given(care_plan, *before).when(replace(command, **{field: words})).then(replace(event, **{field: words}))
    given(care_plan, *before).when(replace(command, **{field: words + "é"})).then_refused(WordsTooLong)
    given(care_plan, *before).when(replace(command, **{field: " "})).then_refused(WordsEmpty)


def test_skills_and_scenes_are_the_catalogues_ids():
    given(care_plan).when(replace(AIM, skill="any words")).then_refused(CatalogueIdMalformed)
    given(care_plan).when(replace(PRACTISE, skill="any words")).then_refused(CatalogueIdMalformed)
    given(care_plan).when(replace(PRACTISE, scene="any words")).then_refused(CatalogueIdMalformed)


def test_a_skill_is_credited_once_for_a_turn():
    given(care_plan).when(PRACTISE).then(PRACTISED)
    for other in ({"turn": 4}, {"skill": "grounding"}, {"session_id": some_id("other session")}):
        given(care_plan, PRACTISED).when(replace(PRACTISE, **other)).then(replace(PRACTISED, **other))


def test_what_is_remembered_of_credits_is_bounded():
    given_before = [replace(PRACTISED, turn=turn) for turn in range(1, CREDITS_MAX + 2)]
    plan = given(care_plan, *given_before).state
    assert len(plan.credited) == CREDITS_MAX
    given(care_plan, *given_before).when(replace(PRACTISE, turn=2)).then_nothing()


def test_a_measure_is_scored_and_says_what_safety_must_know():
    given(care_plan).when(ANSWER).then(ANSWERED)
    worrying = (*ANSWERS[:-1], 2)
    expected = replace(ANSWERED, answers=worrying, total=12, level=RiskLevel.MODERATE)
    given(care_plan).when(replace(ANSWER, answers=worrying)).then(expected)
    given(care_plan).when(replace(ANSWER, difficulty=None)).then(replace(ANSWERED, difficulty=None))


def test_a_measure_needs_one_answer_for_each_item():
    given(care_plan).when(replace(ANSWER, answers=ANSWERS[:-1])).then_refused(AnswersIncomplete)
    given(care_plan).when(replace(ANSWER, answers=(4, *ANSWERS[1:]))).then_refused(AnswerOutOfRange)
    given(care_plan).when(replace(ANSWER, difficulty=4)).then_refused(AnswerOutOfRange)


def test_the_same_questionnaire_waits_an_hour_another_does_not():
    minutes = timedelta(minutes=59)
    given(care_plan, ANSWERED).when(replace(ANSWER, at=NOON + minutes)).then_refused(MeasuredTooSoon)
    other = replace(ANSWER, measure=MeasureKind.GAD7, answers=(0,) * 7)
    assert isinstance(outcome(care_plan, given(care_plan, ANSWERED).state, other), list)


@pytest.mark.parametrize("days", [2 / 24, 31, 365])
def test_nobody_waits_for_a_last_time_that_lies_ahead(days: float):
    ahead = replace(ANSWERED, at=NOON + timedelta(days=days))
    assert isinstance(outcome(care_plan, given(care_plan, ahead).state, ANSWER), list)


def test_a_command_sent_again_after_its_retention_is_another_measure():
    later = NOON + timedelta(days=2)
    again = replace(ANSWERED, measure_id=derived_id("measure", ANSWER.id, "1"), at=later)
    given(care_plan, ANSWERED).when(replace(ANSWER, at=later)).then(again)


def test_the_first_total_is_kept_to_compare_with():
    later = replace(ANSWERED, total=3, at=NOON + timedelta(days=7))
    assert given(care_plan, ANSWERED, later).state.measured[MeasureKind.PHQ9].first_total == 10


def test_goals_notes_milestones_and_answers_are_sealed():
    personal = {event.__name__: set(personal_fields(event)) for event in EVENTS if personal_fields(event)}
    assert personal == {
        "GoalSet": {"text"},
        "ProgressRecorded": {"note"},
        "MilestoneAchieved": {"text"},
        "MeasureRecorded": {"answers", "difficulty"},
    }


goals = st.sampled_from([some_id(f"goal {number}") for number in range(3)])
turns = st.builds(
    replace, st.just(PRACTISE), turn=st.integers(1, 3), skill=st.sampled_from(["breathing", "grounding"])
)
measuring = st.builds(
    replace,
    st.just(ANSWER),
    answers=st.tuples(*[st.integers(0, 3)] * 9),
    at=st.integers(0, 300).map(lambda minutes: NOON + timedelta(minutes=minutes)),
)
working = st.builds(replace, st.sampled_from([AIM, ADVANCE, REACH, COMPLETE, ASIDE]), goal_id=goals)
runs = st.lists(working | turns | measuring, max_size=40)


@hypothesis.given(runs)
def test_nothing_happens_to_a_goal_before_it_is_set_or_after_it_is_closed(run):
    _, happened = play(care_plan, run)
    standing: dict[UUID, GoalStatus] = {}
    for event in happened:
        match event:
            case GoalSet():
                assert event.goal_id not in standing
                standing[event.goal_id] = GoalStatus.OPEN
            case GoalCompleted() | GoalSetAside():
                assert standing[event.goal_id] is GoalStatus.OPEN
                standing[event.goal_id] = GoalStatus.COMPLETED
            case ProgressRecorded() | MilestoneAchieved():
                assert standing[event.goal_id] is GoalStatus.OPEN
            case _:
                pass


@hypothesis.given(runs)
def test_a_turn_credits_a_skill_at_most_once(run):
    _, happened = play(care_plan, [*run, *run])
    credited = Counter(
        (event.session_id, event.turn, event.skill) for event in happened if isinstance(event, SkillPractised)
    )
    assert set(credited.values()) <= {1}


@hypothesis.given(runs)
def test_a_measure_says_a_level_exactly_where_item_9_is_positive(run):
    _, happened = play(care_plan, run)
    for event in happened:
        if isinstance(event, MeasureRecorded):
            assert isinstance(event.answers, tuple)
            assert (event.level is not RiskLevel.NONE) == (event.answers[8] > 0)
    ids = [event.measure_id for event in happened if isinstance(event, MeasureRecorded)]
    assert len(ids) == len(set(ids))


@hypothesis.given(runs)
def test_what_is_sent_again_at_once_is_not_recorded_again(run):
    _, once = play(care_plan, run)
    twice = (AchieveMilestone, CompleteGoal, PractiseSkill, RecordMeasure, SetGoal, SetGoalAside)
    doubled = [again for command in run for again in [command] * (1 + isinstance(command, twice))]
    assert once == play(care_plan, doubled)[1]
