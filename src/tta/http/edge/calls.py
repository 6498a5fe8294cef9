"""What stands between Starlette and an endpoint: who asks, what they sent, and how they are answered.

A route is data; an endpoint takes a Call and gives a Response. Every exception becomes a problem
document here.
"""

import re
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID

import msgspec
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from tta.clock import now
from tta.commands.handle import CommandContext, CommandResult, Commands, require_key
from tta.commands.player_queues import SenderLeft
from tta.eventstore.consistency_token import ConsistencyToken
from tta.graph.engine import Graph
from tta.http.edge.asking import asked_by, spellings
from tta.http.edge.bodies import (
    BYTES_MAX,
    TIMEOUT_S,
    Arrival,
    decoded,
    require_no_body,
    require_single_names,
    strangers,
)
from tta.http.edge.guidance import UNTAKEN
from tta.http.edge.leaving import Result, while_there
from tta.http.edge.manners import Preference, consistency_token, etag, expected_versions, is_known, preference
from tta.http.edge.opener import Opener
from tta.http.edge.parameters import require_parameters
from tta.http.edge.places import Places, Priority
from tta.http.edge.problems import (
    FILLING,
    HISTORY_CHANGED,
    INVALID_TOKEN,
    KEYRING_INCOMPLETE,
    NOT_FOUND,
    STALE,
    STOPPED,
    UNAUTHENTICATED,
    VERSION_MISMATCH,
    Kind,
    Problem,
    challenge,
    problem_of,
    rendered,
    uri_reference,
)
from tta.http.measurements import Measurements
from tta.live.hub import Hub
from tta.projector.checkpoints import Checkpoints
from tta.projector.freshness import Consistency, Freshness
from tta.security.consistency_tokens import TokenSeal
from tta.security.key_files import HmacKeys
from tta.security.keyring import Keyring
from tta.security.policy import PUBLIC, Action, require_relation, require_role
from tta.security.tickets import verify_ticket
from tta.security.tokens import Principal, Tokens
from tta.telemetry.metrics import COMMANDS_REPLAYED, WAITS_REFUSED

CREATED = 201
CLIENT_LEFT = 499  # Nobody reads it; the log does.

ALIASES_DEPRECATED = "@1795392000"  # RFC 9745: since 23 November 2026, when the versioned paths came.
VARY = "Authorization, Consistency-Token, Prefer"
"""The request headers on which a query's answer depends."""

id_pattern = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


log = structlog.get_logger(__name__)


class StoppedLane(msgspec.Struct, frozen=True):
    """A lane that an event has stopped, or a worker that stopped as a whole (slot and position null)."""

    name: str
    slot: int | None
    position: int | None
    reason: str


class OverdueReplies(msgspec.Struct, frozen=True):
    """Turns that have waited for their reply for over two minutes, at most 100 of them."""

    answers: int
    oldest_s: float | None
    """For how long the oldest has waited; null if none waits."""


class Workers(NamedTuple):
    """What health and metrics ask of this process's own projectors and reactors."""

    stopped: Callable[[], list[StoppedLane]]
    refresh_gauges: Callable[[], Awaitable[None]]
    models_rest: Callable[[], Awaitable[bool]]
    """Whether models are configured, and none may be asked now."""
    overdue: Callable[[], OverdueReplies | None]
    """What was measured last; None while that is not known."""
    reactors: tuple[str, ...] = ()
    """The names of all reactors that there are, here or elsewhere."""


class Services(NamedTuple):
    """What endpoints need, opened by the composition root."""

    commands: Commands
    graph: Graph
    freshness: Freshness
    keyring: Keyring
    tokens: Tokens
    hmac_keys: HmacKeys
    token_seal: TokenSeal
    checkpoints: Sequence[Checkpoints]
    """Of every read model that queries ask."""
    workers: Workers
    live: Hub
    """The streams of this process."""
    measurements: Measurements
    """What health and metrics show of the store and the read models."""
    opened_at: float = 0.0
    """When this process began to serve, by the clock that health asks."""
    needs_graph: bool = True
    """Whether the app is of no use without the graph: it answers queries only."""


