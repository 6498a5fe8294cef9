"""Is it alive, is it well, how far behind is it; and the contract."""

import asyncio
import time
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from tta.eventstore.errors import StoreError
from tta.eventstore.marks import MarkCheck, MarkState
from tta.graph.engine import GraphAway, GraphRefused, GraphUnavailable
from tta.http.edge.calls import Call, PlayerOf, Route
from tta.http.edge.places import Priority
from tta.http.edge.wiring import OverdueReplies, Services, StoppedLane
from tta.http.measurements import CHECK_TIMEOUT_S, ParkedEvent
from tta.projector.lag import SILENT_S_MAX, Lag
from tta.security.policy import Action
from tta.telemetry import metrics

HEALTHY = "healthy"
PARKED_MAX = PUT_BACK_MAX = 20  # Shown; how many there are is a metric.

log = structlog.get_logger(__name__)


class Checks(msgspec.Struct, frozen=True):
    database: bool
    """The graph answers."""
    cache: bool
    """The event store's server answers."""
    external_apis: bool
    """False while every model endpoint that is configured rests. It makes nothing unhealthy: stories are told
    without models.
    """


class PutBackReactor(msgspec.Struct, frozen=True):
    """A reactor that began anew further back, because the log that it had read was another one."""

    reactor: str
    slot: int
    was: int
    now: int
    at: datetime


class KeyringSeen(msgspec.Struct, frozen=True):
    """What is known of the keyring, as this process sees it."""

    belongs: bool
    """False while it is not the one of this store."""
    newest: bool
    """False while it is an older copy: nobody can be registered."""
    lacking: int
    """Players of the log whose data key it lacks, as far as they are known: their requests are refused."""


class Details(msgspec.Struct, frozen=True):
    keyring: KeyringSeen
    projections: list[Lag]
    stopped: list[StoppedLane]
    """Of this process; those of other projectors stand with their projection."""
    parked: list[ParkedEvent]
    reacting: int | None
    """How many processes react now; null where the store does not tell."""
    put_back: list[PutBackReactor]
    """Reactors whose slot lost the history in which their mark stood, the newest first."""
    overdue: OverdueReplies | None = None
    """Turns that wait for their reply, measured once a minute; null while not known, and without queries."""
    troubles: list[str] = []
    """What makes it unhealthy, in words: read models that nobody works on or saves, a graph that is away."""


class Troubles(msgspec.Struct, frozen=True):
    troubles: list[str]
    """What makes it unhealthy, in words. Where, when and for how long is for those who run it: a slot, a
    position or a moment may be one person's.
    """


class Health(msgspec.Struct, frozen=True):
    """What anybody may know."""

    status: str
    checks: Checks
    details: Troubles


class WholeHealth(msgspec.Struct, frozen=True):
    """What those who run it know."""

    status: str
    checks: Checks
    details: Details

    def for_anybody(self, troubles: list[str]) -> Health:
        """Leave out the particulars; `troubles` are those without numbers."""
        seen = self.details
        told = {
            "a lane has stopped": bool(seen.stopped) or any(each.stopped for each in seen.projections),
            "rows come from a log that is gone": any(each.changed for each in seen.projections),
            "turns wait for their reply": bool(seen.overdue and seen.overdue.answers),
            "the keyring is not the one of this store": not seen.keyring.belongs,
            "the keyring is an older copy": not seen.keyring.newest,
            "the keyring lacks keys": bool(seen.keyring.lacking),
        }
        troubles = [*troubles, *(each for each, is_so in told.items() if is_so)]
        return Health(self.status, self.checks, Troubles(troubles))


class Alive(msgspec.Struct, frozen=True):
    status: str


async def health(call: Call) -> Response:
    whole, database = await _measured(call)
    troubles = _troubles(call, database, whole.details.projections, in_numbers=False)
    return _json(whole.for_anybody(troubles), _status(whole))


async def whole_health(call: Call) -> Response:
    whole, _ = await _measured(call)
    return _json(whole, _status(whole))


def _status(whole: WholeHealth) -> int:
    return 200 if whole.status == HEALTHY else 503


async def _measured(call: Call) -> tuple[WholeHealth, str]:
    """Give what is known, and why the graph does not answer, if so."""
    measurements = call.services.measurements
    (database, cache), resting, measured, parked, reacting, marks = await asyncio.gather(
        _both_answer(call),
        call.services.workers.models_rest(),
        measurements.lags(),
        measurements.parked(),
        measurements.reacting(),
        measurements.marks(),
    )
    stopped = call.services.workers.stopped() + _of_another_history(marks)
    overdue = call.services.workers.overdue()
    troubles = _troubles(call, database, measured)
    keys = _keyring_seen(call)
    well = not (database or cache or stopped or troubles or (overdue and overdue.answers))
    well = well and not any(lag.stopped or lag.changed for lag in measured)
    well = well and keys.belongs and keys.newest and not keys.lacking
    shown = list(parked or ())[:PARKED_MAX]
    details = Details(keys, list(measured), stopped, shown, reacting, _put_back(marks), overdue, troubles)
    checks = Checks(not database, not cache, not resting)
    return WholeHealth(HEALTHY if well else "unhealthy", checks, details), database


def _troubles(call: Call, database: str, measured: Sequence[Lag], *, in_numbers: bool = True) -> list[str]:
    # Workers claim their slots only after requests are answered, and may be starting anew just now.
    is_early = time.monotonic() - call.services.opened_at < SILENT_S_MAX
    troubles = [
        each for lag in measured for each in lag.troubles(slots_may_be_free=is_early, in_numbers=in_numbers)
    ]
    unknown = [f"{what}: it cannot be measured" for what in call.services.measurements.unknown()]
    return [*([f"the graph is away: {database}"] if database else []), *unknown, *troubles]


