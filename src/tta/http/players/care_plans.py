"""Care plans: set goals, record progress, reach milestones, answer questionnaires."""

from collections.abc import Sequence
from uuid import UUID

from starlette.responses import Response

from tta.commands.care_plans import handle_care_plan, record_measure
from tta.domain import care_plan, goals, measures, player, session, words
from tta.domain.assessment import TextKind
from tta.domain.base import Event
from tta.domain.care_plan import (
    AchieveMilestone,
    CompleteGoal,
    MeasureRecorded,
    ProgressRecorded,
    RecordMeasure,
    RecordProgress,
    SetGoal,
    SetGoalAside,
)
from tta.domain.identity import owned_id
from tta.domain.measures import AnswerOutOfRange, in_range
from tta.http.edge.calls import Call, PlayerOf, Route, answered
from tta.http.edge.guidance import guidance_for
from tta.http.edge.marked_texts import TextPlace
from tta.http.edge.places import Priority
from tta.http.edge.problems import ERASED, INVALID, FieldError, Problem, problem_of
from tta.http.edge.texts import clean_text
from tta.http.players.care_plan_bodies import (
    GoalChanged,
    MeasureTaken,
    NewGoal,
    NewMeasure,
    NewMilestone,
    NewProgress,
)
from tta.http.players.players import refusals
from tta.security.policy import Action
from tta.stories.skills import skills
from tta.telemetry.metrics import GOAL_ATTAINMENTS, GOAL_CHANGES, MEASURE_CHANGES, MEASURES_RECORDED

GoalCommand = SetGoal | RecordProgress | AchieveMilestone | CompleteGoal | SetGoalAside


async def set_goal(call: Call) -> Response:
    player_id, skill = call.player_id, call.body.skill
    if skill is not None and skill not in skills():
        there_are = f"no story practises it; there are: {', '.join(sorted(skills()))}"
        raise Problem(INVALID, there_are, errors=(FieldError("/skill", there_are),))
    goal_id = owned_id(player_id, "goal", call.context.causation.command_id)
    command = SetGoal(
        goal_id=goal_id, text=clean_text(call.body.text, goals.GOAL_MAX), skill=skill, at=call.at
    )
    return await _goal_changed(call, command)


async def record_progress(call: Call) -> Response:
    body = call.body
    note = body.note and clean_text(body.note, care_plan.NOTE_MAX)
    return await _goal_changed(
        call, RecordProgress(goal_id=body.goal_id, attainment=body.attainment, note=note, at=call.at)
    )


async def achieve_milestone(call: Call) -> Response:
    player_id, goal_id = call.player_id, call.path_id("goal_id")
    milestone_id = owned_id(player_id, "milestone", call.context.causation.command_id)
    command = AchieveMilestone(
        goal_id=goal_id,
        milestone_id=milestone_id,
        text=clean_text(call.body.text, goals.GOAL_MAX),
        at=call.at,
    )
    return await _goal_changed(call, command, milestone_id)


async def complete_goal(call: Call) -> Response:
    return await _goal_changed(call, CompleteGoal(goal_id=call.path_id("goal_id"), at=call.at))


async def set_goal_aside(call: Call) -> Response:
    return await _goal_changed(call, SetGoalAside(goal_id=call.path_id("goal_id"), at=call.at))


async def take_measure(call: Call) -> Response:
    body = call.body
    command = RecordMeasure(
        id=call.context.causation.command_id,
        measure=body.measure,
        answers=body.answers,
        difficulty=body.difficulty,
        at=call.at,
    )
    try:
        taken = await record_measure(call.services.commands, call.player_id, command, call.context)
    except AnswerOutOfRange as refused:
        problem = problem_of(refused)
        problem.errors = _out_of_range(body, str(refused))
        raise problem from refused
    recorded = taken.result.events[0]
    assert isinstance(recorded, MeasureRecorded), "a measure is one event"
    if not taken.result.again:
        _count(recorded, taken.first_total)
    answer = MeasureTaken(
        recorded.measure_id,
        recorded.measure,
        recorded.total,
        recorded.severity,
        taken.result.version,
        guidance_for(recorded.level),
    )
    return answered(call, answer, taken.result)