class Route(NamedTuple):
    """One method on one path, as data: the app and the contract are both made from it."""

    method: str
    path: str
    endpoint: Callable[["Call"], Awaitable[Response]]
    action: Action
    summary: str
    operation: str
    """The contract's `operationId`: it stays when a function is renamed, as clients' code is made from it."""
    answer: Any = None
    body: Any = None
    status: int = 200
    alias: str = ""
    """An unversioned path that clients of the first documents know; it may go without an Idempotency-Key."""
    if_match: bool = False
    """Answers 428 without `If-Match`."""
    problems: tuple[Kind, ...] = ()
    query: tuple[str, ...] = ()
    """The parameters behind `?`."""
    media_type: str = "application/json"
    appends: bool = True
    """A command that changes nothing in the log answers neither version nor token."""
    waits: bool = False
    """A command that waits for what comes of it where `Prefer` says so."""
    reads_log: bool = False
    """Shows the log as it stands now: there is no read model to wait for, and no tag to compare."""
    ticketed: bool = False
    """A stream ticket (`?ticket=`) for the session of its path stands in for a token."""
    takes_words: bool = False
    """Takes a player's words or a questionnaire: where their key is missing, or there is no place for the
    request, guidance comes all the same.
    """
    priority: Priority = Priority.STORY
    refused: Callable[["Call", Exception], Awaitable[Exception]] | None = None
    """Looks at whatever is refused, or fails, before it is answered; must not raise."""


