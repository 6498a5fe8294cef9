"""Operations: what runs, how it does, and what operators change. Nothing here is anybody's words."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import msgspec
import structlog
from msgspec import Meta
from starlette.responses import Response

from tta.commands.handle import KeyReused
from tta.domain.agent import AgentPerformance, AgentState
from tta.domain.assessment import TextKind, Writer
from tta.eventstore.heartbeats import Heartbeat, heartbeats
from tta.eventstore.layout import SLOTS_MAX
from tta.http.edge.answers import answer_of
from tta.http.edge.bodies import Body
from tta.http.edge.calls import Call, PlayerOf, Route, shown
from tta.http.edge.marked_texts import TextPlace
from tta.http.edge.pages import opaque_tag
from tta.http.edge.problems import GRAPH_UNAVAILABLE, INVALID, FieldError, Problem
from tta.projections import agents
from tta.projections.agents import AGENTS_MAX, AgentRow, agents_of_late
from tta.projector.forgetting import NameReused, forget
from tta.security.policy import Action
from tta.telemetry.metrics import COMMANDS_REPLAYED

GONE_AFTER = timedelta(days=1)
"""So long are agents shown that retired, or that are silent."""
SILENT = "silent"

log = structlog.get_logger(__name__)


class RowsToForget(Body, frozen=True):
    """Which rows are forgotten; without a model or a slot, those of all."""

    model: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    slot: Annotated[int, Meta(ge=0, lt=SLOTS_MAX)] | None = None


class RowsForgotten(msgspec.Struct, frozen=True):
    """What is filled anew from now on."""

    models: tuple[str, ...]
    slots: int
    """How many of each."""


class AgentShown(msgspec.Struct, frozen=True):
    name: str
    worker: str
    """The process that it is an agent of."""
    version: int
    capability: str
    """The message that it takes and the one it gives."""
    state: str
    """registered, ready, degraded, retired; silent where its heartbeat is gone and it did not retire."""
    reason: str | None
    """Why it is degraded, or was before it fell silent."""
    since_ms: int
    """When it came to be as it is; of a silent one, when it was last heard of by an event."""
    heartbeat_age_s: int | None
    """How long ago it last said that it lives; null where it does not."""
    runs: int
    """Since it was registered, as its last heartbeat says. Of one that is silent or retired: as far as a
    release before wrote it down, likewise the failures.
    """
    failures: int
    p50_ms: float | None
    """Of the runs that asked no model, in the last minute with such; null where there was none yet. So with
    p95_ms.
    """
    p95_ms: float | None
    model_runs: int
    """Those among the runs that asked a language model; so with what follows."""
    model_failures: int
    model_p50_ms: float | None
    model_p95_ms: float | None


class AgentsShown(msgspec.Struct, frozen=True):
    agents: tuple[AgentShown, ...]
    """By name and worker, without those that retired, or are silent, for over a day."""
    complete: bool
    """False where there are more than are looked at; the ones that changed first are left out."""


async def show_agents(call: Call) -> Response:
    await call.query.be_fresh(agents.NAME)
    long_ago_ms = round((call.at - GONE_AFTER).timestamp() * 1000)
    rows = await agents_of_late(call.query.graph, since_ms=long_ago_ms)
    store = call.services.commands.aggregates.store
    beats = await heartbeats(store, [UUID(row.id) for row in rows])
    told = [
        _shown(row, beats.get(UUID(row.id)))
        for row in rows
        if UUID(row.id) in beats or row.changed_ms >= long_ago_ms
    ]
    answer = AgentsShown(
        tuple(sorted(told, key=lambda each: (each.name, each.worker))), len(rows) < AGENTS_MAX
    )
    return shown(call, answer, opaque_tag(agents.NAME, agents.VERSION, answer))


async def forget_rows(call: Call) -> Response:
    store, asked = call.services.commands.aggregates.store, call.named
    lanes = [each for each in call.services.checkpoints if call.body.model in (None, each.model)]
    if not lanes:
        there_are = f"expected one of {', '.join(each.model for each in call.services.checkpoints)}"
        raise Problem(INVALID, "see errors", errors=(FieldError("/model", there_are),))
    slots = range(store.layout.slots) if call.body.slot is None else [call.body.slot]
    if slots[-1] >= store.layout.slots:
        below = f"expected a slot below {store.layout.slots}"
        raise Problem(INVALID, "see errors", errors=(FieldError("/slot", below),))
    by, wish = str(asked.causation.command_id), msgspec.json.encode(call.body).hex()
    try:
        is_new = await forget(store, lanes, slots, by=by, wish=wish)
    except NameReused as error:
        raise KeyReused("this Idempotency-Key was used with another payload") from error
    answer = RowsForgotten(tuple(each.model for each in lanes), len(slots))
    call.services.freshness.doubt(answer.models, slots)
    headers = {"Cache-Control": "no-store"}
    if not is_new:
        headers["Idempotency-Replayed"] = "true"
        COMMANDS_REPLAYED.inc()
    else:
        log.warning("rows are to be forgotten", models=answer.models, slots=len(slots), slot=call.body.slot)
    return Response(msgspec.json.encode(answer), 200, headers, "application/json")


def _performance(row: AgentRow, heard: Heartbeat | None) -> AgentPerformance:
    """Read how an agent does from its heartbeat; else, of a release before, from what was written down."""
    try:
        if heard is not None:
            return msgspec.msgpack.decode(heard.told, type=AgentPerformance)
    except msgspec.DecodeError:
        pass  # Releases before only say that they live.
    return answer_of(AgentPerformance, row)


def _shown(row: AgentRow, heard: Heartbeat | None) -> AgentShown:
    is_silent = heard is None and row.state != AgentState.RETIRED
    did = _performance(row, heard)
    return answer_of(
        AgentShown,
        row,
        **msgspec.structs.asdict(did),
        version=row.agent_version,
        state=SILENT if is_silent else row.state,
        since_ms=row.changed_ms if is_silent else row.since_ms,
        heartbeat_age_s=None if heard is None else heard.age_ms // 1000,
    )


COMMANDS = (
    Route(
        "POST",
        "/v1/operations/read-models/forget",
        forget_rows,
        Action.OPERATIONS_CHANGE,
        "Have rows of read models removed and filled anew from the log",
        operation="forget_rows",
        player=PlayerOf.NOBODY,
        answer=RowsForgotten,
        body=RowsToForget,
        texts=(TextPlace("model", TextKind.LABEL, Writer.STAFF),),
        appends=False,
        problems=(GRAPH_UNAVAILABLE,),
    ),
)
QUERIES = (
    Route(
        "GET",
        "/v1/operations/agents",
        show_agents,
        Action.OPERATIONS_READ,
        "Show which agents there are, and how they do",
        operation="show_agents",
        player=PlayerOf.NOBODY,
        answer=AgentsShown,
    ),
)
