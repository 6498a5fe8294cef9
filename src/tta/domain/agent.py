"""One agent of one worker: that it is there, how it is, and how it did.

Its id comes from the worker's name and its own, so a worker that starts again under its name begins anew
where it was. That an agent is busy is a metric, that it died without a word is seen by its heartbeat, and how
it does goes with that: none of these is an event. It concerns no player.
"""

from datetime import datetime
from enum import StrEnum
from math import inf
from typing import assert_never, get_args
from uuid import UUID

import msgspec

from tta.domain.base import Absent, Command, Event, Invalid
from tta.domain.identity import derived_id
from tta.domain.words import require_words

NAME_MAX = 64  # Characters: the longest of ours has 12.
CAPABILITY_MAX = 200
WORKER_MAX = 300  # A host's name has at most 253, and a process id follows.


class DegradedReason(StrEnum):
    """Why an agent is there but not well; each value is stored, so it is never renamed."""

    FAILING = "failing"
    """It failed several times in a row."""
    MODELS_RESTING = "models_resting"
    """Every language model's circuit breaker is open."""


class AgentState(StrEnum):
    """How an agent is."""

    ABSENT = "absent"
    """It was never registered."""
    REGISTERED = "registered"
    READY = "ready"
    DEGRADED = "degraded"
    RETIRED = "retired"


class AgentRegistered(Event, frozen=True, kw_only=True):
    name: str
    capability: str
    version: int
    worker: str


class AgentReady(Event, frozen=True, kw_only=True): ...


class AgentDegraded(Event, frozen=True, kw_only=True):
    reason: DegradedReason


class AgentRetired(Event, frozen=True, kw_only=True): ...


class PerformanceMeasured(Event, frozen=True, kw_only=True):
    """How the runs that ended between `since` and `at` went. Releases before wrote one each minute; now a
    heartbeat carries an AgentPerformance.
    """

    runs: int
    """All runs; `failures` counts all of them, too."""
    failures: int
    p50_ms: float
    """The median of the runs that asked no language model; `p95_ms` is of the same runs."""
    p95_ms: float
    since: datetime
    model_runs: int = 0
    """The runs that asked a language model; the following fields are of these, too. Old events without them
    may count both kinds of run together.
    """
    model_failures: int = 0
    model_p50_ms: float = 0.0
    model_p95_ms: float = 0.0


class AgentPerformance(msgspec.Struct, frozen=True, kw_only=True):
    """How an agent has done since its process started, as its heartbeat has it; it is no event."""

    runs: int = 0
    failures: int = 0
    p50_ms: float | None = None
    """Of the runs that asked no model, in the last minute with such; None before. Likewise p95_ms."""
    p95_ms: float | None = None
    model_runs: int = 0
    """Those among the runs that asked a model; likewise what follows."""
    model_failures: int = 0
    model_p50_ms: float | None = None
    model_p95_ms: float | None = None


AgentEvent = AgentRegistered | AgentReady | AgentDegraded | AgentRetired | PerformanceMeasured
EVENTS: tuple[type[Event], ...] = get_args(AgentEvent)


class RegisterAgent(Command, frozen=True, kw_only=True):
    name: str
    capability: str
    version: int
    worker: str


class MarkAgentReady(Command, frozen=True, kw_only=True): ...


class DegradeAgent(Command, frozen=True, kw_only=True):
    reason: DegradedReason


class RetireAgent(Command, frozen=True, kw_only=True): ...


class MeasurePerformance(Command, frozen=True, kw_only=True):
    runs: int
    failures: int
    p50_ms: float
    p95_ms: float
    since: datetime
    model_runs: int = 0
    model_failures: int = 0
    model_p50_ms: float = 0.0
    model_p95_ms: float = 0.0


AgentCommand = RegisterAgent | MarkAgentReady | DegradeAgent | RetireAgent | MeasurePerformance


class AgentIsNotThere(Absent): ...


class MeasureIsImpossible(Invalid): ...


class NoAgent(msgspec.Struct, frozen=True, tag=True):
    """It was never registered."""


