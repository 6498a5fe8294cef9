"""A process that is told to stop: what waits, hangs or streams is answered as its own contract says."""

import asyncio
import signal
import time

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.http.api_examples import Api, Caller, problem
from tests.support.http.wire import served
from tests.support.running_tta import Dev
from tta.app.main import services
from tta.app.work import Work
from tta.http.apps import RequestObserver, app
from tta.http.edge.admission import Admission
from tta.http.edge.places import Places


async def until_waiting(places: Places, waits: int) -> None:
    async with asyncio.timeout(20):
        while places.waiting != waits:  # noqa: ASYNC110 - Nothing tells of it.
            await asyncio.sleep(0.01)


async def test_what_waits_is_answered_as_if_its_wait_were_over(still_api: Api):
    player, path = await still_api.session()
    other = (await player.post("/v1/sessions", {})).headers["Location"]
    token = (await player.post(f"{path}/pause")).headers["Consistency-Token"]
    places = Places()
    made = app(services(still_api.parts, Work([], [])), "all", places=places)
    async with httpx2.AsyncClient(timeout=60) as http:
        async with served(made, ending=places.end_waits) as (host, port):
            http.base_url = f"http://{host}:{port}"
            caller = Caller(http, player.token, player.player_id, player.subject)
            query = asyncio.create_task(caller.get(path, Consistency_Token=token, Prefer="wait=30"))
            strict = asyncio.create_task(
                caller.get(path, Consistency_Token=token, Prefer="wait=30, handling=strict")
            )
            command = asyncio.create_task(
                caller.post(f"{other}/interactions", {"text": "look"}, key="told", Prefer="wait=30")
            )
            await until_waiting(places, 3)
            began = time.monotonic()
        answers = await asyncio.gather(query, strict, command)
        assert time.monotonic() - began < 20, "none of them waited for its 30 s"
        assert [each.status_code for each in answers[::2]] == [404, 200], "nothing is projected here"
        assert answers[0].headers["Consistency"] == "stale"
        problem(answers[1], 503, "not-yet-visible")
        assert "reply" not in answers[2].json()
        again = await player.post(f"{other}/interactions", {"text": "look"}, key="told")
        assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    ("method", "code"), [("GET", "overloaded"), ("POST", "outcome-unknown"), ("DELETE", "outcome-unknown")]
)
async def test_what_hangs_is_answered_that_it_may_not_have_been_done(method: str, code: str):
    asked = asyncio.Event()

    async def hang(_request: Request) -> Response:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError("it was cancelled")

    made = Starlette(
        routes=[Route("/hangs", hang, methods=["GET", "POST", "DELETE"])],
        middleware=[Middleware(RequestObserver), Middleware(Admission, Places())],
    )
    async with httpx2.AsyncClient(timeout=60) as http:
        async with served(made, ends_within_s=1) as (host, port):
            http.base_url = f"http://{host}:{port}"
            hanging = asyncio.create_task(http.request(method, "/hangs"))
            await asked.wait()
        answer = await hanging
        problem(answer, 503, code)
        assert answer.headers["Connection"] == "close"
        assert answer.headers["Retry-After"]


async def test_what_breaks_outside_of_any_route_is_a_problem_too():
    async def broken(_request: Request) -> Response:
        raise RuntimeError("no route of ours lets this pass")

    made = Starlette(
        routes=[Route("/breaks", broken)],
        middleware=[Middleware(RequestObserver), Middleware(Admission, Places())],
    )
    async with httpx2.AsyncClient(timeout=60) as http, served(made) as (host, port):
        http.base_url = f"http://{host}:{port}"
        problem(await http.get("/breaks"), 500, "internal-error")


def test_a_process_that_is_told_to_stop_answers_what_waits(fresh_dev: Dev):

    headers = {"Authorization": f"Bearer {fresh_dev.token}"}
    with httpx2.Client(base_url=fresh_dev.url, headers=headers, timeout=60) as http:
        started = http.post("/v1/sessions", json={}, headers={"Idempotency-Key": "one"})
        path = started.headers["Location"]
        stream_began = time.monotonic()
        with http.stream("GET", f"{path}/stream") as stream:
            lines = stream.iter_lines()
            assert any(line.startswith("event: open") for line in lines)
            fresh_dev.process.send_signal(signal.SIGTERM)
            rest = list(lines)
        assert any(line.startswith("event: bye") for line in rest), rest
    assert fresh_dev.process.wait(20) == 0
    assert time.monotonic() - stream_began < 30
