"""The state and figures of this process's own agents: how busy, how fast, and how often they failed.

It stores nothing; tta.agents.lifecycle does that.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import ceil
from time import monotonic, perf_counter
from typing import NamedTuple

from msgspec.structs import replace

from tta.agents.roles import RoleAgent
from tta.domain.agent import AgentPerformance, AgentState, DegradedReason
from tta.telemetry import metrics

FAILURES_IN_ROW = 5  # As many as open a circuit breaker.
DURATIONS_MAX = 1_000  # The latest runs, for the percentiles.
DONE, LATE, FAILED = "done", "late", "failed"
WELL = frozenset({DONE, "over_budget", "withdrawn"})
"""Outcomes that do not count against an agent."""


class AgentRun:
    """One run of an agent. Its caller sets the outcome; without one the run was abandoned."""

    outcome: str | None = None


class AgentMeasure(NamedTuple):
    """An agent's figures since a moment: all runs and failures, and times of runs without a language
    model.
    """

    runs: int
    failures: int
    p50_ms: float
    p95_ms: float
    model_runs: int
    """The runs that asked a language model, as do the following fields."""
    model_failures: int
    model_p50_ms: float
    model_p95_ms: float


class _RunCounts:
    """The figures of one kind of runs."""

    def __init__(self) -> None:
        self.runs = self.failures = 0
        self._durations: deque[float] = deque(maxlen=DURATIONS_MAX)

    def count(self, seconds: float, *, failed: bool) -> None:
        self.runs += 1
        self.failures += failed
        self._durations.append(seconds)

    def percentiles_ms(self) -> tuple[float, float]:
        """Return the 50th and the 95th percentile by nearest rank."""
        ordered = sorted(self._durations)
        if not ordered:
            return 0.0, 0.0
        p50, p95 = (ordered[ceil(percent * len(ordered) / 100) - 1] for percent in (50, 95))
        return round(p50 * 1000, 3), round(p95 * 1000, 3)


class AgentStanding:
    """One agent of this process."""

    def __init__(self, agent: RoleAgent) -> None:
        self.agent = agent
        self.busy = 0
        self._past = AgentPerformance()
        self.begin_measure()
        self._failures_in_row = {False: 0, True: 0}

    @property
    def reason(self) -> DegradedReason | None:
        """Why it is degraded; None if it is well."""
        if self.agent.resting:
            return DegradedReason.MODELS_RESTING
        if max(self._failures_in_row.values()) >= FAILURES_IN_ROW:
            return DegradedReason.FAILING
        return None

    @property
    def state(self) -> AgentState:
        return AgentState.READY if self.reason is None else AgentState.DEGRADED

    def count(self, outcome: str, seconds: float, *, asks_model: bool) -> None:
        failed = outcome not in WELL
        self._did[asks_model].count(seconds, failed=failed)
        # A success without a language model says nothing about runs with one.
        self._failures_in_row[asks_model] = self._failures_in_row[asks_model] + 1 if failed else 0

    def measure(self) -> AgentMeasure:
        """Return its figures since the measure began."""
        alone, asking = self._did[False], self._did[True]
        return AgentMeasure(
            alone.runs + asking.runs,
            alone.failures + asking.failures,
            *alone.percentiles_ms(),
            asking.runs,
            asking.failures,
            *asking.percentiles_ms(),
        )

    def performance(self, measured_s: float) -> AgentPerformance:
        """Return its figures since its start. Percentiles come from the last measure with runs of their kind;
        a measure takes at least `measured_s`.
        """
        measure, past = self.measure(), self._past
        so_far = replace(
            past,
            runs=past.runs + measure.runs,
            failures=past.failures + measure.failures,
            model_runs=past.model_runs + measure.model_runs,
            model_failures=past.model_failures + measure.model_failures,
        )
        if monotonic() - self._measured_from < measured_s:
            return so_far
        if measure.runs > measure.model_runs:
            so_far = replace(so_far, p50_ms=measure.p50_ms, p95_ms=measure.p95_ms)
        if measure.model_runs:
            so_far = replace(so_far, model_p50_ms=measure.model_p50_ms, model_p95_ms=measure.model_p95_ms)
        self._past = so_far
        self.begin_measure()
        return so_far

    def begin_measure(self) -> None:
        self._measured_from = monotonic()
        self._did = {False: _RunCounts(), True: _RunCounts()}
        """By whether a language model was asked, which takes ten thousand times as long."""


class AgentRegistry:
    """The agents of this process by name."""

    def __init__(self, agents: Iterable[RoleAgent]) -> None:
        self.standings = {each.NAME: AgentStanding(each) for each in agents}

    @contextmanager
    def run(self, name: str, step: str, *, asks_model: bool = False) -> Iterator[AgentRun]:
        """Count one run of an agent, and how long it took."""
        standing, run, began = self.standings[name], AgentRun(), perf_counter()
        standing.busy += 1
        try:
            yield run
        finally:
            standing.busy -= 1
            if run.outcome is not None:
                seconds = perf_counter() - began
                standing.count(run.outcome, seconds, asks_model=asks_model)
                asked = "model" if asks_model else "nobody"
                metrics.AGENT_STEP_SECONDS.labels(step, asked).observe(seconds)
                metrics.AGENT_STEPS.labels(step, run.outcome).inc()

    def refresh_gauges(self) -> None:
        for name, standing in self.standings.items():
            metrics.AGENT_BUSY.labels(name).set(standing.busy)
            for state in AgentState:
                metrics.AGENT_STATE.labels(name, state.value).set(standing.state is state)
