"""What every request meets: methods, safe headers, browsers of other origins, traces."""

import asyncio
import re
from collections.abc import AsyncIterator
from uuid import UUID

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.http.api_examples import Api, problem
from tests.support.http.wire import SECURITY_HEADERS
from tta.app.main import services
from tta.app.work import Work
from tta.http.apps import RequestObserver, app


class TestMethods:
    async def test_head_is_a_get_without_its_body(self, api: Api):
        player, path = await api.session()
        shown = await player.seen(path, await player.post(f"{path}/pause"))
        head = await player.send("HEAD", path)
        assert (head.status_code, head.headers["ETag"]) == (200, shown.headers["ETag"])

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("DELETE", "/v1/players", "POST"),
            ("OPTIONS", "/v1/sessions", "GET, HEAD, POST"),
            ("POST", "/v1/players/x/journey", "GET, HEAD"),
            ("TRACE", "/health", "GET, HEAD"),
            ("PUT", "/v1/openapi.json", "GET, HEAD"),
        ],
    )
    async def test_others_are_refused_with_those_that_are_allowed(
        self, api: Api, method: str, path: str, allowed: str
    ):
        refused = await api.nobody().send(method, path)
        problem(refused, 405, "method-not-allowed")
        assert refused.headers["Allow"] == allowed

    @pytest.mark.parametrize("path", ["/", "/v2/sessions", "/v1/sessions/", "/v1//sessions", "/health/"])
    async def test_there_is_nothing_elsewhere(self, api: Api, path: str):
        problem(await api.nobody().get(path), 404, "not-found")


class TestBrowsers:
    @pytest.mark.parametrize("path", ["/health", "/nowhere", "/v1/sessions", "/v1/openapi.json", "/metrics"])
    async def test_every_answer_is_safe_in_a_browser(self, api: Api, path: str):
        answer = await api.nobody().get(path)
        assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS

    @pytest.mark.parametrize("media_type", ["text/html", "Text/HTML; charset=utf-8"])
    async def test_a_page_may_use_what_comes_from_here_and_no_inline_script(self, media_type: str):
        async def page(_request: Request) -> Response:
            return Response("<h1>Hello</h1>", headers={"Content-Type": media_type})

        made = Starlette(routes=[Route("/page", page)], middleware=[Middleware(RequestObserver)])
        transport = httpx2.ASGITransport(made)
        async with httpx2.AsyncClient(transport=transport, base_url="http://tta.test") as http:
            headers = (await http.get("/page")).headers
        policy = dict(each.split(" ", 1) for each in headers["Content-Security-Policy"].split("; "))
        assert (policy["default-src"], policy["script-src"]) == ("'none'", "'self'")
        assert (policy["frame-ancestors"], policy["base-uri"]) == ("'none'", "'none'")
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"

    async def test_an_answer_that_was_not_modified_leaves_a_stored_page_its_policy(self):
        async def page(_request: Request) -> Response:
            return Response(status_code=304, headers={"ETag": '"v1"'})

        made = Starlette(routes=[Route("/page", page)], middleware=[Middleware(RequestObserver)])
        transport = httpx2.ASGITransport(made)
        async with httpx2.AsyncClient(transport=transport, base_url="http://tta.test") as http:
            headers = (await http.get("/page")).headers
        assert "Content-Security-Policy" not in headers
        assert headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize("path", ["/health", "/nowhere", "/v1/sessions", "/v1/openapi.json", "//x"])
    async def test_browsers_stay_with_https_only_where_it_is_reached_by_it(self, api: Api, path: str):
        assert "Strict-Transport-Security" not in (await api.nobody().get(path)).headers
        reached = app(services(api.parts, Work([], [])), "all", is_https=True)
        transport = httpx2.ASGITransport(reached)
        async with httpx2.AsyncClient(transport=transport, base_url="http://tta.test") as http:
            answer = await http.get(path)
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
            refused = await http.get(path, headers={"Host": "?"})
            assert "Strict-Transport-Security" in refused.headers

    async def test_every_answer_depends_on_the_origin(self, api: Api):
        player, path = await api.session()
        for origin in ({}, {"Origin": "https://play.example"}, {"Origin": "https://evil.example"}):
            for each in ("/health", "/nowhere", path, "/v1/stories"):
                answer = await player.get(each, **origin)
                assert answer.headers["Vary"].split(", ").count("Origin") == 1

    async def test_origins_on_the_list_may_call(self, api: Api):
        nobody = api.nobody()
        asked = await nobody.send(
            "OPTIONS",
            "/v1/sessions",
            Origin="https://play.example",
            Access_Control_Request_Method="POST",
            Access_Control_Request_Headers="authorization, consistency-token, idempotency-key, prefer",
        )
        assert asked.status_code == 200
        assert asked.headers["Access-Control-Allow-Origin"] == "https://play.example"
        answer = await nobody.get("/health", Origin="https://play.example")
        exposed = answer.headers["Access-Control-Expose-Headers"]
        for name in ("ETag", "Location", "Consistency-Token", "Idempotency-Replayed", "Retry-After"):
            assert name in exposed
        assert "Origin" in answer.headers["Vary"]

    async def test_others_may_not(self, api: Api):
        nobody = api.nobody()
        asked = await nobody.send(
            "OPTIONS",
            "/v1/sessions",
            Origin="https://evil.example",
            Access_Control_Request_Method="POST",
        )
        assert asked.status_code == 400
        for answer in (asked, await nobody.get("/health", Origin="https://evil.example")):
            assert "Access-Control-Allow-Origin" not in answer.headers

    async def test_without_a_list_nobody_may(self, still_api: Api):
        answer = await still_api.nobody().get("/health", Origin="https://play.example")
        assert "Access-Control-Allow-Origin" not in answer.headers


