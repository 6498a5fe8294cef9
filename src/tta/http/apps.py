"""The two apps, commands and queries, and what every request passes through."""

import random
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import cache

import msgspec
import structlog
from prometheus_client import Counter, Histogram
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tta.http import health, operations, stories
from tta.http.contract import contract
from tta.http.edge.admission import Admission, Browsers
from tta.http.edge.calls import Route, answered_problem
from tta.http.edge.gate import Gate, look_at_unrouted
from tta.http.edge.mounting import mounted
from tta.http.edge.paths import PrintablePaths
from tta.http.edge.places import REQUESTS_MAX, Places, Priority
from tta.http.edge.problems import INTERNAL, METHOD_NOT_ALLOWED, Kind, Problem
from tta.http.edge.safe_headers import safe_headers
from tta.http.edge.wiring import Services
from tta.http.players import care_plans, journeys, players, progress
from tta.http.sessions import moves as session_moves
from tta.http.sessions import pages as session_pages
from tta.http.sessions import sessions, streams
from tta.telemetry.errors import said, traced
from tta.telemetry.metrics import REQUEST_SECONDS, REQUESTS

COMMANDS: tuple[Route, ...] = (
    *players.COMMANDS,
    *sessions.COMMANDS,
    *session_moves.COMMANDS,
    *care_plans.COMMANDS,
    *operations.COMMANDS,
)
QUERIES: tuple[Route, ...] = (
    *players.QUERIES,
    *sessions.QUERIES,
    *session_pages.QUERIES,
    *journeys.QUERIES,
    *stories.QUERIES,
    *streams.QUERIES,
    *progress.QUERIES,
    *operations.QUERIES,
)
BOTH: tuple[Route, ...] = health.BOTH
TEXTS = {route.path.rpartition("/")[2]: route.texts for route in COMMANDS if route.takes_words}
"""How the paths end whose bodies are looked at, whatever they are refused for, and what stands there."""
ACCEPTED = (
    "Authorization",
    "Content-Type",
    "Consistency-Token",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Prefer",
    "Traceparent",
    "X-Request-Id",
)
EXPOSED = (
    "Allow",
    "Consistency",
    "Consistency-Token",
    "Deprecation",
    "ETag",
    "Idempotency-Replayed",
    "Link",
    "Location",
    "Preference-Applied",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-Id",
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
traceparent_pattern = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
request_id_pattern = re.compile(r"[A-Za-z0-9._-]{1,64}")
log = structlog.get_logger("tta.http")


def app(
    services: Services,
    which: str,
    *,
    origins: Sequence[str] = (),
    requests_max: int = REQUESTS_MAX,
    places: Places | None = None,
    is_https: bool = False,
) -> Starlette:
    """Make the app of `commands`, `queries` or `all`. `origins` is the allow-list of browsers' origins;
    `places` says how many requests it takes at once, by default `requests_max`. If clients reach it over
    https (`is_https`), browsers are told to stay with that.
    """
    commands = COMMANDS if which in ("commands", "all") else ()
    queries = QUERIES if which in ("queries", "all") else ()
    document = msgspec.json.encode(contract(commands, queries, BOTH))

    async def openapi(_request: Request) -> Response:
        return Response(document, 200, {"Cache-Control": "public, max-age=60"}, "application/json")

    placed = [(each, route) for route in (*commands, *queries, *BOTH) for each in mounted(route, services)]
    refused = _refusing(services.gate)
    middleware = [Middleware(RequestObserver, is_https=is_https)]
    if origins:
        middleware.append(
            Middleware(
                Browsers,
                allow_origins=list(origins),
                allow_methods=METHODS,
                allow_headers=ACCEPTED,
                expose_headers=EXPOSED,
            )
        )
    middleware += [
        Middleware(Admission, places or Places(requests_max), placed),
        Middleware(PrintablePaths, refused),  # Last, so that its answers get what all others get.
    ]
    made = Starlette(
        routes=[*(each for each, _ in placed), StarletteRoute("/v1/openapi.json", openapi)],
        middleware=middleware,
        exception_handlers={HTTPException: refused},
    )
    made.router.redirect_slashes = False  # A path is written in one way: it is part of a command's id.
    return made


def operators_app(
    refresh_gauges: Callable[[], Awaitable[None]], services: Services | None = None
) -> Starlette:
    """Make what a process answers to those who run it: that it lives, its metrics, and where it serves the
    API all that is known of its health.
    """

    async def livez(_request: Request) -> Response:
        return health.alive()

    async def metrics(_request: Request) -> Response:
        await refresh_gauges()
        return health.scraped()

    pages = (
        [] if services is None else [each for route in health.OPERATORS for each in mounted(route, services)]
    )
    refused = _refusing()
    made = Starlette(
        routes=[StarletteRoute("/livez", livez), StarletteRoute("/metrics", metrics), *pages],
        middleware=[
            Middleware(RequestObserver),
            Middleware(Admission, Places(), otherwise=Priority.ALWAYS),
            Middleware(PrintablePaths, refused),
        ],
        exception_handlers={HTTPException: refused},
    )
    made.router.redirect_slashes = False
    return made


class RequestObserver:
    """Every request gets a trace, a request id, safe headers, one log line and its place in the metrics."""

    def __init__(self, app: ASGIApp, *, is_https: bool = False) -> None:
        self._app = app
        self._is_https = is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = dict(scope["headers"])
        request_id = headers.get(b"x-request-id", b"").decode("latin-1")
        if request_id_pattern.fullmatch(request_id) is None:
            request_id = _hex(8)
        scope["traceparent"] = _traceparent(headers.get(b"traceparent", b"").decode("latin-1"))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request_id, trace=scope["traceparent"][3:35])
        status = 500

        async def send_observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] += safe_headers(status, message["headers"], is_https=self._is_https)
                message["headers"].append((b"x-request-id", request_id.encode()))
            await send(message)

        try:
            await self._app(scope, receive, send_observed)
        finally:
            _observe(scope, status, time.perf_counter() - began)


