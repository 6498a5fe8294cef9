"""Many requests of one player at once: all are answered, also those that the player's queue cannot take."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
import pytest_asyncio

from tests.support.http.api_examples import Api, Caller, problem
from tests.support.http.questionnaire_examples import WORRYING, happened, measures_of
from tests.support.http.wire import served
from tta.commands.player_queues import WAITING_MAX, PlayerQueues
from tta.domain.care_plan import id_of as care_plan_id
from tta.domain.safety_record import RiskAssessed
from tta.domain.safety_record import id_of as safety_record_id
from tta.telemetry.metrics import REGISTRY

AT_ONCE = 100
HELLO = {"given": True}


@pytest_asyncio.fixture(loop_scope="session")
async def wire(still_api: Api) -> AsyncIterator[Api]:
    """The API on a socket of its own, as a client that shares no memory with it sees it."""
    async with served(still_api.app) as (host, port):
        limits = httpx2.Limits(max_connections=1_000)
        url = f"http://{host}:{port}"
        async with httpx2.AsyncClient(base_url=url, limits=limits, timeout=120, trust_env=False) as http:
            yield still_api._replace(http=http)


def queues(api: Api) -> PlayerQueues:
    found = api.parts.commands.queues
    assert found is not None
    return found


@asynccontextmanager
async def busy(api: Api, caller: Caller) -> AsyncIterator[None]:
    """A command of the player is being handled meanwhile."""
    assert caller.player_id is not None
    async with queues(api).turn(caller.player_id):
        yield


async def waits(api: Api, caller: Caller, so_many: int) -> None:
    assert caller.player_id is not None
    async with asyncio.timeout(60):
        while queues(api).waiting(caller.player_id) != so_many:  # noqa: ASYNC110 - Requests come in their own time.
            await asyncio.sleep(0.005)


def agreements(caller: Caller, count: int, version: int = 1) -> list[asyncio.Task[httpx2.Response]]:
    """Requests that change the player, each with a key that `again` sends once more."""
    sent = [{"given": True, "version": number} for number in range(version, version + count)]
    path = consents(caller)
    return [asyncio.create_task(caller.put(path, body, key=f"agrees-{body['version']}")) for body in sent]


def consents(caller: Caller) -> str:
    return f"/v1/players/{caller.player_id}/consents/research"


def told(response: httpx2.Response) -> tuple[int, str, str, bytes]:
    headers = response.headers
    return response.status_code, headers["etag"], headers["consistency-token"], response.content


async def test_100_commands_at_once_are_all_taken_and_their_retries_answered_alike(wire: Api):
    caller = await wire.player()
    first = await asyncio.gather(*agreements(caller, AT_ONCE))
    assert [each.status_code for each in first] == [200] * AT_ONCE
    assert sorted(each.headers["etag"] for each in first) == sorted(f'"v{n}"' for n in range(3, 3 + AT_ONCE))
    again = await asyncio.gather(*agreements(caller, AT_ONCE))
    assert list(map(told, again)) == list(map(told, first))
    assert {each.headers["idempotency-replayed"] for each in again} == {"true"}


async def test_100_turns_at_once_are_one_turn_and_its_retries(wire: Api):
    caller, path = await wire.session()
    hello = {"text": "Hello"}
    sent = [caller.post(f"{path}/interactions", hello, key=f"{number // 2}") for number in range(AT_ONCE)]
    statuses = [each.status_code for each in await asyncio.gather(*sent)]
    assert sorted(statuses) == [200] * 2 + [409] * (AT_ONCE - 2)


async def test_100_positive_questionnaires_at_once_are_all_assessed(wire: Api):
    caller = await wire.player()
    answers = await asyncio.gather(*(caller.post(measures_of(caller), WORRYING) for _ in range(AT_ONCE)))
    assert {each.json()["guidance"]["level"] for each in answers} == {"moderate"}
    assert sorted(each.status_code for each in answers) == [200] + [409] * (AT_ONCE - 1)
    assert await assessed(wire, caller) == AT_ONCE


async def assessed(api: Api, caller: Caller) -> int:
    assert caller.player_id is not None
    found = await happened(api, safety_record_id(caller.player_id))
    assert all(isinstance(each, RiskAssessed) for each in found)
    return len(found)


async def test_of_one_player_256_requests_wait_and_the_next_are_told_to_come_again(wire: Api):
    caller, other = await wire.player(), await wire.player()
    acknowledged = await asyncio.gather(*agreements(caller, 3))
    async with busy(wire, caller):
        waiting = agreements(caller, WAITING_MAX, version=100)
        await waits(wire, caller, WAITING_MAX)
        refused = await caller.put(consents(caller), HELLO)
        assert "guidance" not in problem(refused, 503, "too-many-conflicts")
        assert int(refused.headers["Retry-After"]) >= 1
        # Retries of what was acknowledged, and other players, wait for nobody.
        again = await asyncio.gather(*agreements(caller, 3))
        assert list(map(told, again)) == list(map(told, acknowledged))
        assert (await other.put(consents(other), HELLO)).status_code == 200
        assert REGISTRY.get_sample_value("tta_commands_waiting") == WAITING_MAX
    assert {each.status_code for each in await asyncio.gather(*waiting)} == {200}
    assert (await caller.put(consents(caller), HELLO, key="again")).status_code == 200


async def test_a_positive_questionnaire_that_the_queue_cannot_take_is_assessed_and_brings_guidance(wire: Api):
    caller = await wire.player()
    async with busy(wire, caller):
        waiting = agreements(caller, WAITING_MAX)
        await waits(wire, caller, WAITING_MAX)
        worrying = asyncio.create_task(caller.post(measures_of(caller), WORRYING))
        await waits(wire, caller, WAITING_MAX + 1)
    refused = await worrying
    assert problem(refused, 503, "too-many-conflicts")["guidance"]["level"] == "moderate"
    assert "Retry-After" in refused.headers
    assert await assessed(wire, caller) == 1
    assert caller.player_id is not None
    assert await happened(wire, care_plan_id(caller.player_id)) == []
    await asyncio.gather(*waiting)


class Leaving:
    """A request over a connection of its own, whose client goes away."""

    def __init__(self, api: Api, caller: Caller, method: str, path: str, body: object) -> None:
        raw = json.dumps(body).encode()
        self._address = api.http.base_url.host, api.http.base_url.port
        self._request = (
            f"{method} {path} HTTP/1.1\r\nHost: tta.test\r\nAuthorization: Bearer {caller.token}\r\n"
            f"Idempotency-Key: {secrets.token_hex(8)}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(raw)}\r\n\r\n"
        ).encode() + raw

    async def __aenter__(self) -> None:
        _, self._writer = await asyncio.open_connection(*self._address)
        self._writer.write(self._request)
        await self._writer.drain()

    async def __aexit__(self, *error: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()


@pytest.mark.parametrize("method", ["PUT", "POST"])
async def test_a_client_that_leaves_gives_up_its_place(wire: Api, method: str):
    """Whether or not the route takes a body."""
    caller, session = await wire.session()
    path, body = (consents(caller), HELLO) if method == "PUT" else (f"{session}/pause", {})
    async with busy(wire, caller):
        async with Leaving(wire, caller, method, path, body):
            await waits(wire, caller, 1)
            (stays,) = agreements(caller, 1)
            await waits(wire, caller, 2)
        await waits(wire, caller, 1)
    assert (await stays).headers["etag"] == '"v3"'
    assert (await caller.post(f"{session}/pause")).headers["etag"] == '"v2"'


async def test_who_leaves_with_a_positive_questionnaire_is_assessed_all_the_same(wire: Api):
    caller = await wire.player()
    reason = {"reason": "sender-left"}
    before = REGISTRY.get_sample_value("tta_commands_refused_total", reason) or 0.0
    async with busy(wire, caller):
        async with Leaving(wire, caller, "POST", measures_of(caller), WORRYING):
            await waits(wire, caller, 1)
        async with asyncio.timeout(60):
            while REGISTRY.get_sample_value("tta_commands_refused_total", reason) == before:  # noqa: ASYNC110 - The server notices in its own time.
                await asyncio.sleep(0.005)
        await waits(wire, caller, 1)
    async with asyncio.timeout(60):
        while await assessed(wire, caller) == 0:  # noqa: ASYNC110 - Nobody waits for the answer.
            await asyncio.sleep(0.005)
