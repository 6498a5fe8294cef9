"""What has come of it for this player? Skills practised, goals and milestones, questionnaires over time.

`(PlayerProgress)-[:HAS_GOAL]->(GoalProgress)-[:HAS_MILESTONE]->(MilestoneReached)`, and
`(PlayerProgress)-[:HAS_MEASURE]->(MeasureAnswered)`. Words stay in their boxes; answers are not even here.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, assert_never, get_args

from msgspec import convert
from msgspec.structs import replace

from tta.domain.base import Event
from tta.domain.care_plan import (
    CarePlanEvent,
    GoalCompleted,
    GoalSet,
    GoalSetAside,
    MeasureRecorded,
    MilestoneAchieved,
    ProgressRecorded,
    SkillPractised,
)
from tta.domain.goals import GOALS_MAX, GoalStatus
from tta.domain.measures import MeasureKind
from tta.domain.player import PlayerRegistered
from tta.graph.engine import Graph
from tta.projector.read_model import Cypher, Fact, Key, LinkType, Row, RowLink, SequenceBy, boxed

NAME = "progress"
VERSION = 1
SEQUENCE = SequenceBy.SUBJECT
MILESTONES_SHOWN_MAX = 200
MEASURES_SHOWN_MAX = 100  # Of both kinds together: weekly for a year.


class PlayerProgress(Row, frozen=True, kw_only=True):
    version: int = 0
    """Of the care plan; 0 before it begins."""
    skills: tuple[str, ...] = ()
    """As `skill:times:last_ms`, in the order in which they were first practised."""
    firsts: tuple[str, ...] = ()
    """The first of each measure, as `measure:total:id`."""
    changed_ms: int


class GoalProgress(Row, frozen=True, kw_only=True):
    text: bytes
    """Sealed, as is the note."""
    skill: str | None = None
    status: str
    set_ms: int
    changed_ms: int
    attainment: int | None = None
    """The latest, with its time and note."""
    attained_ms: int | None = None
    note: bytes | None = None
    milestones: int = 0


class MilestoneReached(Row, frozen=True, kw_only=True):
    text: bytes
    reached_ms: int


class MeasureAnswered(Row, frozen=True, kw_only=True):
    measure: str
    total: int
    severity: str
    answered_ms: int


HAS_GOAL = LinkType("HAS_GOAL", PlayerProgress, GoalProgress)
HAS_MILESTONE = LinkType("HAS_MILESTONE", GoalProgress, MilestoneReached)
HAS_MEASURE = LinkType("HAS_MEASURE", PlayerProgress, MeasureAnswered)

ROWS: tuple[type[Row], ...] = (PlayerProgress, GoalProgress, MilestoneReached, MeasureAnswered)
LINKS: tuple[LinkType, ...] = (HAS_GOAL, HAS_MILESTONE, HAS_MEASURE)
ProgressEvent = PlayerRegistered | CarePlanEvent
GoalEvent = GoalSet | ProgressRecorded | MilestoneAchieved | GoalCompleted | GoalSetAside
HANDLES: tuple[type[Event], ...] = get_args(ProgressEvent)
BEGINS = {
    PlayerRegistered: PlayerProgress,
    GoalSet: GoalProgress,
    MilestoneAchieved: MilestoneReached,
    MeasureRecorded: MeasureAnswered,
}
STATUS_AFTER = {GoalCompleted: GoalStatus.COMPLETED, GoalSetAside: GoalStatus.SET_ASIDE}

cypher = Cypher(VERSION, ROWS, LINKS)

PROGRESS_OF = cypher("""
MATCH (p:PlayerProgress {id: $player})
RETURN p.*
""")
GOALS_OF = cypher("""
MATCH (p:PlayerProgress {id: $player})-[:HAS_GOAL]->(g:GoalProgress)
RETURN g.*
ORDER BY g.set_ms DESC, g.id DESC
LIMIT $goals_max
""")
MILESTONES_OF = cypher("""
MATCH (p:PlayerProgress {id: $player})-[:HAS_GOAL]->(g:GoalProgress)
MATCH (g)-[:HAS_MILESTONE]->(m:MilestoneReached)
RETURN g.id AS goal, m.*
ORDER BY m.reached_ms DESC, m.id DESC
LIMIT $milestones_max
""")
MEASURES_OF = cypher("""
MATCH (p:PlayerProgress {id: $player})-[:HAS_MEASURE]->(m:MeasureAnswered)
RETURN m.*
ORDER BY m.answered_ms DESC, m.id DESC
LIMIT $measures_max
""")


class SkillCredited(NamedTuple):
    skill: str
    times: int
    last_ms: int


class First(NamedTuple):
    """What later totals of a measure compare with."""

    total: int
    id: str


class Progress(NamedTuple):
    """All that is shown of one player; each list newest first."""

    version: int
    skills: Sequence[SkillCredited]
    goals: Sequence[GoalProgress]
    milestones: Mapping[str, Sequence[MilestoneReached]]
    """By goal."""
    measures: Sequence[MeasureAnswered]
    firsts: Mapping[MeasureKind, First]


def keys(fact: Fact[ProgressEvent]) -> Sequence[Key]:
    event = fact.event
    found = [Key(PlayerProgress, str(fact.recorded.subject_id))]
    match event:
        case GoalSet() | ProgressRecorded() | GoalCompleted() | GoalSetAside():
            found.append(Key(GoalProgress, str(event.goal_id)))
        case MilestoneAchieved():
            found.append(Key(GoalProgress, str(event.goal_id)))
            found.append(Key(MilestoneReached, str(event.milestone_id)))
        case MeasureRecorded():
            found.append(Key(MeasureAnswered, str(event.measure_id)))
        case PlayerRegistered() | SkillPractised():
            pass
        case _:
            assert_never(event)
    return found


def apply(key: Key, row: Row | None, fact: Fact[ProgressEvent]) -> Row:
    event = fact.event
    if key.row is PlayerProgress:
        return _player(key, row, fact)
    match event:
        case MilestoneAchieved() if key.row is MilestoneReached:
            return MilestoneReached(id=key.id, text=boxed(event.text), reached_ms=fact.at_ms)
        case GoalSet() | ProgressRecorded() | MilestoneAchieved() | GoalCompleted() | GoalSetAside():
            return _goal(key, row, event, fact.at_ms)
        case MeasureRecorded():
            return MeasureAnswered(
                id=key.id,
                measure=event.measure.value,
                total=event.total,
                severity=event.severity.value,
                answered_ms=fact.at_ms,
            )
        case PlayerRegistered() | SkillPractised():
            raise AssertionError(f"{type(event).__name__} touches no {key.row.__name__}")
        case _:
            assert_never(event)


def links(fact: Fact[ProgressEvent]) -> Sequence[RowLink]:
    player, event = str(fact.recorded.subject_id), fact.event
    match event:
        case GoalSet():
            return (RowLink(HAS_GOAL, player, str(event.goal_id)),)
        case MilestoneAchieved():
            return (RowLink(HAS_MILESTONE, str(event.goal_id), str(event.milestone_id)),)
        case MeasureRecorded():
            return (RowLink(HAS_MEASURE, player, str(event.measure_id)),)
        case _:
            return ()


async def progress_of(graph: Graph, player_id: str) -> Progress | None:
    """Read a player's progress; None where there is no such player."""
    # The version is read first: what is shown may be newer than its tag says, never older.
    found = await graph.read(PROGRESS_OF, player=player_id)
    if not found:
        return None
    row = convert(found[0], PlayerProgress)
    goals = await graph.read(GOALS_OF, player=player_id, goals_max=GOALS_MAX)
    milestones: dict[str, list[MilestoneReached]] = {}
    for each in await graph.read(MILESTONES_OF, player=player_id, milestones_max=MILESTONES_SHOWN_MAX):
        milestones.setdefault(each["goal"], []).append(convert(each, MilestoneReached))
    measures = await graph.read(MEASURES_OF, player=player_id, measures_max=MEASURES_SHOWN_MAX)
    return Progress(
        version=row.version,
        skills=sorted(map(_skill, row.skills), key=lambda each: (-each.last_ms, each.skill)),
        goals=convert(goals, list[GoalProgress]),
        milestones=milestones,
        measures=convert(measures, list[MeasureAnswered]),
        firsts=_firsts(row.firsts),
    )