class TestTracing:
    async def test_the_callers_trace_goes_on_and_is_stored(self, api: Api):
        player, path = await api.session()
        trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        refused = await player.post(
            f"{path}/pause",
            key=None,
            traceparent=f"00-{trace}-00f067aa0ba902b7-01",
            X_Request_Id="mine",
        )
        assert problem(refused, 400, "idempotency-key-missing")["trace_id"] == trace
        assert refused.headers["X-Request-Id"] == "mine"
        await player.post(f"{path}/pause", traceparent=f"00-{trace}-00f067aa0ba902b7-01")
        store = api.parts.store
        (_, paused) = await store.versions_after(UUID(path.rpartition("/")[2]), 0, 5)
        assert paused.traceparent is not None
        assert re.fullmatch(rf"00-{trace}-(?!00f067aa0ba902b7)[0-9a-f]{{16}}-01", paused.traceparent)

    @pytest.mark.parametrize("given", ["", "nonsense", f"00-{'0' * 32}-00f067aa0ba902b7-01", "x" * 5_000])
    async def test_without_a_trace_one_begins(self, api: Api, given: str):
        refused = await api.nobody().get("/nowhere", traceparent=given, X_Request_Id="no\tgood")
        assert re.fullmatch("[0-9a-f]{32}", problem(refused, 404, "not-found")["trace_id"])
        assert re.fullmatch("[0-9a-f]{16}", refused.headers["X-Request-Id"])


async def test_everybody_may_read_the_contract(api: Api):
    shown = await api.nobody().get("/v1/openapi.json")
    assert shown.json()["openapi"] == "3.1.0"


async def test_of_too_many_at_once_the_last_come_back_later(api: Api):
    full = app(services(api.parts, Work([], [])), "all", requests_max=1)
    under_way, go_on = asyncio.Event(), asyncio.Event()

    async def slow_body() -> AsyncIterator[bytes]:
        under_way.set()
        await go_on.wait()
        yield b"{}"

    headers = {"Authorization": f"Bearer {(await api.player()).token}", "Content-Type": "application/json"}
    transport = httpx2.ASGITransport(full)
    async with httpx2.AsyncClient(transport=transport, base_url="http://tta.test") as http:
        first = asyncio.create_task(
            http.post("/v1/sessions", content=slow_body(), headers={**headers, "Idempotency-Key": "first"})
        )
        await under_way.wait()
        turned_away = await http.get("/v1/sessions/x")
        assert (await http.get("/livez")).status_code == 200, "a busy process is no dead one"
        go_on.set()
        assert (await first).status_code == 201
        assert (await http.get("/livez")).status_code == 200
    problem(turned_away, 503, "overloaded")
    assert turned_away.headers["Retry-After"] == "1"


async def test_headers_have_a_limit(api: Api):
    many = {f"X-Filler-{number}": "x" * 1_000 for number in range(70)}
    problem(await api.http.get("/livez", headers=many), 431, "headers-too-large")


@pytest.mark.parametrize("path", ["/sessions/%E2%82%AC", "/sessions/a%22%20X:1", "/sessions/%3E%3B%20rel=x"])
async def test_any_path_makes_a_link_that_holds(api: Api, path: str):
    answer = await (await api.player()).get(path)
    problem(answer, 404, "not-found")
    link = answer.headers["Link"]
    assert re.fullmatch(r"<[!-~]+>; rel=\"successor-version\"", link)
    assert link.count(">") == 1


@pytest.mark.parametrize("content", [b"null", b"[]", b'{"nonsense": 1}', b"x"])
async def test_what_takes_no_body_refuses_one(api: Api, content: bytes):
    player, session = await api.session()
    headers = {"Authorization": f"Bearer {player.token}", "Idempotency-Key": "k"}
    problem(await api.http.post(f"{session}/pause", content=content, headers=headers), 422, "invalid-request")
    assert (await api.http.post(f"{session}/pause", content=b"{}", headers=headers)).status_code == 200