class RegisteredAgent(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """It is there, and has not said how it is."""

    measured_until: datetime | None = None
    """Until when its runs were measured; None before the first measurement."""


class ReadyAgent(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    measured_until: datetime | None = None


class DegradedAgent(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    reason: DegradedReason
    measured_until: datetime | None = None


class RetiredAgent(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """It is not there any more."""

    measured_until: datetime | None = None


LivingAgent = RegisteredAgent | ReadyAgent | DegradedAgent
Agent = NoAgent | LivingAgent | RetiredAgent
NAME = "agent"
initial: Agent = NoAgent()


def id_of(worker: str, name: str) -> UUID:
    """The agent of that name in a worker."""
    return derived_id("agent", worker, name)


def evolve(agent: Agent, event: AgentEvent) -> Agent:
    measured_until = None if isinstance(agent, NoAgent) else agent.measured_until
    match event:
        case AgentRegistered():
            # What an earlier life measured may have been measured by a clock that was wrong.
            return RegisteredAgent()
        case AgentReady():
            return ReadyAgent(measured_until=measured_until)
        case AgentDegraded():
            return DegradedAgent(reason=event.reason, measured_until=measured_until)
        case AgentRetired():
            return RetiredAgent(measured_until=measured_until)
        case PerformanceMeasured():
            assert not isinstance(agent, NoAgent), "the first event of an agent is AgentRegistered"
            return msgspec.structs.replace(agent, measured_until=event.at)
        case _:
            assert_never(event)


def decide(agent: Agent, command: AgentCommand) -> list[AgentEvent]:
    match command:
        case RegisterAgent():
            return _register_agent(command)
        case RetireAgent():
            return _retire_agent(agent, command)
        case MarkAgentReady():
            return [] if isinstance(_living(agent), ReadyAgent) else [AgentReady(at=command.at)]
        case DegradeAgent():
            return _degrade_agent(_living(agent), command)
        case MeasurePerformance():
            return _measure_performance(_living(agent), command)
        case _:
            assert_never(command)


def _register_agent(command: RegisterAgent) -> list[AgentEvent]:
    """A worker that starts begins its agents' lives anew, whatever became of those before."""
    require_words("name", command.name, NAME_MAX)
    require_words("capability", command.capability, CAPABILITY_MAX)
    require_words("worker", command.worker, WORKER_MAX)
    return [
        AgentRegistered(
            name=command.name,
            capability=command.capability,
            version=command.version,
            worker=command.worker,
            at=command.at,
        )
    ]


def _degrade_agent(agent: LivingAgent, command: DegradeAgent) -> list[AgentEvent]:
    if isinstance(agent, DegradedAgent) and agent.reason is command.reason:
        return []
    return [AgentDegraded(reason=command.reason, at=command.at)]


def _retire_agent(agent: Agent, command: RetireAgent) -> list[AgentEvent]:
    if isinstance(agent, RetiredAgent):
        return []
    _living(agent)
    return [AgentRetired(at=command.at)]


def _measure_performance(agent: LivingAgent, command: MeasurePerformance) -> list[AgentEvent]:
    if command.runs == 0 and command.failures == 0:
        return []
    if not 0 <= command.failures <= command.runs:
        raise MeasureIsImpossible(f"expected at most {command.runs} failures, got {command.failures}")
    if not 0 <= command.model_failures <= command.model_runs <= command.runs:
        raise MeasureIsImpossible(
            f"expected at most {command.runs} runs that asked a model, got {command.model_failures} failures "
            f"in {command.model_runs}"
        )
    if not command.model_failures <= command.failures:
        raise MeasureIsImpossible(
            f"expected {command.model_failures} failures or more, got {command.failures}"
        )
    for p50_ms, p95_ms in ((command.p50_ms, command.p95_ms), (command.model_p50_ms, command.model_p95_ms)):
        if not 0 <= p50_ms <= p95_ms < inf:
            raise MeasureIsImpossible(f"expected p50 up to p95, got {p50_ms} and {p95_ms} ms")
    if command.since > command.at:
        raise MeasureIsImpossible(f"expected a beginning before {command.at}, got {command.since}")
    if agent.measured_until is not None and command.since < agent.measured_until:
        raise MeasureIsImpossible(
            f"expected runs after {agent.measured_until}, got those since {command.since}"
        )
    return [
        PerformanceMeasured(
            runs=command.runs,
            failures=command.failures,
            p50_ms=command.p50_ms,
            p95_ms=command.p95_ms,
            since=command.since,
            model_runs=command.model_runs,
            model_failures=command.model_failures,
            model_p50_ms=command.model_p50_ms,
            model_p95_ms=command.model_p95_ms,
            at=command.at,
        )
    ]


def _living(agent: Agent) -> LivingAgent:
    match agent:
        case NoAgent():
            raise AgentIsNotThere("expected an agent that is registered, there is none")
        case RetiredAgent():
            raise AgentIsNotThere("expected an agent that is registered, this one is retired")
        case RegisteredAgent() | ReadyAgent() | DegradedAgent():
            return agent
        case _:
            assert_never(agent)
