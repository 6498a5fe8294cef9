"""A route as data, and one request to it: its caller, the player concerned, its body, and its answer.

An endpoint takes a Call and returns a Response. What happens to a call before and after its endpoint is in
`tta.http.edge.mounting`.
"""

import re
from collections.abc import Awaitable, Callable, Coroutine
from enum import Enum
from functools import cached_property, partial
from typing import Any, NamedTuple, assert_never
from urllib.parse import quote
from uuid import UUID

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response

from tta.clock import now
from tta.commands.folding import OtherKind
from tta.commands.handle import CommandContext, CommandResult, Permission, require_key
from tta.commands.permissions import permission_of
from tta.commands.sessions import owner_of
from tta.domain.assessment import NOTHING_FOUND, Writer
from tta.domain.session import NoSuchSession
from tta.eventstore.consistency_token import ConsistencyToken
from tta.http.edge.asking import asked_by, spellings
from tta.http.edge.bodies import BYTES_MAX, TIMEOUT_S, Arrival, strangers
from tta.http.edge.leaving import Result, while_there
from tta.http.edge.manners import Preference, consistency_token, etag, expected_versions, is_known, preference
from tta.http.edge.marked_texts import TextPlace
from tta.http.edge.places import Places, Priority
from tta.http.edge.problems import (
    INVALID_TOKEN,
    NOT_FOUND,
    UNAUTHENTICATED,
    VERSION_MISMATCH,
    Kind,
    Problem,
    challenge,
    kind_of,
    problem_of,
    rendered,
    uri_reference,
)
from tta.http.edge.query_context import QueryContext
from tta.http.edge.wiring import Services
from tta.projector.freshness import Consistency
from tta.security.policy import PUBLIC, Action, NotTheirs, require_role
from tta.security.tickets import verify_ticket
from tta.security.tokens import Principal
from tta.telemetry.metrics import COMMANDS_REPLAYED, WAITS_REFUSED

CREATED = 201
NO_SUCH_SESSION = kind_of(NoSuchSession)
HIDDEN = (NotTheirs, OtherKind)

ALIASES_DEPRECATED = "@1795392000"  # RFC 9745: since 23 November 2026, when the versioned paths came.
VARY = "Authorization, Consistency-Token, Prefer"
"""The request headers on which a query's answer depends."""

id_pattern = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


log = structlog.get_logger(__name__)


class PlayerOf(Enum):
    """Which player a call concerns."""

    NOBODY = "nobody"
    """None: the policy asks the role only."""
    CALLER = "the caller"
    """The player as whom the caller's account plays."""
    PATH = "the path"
    """The one whom the path names (`{player_id}`)."""
    SESSION = "the session"
    """The one who plays the session that the path names (`{session_id}`)."""


