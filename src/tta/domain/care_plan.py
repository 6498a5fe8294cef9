"""What one player works towards: goals, progress, milestones, skills practised, questionnaires answered.

Owns no story and no assessment: that a skill was practised comes from play, and what an answer says about
safety goes to the safety record in the same append. Goals, notes and answers are sealed; no rule reads them.
"""

from collections.abc import Mapping
from typing import Annotated, assert_never, get_args
from uuid import UUID

import msgspec
from msgspec.structs import replace

from tta.domain.base import PERSONAL, Command, Event, PersonalText, SealedText
from tta.domain.credits import Credit, Credits, with_credit
from tta.domain.goals import (
    GOAL_MAX,
    Goal,
    Goals,
    GoalStatus,
    open_goal,
    require_attainment,
    require_room,
    require_room_for_milestone,
)
from tta.domain.identity import derived_id, owned_id
from tta.domain.measures import (
    QUESTIONNAIRES,
    MeasureKind,
    MeasureMemory,
    Severity,
    level_of,
    require_answers,
    require_time_since,
    severity_of,
    total_of,
)
from tta.domain.vocabulary import RiskLevel
from tta.domain.words import require_catalogue_id, require_words

NOTE_MAX = 2_000  # Characters: about 350 words on how it went.


class GoalSet(Event, frozen=True, kw_only=True):
    goal_id: UUID
    text: PersonalText
    skill: str | None = None
    """What practising this would serve it."""


class ProgressRecorded(Event, frozen=True, kw_only=True):
    goal_id: UUID
    attainment: int
    """From -2, much less than expected, over 0, as expected, to +2, much more."""
    note: Annotated[str | SealedText | None, PERSONAL] = None


class MilestoneAchieved(Event, frozen=True, kw_only=True):
    goal_id: UUID
    milestone_id: UUID
    text: PersonalText


class GoalCompleted(Event, frozen=True, kw_only=True):
    goal_id: UUID


class GoalSetAside(Event, frozen=True, kw_only=True):
    goal_id: UUID


class SkillPractised(Event, frozen=True, kw_only=True):
    """The exercise of a skill was done in that turn."""

    skill: str
    session_id: UUID
    turn: int
    scene: str | None = None


class MeasureRecorded(Event, frozen=True, kw_only=True):
    measure_id: UUID
    measure: MeasureKind
    wording: int
    """The version of the questionnaire's wording."""
    answers: Annotated[tuple[int, ...] | SealedText, PERSONAL]
    total: int
    severity: Severity
    level: RiskLevel
    """Handed to the safety record in the same append."""
    difficulty: Annotated[int | SealedText | None, PERSONAL] = None


CarePlanEvent = (
    GoalSet
    | ProgressRecorded
    | MilestoneAchieved
    | GoalCompleted
    | GoalSetAside
    | SkillPractised
    | MeasureRecorded
)
EVENTS: tuple[type[Event], ...] = get_args(CarePlanEvent)


class SetGoal(Command, frozen=True, kw_only=True):
    goal_id: UUID
    text: str
    skill: str | None = None


class RecordProgress(Command, frozen=True, kw_only=True):
    goal_id: UUID
    attainment: int
    note: str | None = None


class AchieveMilestone(Command, frozen=True, kw_only=True):
    goal_id: UUID
    milestone_id: UUID
    text: str


class CompleteGoal(Command, frozen=True, kw_only=True):
    goal_id: UUID


class SetGoalAside(Command, frozen=True, kw_only=True):
    goal_id: UUID


class PractiseSkill(Command, frozen=True, kw_only=True):
    skill: str
    session_id: UUID
    turn: int
    scene: str | None = None


class RecordMeasure(Command, frozen=True, kw_only=True):
    id: UUID
    """The command's own, from which that of the measure is derived."""
    measure: MeasureKind
    answers: tuple[int, ...]
    difficulty: int | None = None


CarePlanCommand = (
    SetGoal | RecordProgress | AchieveMilestone | CompleteGoal | SetGoalAside | PractiseSkill | RecordMeasure
)


class CarePlan(msgspec.Struct, frozen=True, kw_only=True):
    goals: Goals = msgspec.field(default_factory=dict)
    credited: Credits = ()
    measured: Mapping[MeasureKind, MeasureMemory] = msgspec.field(default_factory=dict)


NAME = "care_plan"
initial = CarePlan()


def id_of(player_id: UUID) -> UUID:
    """The one care plan that a player has."""
    return owned_id(player_id, "care plan")


