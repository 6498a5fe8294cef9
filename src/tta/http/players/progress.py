"""A player's progress, and the questionnaires that it is measured with."""

from uuid import UUID

import msgspec
from starlette.responses import Response

from tta.domain.measures import (
    ANSWER_MAX,
    QUESTIONNAIRES,
    Change,
    MeasureKind,
    Questionnaire,
    Severity,
    outcome_of,
)
from tta.http.edge.answers import answer_of
from tta.http.edge.calls import Call, PlayerOf, Route, shown
from tta.http.edge.manners import etag
from tta.http.edge.opener import Opener
from tta.http.edge.places import Priority
from tta.http.edge.problems import NOT_FOUND
from tta.projections import progress
from tta.projections.progress import GoalProgress, MeasureAnswered, Progress, progress_of
from tta.security.policy import Action


class SkillShown(msgspec.Struct, frozen=True):
    skill: str
    times: int
    last_ms: int


class MilestoneShown(msgspec.Struct, frozen=True):
    id: str
    text: str | None
    reached_ms: int


class GoalShown(msgspec.Struct, frozen=True):
    id: str
    text: str | None
    """null where it was erased, as are notes and milestones."""
    skill: str | None
    status: str
    attainment: int | None
    """The latest, from -2 over 0, as expected, to 2; null before the first."""
    attained_ms: int | None
    note: str | None
    milestones_reached: int
    milestones: tuple[MilestoneShown, ...]
    """Newest first; of many only the newest."""
    set_ms: int
    changed_ms: int


class SinceFirst(msgspec.Struct, frozen=True):
    difference: int
    """Below zero: fewer symptoms."""
    change: Change
    response: bool
    """At least half of the first total is gone."""
    remission: bool
    """The total is minimal (below 5)."""
    recovery: bool
    """From caseness to below it."""


class MeasureShown(msgspec.Struct, frozen=True):
    id: str
    measure: MeasureKind
    total: int
    severity: Severity
    answered_ms: int
    since_first: SinceFirst | None
    """null for the first of its kind."""


class ProgressShown(msgspec.Struct, frozen=True):
    player_id: UUID
    version: int
    """Of the care plan; 0 before it begins."""
    skills: tuple[SkillShown, ...]
    """What was practised last comes first."""
    goals: tuple[GoalShown, ...]
    """Newest first."""
    measures: tuple[MeasureShown, ...]
    """Newest first; of many only the newest."""
    unreadable: tuple[str, ...] = ()
    """JSON Pointers to what does not open, though it was not erased; there it is null."""


class SeverityBand(msgspec.Struct, frozen=True):
    least: int
    severity: Severity


class QuestionnaireShown(msgspec.Struct, frozen=True):
    measure: MeasureKind
    version: int
    title: str
    lead_in: str
    items: tuple[str, ...]
    options: tuple[str, ...]
    """What the answers 0, 1, 2 and 3 say."""
    difficulty: str
    """Asked after the items; not scored."""
    difficulty_options: tuple[str, ...]
    total_max: int
    bands: tuple[SeverityBand, ...]
    source: str


class QuestionnairesShown(msgspec.Struct, frozen=True):
    measures: tuple[QuestionnaireShown, ...]


async def show_progress(call: Call) -> Response:
    player_id, query = call.player_id, call.query
    await query.be_fresh(progress.NAME, about=player_id)
    found = await progress_of(query.graph, str(player_id))
    if found is None:
        raise await query.absent()
    opener = query.opener(player_id)
    goals = [await _goal(opener, f"/goals/{at}", each, found) for at, each in enumerate(found.goals)]
    answer = ProgressShown(
        player_id=player_id,
        version=found.version,
        skills=tuple(SkillShown(*each) for each in found.skills),
        goals=tuple(goals),
        measures=tuple(_measure(each, found) for each in found.measures),
        unreadable=opener.unreadable,
    )
    return shown(call, answer, etag(found.version, opener.variant))


async def list_measures(call: Call) -> Response:
    await call.query.be_fresh()
    listed = tuple(map(_questionnaire, QUESTIONNAIRES.values()))
    versions = ".".join(f"{each.measure}-{each.version}" for each in listed)
    return shown(call, QuestionnairesShown(listed), f'"measures.{versions}"')


async def _goal(opener: Opener, pointer: str, goal: GoalProgress, found: Progress) -> GoalShown:
    milestones = [
        answer_of(MilestoneShown, each, text=await opener.open(f"{pointer}/milestones/{at}/text", each.text))
        for at, each in enumerate(found.milestones.get(goal.id, ()))
    ]
    return answer_of(
        GoalShown,
        goal,
        text=await opener.open(f"{pointer}/text", goal.text),
        note=await opener.open(f"{pointer}/note", goal.note),
        milestones_reached=goal.milestones,
        milestones=tuple(milestones),
    )


def _measure(answered: MeasureAnswered, found: Progress) -> MeasureShown:
    kind = MeasureKind(answered.measure)
    first, since = found.firsts.get(kind), None
    # A measure that came between two reads may be newer than what is known of its first.
    if first is not None and first.id != answered.id:
        since = SinceFirst(*outcome_of(kind, first.total, answered.total))
    return answer_of(MeasureShown, answered, since_first=since)


def _questionnaire(each: Questionnaire) -> QuestionnaireShown:
    return QuestionnaireShown(
        measure=each.kind,
        version=each.version,
        title=each.title,
        lead_in=each.lead_in,
        items=each.items,
        options=each.options,
        difficulty=each.difficulty,
        difficulty_options=each.difficulty_options,
        total_max=len(each.items) * ANSWER_MAX,
        bands=tuple(SeverityBand(*band) for band in each.bands),
        source=each.source,
    )


QUERIES = (
    Route(
        "GET",
        "/v1/players/{player_id}/progress",
        show_progress,
        Action.CARE_PLAN_READ,
        "Show what has come of it for a player",
        operation="show_progress",
        player=PlayerOf.PATH,
        answer=ProgressShown,
        problems=(NOT_FOUND,),
    ),
    Route(
        "GET",
        "/v1/measures",
        list_measures,
        Action.MEASURE_READ,
        "List the questionnaires, word for word",
        operation="list_measures",
        player=PlayerOf.NOBODY,
        answer=QuestionnairesShown,
        priority=Priority.SAFETY,
    ),
)
