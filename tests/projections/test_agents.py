"""The read model of agents: what each event makes of their row, and which are shown."""

from uuid import UUID

import pytest
from msgspec.structs import replace

from tests.support.projections.histories import AGENTS, NOON, NOON_MS, Happened, after, folded, keep, log_of
from tta.domain import agent
from tta.domain.agent import (
    AgentDegraded,
    AgentReady,
    AgentRegistered,
    AgentRetired,
    DegradedReason,
    PerformanceMeasured,
)
from tta.domain.agent import (
    id_of as agent_id,
)
from tta.domain.base import Event
from tta.graph.engine import Graph
from tta.projections.agents import AgentRow, agents_of_late, apply
from tta.projector.read_model import Fact, Key

NARRATOR = agent_id("here:7", "narrator")
REGISTERED = AgentRegistered(
    name="narrator", capability="Turn, Plan -> Telling", version=1, worker="here:7", at=NOON
)
READY = AgentReady(at=after(1))
DEGRADED = AgentDegraded(reason=DegradedReason.FAILING, at=after(2))
MEASURED = PerformanceMeasured(runs=10, failures=1, p50_ms=0.5, p95_ms=7.5, since=after(1), at=after(3))
MEASURED_AGAIN = PerformanceMeasured(runs=5, failures=0, p50_ms=0.25, p95_ms=3.5, since=after(3), at=after(4))
RETIRED = AgentRetired(at=after(9))
ROW = AgentRow(
    id=str(NARRATOR),
    name="narrator",
    worker="here:7",
    agent_version=1,
    capability="Turn, Plan -> Telling",
    state="registered",
    since_ms=NOON_MS,
    changed_ms=NOON_MS,
)


def happened(*events: Event, identity: UUID = NARRATOR) -> list[Happened]:
    return [Happened(identity, event, None) for event in events]  # type: ignore[arg-type]


def row(*events: Event) -> AgentRow:
    (found,) = folded(AGENTS, log_of(happened(*events)))[0].values()
    assert isinstance(found, AgentRow)
    return found


def test_an_agent_is_shown_from_its_registration_on():
    assert row(REGISTERED) == ROW


@pytest.mark.parametrize(
    ("events", "state", "reason", "seconds"),
    [
        ((READY,), "ready", None, 1),
        ((READY, DEGRADED), "degraded", "failing", 2),
        ((READY, DEGRADED, replace(READY, at=after(5))), "ready", None, 5),
        ((DEGRADED, RETIRED), "retired", None, 9),
    ],
)
def test_it_says_how_it_is_and_since_when(events, state: str, reason: str | None, seconds: int):
    at_ms = NOON_MS + seconds * 1000
    assert row(REGISTERED, *events) == replace(
        ROW, state=state, reason=reason, since_ms=at_ms, changed_ms=at_ms
    )


def test_times_of_runs_with_and_without_a_model_stay_until_there_are_such_again():
    alone = replace(MEASURED, at=after(3))
    asking = PerformanceMeasured(
        runs=4,
        failures=3,
        p50_ms=0.0,
        p95_ms=0.0,
        since=after(3),
        model_runs=4,
        model_failures=2,
        model_p50_ms=900.0,
        model_p95_ms=4000.0,
        at=after(4),
    )
    shown = replace(
        ROW,
        runs=14,
        failures=4,
        p50_ms=0.5,
        p95_ms=7.5,
        model_runs=4,
        model_failures=2,
        model_p50_ms=900.0,
        model_p95_ms=4000.0,
        changed_ms=NOON_MS + 4000,
    )
    assert row(REGISTERED, alone, asking) == shown
    again = replace(alone, since=after(4), at=after(5))
    later = replace(shown, runs=24, failures=5, changed_ms=NOON_MS + 5000)
    assert row(REGISTERED, alone, asking, again) == later


def test_runs_and_failures_add_up_and_times_are_the_last_ones():
    measured = replace(ROW, runs=10, failures=1, p50_ms=0.5, p95_ms=7.5, changed_ms=NOON_MS + 3000)
    assert row(REGISTERED, MEASURED) == measured
    again = replace(measured, runs=15, p50_ms=0.25, p95_ms=3.5, changed_ms=NOON_MS + 4000)
    assert row(REGISTERED, MEASURED, MEASURED_AGAIN) == again


def test_one_that_is_registered_anew_begins_anew():
    anew = replace(REGISTERED, version=2, at=after(10))
    at_ms = NOON_MS + 10_000
    expected = replace(ROW, agent_version=2, since_ms=at_ms, changed_ms=at_ms)
    assert row(REGISTERED, READY, MEASURED, RETIRED, anew) == expected


def test_every_event_of_an_agent_is_folded():
    samples = {type(each) for each in (REGISTERED, READY, DEGRADED, MEASURED, RETIRED)}
    assert set(agent.EVENTS) == samples == set(AGENTS.HANDLES)


def test_what_never_began_is_a_mistake_of_ours():
    (recorded,) = log_of(happened(READY))
    with pytest.raises(AssertionError):
        apply(Key(AgentRow, str(NARRATOR)), None, Fact(READY, recorded))


async def test_agents_are_found_but_for_those_that_retired_before(graph: Graph):
    others = [agent_id("here:7", name) for name in ("guardian", "interpreter")]
    log = log_of(
        [
            *happened(REGISTERED, READY, MEASURED),
            *happened(replace(REGISTERED, name="guardian"), RETIRED, identity=others[0]),
            *happened(replace(REGISTERED, name="interpreter"), READY, identity=others[1]),
        ]
    )
    await keep(graph, AGENTS, log)

    async def names(since_s: float, agents_max: int = 9) -> list[str]:
        found = await agents_of_late(graph, since_ms=NOON_MS + round(since_s * 1000), agents_max=agents_max)
        return [each.name for each in found]

    assert await names(9) == ["guardian", "narrator", "interpreter"]
    assert await names(9.5) == ["narrator", "interpreter"]
    assert await names(9, agents_max=2) == ["guardian", "narrator"]
    (narrator,) = await agents_of_late(graph, since_ms=2**62, agents_max=1)
    assert narrator == row(REGISTERED, READY, MEASURED)