def _observe(scope: Scope, status: int, seconds: float) -> None:
    # The route's pattern, never its path: paths hold ids, and would make a label without bound.
    route = getattr(scope.get("route"), "path", "unknown")
    method = scope["method"] if scope["method"] in METHODS else "other"
    _counted(method, route, str(status)).inc()
    if not scope.get("streamed"):
        _timed(method, route).observe(seconds)
    line = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 2)}
    problem: Kind | None = scope.get("problem")
    if problem is None:
        log.info("request", **line)
    elif problem.status < 500:
        log.info("request", **line, problem=problem.code)
    elif problem is not INTERNAL:
        log.warning("request", **line, problem=problem.code, error=said(scope["error"]))
    else:
        log.error("request", **line, problem=problem.code, error=traced(scope["error"]))


@cache
def _counted(method: str, route: str, status: str) -> Counter:
    return REQUESTS.labels(method, route, status)


@cache
def _timed(method: str, route: str) -> Histogram:
    return REQUEST_SECONDS.labels(method, route)


def _traceparent(given: str) -> str:
    """Keep the caller's trace with a span of our own, or begin one."""
    if traceparent_pattern.fullmatch(given):
        return f"{given[:36]}{_hex(8)}{given[52:]}"
    return f"00-{_hex(16)}-{_hex(8)}-00"


def _hex(octets: int) -> str:
    # Ids, not secrets: the system's own randomness costs a system call each, which lets other threads in.
    return f"{random.getrandbits(octets * 8):0{octets * 2}x}"


def _refusing(gate: Gate | None = None) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Make what answers a request that no route takes. With a `gate`, texts in it are looked at."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException), "the app names this handler for no other"
        if error.status_code == METHOD_NOT_ALLOWED.status:
            error = Problem(METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(_methods(request))})
        path = request.scope["path"].lower()
        places = [place for name, texts in TEXTS.items() if name in path for place in texts]
        if gate is not None and places:
            error = await look_at_unrouted(gate, request, places, error)
        return answered_problem(error, request)

    return refused


def _methods(request: Request) -> list[str]:
    """Name the methods that a path takes (RFC 9110 §15.5.6)."""
    methods = [
        each.methods or ()
        for each in request.app.routes
        if isinstance(each, StarletteRoute) and each.matches(request.scope)[0] is not Match.NONE
    ]
    return sorted(set().union(*methods))
