"""The read model of progress: what each event makes of a player's rows, and what a query shows of them."""

from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import pytest
from msgspec.structs import replace

from tests.support.projections.histories import (
    NOON,
    NOON_MS,
    PLAY,
    PROGRESS,
    REGISTERED,
    SAM,
    Happened,
    after,
    folded,
    keep,
    log_of,
    player_ids,
)
from tta.domain import care_plan
from tta.domain.base import Event, SealedText
from tta.domain.care_plan import (
    GoalCompleted,
    GoalSet,
    GoalSetAside,
    MeasureRecorded,
    MilestoneAchieved,
    ProgressRecorded,
    SkillPractised,
)
from tta.domain.care_plan import id_of as care_plan_id
from tta.domain.identity import derived_id
from tta.domain.measures import MeasureKind, severity_of
from tta.domain.player import PlayerRegistered
from tta.domain.vocabulary import RiskLevel
from tta.graph.engine import Graph
from tta.projections.progress import (
    HAS_GOAL,
    HAS_MEASURE,
    HAS_MILESTONE,
    MEASURES_SHOWN_MAX,
    MILESTONES_SHOWN_MAX,
    First,
    GoalProgress,
    MeasureAnswered,
    MilestoneReached,
    PlayerProgress,
    SkillCredited,
    progress_of,
)
from tta.projector.read_model import Fact, Key, Row, RowLink

AnyRow = TypeVar("AnyRow", bound=Row)

AIM, NOTE, STEP, ANSWERS = (SealedText(box) for box in (b"\x01aim", b"\x01note", b"\x01step", b"\x01answers"))
PLAN = care_plan_id(SAM)
GOAL, FIRST_STEP = derived_id("goal"), derived_id("step")
SET = GoalSet(goal_id=GOAL, text=AIM, skill="body_scan", at=after(1))
ADVANCED = ProgressRecorded(goal_id=GOAL, attainment=1, note=NOTE, at=after(2))
REACHED = MilestoneAchieved(goal_id=GOAL, milestone_id=FIRST_STEP, text=STEP, at=after(3))
GOAL_ROW = GoalProgress(
    id=str(GOAL),
    text=AIM.box,
    skill="body_scan",
    status="open",
    set_ms=NOON_MS + 1_000,
    changed_ms=NOON_MS + 1_000,
)


def practised(skill: str, seconds: float) -> SkillPractised:
    return SkillPractised(skill=skill, session_id=PLAY, turn=1, at=after(seconds))


def answered(number: int, total: int, kind: MeasureKind = MeasureKind.PHQ9) -> MeasureRecorded:
    return MeasureRecorded(
        measure_id=measure_id(number),
        measure=kind,
        wording=1,
        answers=ANSWERS,
        total=total,
        severity=severity_of(kind, total),
        level=RiskLevel.NONE,
        at=NOON + timedelta(days=number),
    )


def measure_id(number: int) -> UUID:
    return derived_id("measure", str(number))


def told(*events: Event, player: UUID = SAM) -> list[Happened]:
    """A player's registration, and then what happened on their care plan."""
    plan = care_plan_id(player)
    return [Happened(player, REGISTERED, player), *(Happened(plan, event, player) for event in events)]


def progress(*events: Event) -> tuple[dict[Key, Row], set[RowLink]]:
    return folded(PROGRESS, log_of(told(*events)))


def row(kind: type[AnyRow], row_id: UUID, *events: Event) -> AnyRow:
    found = progress(*events)[0][Key(kind, str(row_id))]
    assert isinstance(found, kind)
    return found


def test_a_player_begins_with_nothing():
    assert row(PlayerProgress, SAM) == PlayerProgress(id=str(SAM), changed_ms=NOON_MS)


def test_a_goal_is_shown_with_its_latest_attainment_and_its_milestones():
    rows, links = progress(SET, replace(ADVANCED, attainment=-1), ADVANCED, REACHED)
    assert rows[Key(GoalProgress, str(GOAL))] == replace(
        GOAL_ROW,
        attainment=1,
        attained_ms=NOON_MS + 2_000,
        note=NOTE.box,
        milestones=1,
        changed_ms=NOON_MS + 3_000,
    )
    step = MilestoneReached(id=str(FIRST_STEP), text=STEP.box, reached_ms=NOON_MS + 3_000)
    assert rows[Key(MilestoneReached, str(FIRST_STEP))] == step
    assert links == {
        RowLink(HAS_GOAL, str(SAM), str(GOAL)),
        RowLink(HAS_MILESTONE, str(GOAL), str(FIRST_STEP)),
    }


def test_progress_without_a_note_has_none():
    assert row(GoalProgress, GOAL, SET, ADVANCED, replace(ADVANCED, note=None)).note is None


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (GoalCompleted(goal_id=GOAL, at=after(9)), "completed"),
        (GoalSetAside(goal_id=GOAL, at=after(9)), "set_aside"),
    ],
)
def test_a_goal_shows_how_it_ended(event: Event, status: str):
    expected = replace(GOAL_ROW, status=status, changed_ms=NOON_MS + 9_000)
    assert row(GoalProgress, GOAL, SET, event) == expected


