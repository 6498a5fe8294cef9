"""A process knows which of its agents are busy or fail, and how fast they are."""

import pytest

from tests.support.agents.agent_examples import AnyAgent
from tta.agents.registry import (
    DONE,
    DURATIONS_MAX,
    FAILED,
    FAILURES_IN_ROW,
    LATE,
    AgentRegistry,
    AgentStanding,
)
from tta.domain.agent import AgentPerformance, AgentState, DegradedReason
from tta.domain.narration import NarrationOutcome
from tta.telemetry.metrics import REGISTRY


def standing() -> AgentStanding:
    return AgentStanding(AnyAgent("narrator", lambda: None))


def fail(one: AgentStanding, times: int, *, outcome: str = FAILED, asks_model: bool = False) -> None:
    for _ in range(times):
        one.count(outcome, 0.001, asks_model=asks_model)


def test_an_agent_is_degraded_from_the_fifth_failure_in_a_row_until_a_success():
    one = standing()
    fail(one, FAILURES_IN_ROW - 1)
    assert one.state is AgentState.READY
    fail(one, 1)
    assert (one.state, one.reason) == (AgentState.DEGRADED, DegradedReason.FAILING)
    one.count(DONE, 0.001, asks_model=False)
    assert (one.state, one.reason) == (AgentState.READY, None)


def test_a_success_between_failures_begins_the_row_anew():
    one = standing()
    for _ in range(3):
        fail(one, FAILURES_IN_ROW - 1, outcome=LATE)
        one.count(DONE, 0.001, asks_model=False)
    assert one.state is AgentState.READY


def test_what_goes_well_without_a_model_does_not_make_up_for_one_that_fails():
    one = standing()
    for _ in range(FAILURES_IN_ROW):
        one.count(NarrationOutcome.FAILED.value, 0.001, asks_model=True)
        one.count(DONE, 0.001, asks_model=False)
    assert one.state is AgentState.DEGRADED
    one.count(DONE, 0.001, asks_model=True)
    assert one.state is AgentState.READY


def test_a_budget_that_is_spent_is_no_failure_of_an_agent():
    one = standing()
    fail(one, FAILURES_IN_ROW, outcome=NarrationOutcome.OVER_BUDGET.value, asks_model=True)
    assert one.state is AgentState.READY
    assert one.measure().failures == 0


def test_a_measure_counts_what_ended_since_it_was_begun():
    one = standing()
    for ms in range(1, 101):
        one.count(DONE, ms / 1000, asks_model=False)
    fail(one, 1)
    measure = one.measure()
    assert (measure.runs, measure.failures) == (101, 1)
    assert (measure.p50_ms, measure.p95_ms) == (50, 95)
    one.begin_measure()
    later = one.measure()
    assert (later.runs, later.failures, later.p50_ms, later.p95_ms) == (0, 0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("runs", "p50_ms", "p95_ms"), [(1, 1, 1), (2, 1, 2), (3, 2, 3), (10, 5, 10), (20, 10, 19), (21, 11, 20)]
)
def test_of_few_runs_the_slowest_is_seen(runs: int, p50_ms: float, p95_ms: float):
    one = standing()
    for ms in range(runs, 0, -1):
        one.count(DONE, ms / 1000, asks_model=False)
    measure = one.measure()
    assert (measure.p50_ms, measure.p95_ms) == (p50_ms, p95_ms)


def test_runs_that_asked_a_model_are_timed_apart():
    one = standing()
    for ms in (1, 2):
        one.count(DONE, ms / 1000, asks_model=False)
    one.count(FAILED, 3.0, asks_model=True)
    one.count(DONE, 4.0, asks_model=True)
    measure = one.measure()
    assert (measure.runs, measure.failures, measure.p50_ms, measure.p95_ms) == (4, 1, 1, 2)
    assert (measure.model_runs, measure.model_failures) == (2, 1)
    assert (measure.model_p50_ms, measure.model_p95_ms) == (3_000, 4_000)


def test_times_are_those_of_the_latest_runs():
    one = standing()
    for _ in range(DURATIONS_MAX):
        one.count(DONE, 9.0, asks_model=False)
    for _ in range(DURATIONS_MAX):
        one.count(DONE, 0.001, asks_model=False)
    measure = one.measure()
    assert (measure.runs, measure.p95_ms) == (2 * DURATIONS_MAX, 1.0)


def test_an_agent_is_busy_while_it_runs_and_a_run_that_was_abandoned_counts_as_nothing():
    registry = AgentRegistry([AnyAgent("guardian", lambda: None)])
    one = registry.standings["guardian"]
    with registry.run("guardian", "checking") as run:
        assert one.busy == 1
        registry.refresh_gauges()
        assert REGISTRY.get_sample_value("tta_agent_busy", {"agent": "guardian"}) == 1
        run.outcome = DONE
    with registry.run("guardian", "checking"):
        pass
    registry.refresh_gauges()
    assert REGISTRY.get_sample_value("tta_agent_busy", {"agent": "guardian"}) == 0
    ready = {"agent": "guardian", "state": "ready"}
    assert REGISTRY.get_sample_value("tta_agent_state", ready) == 1
    assert one.measure().runs == 1


def test_performance_adds_up_and_keeps_the_percentiles_of_the_last_measure_that_had_runs():
    one = standing()
    one.count("done", 0.001, asks_model=False)
    assert one.performance(3_600) == AgentPerformance(runs=1)
    first = one.performance(0)
    assert (first.runs, first.p50_ms, first.model_p50_ms) == (1, 1, None)
    one.count("failed", 2, asks_model=True)
    assert one.performance(0) == AgentPerformance(
        runs=2,
        failures=1,
        p50_ms=1,
        p95_ms=1,
        model_runs=1,
        model_failures=1,
        model_p50_ms=2_000,
        model_p95_ms=2_000,
    )
    assert one.performance(0) == one.performance(3_600)
