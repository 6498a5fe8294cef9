"""Neo4j away at the start: every part starts, says what it waits for, and goes on once it is there."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio

from tests.support.eventstore.unreliable_proxy import UnreliableProxy
from tests.support.proofs.system import Part, System, free_port, until

pytestmark = pytest.mark.neo4j


@pytest_asyncio.fixture
async def road() -> AsyncIterator[UnreliableProxy]:
    """The way to Neo4j, which leads nowhere at first."""
    async with UnreliableProxy(free_port()) as proxy:
        yield proxy


async def answered(part: Part, path: str, token: str = "") -> httpx2.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx2.AsyncClient(timeout=30, trust_env=False) as http:
        return await http.get(f"{part.url}{path}", headers=headers)


async def test_all_parts_start_and_go_on_when_it_comes(
    tmp_path: Path, road: UnreliableProxy, empty_neo4j: tuple[str, str]
):
    url, password = empty_neo4j
    away = f"bolt{road.url.removeprefix('redis')}"
    async with System(tmp_path, graph_url=away, graph_password=password) as system:
        system.migrates = False
        api = await system.started("api", "serve", "all")
        queries = await system.started("queries", "serve", "queries")
        projecting = await system.started("projecting", "project")
        reacting = await system.started("reacting", "react")

        async def is_ready(part: Part = api) -> bool:
            return (await answered(part, "/readyz")).status_code == 200

        await until(is_ready)
        assert not await is_ready(queries), "it is of no use yet"
        session, token = await begun(system, api)
        shown = await answered(api, f"/v1/sessions/{session}", token)
        assert (shown.status_code, shown.json()["code"]) == (503, "read-model-unavailable")
        assert shown.headers["Retry-After"]
        health = (await answered(api, "/health")).json()
        assert "the graph is away: its server does not answer" in health["details"]["troubles"]
        for part in (api, queries, projecting, reacting):
            assert part.said("its server does not answer"), part.arguments

        road.server = urlsplit(url).port or 7687

        async def lacks_migrations() -> bool:
            return bool(projecting.said("tta migrate") and api.said("tta migrate"))

        await until(lacks_migrations)
        shown = await answered(api, f"/v1/sessions/{session}", token)
        assert shown.status_code == 503, "an unmigrated graph answers nothing"
        for part in (api, queries, projecting, reacting):
            assert not part.ended, part.arguments

        await system.run("migrate", graph_url=url, graph_password=password)

        async def is_shown() -> bool:
            return (await answered(api, f"/v1/sessions/{session}", token)).status_code == 200

        await until(is_shown)

        async def are_queries_ready() -> bool:
            return await is_ready(queries)

        await until(are_queries_ready)
        for part in (api, queries, projecting, reacting):
            assert not part.ended, part.arguments


async def begun(system: System, api: Part) -> tuple[UUID, str]:
    """Register a player and begin a session: commands need no graph. Returns the session and a token."""
    async with httpx2.AsyncClient(base_url=api.url, timeout=30, trust_env=False) as http:

        async def ask(method: str, path: str, body: Any, player: UUID | None = None) -> UUID:
            headers = {
                "Authorization": f"Bearer {system.mint('sam', player=player)}",
                "Idempotency-Key": f'"{path}"',
            }
            answer = await http.request(method, path, json=body, headers=headers)
            assert answer.is_success, answer.text
            return UUID(answer.json()["id"]) if "id" in answer.json() else UUID(int=0)

        player = await ask("POST", "/v1/players", {"name": "Sam"})
        await ask("PUT", f"/v1/players/{player}/consents/play", {"given": True}, player)
        session = await ask("POST", "/v1/sessions", {"story": "clearing"}, player)
        return session, system.mint("sam", player=player)
