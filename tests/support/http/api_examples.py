"""A whole TTA in this process, and its callers."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote
from uuid import UUID

import httpx2
from starlette.applications import Starlette

from tta.agents.orchestrator import AgentOrchestrator
from tta.agents.team import team_of
from tta.app.main import opened, services, tokens_of
from tta.app.settings import Settings
from tta.app.work import SharedResources, Work, prepare, projectors, reactors
from tta.commands.handle import CommandContext, handle
from tta.domain.identity import derived_id
from tta.domain.safety_record import EnterRecovery, PlaceSafetyHold, ReleaseSafetyHold, SafetyRecordCommand
from tta.domain.targets import record_target
from tta.domain.vocabulary import RiskLevel, Role
from tta.eventstore.child_server import ChildServer
from tta.eventstore.consistency_token import ConsistencyToken
from tta.eventstore.envelope import Causation
from tta.http.apps import app, operators_app
from tta.http.edge.wiring import Services
from tta.http.health import refresh_gauges
from tta.projector.projector import Projector
from tta.reactors.reactor import RunningReactor
from tta.security.consistency_tokens import TokenSeal
from tta.security.tokens import Tokens

NEW_PLAYER = {"name": "Sam", "language": "en", "region": "GB", "time_zone": "Europe/London"}
PREFERENCES = {
    "intensity": 2,
    "language": "en-GB",
    "region": "GB-SCT",
    "time_zone": "Europe/London",
    "avoid_topics": ["spiders"],
    "emergency_contact": "Alex, 01234",
}


class Caller(NamedTuple):
    """A caller with a token, or without."""

    http: httpx2.AsyncClient
    token: str = ""
    player_id: UUID | None = None
    subject: str = ""

    async def send(
        self, method: str, path: str, body: Any = None, *, key: str | None = "", **headers: str
    ) -> httpx2.Response:
        """Send a request. A command gets its own key, unless `key` names another or is None."""
        all_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            all_headers.setdefault("Authorization", f"Bearer {self.token}")
        if method not in ("GET", "HEAD", "OPTIONS") and key is not None:
            all_headers["Idempotency-Key"] = key or secrets.token_hex(8)
        given = {} if body is None else {"json": body}
        return await self.http.request(method, path, headers=all_headers, **given)

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.send("GET", path, **headers)

    async def post(
        self, path: str, body: Any = None, *, key: str | None = "", **headers: str
    ) -> httpx2.Response:
        return await self.send("POST", path, body, key=key, **headers)

    async def put(
        self, path: str, body: Any = None, *, key: str | None = "", **headers: str
    ) -> httpx2.Response:
        return await self.send("PUT", path, body, key=key, **headers)

    async def seen(self, path: str, command: httpx2.Response, **headers: str) -> httpx2.Response:
        """Send a query once the read models have seen a command."""
        token = command.headers["Consistency-Token"]
        return await self.get(path, Consistency_Token=token, Prefer="wait=10", **headers)


class Api(NamedTuple):
    """The app over real stores, with its workers beside it."""

    parts: SharedResources
    app: Starlette
    tokens: Tokens
    http: httpx2.AsyncClient
    server: ChildServer
    operators: httpx2.AsyncClient
    """The operators' app of the same process."""

    def caller(self, *roles: Role, player_id: UUID | None = None, subject: str = "") -> Caller:
        subject = subject or secrets.token_hex(8)
        return Caller(
            self.http, self.tokens.mint(subject, list(roles), player_id=player_id), player_id, subject
        )

    def sealed(self, caller: Caller, token: ConsistencyToken) -> str:
        """Return a consistency token, as a command would have answered it to that caller."""
        seal = TokenSeal(self.parts.required_keys.hmac_keys.command, self.parts.store.layout.name)
        return seal.seal(caller.subject, token)

    def nobody(self) -> Caller:
        return Caller(self.http)

    async def player(self, *, consent: bool = True) -> Caller:
        """Register a player who consents to play."""
        registered = await self.caller(Role.ADMIN).post("/v1/players", NEW_PLAYER)
        assert registered.status_code == 201, registered.text
        caller = self.caller(Role.PLAYER, player_id=UUID(registered.json()["id"]))
        if consent:
            agreed = await caller.put(f"/v1/players/{caller.player_id}/consents/play", {"given": True})
            assert agreed.status_code == 200, agreed.text
        return caller

    async def session(self) -> tuple[Caller, str]:
        """Start a session of a new player; return its path."""
        caller = await self.player()
        started = await caller.post("/v1/sessions", {})
        assert started.status_code == 201, started.text
        return caller, started.headers["Location"]

    def stranger(self) -> Caller:
        """Return a caller signed in as a player who was never registered."""
        player_id = derived_id(secrets.token_bytes(16))
        return self.caller(Role.PLAYER, player_id=player_id)


