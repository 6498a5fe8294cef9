"""The goals of a care plan: how many there may be, and what an open one allows. Owns none of their words."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

import msgspec
from msgspec.structs import replace

from tta.domain.base import Absent, Conflicting, Invalid

GOAL_MAX = 500  # Characters: a goal, or a milestone of it, is a sentence or three.
OPEN_GOALS_MAX = 10  # Plans in practice hold three to five; a player with ten sets one aside first.
GOALS_MAX = 200  # Over a plan's life: a new one every week for four years.
MILESTONES_MAX = 50  # Of one goal: one a week for a year.
ATTAINMENT_MIN, ATTAINMENT_MAX = -2, 2  # Goal Attainment Scaling (Kiresuk and Sherman 1968).


class NoSuchGoal(Absent):
    title = "There is no such goal"


class GoalIsClosed(Conflicting):
    title = "The goal is completed or set aside"


class TooManyGoals(Conflicting):
    title = "The care plan has too many goals"


class TooManyMilestones(Conflicting):
    title = "The goal has too many milestones"


class AttainmentOutOfRange(Invalid):
    title = "The attainment is out of range"


class GoalStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    SET_ASIDE = "set_aside"


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    status: GoalStatus = GoalStatus.OPEN
    milestones: tuple[UUID, ...] = ()

    def with_milestone(self, milestone_id: UUID) -> "Goal":
        return replace(self, milestones=(*self.milestones, milestone_id))


Goals = Mapping[UUID, Goal]


def require_room(goals: Goals) -> None:
    """Refuse another goal where there are enough."""
    standing = sum(goal.status is GoalStatus.OPEN for goal in goals.values())
    if standing >= OPEN_GOALS_MAX:
        raise TooManyGoals(f"expected at most {OPEN_GOALS_MAX} open goals, this would be one more")
    if len(goals) >= GOALS_MAX:
        raise TooManyGoals(f"expected at most {GOALS_MAX} goals in all, this would be one more")


def open_goal(goals: Goals, goal_id: UUID) -> Goal:
    """Give a goal that still is worked on. Raises NoSuchGoal and GoalIsClosed."""
    goal = goals.get(goal_id)
    if goal is None:
        raise NoSuchGoal("expected a goal of this plan, there is none")
    if goal.status is not GoalStatus.OPEN:
        raise GoalIsClosed(f"expected an open goal, this one is {goal.status.value}")
    return goal


def require_room_for_milestone(goal: Goal) -> None:
    if len(goal.milestones) >= MILESTONES_MAX:
        raise TooManyMilestones(f"expected at most {MILESTONES_MAX} of a goal, this would be one more")


def require_attainment(attainment: int) -> None:
    if not ATTAINMENT_MIN <= attainment <= ATTAINMENT_MAX:
        raise AttainmentOutOfRange(f"expected {ATTAINMENT_MIN} to {ATTAINMENT_MAX}, got {attainment}")