def _player(key: Key, row: Row | None, fact: Fact[ProgressEvent]) -> PlayerProgress:
    event = fact.event
    if isinstance(event, PlayerRegistered):
        return PlayerProgress(id=key.id, changed_ms=fact.at_ms)
    assert isinstance(row, PlayerProgress), "a care plan begins after PlayerRegistered"
    row = replace(row, version=fact.recorded.version, changed_ms=fact.at_ms)
    match event:
        case SkillPractised():
            return replace(row, skills=_practised(row.skills, event.skill, fact.at_ms))
        case MeasureRecorded() if event.measure not in _firsts(row.firsts):
            first = f"{event.measure.value}:{event.total}:{event.measure_id}"
            return replace(row, firsts=(*row.firsts, first))
        case _:  # What else changes is of a goal or a measure.
            return row


def _goal(key: Key, row: Row | None, event: GoalEvent, at_ms: int) -> GoalProgress:
    if isinstance(event, GoalSet):
        return GoalProgress(
            id=key.id,
            text=boxed(event.text),
            skill=event.skill,
            status=GoalStatus.OPEN.value,
            set_ms=at_ms,
            changed_ms=at_ms,
        )
    assert isinstance(row, GoalProgress), "a goal begins with GoalSet"
    row = replace(row, changed_ms=at_ms)
    match event:
        case ProgressRecorded():
            note = None if event.note is None else boxed(event.note)
            return replace(row, attainment=event.attainment, attained_ms=at_ms, note=note)
        case MilestoneAchieved():
            return replace(row, milestones=row.milestones + 1)
        case GoalCompleted() | GoalSetAside():
            return replace(row, status=STATUS_AFTER[type(event)].value)
        case _:
            assert_never(event)


def _practised(skills: tuple[str, ...], skill: str, at_ms: int) -> tuple[str, ...]:
    known = {each.skill: each for each in map(_skill, skills)}
    before = known.get(skill, SkillCredited(skill, 0, at_ms))
    known[skill] = SkillCredited(skill, before.times + 1, max(before.last_ms, at_ms))
    return tuple(f"{each.skill}:{each.times}:{each.last_ms}" for each in known.values())


def _skill(packed: str) -> SkillCredited:
    skill, times, last_ms = packed.rsplit(":", 2)
    return SkillCredited(skill, int(times), int(last_ms))


def _firsts(packed: Sequence[str]) -> dict[MeasureKind, First]:
    parts = (each.split(":") for each in packed)
    return {MeasureKind(measure): First(int(total), first_id) for measure, total, first_id in parts}