def evolve(plan: CarePlan, event: CarePlanEvent) -> CarePlan:
    match event:
        case GoalSet():
            changed = _with_goal(plan, event.goal_id, Goal())
        case ProgressRecorded():
            changed = plan
        case MilestoneAchieved():
            changed = _with_goal(
                plan, event.goal_id, plan.goals[event.goal_id].with_milestone(event.milestone_id)
            )
        case GoalCompleted():
            changed = _with_status(plan, event.goal_id, GoalStatus.COMPLETED)
        case GoalSetAside():
            changed = _with_status(plan, event.goal_id, GoalStatus.SET_ASIDE)
        case SkillPractised():
            credit = Credit(event.session_id, event.turn, event.skill)
            changed = replace(plan, credited=with_credit(plan.credited, credit))
        case MeasureRecorded():
            before = plan.measured.get(event.measure)
            now = (
                before.again(event.at) if before else MeasureMemory(first_total=event.total, last_at=event.at)
            )
            changed = replace(plan, measured={**plan.measured, event.measure: now})
        case _:
            assert_never(event)
    return changed


def decide(plan: CarePlan, command: CarePlanCommand) -> list[CarePlanEvent]:
    match command:
        case SetGoal():
            decided = _set_goal(plan, command)
        case RecordProgress():
            decided = _record_progress(plan, command)
        case AchieveMilestone():
            decided = _achieve_milestone(plan, command)
        case CompleteGoal(goal_id=goal_id, at=at):
            decided = _close_goal(plan, GoalStatus.COMPLETED, GoalCompleted(goal_id=goal_id, at=at))
        case SetGoalAside(goal_id=goal_id, at=at):
            decided = _close_goal(plan, GoalStatus.SET_ASIDE, GoalSetAside(goal_id=goal_id, at=at))
        case PractiseSkill():
            decided = _practise_skill(plan, command)
        case RecordMeasure():
            decided = _record_measure(plan, command)
        case _:
            assert_never(command)
    return decided


def _set_goal(plan: CarePlan, command: SetGoal) -> list[CarePlanEvent]:
    if command.goal_id in plan.goals:
        return []
    require_room(plan.goals)
    require_words("goal", command.text, GOAL_MAX)
    require_catalogue_id("skill", command.skill)
    return [GoalSet(goal_id=command.goal_id, text=command.text, skill=command.skill, at=command.at)]


def _record_progress(plan: CarePlan, command: RecordProgress) -> list[CarePlanEvent]:
    open_goal(plan.goals, command.goal_id)
    require_attainment(command.attainment)
    if command.note is not None:
        require_words("note", command.note, NOTE_MAX)
    return [
        ProgressRecorded(
            goal_id=command.goal_id, attainment=command.attainment, note=command.note, at=command.at
        )
    ]


def _achieve_milestone(plan: CarePlan, command: AchieveMilestone) -> list[CarePlanEvent]:
    goal = open_goal(plan.goals, command.goal_id)
    if command.milestone_id in goal.milestones:
        return []
    require_room_for_milestone(goal)
    require_words("milestone", command.text, GOAL_MAX)
    return [
        MilestoneAchieved(
            goal_id=command.goal_id, milestone_id=command.milestone_id, text=command.text, at=command.at
        )
    ]


def _close_goal(
    plan: CarePlan, status: GoalStatus, event: GoalCompleted | GoalSetAside
) -> list[CarePlanEvent]:
    goal = plan.goals.get(event.goal_id)
    if goal is not None and goal.status is status:
        return []
    open_goal(plan.goals, event.goal_id)
    return [event]


def _practise_skill(plan: CarePlan, command: PractiseSkill) -> list[CarePlanEvent]:
    require_catalogue_id("skill", command.skill)
    require_catalogue_id("scene", command.scene)
    if Credit(command.session_id, command.turn, command.skill) in plan.credited:
        return []
    return [
        SkillPractised(
            skill=command.skill,
            session_id=command.session_id,
            turn=command.turn,
            scene=command.scene,
            at=command.at,
        )
    ]


def _record_measure(plan: CarePlan, command: RecordMeasure) -> list[CarePlanEvent]:
    require_answers(command.measure, command.answers, command.difficulty)
    before = plan.measured.get(command.measure)
    require_time_since(before, command.at)
    total = total_of(command.answers)
    return [
        MeasureRecorded(
            # Sent again after its retention a command is a new one, and so is its measure.
            measure_id=derived_id("measure", command.id, str(before.times if before else 0)),
            measure=command.measure,
            wording=QUESTIONNAIRES[command.measure].version,
            answers=command.answers,
            total=total,
            severity=severity_of(command.measure, total),
            level=level_of(command.measure, command.answers),
            difficulty=command.difficulty,
            at=command.at,
        )
    ]


def _with_goal(plan: CarePlan, goal_id: UUID, goal: Goal) -> CarePlan:
    return replace(plan, goals={**plan.goals, goal_id: goal})


def _with_status(plan: CarePlan, goal_id: UUID, status: GoalStatus) -> CarePlan:
    return _with_goal(plan, goal_id, replace(plan.goals[goal_id], status=status))