class Call:
    """One request on its way."""

    def __init__(self, request: Request, route: Route, services: Services) -> None:
        self.request = request
        self.route = route
        self.services = services
        self.at = now()
        self.arrival = Arrival(request)
        self.raw = b""
        """The body as it came, where the route takes one."""
        self.body: Any = None
        self.said: dict[str, str] = {}
        """The headers that go with whatever is answered, problems included."""
        self.path = lower_ids(request.scope["path"])
        """As it is called since it is versioned, whichever way it was asked for, with ids in lower case."""
        self.is_aliased = bool(route.alias) and not self.path.startswith("/v1/")
        self.consistency = Consistency.FRESH
        """What a query's answer is worth, once it has asked to be fresh."""
        self._shows: tuple[Sequence[str], Sequence[int]] = (), ()
        self._principal: Principal | None = None
        if self.is_aliased:
            self.path = f"/v1{self.path}"
            self.said |= {
                "Deprecation": ALIASES_DEPRECATED,
                "Link": f'<{quote(self.path)}>; rel="successor-version"',
            }

    @property
    def principal(self) -> Principal:
        assert self._principal is not None, f"{self.route.path} is public"
        return self._principal

    def require_good_headers(self) -> None:
        """Refuse what was let in only so that its body is looked at."""
        wrong: Problem | None = self.request.scope.get("wrong_headers")
        if wrong is not None:
            raise wrong

    @property
    def is_signed_in(self) -> bool:
        return self._principal is not None

    @property
    def has_all(self) -> bool:
        """Whether all of the body has come."""
        return self.arrival.is_whole

    async def arrived(self) -> bytes:
        """Give what has come of the body, or comes within bounds; a stranger's are tighter."""
        if self.is_signed_in:
            self.raw = await self.arrival.looked_at(BYTES_MAX, TIMEOUT_S)
        else:
            self.raw = await strangers.look_at(self.arrival)
        return self.raw

    @cached_property
    def preference(self) -> Preference:
        return preference(self.request.headers)

    def sign_in(self) -> None:
        """Authenticate the caller; reject roles that may never perform this action."""
        if self.route.action in PUBLIC:
            return
        self._principal = self._ticket_holder() or self._token_bearer()
        structlog.contextvars.bind_contextvars(account=self._principal.subject)
        require_role(self._principal, self.route.action)

    def _token_bearer(self) -> Principal:
        given = self.request.headers.getlist("authorization")
        if len(given) > 1:
            raise Problem(UNAUTHENTICATED, "send one Authorization header", headers=challenge(INVALID_TOKEN))
        scheme, _, token = (given or [""])[0].strip().partition(" ")
        if scheme.lower() != "bearer":
            # Neither no credentials nor those of another scheme are an error (RFC 6750 §3.1).
            raise Problem(UNAUTHENTICATED, "send Authorization: Bearer …", headers=challenge())
        return self.services.tokens.verify(token.strip(" \t"))

    def _ticket_holder(self) -> Principal | None:
        ticket = self.request.query_params.get("ticket") if self.route.ticketed else None
        if ticket is None or "authorization" in self.request.headers:
            return None
        return verify_ticket(self.services.tokens, ticket, self.path_id("session_id"))

    def path_id(self, name: str) -> UUID:
        """Read an id in the path; what is no id names nothing."""
        raw = self.request.path_params[name]
        if id_pattern.fullmatch(raw) is None:
            raise Problem(NOT_FOUND)
        return UUID(raw)  # Reads capitals too (RFC 9562 §4).

    async def require_player(self, player_id: UUID | None) -> UUID:
        """Refuse unless the policy lets the caller act on that player: 404, or 403 where there is none.

        Raises KeyringIncomplete where the player's data key is missing: nothing of theirs can be shown or
        taken. While the keyring does not answer, a query goes on: it fails only where it opens something.
        """
        require_relation(self.principal, self.route.action, player_id)
        assert player_id is not None, f"{self.route.action} concerns a player"
        await require_key(self.services.commands, player_id, while_away=self.route.method == "GET")
        return player_id

    def require_anyone(self) -> None:
        """Refuse with 403 unless the policy lets the caller act on nobody in particular."""
        require_relation(self.principal, self.route.action, None)

    def opener(self, player_id: UUID) -> Opener:
        """Give what opens the sealed values of one answer about that player."""
        return Opener(self.services.keyring, player_id)

    def token_of(self, result: CommandResult) -> str:
        """Write the consistency token of what a command did, for its caller."""
        token = ConsistencyToken.of(result.slot, result.mark)
        return self.services.token_seal.seal(self.principal.subject, token)

    @cached_property
    def named(self) -> CommandContext:
        """The command as its key and payload name it, whatever version it expects."""
        sent = (self.raw,) if self.body is None else spellings(msgspec.json.encode(self.body))
        return self.named_by(*sent)

    def named_by(self, *payloads: bytes) -> CommandContext:
        """The command as its key and another payload name it; the others count as the same."""
        subject, keys = self.principal.subject, self.services.hmac_keys
        return asked_by(self.request, subject, self.path, payloads, keys, is_aliased=self.is_aliased)

    @cached_property
    def context(self) -> CommandContext:
        """Gather what stands around a command: its id from principal, path and key, and what it expects."""
        named = self.named
        expected = expected_versions(self.request.headers, required=self.route.if_match)
        if self.route.status == CREATED and "if-match" in self.request.headers:
            raise Problem(VERSION_MISMATCH, "what is to be made has no version yet", current_version=0)
        return named._replace(expected_versions=expected)

    async def wait(self, kind: str, work: Callable[[float], Coroutine[Any, Any, Result]]) -> Result:
        """Do what takes at most so many seconds: as many as the caller gives it, or none if too many wait.
        Raises ClientDisconnect.
        """
        places: Places = self.request.scope["places"]
        with places.wait(self.principal.subject) as has_place:
            if has_place:
                waiting = places.until_ending(work, self.preference.wait_s)
                return await while_there(self.request, waiting)
        WAITS_REFUSED.labels(kind).inc()
        log.info("too many requests wait: this one is answered at once", kind=kind)
        self.preference = self.preference._replace(wait_s=0.0)
        return await work(0.0)

    async def be_fresh(self, *read_models: str, about: UUID | None = None) -> None:
        """Wait until the read models have seen the caller's token, and say what the answer is worth.

        `about` is whose rows are shown, or which; without it, those of every slot. Raises a problem (503)
        where the caller asked for strict handling and the answer would not be fresh.
        """
        store, freshness = self.services.commands.aggregates.store, self.services.freshness
        token = consistency_token(
            self.request.headers, self.principal.subject, self.services.token_seal, store.layout.slots
        )
        slots = range(store.layout.slots) if about is None else [store.layout.slot_of(about)]
        self._shows = read_models, slots
        judged = partial(freshness.of, read_models, token, slots=slots)
        self.consistency = await judged()
        if token is not None:
            if self.preference.wait_s and self.consistency in MAY_CHANGE:
                self.consistency = await self.wait("query", lambda wait_s: judged(wait_s=wait_s))
            self.said |= self.preference.applied
        if token is not None or self.consistency is not Consistency.FRESH:
            self.said["Consistency"] = self.consistency.word
        if self.preference.strict and self.consistency is not Consistency.FRESH:
            raise Problem(STRICT[self.consistency])

    async def require_filled(self) -> None:
        """Raise a problem (503) where the read models may lack a row only for now."""
        unsure = {Consistency.FILLING, Consistency.STOPPED}
        for found in (self.consistency, await self.services.freshness.now(*self._shows)):
            if found in unsure:
                raise Problem(STRICT[found])

    async def absent(self) -> Problem:
        """Name the problem of a row that the read models lack: 404, unless they may only lack it for now."""
        await self.require_filled()
        return Problem(NOT_FOUND)


