"""Which agents are there, and how do they do? What `GET /v1/operations/agents` answers.

Whether one lives is not told by events: its heartbeat says so (tta.eventstore.heartbeats).
"""

from collections.abc import Sequence
from typing import Any, assert_never

from msgspec import convert
from msgspec.structs import replace

from tta.domain.agent import (
    EVENTS,
    AgentDegraded,
    AgentEvent,
    AgentReady,
    AgentRegistered,
    AgentRetired,
    AgentState,
    PerformanceMeasured,
)
from tta.domain.base import Event
from tta.graph.engine import Graph
from tta.projector.read_model import Cypher, Fact, Key, LinkType, Row, RowLink, SequenceBy

NAME = "agents"
VERSION = 2
SEQUENCE = SequenceBy.AGGREGATE
AGENTS_MAX = 1_000  # Of 250 processes; with more, the ones that changed first are not shown.


class AgentRow(Row, frozen=True, kw_only=True):
    LABEL = "Agent"

    name: str
    worker: str
    agent_version: int
    capability: str
    state: str
    reason: str | None = None
    """Why it is degraded."""
    since_ms: int
    """When it came to be in that state."""
    runs: int = 0
    """Since it was registered, as far as they were measured; so with the failures."""
    failures: int = 0
    p50_ms: float | None = None
    """Of the runs without a model in the period that was measured last; so with the 95th percentile."""
    p95_ms: float | None = None
    model_runs: int = 0
    """Those among the runs that asked a model; so with what follows."""
    model_failures: int = 0
    model_p50_ms: float | None = None
    model_p95_ms: float | None = None
    changed_ms: int
    """The last event of it."""


ROWS: tuple[type[Row], ...] = (AgentRow,)
LINKS: tuple[LinkType, ...] = ()
HANDLES = EVENTS
BEGINS: dict[type[Event], type[Row]] = {}  # A worker that starts again registers on the row that is there.

cypher = Cypher(VERSION, ROWS)

AGENTS_OF_LATE = cypher("""
MATCH (a:Agent)
WHERE a.state <> $retired OR a.changed_ms >= $since_ms
RETURN a.*
ORDER BY a.changed_ms DESC, a.id DESC
LIMIT $agents_max
""")


def keys(fact: Fact[AgentEvent]) -> Sequence[Key]:
    return (Key(AgentRow, fact.aggregate),)


def apply(key: Key, row: AgentRow | None, fact: Fact[AgentEvent]) -> AgentRow:
    event, at_ms = fact.event, fact.at_ms
    if isinstance(event, AgentRegistered):
        return AgentRow(
            id=key.id,
            name=event.name,
            worker=event.worker,
            agent_version=event.version,
            capability=event.capability,
            state=AgentState.REGISTERED.value,
            since_ms=at_ms,
            changed_ms=at_ms,
        )
    assert row is not None, "an agent begins with AgentRegistered"
    changed: dict[str, Any] = {"reason": None, "since_ms": at_ms}
    match event:
        case AgentReady():
            changed["state"] = AgentState.READY.value
        case AgentDegraded():
            changed |= {"state": AgentState.DEGRADED.value, "reason": event.reason.value}
        case AgentRetired():
            changed["state"] = AgentState.RETIRED.value
        case PerformanceMeasured():
            changed = {
                "runs": row.runs + event.runs,
                "failures": row.failures + event.failures,
                "model_runs": row.model_runs + event.model_runs,
                "model_failures": row.model_failures + event.model_failures,
            }
            # Where there was no such run in that period, the times of an earlier one stay.
            if event.runs > event.model_runs:
                changed |= {"p50_ms": event.p50_ms, "p95_ms": event.p95_ms}
            if event.model_runs:
                changed |= {"model_p50_ms": event.model_p50_ms, "model_p95_ms": event.model_p95_ms}
        case _:
            assert_never(event)
    return replace(row, **changed, changed_ms=at_ms)


def links(_fact: Fact[AgentEvent]) -> Sequence[RowLink]:
    return ()


async def agents_of_late(graph: Graph, *, since_ms: int, agents_max: int = AGENTS_MAX) -> list[AgentRow]:
    """Read agents, the last changed first: all but those that retired before `since_ms`."""
    found = await graph.read(
        AGENTS_OF_LATE, retired=AgentState.RETIRED.value, since_ms=since_ms, agents_max=agents_max
    )
    return [convert(each, AgentRow) for each in found]