def test_skills_are_counted_each_with_its_last_time():
    events = [
        practised("body_scan", 1),
        practised("a:b", 2),
        practised("body_scan", 4),
        practised("body_scan", 3),
    ]
    shown = row(PlayerProgress, SAM, *events)
    assert shown.skills == (f"body_scan:3:{NOON_MS + 4_000}", f"a:b:1:{NOON_MS + 2_000}")
    assert shown.version == 4


def test_the_first_total_of_each_measure_is_kept():
    events = [answered(1, 17), answered(2, 5), answered(3, 9, MeasureKind.GAD7)]
    rows, links = progress(*events)
    shown = rows[Key(PlayerProgress, str(SAM))]
    assert isinstance(shown, PlayerProgress)
    assert shown.firsts == (f"phq9:17:{measure_id(1)}", f"gad7:9:{measure_id(3)}")
    assert rows[Key(MeasureAnswered, str(measure_id(2)))] == MeasureAnswered(
        id=str(measure_id(2)),
        measure="phq9",
        total=5,
        severity="mild",
        answered_ms=NOON_MS + 2 * 86_400_000,
    )
    assert links == {RowLink(HAS_MEASURE, str(SAM), str(measure_id(number))) for number in (1, 2, 3)}


def test_the_version_is_the_care_plans():
    assert row(PlayerProgress, SAM, SET, ADVANCED).version == 2


def test_every_event_of_a_care_plan_is_handled():
    assert set(PROGRESS.HANDLES) == {PlayerRegistered, *care_plan.EVENTS}


@pytest.mark.parametrize(
    "clear", [replace(SET, text="go out"), replace(ADVANCED, note="hm"), replace(REACHED, text="there")]
)
def test_clear_personal_text_is_our_mistake(clear: Event):
    events: list[Event] = [clear] if isinstance(clear, GoalSet) else [SET, clear]
    with pytest.raises(AssertionError, match="sealed"):
        fold_clear(events)


def fold_clear(events: list[Event]) -> None:
    """Fold events as they are, not as the store would have taken them."""
    rows: dict[Key, Row] = {}
    for recorded, event in zip(log_of(told(*events)), [REGISTERED, *events], strict=True):
        fact = Fact(event, recorded)
        for key in PROGRESS.keys(fact):
            rows[key] = PROGRESS.apply(key, rows.get(key), fact)


@pytest.mark.parametrize("orphan", [ADVANCED, REACHED, GoalCompleted(goal_id=GOAL, at=NOON)])
def test_what_never_began_is_our_mistake(orphan: Event):
    with pytest.raises(AssertionError, match="begins with"):
        progress(orphan)


def test_no_row_holds_an_answer():
    rows, _ = progress(answered(1, 17))
    assert not any(
        isinstance(getattr(each, name), bytes) for each in rows.values() for name in each.__struct_fields__
    )


async def test_a_query_shows_all_of_it_newest_first(graph: Graph):
    other = derived_id("other goal")
    events = [
        SET,
        ADVANCED,
        REACHED,
        replace(SET, goal_id=other, skill=None, at=after(8)),
        practised("body_scan", 4),
        practised("worry_time", 5),
        answered(1, 17),
        answered(2, 8),
    ]
    log = log_of(told(*events))
    await keep(graph, PROGRESS, log)
    found = await progress_of(graph, str(SAM))
    assert found is not None
    rows = folded(PROGRESS, log)[0]
    assert found.version == len(events)
    assert found.skills == [
        SkillCredited("worry_time", 1, NOON_MS + 5_000),
        SkillCredited("body_scan", 1, NOON_MS + 4_000),
    ]
    assert found.goals == [rows[Key(GoalProgress, str(other))], rows[Key(GoalProgress, str(GOAL))]]
    assert found.milestones == {str(GOAL): [rows[Key(MilestoneReached, str(FIRST_STEP))]]}
    assert found.measures == [rows[Key(MeasureAnswered, str(measure_id(each)))] for each in (2, 1)]
    assert found.firsts == {MeasureKind.PHQ9: First(17, str(measure_id(1)))}


async def test_progress_is_its_players_own_and_a_stranger_has_none(graph: Graph):
    alex, nobody = player_ids(2)
    theirs = [Happened(alex, REGISTERED, alex)]
    await keep(graph, PROGRESS, log_of([*told(SET, REACHED, answered(1, 3)), *theirs]))
    found = await progress_of(graph, str(alex))
    assert found is not None
    assert (found.version, found.goals, found.milestones, found.measures) == (0, [], {}, [])
    assert await progress_of(graph, str(nobody)) is None


async def test_of_many_measures_and_milestones_the_newest_are_shown(graph: Graph):
    events: list[Event] = [SET]
    events += [answered(number, number % 28) for number in range(MEASURES_SHOWN_MAX + 3)]
    events += [
        replace(REACHED, milestone_id=derived_id("step", str(number)), at=after(number))
        for number in range(MILESTONES_SHOWN_MAX + 3)
    ]
    await keep(graph, PROGRESS, log_of(told(*events)))
    found = await progress_of(graph, str(SAM))
    assert found is not None
    newest = [str(measure_id(number)) for number in range(MEASURES_SHOWN_MAX + 2, 2, -1)]
    assert newest == [each.id for each in found.measures]
    (steps,) = found.milestones.values()
    assert len(steps) == MILESTONES_SHOWN_MAX
    assert steps[0].id == str(derived_id("step", str(MILESTONES_SHOWN_MAX + 2)))