class Route(NamedTuple):
    """One method on one path, as data: the app and the contract are both made from it."""

    method: str
    path: str
    endpoint: Callable[["Call"], Awaitable[Response]]
    action: Action
    summary: str
    operation: str
    """The contract's `operationId`: it stays when a function is renamed, as clients' code is made from it."""
    player: PlayerOf
    """Whom it concerns: the edge resolves that player and asks the policy before the endpoint runs."""
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
    texts: tuple[TextPlace, ...] = ()
    """Where people's texts stand in its body. A player's texts pass the gate, whatever else is wrong with the
    request; where their key is missing, or there is no place for the request, guidance comes all the same.
    """
    priority: Priority = Priority.STORY

    @property
    def takes_words(self) -> bool:
        """Whether it takes a player's words or a questionnaire."""
        return any(place.writer is Writer.PLAYER for place in self.texts)


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
        self.is_valid = False
        """Whether the body was decoded, and has no name twice in one object."""
        self.said: dict[str, str] = {}
        """Headers of the answer that are known before it."""
        self.path = lower_ids(request.scope["path"])
        """As it is called since it is versioned, whichever way it was asked for, with ids in lower case."""
        self.is_aliased = bool(route.alias) and not self.path.startswith("/v1/")
        self.assessment = NOTHING_FOUND
        """What the gate found in the texts of the body."""
        self.is_authorised = False
        self._principal: Principal | None = None
        self.concerned: UUID | None = None
        """The player whom the call concerns, once that is known and permitted."""
        self._permission = Permission()
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

    @property
    def player_id(self) -> UUID:
        """The player whom the call concerns: the caller may act on them, and their key is there."""
        assert self.concerned is not None, f"{self.route.path} concerns nobody"
        return self.concerned

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

    async def authorise(self) -> None:
        """Find out whom the call concerns, ask the policy, and require that player's data key.

        Raises NotTheirs, ActionForbidden, OtherKind, NoSuchSession or a problem (404), KeyringIncomplete if
        the player's data key is missing, and what the event store raises. While the keyring does not answer,
        a query goes on: it fails only where it opens something.
        """
        if self.route.action not in PUBLIC:
            player_id = await self._concerned()
            self._permission = await permission_of(
                self.services.commands.aggregates, self.principal, self.route.action, player_id
            )
            if player_id is not None:
                await require_key(self.services.commands, player_id, while_away=self.route.method == "GET")
            self.concerned = player_id
        self.is_authorised = True

    async def _concerned(self) -> UUID | None:
        match self.route.player:
            case PlayerOf.NOBODY:
                return None
            case PlayerOf.CALLER:
                return self.principal.player_id
            case PlayerOf.PATH:
                return self.path_id("player_id")
            case PlayerOf.SESSION:
                owner = await owner_of(self.services.commands.aggregates, self.path_id("session_id"))
                if owner is None:
                    raise self._absent()
                return owner
            case _:
                assert_never(self.route.player)

    def told(self, error: Exception) -> Exception:
        """Give what the caller may learn of an error: an id that names something of another kind, or what is
        not theirs, is answered like one that names nothing.
        """
        return self._absent() if isinstance(error, HIDDEN) else error

    def _absent(self) -> Exception:
        """What the path names is not there, or is somebody else's: both are answered alike."""
        if NO_SUCH_SESSION in self.route.problems:
            return NoSuchSession("expected a session, there is none")
        return Problem(NOT_FOUND)

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
        named = asked_by(self.request, subject, self.path, payloads, keys, is_aliased=self.is_aliased)
        return named._replace(permission=self._permission)

    @cached_property
    def context(self) -> CommandContext:
        """Gather what stands around a command: its id from principal, path and key, and what it expects."""
        named = self.named
        expected = expected_versions(self.request.headers, required=self.route.if_match)
        if self.route.status == CREATED and "if-match" in self.request.headers:
            raise Problem(VERSION_MISMATCH, "what is to be made has no version yet", current_version=0)
        return named._replace(expected_versions=expected)

    @cached_property
    def query(self) -> QueryContext:
        """What a query needs. Raises a problem (400) where the caller's consistency token is none."""
        services, layout = self.services, self.services.commands.aggregates.store.layout
        return QueryContext(
            self.principal,
            services.keyring,
            services.freshness,
            services.graph,
            layout,
            token=consistency_token(
                self.request.headers, self.principal.subject, services.token_seal, layout.slots
            ),
            wait_s=self.preference.wait_s,
            is_strict=self.preference.strict,
            waiting=partial(self.wait, "query"),
        )

    @property
    def headers(self) -> dict[str, str]:
        """The headers that go with whatever is answered, problems included."""
        query: QueryContext | None = self.__dict__.get("query")
        if query is None or query.consistency is None:
            return self.said
        applied = {} if query.token is None else self.preference.applied
        tells = query.token is not None or query.consistency is not Consistency.FRESH
        return {**self.said, **applied, **({"Consistency": query.consistency.word} if tells else {})}

    async def wait(self, kind: str, work: Callable[[float], Coroutine[Any, Any, Result]]) -> Result:
        """Do what takes at most so many seconds: as many as the caller gives it, or none if too many wait.
        It ends with the client's connection.
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


def lower_ids(path: str) -> str:
    """Write each id in a path in lower case, so that both spellings name the same command."""
    return "/".join(part.lower() if id_pattern.fullmatch(part) else part for part in path.split("/"))


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