MAY_CHANGE = {Consistency.STALE, Consistency.FILLING}
"""What is worth a wait."""
STRICT = {
    Consistency.STALE: STALE,
    Consistency.LOST: HISTORY_CHANGED,
    Consistency.FILLING: FILLING,
    Consistency.STOPPED: STOPPED,
}
"""What an answer that is not fresh is to a caller who wants no other."""


def lower_ids(path: str) -> str:
    """Write each id in a path in lower case, so that both spellings name the same command."""
    return "/".join(part.lower() if id_pattern.fullmatch(part) else part for part in path.split("/"))


def mounted(route: Route, services: Services) -> list[StarletteRoute]:
    """Make Starlette's routes of one of ours."""

    async def handler(request: Request) -> Response:
        call = Call(request, route, services)
        try:
            call.sign_in()
            call.require_good_headers()
            if route.body is None and route.method != "GET":
                await require_no_body(call.arrival)
            call.raw = b"" if route.body is None else await call.arrival.json()
            if route.action not in PUBLIC:
                require_parameters(request.query_params, (*route.query, *("ticket",) * route.ticketed))
            call.body = None if route.body is None else decoded(call.raw, route.body)
            if route.takes_words:
                require_single_names(call.raw)
            response = await route.endpoint(call)
        except SenderLeft:
            # A use case has looked at it.
            return Response(status_code=CLIENT_LEFT)
        except ClientDisconnect as error:
            if route.refused is not None:
                await route.refused(call, error)
            return Response(status_code=CLIENT_LEFT)
        except Exception as error:  # noqa: BLE001 - The edge: whatever is not a known problem is a 500, and logged.
            told = error if route.refused is None else await route.refused(call, error)
            response = answered_problem(_guided(route, told), request)
            request.scope["error"] = error  # The log is to know what went wrong, whatever is answered.
        response.headers.update(call.said)
        return response

    paths = [route.path, route.alias] if route.alias else [route.path]
    return [StarletteRoute(path, handler, methods=[route.method], name=route.summary) for path in paths]


def _guided(route: Route, error: Exception) -> Exception:
    """Let what could not be taken for want of a key be answered with what needs none."""
    problem = problem_of(error)
    if not route.takes_words or problem.kind is not KEYRING_INCOMPLETE or problem.guidance is not None:
        return error
    problem.guidance = UNTAKEN
    if problem is not error:
        problem.__cause__ = error
    return problem


def answered_problem(error: Exception, request: Request) -> Response:
    """Answer with a problem document; what the log needs to know stays in the scope."""
    problem = problem_of(error)
    request.scope["problem"] = problem.kind
    request.scope["error"] = error
    return rendered(
        problem, trace_id=request.scope["traceparent"][3:35], instance=uri_reference(request.scope["path"])
    )


def answered(call: Call, answer: msgspec.Struct, result: CommandResult, *, location: str = "") -> Response:
    """Answer a command: what it came to, its version, and the token with which it can be seen."""
    headers = {
        "ETag": etag(result.version),
        "Consistency-Token": call.token_of(result),
        "Cache-Control": "no-store",
    }
    if location:
        headers["Location"] = location
    if result.again:
        headers["Idempotency-Replayed"] = "true"
        COMMANDS_REPLAYED.inc()
    return Response(msgspec.json.encode(answer), call.route.status, headers, "application/json")


def shown(call: Call, answer: msgspec.Struct, tag: str) -> Response:
    """Answer a query, or 304 where the caller has just that."""
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": VARY}
    if is_known(call.request.headers, tag):
        return Response(status_code=304, headers=headers)
    return Response(msgspec.json.encode(answer), 200, headers, "application/json")
