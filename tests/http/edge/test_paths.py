"""A path with a control character names nothing, on any route: what a route would take for its own is 404."""

import re
import socket
from uuid import UUID

import httpx2
import pytest

from tests.support.http.api_examples import Api, Caller
from tests.support.running_tta import Dev
from tta.domain.vocabulary import Role
from tta.http.apps import BOTH, COMMANDS, QUERIES, operators_app

ROUTES = (*COMMANDS, *QUERIES, *BOTH)
CONTROLS = (
    "%0a",
    "%0A",
    "%0d",
    "%0d%0a",
    "%00",
    "%09",
    "%0b",
    "%1f",
    "%7f",
    "%c2%85",
    "%e2%80%a8",
    "%e2%80%a9",
)
PATHS = sorted(
    {(r.method, p) for r in ROUTES for p in (r.path, r.alias) if p} | {("GET", "/v1/openapi.json")}
)
SOME_ID = "3f000000-0000-8000-8000-000000000000"


def named(path: str, caller: Caller, session: str) -> str:
    """The path with ids that are there, where it has room for them."""
    path = path.replace("{session_id}", session).replace("{player_id}", str(caller.player_id))
    return re.sub(r"\{(\w+)\}", SOME_ID, path)


async def refused(caller: Caller, method: str, path: str) -> None:
    answer = await caller.send(method, path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), (method, path, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize(("method", "path"), PATHS, ids=" ".join)
async def test_with_a_control_character_every_route_is_404(api: Api, method: str, path: str):
    caller, session_path = await api.session()
    whole = named(path, caller, session_path.rpartition("/")[2])
    for control in CONTROLS:
        await refused(caller, method, whole + control)
        await refused(caller, method, f"/{control}{whole[1:]}")
        await refused(caller, method, f"{whole[:-3]}{control}{whole[-3:]}")


async def test_one_key_acts_once_however_its_path_is_written(api: Api):
    caller, path = await api.session()
    paused = await caller.post(f"{path}/pause", key="one")
    for control in CONTROLS:
        again = await caller.post(f"{path}/pause{control}", key="one")
        assert again.status_code == 404
    # Letters may be written encoded: that is the same path, and so the same command.
    again = await caller.post(path.replace("sessions", "s%65ssions") + "/p%61use", key="one")
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.json() == paused.json()
    versions = await api.parts.store.versions_after(UUID(path.rpartition("/")[2]), 0, 5)
    assert [each.version for each in versions] == [1, 2]


async def test_a_positive_phq9_gets_guidance_all_the_same(api: Api):
    caller = await api.player()
    sent = {"measure": "phq9", "answers": [0] * 8 + [3]}
    for control in CONTROLS:
        answer = await caller.post(f"/v1/players/{caller.player_id}/measures{control}", sent)
        assert (answer.status_code, answer.json()["guidance"]["level"]) == (404, "moderate")


async def test_nothing_is_made_either(api: Api):
    admin = api.caller(Role.ADMIN)
    before = await api.parts.store.ends()
    for control in CONTROLS:
        await refused(admin, "POST", f"/v1/players{control}")
        await refused(admin, "POST", f"/sessions{control}")
    assert await api.parts.store.ends() == before


async def test_nor_has_a_worker_such_pages():
    async def nothing() -> None:
        pass

    transport = httpx2.ASGITransport(operators_app(nothing))
    async with httpx2.AsyncClient(transport=transport, base_url="http://tta.test") as http:
        nobody = Caller(http)
        for control in (*CONTROLS, "/"):
            await refused(nobody, "GET", f"/livez{control}")
            await refused(nobody, "GET", f"/metrics{control}")
        assert (await nobody.get("/livez")).status_code == 200


@pytest.mark.parametrize(
    "raw", [bytes([each]) for each in (*range(9), 11, 12, *range(14, 32), 127)], ids=repr
)
def test_one_that_is_not_even_encoded_gets_no_answer_of_a_route(dev: Dev, raw: bytes):
    with socket.create_connection(dev.address, timeout=10) as connection:
        connection.sendall(b"GET /livez" + raw + b" HTTP/1.1\r\nHost: tta\r\nConnection: close\r\n\r\n")
        answer = connection.recv(65_536)
    assert answer.split(b" ")[1][:2] == b"40", answer


def test_encoded_over_the_wire(dev: Dev):
    for control in CONTROLS:
        with socket.create_connection(dev.address, timeout=10) as connection:
            sent = f"GET /livez{control} HTTP/1.1\r\nHost: tta\r\nConnection: close\r\n\r\n"
            connection.sendall(sent.encode())
            assert connection.recv(65_536).startswith(b"HTTP/1.1 404"), control