def _keyring_seen(call: Call) -> KeyringSeen:
    keyring = call.services.keyring
    return KeyringSeen(
        belongs=not keyring.is_foreign, newest=not keyring.is_older, lacking=len(keyring.lacking)
    )


async def livez(_call: Call) -> Response:
    return alive()


def alive() -> Response:
    """Say that the process answers."""
    return _json(Alive("alive"), 200)


async def readyz(call: Call) -> Response:
    """Ready when the stores that it needs answer; never for lag, or a slow projection took the API down."""
    database, cache = await _both_answer(call)
    ready = not cache and not (database and call.services.needs_graph)
    return _json(Alive("ready" if ready else "not ready"), 200 if ready else 503)


async def refresh_gauges(services: Services) -> None:
    """Measure what the metrics of a process that serves the API show."""
    measurements = services.measurements
    for lag in await measurements.lags():
        metrics.PROJECTION_BEHIND.labels(lag.model).set(_or_nan(lag.events_behind))
        metrics.PROJECTION_SECONDS.labels(lag.model).set(_or_nan(lag.seconds_behind))
        metrics.PROJECTION_UNATTENDED.labels(lag.model).set(_or_nan(lag.slots_without_worker))
        metrics.PROJECTION_STOPPED.labels(lag.model).set(len(lag.stopped))
        metrics.PROJECTION_CHANGED.labels(lag.model).set(len(lag.changed))
        metrics.PROJECTION_FILLING.labels(lag.model).set(lag.filling)
        metrics.PROJECTION_SAVED.labels(lag.model).set(_or_nan(lag.seconds_since_save))
    parked = await measurements.parked()
    for name in services.workers.reactors:
        standing = None if parked is None else sum(each.reactor == name for each in parked)
        metrics.REACTOR_PARKED.labels(name).set(_or_nan(standing))
    metrics.REACTING.set(_or_nan(await measurements.reacting()))
    overdue = services.workers.overdue()
    metrics.ANSWERS_OVERDUE.set(_or_nan(None if overdue is None else overdue.answers))
    metrics.ANSWERS_OVERDUE_SECONDS.set(_or_nan(None if overdue is None else overdue.oldest_s or 0.0))
    await services.workers.refresh_gauges()


def scraped() -> Response:
    """Give the metrics as they stand, in Prometheus's text format."""
    return Response(generate_latest(metrics.REGISTRY), 200, media_type=CONTENT_TYPE_LATEST)


def _of_another_history(marks: Mapping[str, Mapping[int, MarkCheck]]) -> list[StoppedLane]:
    """Name the reactors whose mark does not stand; one that runs puts it back within seconds."""
    return [
        StoppedLane(name, slot, check.position, "its mark is of a history that is gone")
        for name, checks in marks.items()
        for slot, check in checks.items()
        if check.state is MarkState.CHANGED
    ]


def _put_back(marks: Mapping[str, Mapping[int, MarkCheck]]) -> list[PutBackReactor]:
    found = [
        PutBackReactor(name, slot, check.put_back.was, check.put_back.now, check.put_back.at)
        for name, checks in marks.items()
        for slot, check in checks.items()
        if check.put_back is not None
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)[:PUT_BACK_MAX]


async def _both_answer(call: Call) -> tuple[str, str]:
    """Say why the graph and the event store do not answer; empty where they do."""
    store = call.services.commands.aggregates.store
    standing = store.nodes.call("EXISTS", store.layout.record)
    database, cache = await asyncio.gather(_failure(call.services.graph.check()), _failure(standing))
    return database, cache


async def _failure(check: Awaitable[Any]) -> str:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            await check
    except (StoreError, GraphUnavailable, GraphRefused, TimeoutError) as error:
        log.debug("a health check failed", error=str(error))  # What is away is told by whoever needs it.
        # Anybody may ask for health: the other words, with their paths and addresses, are for the log.
        return error.brief if isinstance(error, GraphAway) else "its server does not answer"
    return ""


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _json(answer: msgspec.Struct, status: int) -> Response:
    return Response(msgspec.json.encode(answer), status, {"Cache-Control": "no-store"}, "application/json")


ROUTES = (
    Route(
        "GET",
        "/v1/health",
        health,
        Action.LOOK,
        "Show health",
        operation="health",
        player=PlayerOf.NOBODY,
        answer=Health,
        alias="/health",
    ),
    Route(
        "GET",
        "/livez",
        livez,
        Action.LOOK,
        "Show whether the process lives",
        operation="livez",
        player=PlayerOf.NOBODY,
        answer=Alive,
    ),
    Route(
        "GET",
        "/readyz",
        readyz,
        Action.LOOK,
        "Show whether it can take traffic",
        operation="readyz",
        player=PlayerOf.NOBODY,
        answer=Alive,
    ),
)
BOTH = tuple(route._replace(priority=Priority.ALWAYS) for route in ROUTES)
OPERATORS = (
    Route(
        "GET",
        "/health",
        whole_health,
        Action.LOOK,
        "Show health in full",
        operation="whole_health",
        player=PlayerOf.NOBODY,
        priority=Priority.ALWAYS,
    ),
    Route(
        "GET",
        "/readyz",
        readyz,
        Action.LOOK,
        "Show whether it can take traffic",
        operation="readyz",
        player=PlayerOf.NOBODY,
        priority=Priority.ALWAYS,
    ),
)
"""Beside metrics and `/livez`, which every process shows to those who run it."""