async def _goal_changed(call: Call, command: GoalCommand, milestone_id: UUID | None = None) -> Response:
    result = await handle_care_plan(call.services.commands, call.player_id, command, call.context)
    if not result.again:
        _count_goals(result.events)
    return answered(call, GoalChanged(command.goal_id, result.version, milestone_id), result)


def _count_goals(events: Sequence[Event]) -> None:
    for event in events:
        if isinstance(event, ProgressRecorded):
            GOAL_ATTAINMENTS.inc()
        else:
            GOAL_CHANGES.inc()


def _out_of_range(body: NewMeasure, detail: str) -> tuple[FieldError, ...]:
    """Point at each answer that is none of the options."""
    given = {f"/answers/{item}": answer for item, answer in enumerate(body.answers)}
    if body.difficulty is not None:
        given["/difficulty"] = body.difficulty
    return tuple(FieldError(pointer, detail) for pointer, answer in given.items() if not in_range(answer))


def _count(recorded: MeasureRecorded, first_total: int | None) -> None:
    MEASURES_RECORDED.labels(recorded.measure.value).inc()
    if first_total is not None:
        MEASURE_CHANGES.labels(recorded.measure.value).inc()


ANY = (ERASED, *refusals(player.NoSuchPlayer, session.ConsentMissing))
GOAL = (*ANY, *refusals(goals.NoSuchGoal, goals.GoalIsClosed))
TEXT = (INVALID, *refusals(words.WordsEmpty, words.WordsTooLong))
COMMANDS = (
    Route(
        "POST",
        "/v1/players/{player_id}/goals",
        set_goal,
        Action.CARE_PLAN_CHANGE,
        "Set a goal",
        operation="set_goal",
        player=PlayerOf.PATH,
        answer=GoalChanged,
        body=NewGoal,
        texts=(TextPlace("text", TextKind.PLAN),),
        problems=(*ANY, *TEXT, *refusals(goals.TooManyGoals)),
    ),
    Route(
        "POST",
        "/v1/players/{player_id}/progress",
        record_progress,
        Action.CARE_PLAN_CHANGE,
        "Record progress towards a goal",
        operation="record_progress",
        player=PlayerOf.PATH,
        answer=GoalChanged,
        body=NewProgress,
        texts=(TextPlace("note", TextKind.PLAN),),
        problems=(*GOAL, *TEXT),
    ),
    Route(
        "POST",
        "/v1/players/{player_id}/goals/{goal_id}/milestones",
        achieve_milestone,
        Action.CARE_PLAN_CHANGE,
        "Reach a milestone of a goal",
        operation="achieve_milestone",
        player=PlayerOf.PATH,
        answer=GoalChanged,
        body=NewMilestone,
        texts=(TextPlace("text", TextKind.PLAN),),
        problems=(*GOAL, *TEXT, *refusals(goals.TooManyMilestones)),
    ),
    Route(
        "POST",
        "/v1/players/{player_id}/goals/{goal_id}/complete",
        complete_goal,
        Action.CARE_PLAN_CHANGE,
        "Complete a goal",
        operation="complete_goal",
        player=PlayerOf.PATH,
        answer=GoalChanged,
        problems=GOAL,
    ),
    Route(
        "POST",
        "/v1/players/{player_id}/goals/{goal_id}/set-aside",
        set_goal_aside,
        Action.CARE_PLAN_CHANGE,
        "Set a goal aside",
        operation="set_goal_aside",
        player=PlayerOf.PATH,
        answer=GoalChanged,
        problems=GOAL,
    ),
    Route(
        "POST",
        "/v1/players/{player_id}/measures",
        take_measure,
        Action.CARE_PLAN_CHANGE,
        "Answer a questionnaire",
        operation="take_measure",
        player=PlayerOf.PATH,
        answer=MeasureTaken,
        body=NewMeasure,
        texts=(TextPlace("answers", TextKind.ANSWER, question="measure"),),
        priority=Priority.SAFETY,
        problems=(
            *ANY,
            INVALID,
            *refusals(measures.AnswersIncomplete, AnswerOutOfRange, measures.MeasuredTooSoon),
        ),
    ),
)
