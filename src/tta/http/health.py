"""Is it alive, is it well, how far behind is it; and the contract."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import msgspec
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from tta.eventstore.errors import StoreError
from tta.graph.engine import GraphRefused, GraphUnavailable
from tta.http.calls import Call, Route, Stopped
from tta.projector.lag import Lag, lags
from tta.security.policy import Action
from tta.telemetry import metrics

CHECK_TIMEOUT_S = 2.0

log = structlog.get_logger(__name__)


class Checks(msgspec.Struct, frozen=True):
    database: bool
    """The graph answers."""
    cache: bool
    """The event store's server answers."""
    external_apis: bool


class Details(msgspec.Struct, frozen=True):
    projections: list[Lag]
    stopped: list[Stopped]


class Health(msgspec.Struct, frozen=True):
    status: str
    checks: Checks
    details: Details


class Alive(msgspec.Struct, frozen=True):
    status: str


async def health(call: Call) -> Response:
    (database, cache), measured = await asyncio.gather(
        _both_answer(call), lags(call.services.commands.aggregates.store, call.services.checkpoints)
    )
    stopped = call.services.workers.stopped()
    well = database and cache and not stopped
    answer = Health(
        "healthy" if well else "unhealthy", Checks(database, cache, True), Details(measured, stopped)
    )
    return _json(answer, 200 if well else 503)


async def livez(_call: Call) -> Response:
    return _json(Alive("alive"), 200)


async def readyz(call: Call) -> Response:
    """Ready when the stores answer; never for lag, or a slow projection would take the API down."""
    ready = all(await _both_answer(call))
    return _json(Alive("ready" if ready else "not ready"), 200 if ready else 503)


async def show_metrics(call: Call) -> Response:
    store = call.services.commands.aggregates.store
    for lag in await lags(store, call.services.checkpoints):
        metrics.PROJECTION_BEHIND.labels(lag.model).set(_or_nan(lag.events_behind))
        metrics.PROJECTION_SECONDS.labels(lag.model).set(_or_nan(lag.seconds_behind))
    call.services.workers.refresh_gauges()
    return Response(generate_latest(metrics.REGISTRY), 200, media_type=CONTENT_TYPE_LATEST)


async def _both_answer(call: Call) -> tuple[bool, bool]:
    store = call.services.commands.aggregates.store
    standing = store.nodes.call("EXISTS", store.layout.record)
    database, cache = await asyncio.gather(_answers(call.services.graph.check()), _answers(standing))
    return database, cache


async def _answers(check: Awaitable[Any]) -> bool:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            await check
    except (StoreError, GraphUnavailable, GraphRefused, TimeoutError) as error:
        log.warning("a health check failed", error=str(error))
        return False
    return True


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _json(answer: msgspec.Struct, status: int) -> Response:
    return Response(msgspec.json.encode(answer), status, {"Cache-Control": "no-store"}, "application/json")


BOTH = (
    Route("GET", "/health", health, Action.LOOK, "Show health", answer=Health),
    Route("GET", "/livez", livez, Action.LOOK, "Show whether the process lives", answer=Alive),
    Route("GET", "/readyz", readyz, Action.LOOK, "Show whether it can take traffic", answer=Alive),
    Route("GET", "/metrics", show_metrics, Action.LOOK, "Show metrics", media_type="text/plain"),
)
