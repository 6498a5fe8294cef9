"""Over real connections: what a full process refuses, what it keeps places for, who may wait in it; and that
whatever it refuses is a problem that a page may read.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx2
import pytest

from tests.support.http.api_examples import Api, Caller, problem
from tests.support.http.questionnaire_examples import WORRYING, assessed, measures_of
from tests.support.http.wire import SECURITY_HEADERS, served
from tta.app.main import services
from tta.app.work import Work
from tta.domain.vocabulary import RiskLevel
from tta.http.apps import BOTH, COMMANDS, QUERIES, app
from tta.http.edge.guidance import TURNED_AWAY
from tta.http.edge.places import RESERVED_SHARE, Places, Priority
from tta.telemetry.metrics import REGISTRY

PAGE = "https://play.example"
HARMLESS = {"measure": "gad7", "answers": [0] * 7}


class Full:
    """An app with few places, on a socket of its own."""

    def __init__(self, places: Places, address: tuple[str, int], http: httpx2.AsyncClient) -> None:
        self.places = places
        self.address = address
        self.http = http

    def as_seen_by(self, caller: Caller) -> Caller:
        return caller._replace(http=self.http)

    async def until(self, *, under_way: int | None = None, waiting: int | None = None) -> None:
        """Wait until the process has come to so many."""
        async with asyncio.timeout(30):
            while (  # noqa: ASYNC110 - The server counts in its own time.
                under_way is not None and self.places.under_way != under_way
            ) or (waiting is not None and self.places.waiting != waiting):
                await asyncio.sleep(0.01)

    @asynccontextmanager
    async def taken(self, caller: Caller, path: str, count: int) -> AsyncIterator[None]:
        """Take places with requests whose body does not come, as long as nobody loses patience."""
        before, open_now = self.places.under_way, []
        for number in range(count):
            reader, writer = await asyncio.open_connection(*self.address)
            lines = [
                f"POST {path} HTTP/1.1",
                "Host: x",
                "Content-Type: application/json",
                "Content-Length: 2",
            ]
            lines += [f"Authorization: Bearer {caller.token}", f"Idempotency-Key: slow-{number}", "", ""]
            writer.write("\r\n".join(lines).encode())
            open_now.append((reader, writer))
        await self.until(under_way=before + count)
        yield
        for reader, writer in open_now:
            writer.write(b"{}")
            await reader.readline()
            writer.close()


@asynccontextmanager
async def full(api: Api, places: Places) -> AsyncIterator[Full]:
    made = app(services(api.parts, Work([], [])), "all", origins=[PAGE], places=places)
    async with (
        served(made) as (host, port),
        httpx2.AsyncClient(base_url=f"http://{host}:{port}", timeout=60) as http,
    ):
        yield Full(places, (host, port), http)


def safe(answer: httpx2.Response, *, listed: bool = True) -> None:
    """Check what every answer to a page has."""
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert answer.headers["X-Request-Id"]
    assert answer.headers.get("Access-Control-Allow-Origin") == (PAGE if listed else None)


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_a_tenth_is_kept_for_safety(api: Api):
    player, path = await api.session()
    async with full(api, Places(10)) as process, AsyncExitStack() as slow:
        caller = process.as_seen_by(player)
        await slow.enter_async_context(process.taken(caller, "/v1/sessions", 9))
        for refused in (
            await caller.get(path, Origin=PAGE),
            await caller.post("/v1/sessions", {}, Origin=PAGE),
            await caller.get("/v1/nowhere", Origin=PAGE),
        ):
            assert "guidance" not in problem(refused, 503, "overloaded")
            assert refused.headers["Retry-After"] == "1"
            safe(refused)
        words = await caller.post(f"{path}/interactions", {"text": "look"}, Origin=PAGE)
        assert problem(words, 503, "overloaded")["guidance"]["text"] == TURNED_AWAY.text
        safe(words)

        assert (await caller.get("/v1/measures")).status_code == 200
        assert (await caller.post(measures_of(caller), HARMLESS)).status_code == 200
        answered = await caller.post(measures_of(caller), WORRYING)
        assert answered.json()["guidance"]["level"] == "moderate"

        await slow.enter_async_context(process.taken(caller, measures_of(caller), 1))
        questionnaire = await caller.post(measures_of(caller), WORRYING, Origin=PAGE)
        assert problem(questionnaire, 503, "overloaded")["guidance"]["level"] == "unknown"
        safe(questionnaire)
        for path in ("/livez", "/readyz", "/health"):
            assert (await caller.get(path)).status_code in {200, 503}
            assert (await caller.get(path)).headers["Content-Type"] == "application/json"
    assert process.places.under_way == 0


def test_each_route_that_concerns_safety_may_take_the_reserved_places():
    """A new one is to be added here."""
    by_priority: dict[Priority, set[str]] = {each: set() for each in Priority}
    for route in (*COMMANDS, *QUERIES, *BOTH):
        by_priority[route.priority].add(f"{route.method} {route.path}")
    assert by_priority[Priority.SAFETY] == {"POST /v1/players/{player_id}/measures", "GET /v1/measures"}
    assert by_priority[Priority.ALWAYS] >= {"GET /livez", "GET /readyz", "GET /v1/health"}
    words = {
        "hold",
        "release",
        "measure",
        "help",
        "check-in",
        "self-release",
        "safety",
        "resources",
        "protocol",
    }
    story = {part for each in by_priority[Priority.STORY] for part in each.split("/")}
    assert not words & story


def test_the_reserved_share_is_a_tenth():
    places = Places(2_000)
    places.under_way = 1_801
    assert [places.is_full_for(each) for each in Priority] == [True, False, False]
    places.under_way = 1_800
    assert not places.is_full_for(Priority.STORY)
    places.under_way = 2_001
    assert [places.is_full_for(each) for each in Priority] == [True, True, False]
    assert RESERVED_SHARE == 10


@pytest.mark.parametrize(
    ("asked", "origin", "why"),
    [
        ({"Access-Control-Request-Method": "POST"}, "https://evil.example", "origin"),
        ({"Access-Control-Request-Method": "BREW"}, PAGE, "method"),
        (
            {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "X-Other"},
            PAGE,
            "headers",
        ),
        ({"Access-Control-Request-Method": "BREW"}, "null", "origin, method"),
    ],
)
async def test_a_refused_preflight_is_a_problem(api: Api, asked: Mapping[str, str], origin: str, why: str):
    async with full(api, Places()) as process:
        headers = {"Origin": origin, **asked}
        refused = await process.http.request("OPTIONS", "/v1/sessions", headers=headers)
    assert problem(refused, 400, "preflight-refused")["detail"] == f"this is not allowed: {why}"
    safe(refused, listed=origin == PAGE)
    assert "Origin" in refused.headers["Vary"]


@pytest.mark.parametrize(("origin", "listed"), [(PAGE, True), ("https://evil.example", False)])
async def test_headers_that_are_too_large_are_a_problem_that_a_page_may_read(
    api: Api, origin: str, listed: bool
):
    many = {f"X-Filler-{number}": "x" * 1_000 for number in range(70)}
    refused = await api.http.get("/livez", headers={**many, "Origin": origin})
    problem(refused, 431, "headers-too-large")
    safe(refused, listed=listed)


async def test_a_questionnaire_with_headers_that_are_too_large_is_guided_and_assessed(api: Api):
    caller = await api.player()
    many = {f"X_Filler_{number}": "x" * 1_000 for number in range(70)}
    for _ in range(2):
        refused = await caller.post(measures_of(caller), WORRYING, key="m", Origin=PAGE, **many)
        assert problem(refused, 431, "headers-too-large")["guidance"]["level"] == "moderate"
        safe(refused)
    assert await assessed(api, caller) == [RiskLevel.MODERATE]
    harmless = await caller.post(measures_of(caller), HARMLESS, **many)
    assert "guidance" not in problem(harmless, 431, "headers-too-large")


async def stale_token(caller: Caller, path: str) -> str:
    return str((await caller.post(f"{path}/pause")).headers["Consistency-Token"])


async def test_an_account_has_so_many_waits_and_they_take_no_place(still_api: Api):
    """The next is answered at once, as if its wait were over."""
    player, path = await still_api.session()
    sessions = [(await player.post("/v1/sessions", {})).headers["Location"] for _ in range(2)]
    other, others_path = await still_api.session()
    token, others_token = await stale_token(player, path), await stale_token(other, others_path)
    places = Places(1, waiting_each_max=2)
    async with full(still_api, places) as process:
        caller = process.as_seen_by(player)
        before = {kind: counted("tta_http_waits_refused_total", kind=kind) for kind in ("query", "command")}
        query = asyncio.create_task(caller.get(path, Consistency_Token=token, Prefer="wait=30"))
        await process.until(waiting=1, under_way=0)
        command = asyncio.create_task(
            caller.post(f"{sessions[0]}/interactions", {"text": "look"}, Prefer="wait=30")
        )
        await process.until(waiting=2, under_way=0)
        assert counted("tta_http_waiting_requests") == 2

        stale = await caller.get(path, Consistency_Token=token, Prefer="wait=30")
        assert stale.headers["Preference-Applied"] == "wait=0"
        assert stale.headers["Consistency"] == "stale"
        strict = await caller.get(path, Consistency_Token=token, Prefer="wait=30, handling=strict")
        problem(strict, 503, "not-yet-visible")
        taken = await caller.post(f"{sessions[1]}/interactions", {"text": "look"}, Prefer="wait=30")
        assert (taken.status_code, taken.headers["Preference-Applied"]) == (200, "wait=0")
        assert "reply" not in taken.json()
        refused = {kind: counted("tta_http_waits_refused_total", kind=kind) for kind in before}
        assert refused == {"query": before["query"] + 2, "command": before["command"] + 1}

        elsewhere = process.as_seen_by(other)
        waiting = asyncio.create_task(
            elsewhere.get(others_path, Consistency_Token=others_token, Prefer="wait=30")
        )
        await process.until(waiting=3, under_way=0)
        for task in (query, command, waiting):
            assert not task.done()
            task.cancel()


async def test_a_process_has_so_many_waits(still_api: Api):
    player, path = await still_api.session()
    other, others_path = await still_api.session()
    token, others_token = await stale_token(player, path), await stale_token(other, others_path)
    async with full(still_api, Places(waiting_max=1)) as process:
        caller, elsewhere = process.as_seen_by(player), process.as_seen_by(other)
        query = asyncio.create_task(caller.get(path, Consistency_Token=token, Prefer="wait=30"))
        await process.until(waiting=1)
        at_once = await elsewhere.get(others_path, Consistency_Token=others_token, Prefer="wait=30")
        assert at_once.headers["Preference-Applied"] == "wait=0"
        query.cancel()


async def test_a_wait_ends_when_its_client_leaves(still_api: Api):
    player, path = await still_api.session()
    other = (await player.post("/v1/sessions", {})).headers["Location"]
    token = await stale_token(player, path)
    async with full(still_api, Places()) as process:
        caller = process.as_seen_by(player)
        waiting = [
            asyncio.create_task(caller.get(path, Consistency_Token=token, Prefer="wait=30")),
            asyncio.create_task(caller.post(f"{other}/interactions", {"text": "look"}, Prefer="wait=30")),
        ]
        await process.until(waiting=2, under_way=0)
        for task in waiting:
            task.cancel()
        async with asyncio.timeout(25):
            await process.until(waiting=0, under_way=0)


async def test_what_is_fresh_needs_no_wait(api: Api):
    player, path = await api.session()
    token = await stale_token(player, path)
    await player.get(path, Consistency_Token=token, Prefer="wait=30")
    async with full(api, Places(waiting_max=0)) as process:
        caller = process.as_seen_by(player)
        shown: Any = await caller.get(path, Consistency_Token=token, Prefer="wait=30, handling=strict")
        assert (shown.status_code, shown.headers["Consistency"]) == (200, "fresh")
        assert shown.headers["Preference-Applied"] == "wait=30"
        assert json.loads(shown.content)["status"] == "paused"