@asynccontextmanager
async def at_work(*workers: Projector | RunningReactor) -> AsyncIterator[None]:
    """Run projectors and reactors meanwhile."""
    tasks = [asyncio.create_task(each.run()) for each in workers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def api_in(
    directory: Path, *, working: bool = True, origins: Sequence[str] = (), keyring_url: str = ""
) -> AsyncIterator[Api]:
    """Run a TTA in a directory; without `working` no projector and no reactor runs."""
    server = ChildServer(directory / "valkey")
    await server.start()
    settings = Settings(
        data_dir=directory,
        store_url=server.url,
        keyring_url=keyring_url,
        graph_url=f"embedded:{directory}/graph",
        store_slots=16,
    )
    try:
        async with opened(settings, migrating=True) as parts:
            await prepare(parts)
            mediator = AgentOrchestrator(team_of())
            work = Work(projectors(parts), reactors(parts, mediator)) if working else Work([], [])
            async with at_work(*work.projectors, *work.reactors):
                served = services(parts, work)
                made = app(served, "all", origins=origins)
                transport = httpx2.ASGITransport(made)
                async with (
                    httpx2.AsyncClient(transport=transport, base_url="http://tta.test") as http,
                    for_operators(served) as operators,
                ):
                    yield Api(parts, made, tokens_of(settings), http, server, operators)
    finally:
        with suppress(ProcessLookupError):
            await server.stop()


@asynccontextmanager
async def for_operators(served: Services) -> AsyncIterator[httpx2.AsyncClient]:
    """Return the operators' app of a process that serves the API."""
    transport = httpx2.ASGITransport(operators_app(partial(refresh_gauges, served), served))
    async with httpx2.AsyncClient(transport=transport, base_url="http://operators.test") as http:
        yield http


async def hold(api: Api, player_id: UUID) -> ConsistencyToken:
    """Hold a player's play, as a clinician will; return the consistency token."""
    command = PlaceSafetyHold(
        reason="They said so.", level=RiskLevel.HIGH, by=Role.THERAPIST, at=datetime.now(UTC)
    )
    return await record_safety(api, player_id, command)


async def release(api: Api, player_id: UUID) -> ConsistencyToken:
    """Release a player's play, as a clinician will; return the consistency token."""
    command = ReleaseSafetyHold(reason="We spoke.", by=Role.THERAPIST, at=datetime.now(UTC))
    return await record_safety(api, player_id, command)


async def soften(api: Api, player_id: UUID) -> ConsistencyToken:
    """Begin a player's recovery; return the consistency token."""
    return await record_safety(api, player_id, EnterRecovery(by=Role.SERVICE, at=datetime.now(UTC)))


async def record_safety(api: Api, player_id: UUID, command: SafetyRecordCommand) -> ConsistencyToken:
    command_id = derived_id(type(command).__name__, player_id)
    causation = Causation(
        actor="test", command_id=command_id, correlation_id=command_id, causation_id=command_id
    )
    handled = await handle(
        api.parts.commands,
        record_target(player_id),
        command,
        CommandContext(causation),
        player_id=player_id,
    )
    return ConsistencyToken.of(handled.slot, handled.mark)


def problem(response: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is that problem, in the form of RFC 9457, and return it."""
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json"), (
        response.text
    )
    document: dict[str, Any] = response.json()
    assert document["code"] == code
    assert document["status"] == status
    assert document["type"] == f"https://tta.example/problems/{code}"
    assert document["title"]
    assert unquote(document["instance"]) == response.request.url.path
    assert re.fullmatch(r"(?:[A-Za-z0-9/._~!$&'()*+,;=@-]|%[0-9A-F]{2})+", document["instance"])
    assert len(document["trace_id"]) == 32
    assert response.headers["cache-control"] == "no-store"
    known = {"type", "title", "status", "code", "trace_id", "instance", "detail", "errors", "current_version"}
    known |= {"guidance"}
    assert document.keys() <= known
    return document
