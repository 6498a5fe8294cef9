"""Which requests are let in, and which pages of other origins may send them. What is turned away is answered
with a problem document.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tta.http.edge.calls import Route, answered_problem
from tta.http.edge.guidance import TURNED_AWAY, Guidance
from tta.http.edge.hosts import wrong_host
from tta.http.edge.places import Places, Priority
from tta.http.edge.problems import (
    HEADERS_TOO_LARGE,
    MALFORMED,
    OUTCOME_UNKNOWN,
    OVERLOADED,
    PREFLIGHT_REFUSED,
    Kind,
    Problem,
    problem_of,
)

HEADER_BYTES_MAX = 64 * 1024

OK = 200
READS = ("GET", "HEAD", "OPTIONS")
PREFLIGHT_HEADERS = {"origin", "access-control-request-method"}

Placed = Sequence[tuple[StarletteRoute, Route]]
"""Where each of our routes answers."""


class Admission:
    """Counts what is under way, and turns away what is too much. A route is looked for only then."""

    def __init__(
        self, app: ASGIApp, places: Places, routes: Placed = (), *, otherwise: Priority = Priority.STORY
    ) -> None:
        self._app = app
        self._places = places
        self._routes = routes
        self._otherwise = otherwise
        """The priority of what none of these routes takes."""
        self._uncounted = {ours.path for _, ours in routes if ours.priority is Priority.ALWAYS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        counted, has_begun = int(scope["path"] not in self._uncounted), False

        async def send_counted(message: Message) -> None:
            nonlocal counted, has_begun
            has_begun = True
            if message["type"] == "http.response.start" and scope.get("streamed"):
                # From here on it is no request under way: it may stay for hours.
                self._places.under_way -= counted
                counted = 0
            await send(message)

        scope["places"] = self._places
        self._places.under_way += counted
        try:
            refused = self._refused(scope)
            if refused is None:
                await self._app(scope, receive, send_counted)
            else:
                # A client that does not read its refusal takes nobody's place.
                self._places.under_way -= counted
                counted = 0
                await answered_problem(refused, Request(scope))(scope, receive, send)
        except (Exception, asyncio.CancelledError) as error:
            if has_begun:
                raise
            # The server would answer a bare text. It cancels what is still under way when it has to end.
            told = problem_of(error) if isinstance(error, Exception) else _ended(scope)
            told.guidance = told.guidance or self._guidance(scope)
            scope["error"] = error
            await answered_problem(told, Request(scope))(scope, receive, send)
        finally:
            self._places.under_way -= counted

    def _refused(self, scope: Scope) -> Problem | None:
        """Say why a request is turned away, if so."""
        unread: Kind | None = scope.get("refused")  # By the connection, over which it came in part.
        if unread is not None and unread is not OVERLOADED:
            problem = Problem(unread)
            problem.guidance = self._guidance(scope)
            return problem
        wrong = _wrong_headers(scope) if unread is None else None
        if wrong is not None:
            route = self._route(scope)
            if route is None or not route.takes_words:
                return wrong
            scope["wrong_headers"] = wrong  # Its body is looked at before it is refused.
        if unread is None and not self._places.is_full_for(Priority.STORY):
            return None
        route = self._route(scope)
        priority = self._otherwise if route is None else route.priority
        is_crowded = unread is OVERLOADED and priority is not Priority.ALWAYS
        if not is_crowded and not self._places.is_full_for(priority):
            return None
        problem = Problem(OVERLOADED)
        problem.guidance = self._guidance(scope)
        return problem

    def _guidance(self, scope: Scope) -> Guidance | None:
        """What is said all the same where words or a questionnaire cannot be taken."""
        route = self._route(scope)
        return TURNED_AWAY if route is not None and route.takes_words else None

    def _route(self, scope: Scope) -> Route | None:
        return next((ours for each, ours in self._routes if each.matches(scope)[0] is Match.FULL), None)


def _wrong_headers(scope: Scope) -> Problem | None:
    """Say what is wrong with headers whatever is asked."""
    if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADER_BYTES_MAX:
        return Problem(HEADERS_TOO_LARGE)
    why = wrong_host(scope["headers"], scope.get("http_version", "1.1"))
    return Problem(MALFORMED, why) if why else None


def _ended(scope: Scope) -> Problem:
    """Say that the process ends before a request is answered: a command may have been done."""
    return Problem(
        OVERLOADED if scope["method"] in READS else OUTCOME_UNKNOWN, headers={"Connection": "close"}
    )


class Browsers:
    """Lets pages of the listed origins call (CORS). A refused preflight is a problem; it has CORS headers if
    its origin is listed, so that the page's developer sees why.
    """

    def __init__(self, app: ASGIApp, /, **allowed: Any) -> None:
        self._cors = CORSMiddleware(app, **allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["method"] == "OPTIONS"
        headers: set[str] = set(Headers(scope=scope).keys()) if asked else set()
        if not headers >= PREFLIGHT_HEADERS:
            await self._cors(scope, receive, _varying(send))
            return
        answer = self._cors.preflight_response(Headers(scope=scope))
        if answer.status_code != OK:
            why = bytes(answer.body).decode().removeprefix("Disallowed CORS ")
            problem = Problem(PREFLIGHT_REFUSED, f"this is not allowed: {why}", headers=_for_page(answer))
            answer = answered_problem(problem, Request(scope))
        await answer(scope, receive, send)


def _varying(send: Send) -> Send:
    """Say with each answer that it depends on `Origin`, also where none came: a cache must not give an answer
    without CORS headers to a page that may have them.
    """

    async def send_varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if "origin" not in headers.get("vary", "").lower():
                headers.add_vary_header("Origin")
        await send(message)

    return send_varying


def _for_page(answer: Response) -> dict[str, str]:
    listed = "access-control-allow-origin" in answer.headers
    return {
        name: value
        for name, value in answer.headers.items()
        if name == "vary" or (listed and name.startswith("access-control-"))
    }
