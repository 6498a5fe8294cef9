"""Over real connections: a positive item 9 is answered with guidance and assessed, whatever the request is
refused for; what is wrong with its headers is judged after its body was looked at.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from tests.support.http.api_examples import Api, Caller
from tests.support.http.questionnaire_examples import WORRYING, assessed, measures_of
from tests.support.http.wire import served
from tta.domain.vocabulary import RiskLevel
from tta.http.edge import bodies

BODY = json.dumps(WORRYING).encode()
HARMLESS = BODY.replace(b"3]", b"0]")
JSON = {"Content-Type": "application/json"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def address(working_api: Api) -> AsyncIterator[tuple[str, int]]:
    async with served(working_api.app) as bound:
        yield bound


async def sent(
    address: tuple[str, int], method: str, path: str, content: Any, headers: Mapping[str, str]
) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=f"http://{address[0]}:{address[1]}", timeout=30) as http:
        return await http.request(method, path, content=content, headers=dict(headers))


def signed(caller: Caller, headers: Mapping[str, str] = JSON, key: str = "m") -> dict[str, str]:
    return {"Authorization": f"Bearer {caller.token}", "Idempotency-Key": key, **headers}


def level_told(answer: httpx2.Response) -> str | None:
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    told = answer.json().get("guidance")
    return None if told is None else told["level"]


Broken = Callable[[bytes], bytes]
SHAPES: dict[str, tuple[dict[str, str], Broken, int]] = {
    "no type": ({}, lambda body: body, 415),
    "another type": ({"Content-Type": "text/plain"}, lambda body: body, 415),
    "a type that is none": ({"Content-Type": ";;"}, lambda body: body, 415),
    "a form": (
        {"Content-Type": "application/x-www-form-urlencoded"},
        lambda body: b"measure=phq9" + b"&answers=0" * 8 + b"&answers=" + body[-3:-2],
        415,
    ),
    "said to be encoded": ({**JSON, "Content-Encoding": "gzip"}, lambda body: body, 415),
    "a mark": (JSON, lambda body: b"\xef\xbb\xbf" + body, 400),
    "UTF-16": (JSON, lambda body: body.decode().encode("utf-16"), 400),
    "UTF-32": (
        {"Content-Type": "application/json; charset=utf-32"},
        lambda body: body.decode().encode("utf-32"),
        400,
    ),
    "NaN": (JSON, lambda body: b'{"difficulty": NaN, ' + body[1:], 400),
    "an infinity": (JSON, lambda body: b'{"difficulty": -Infinity, ' + body[1:], 400),
    "half a character": (JSON, lambda body: b'{"measure": "\\ud800", ' + body[1:], 400),
    "no UTF-8": (JSON, lambda body: b'{"measure": "\xff", ' + body[1:], 400),
    "an unknown field": (JSON, lambda body: b'{"mood": NaN, ' + body[1:], 422),
    "single quotes": (JSON, lambda body: body.replace(b'"', b"'"), 400),
    "a comment": (JSON, lambda body: b"// mine\n" + body, 400),
    "something behind": (JSON, lambda body: body + b"x", 400),
    "broken off": (JSON, lambda body: body[:-2], 400),
    "deep": (JSON, lambda body: b"[" * 100_000 + body, 422),
    "a name twice": (JSON, lambda body: b'{"answers": [0, 0, 0, 0, 0, 0, 0, 0, 0], ' + body[1:], 422),
    "too large": (JSON, lambda body: body + b" " * bodies.BYTES_MAX, 413),
    "too large within": (JSON, lambda body: body[:-1] + b', "x": "' + b"x" * bodies.BYTES_MAX, 413),
    "a version that is none": ({**JSON, "If-None-Match": '"v1"'}, lambda body: body, 400),
    "another version": ({**JSON, "If-Match": '"v9"'}, lambda body: body, 412),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_it_is_guided_and_assessed_once(api: Api, address: tuple[str, int], shape: str):
    headers, broken, status = SHAPES[shape]
    caller = await api.player()
    for _ in range(2):
        refused = await sent(address, "POST", measures_of(caller), broken(BODY), signed(caller, headers))
        assert (refused.status_code, level_told(refused)) == (status, "moderate")
    assert await assessed(api, caller) == [RiskLevel.MODERATE]


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_harmless_one_is_told_nothing(api: Api, address: tuple[str, int], shape: str):
    headers, broken, status = SHAPES[shape]
    caller = await api.player()
    refused = await sent(address, "POST", measures_of(caller), broken(HARMLESS), signed(caller, headers))
    assert (refused.status_code, level_told(refused)) == (status, None)
    assert await assessed(api, caller) == []


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_body_without_a_length_is_read_too(api: Api, address: tuple[str, int], chunked: bool):
    caller = await api.player()

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(BODY), 7):
            yield BODY[at : at + 7]
        if not chunked:
            yield b" " * bodies.BYTES_MAX

    headers = signed(caller, {"Content-Type": "text/plain"})
    refused = await sent(address, "POST", measures_of(caller), chunks(), headers)
    assert (refused.status_code, level_told(refused)) == (415, "moderate")
    assert await assessed(api, caller) == [RiskLevel.MODERATE]


@pytest.mark.parametrize(
    ("authorization", "status"), [("", 401), ("Bearer nonsense", 401), ("Basic eDp5", 401), ("other", 404)]
)
@pytest.mark.parametrize("headers", [JSON, {"Content-Type": "text/plain"}])
async def test_whoever_is_not_known_is_guided_and_nothing_is_recorded(
    api: Api, address: tuple[str, int], authorization: str, status: int, headers: dict[str, str]
):
    caller, other = await api.player(), await api.player()
    all_headers = {**signed(caller, headers), "Authorization": authorization}
    if authorization == "other":
        all_headers = signed(other, headers)
    with capture_logs() as lines:
        refused = await sent(address, "POST", measures_of(caller), BODY, all_headers)
    assert [line["event"] for line in lines if line["log_level"] != "info"] == []
    assert refused.status_code == (415 if status == 404 and headers is not JSON else status)
    assert level_told(refused) == "moderate"
    harmless = await sent(address, "POST", measures_of(caller), HARMLESS, {**all_headers, "X": "1"})
    assert level_told(harmless) is None
    assert await assessed(api, caller) == []
    assert await assessed(api, other) == []


@pytest.mark.parametrize("key", [None, "a b"])
async def test_without_a_key_there_is_guidance_alone(api: Api, address: tuple[str, int], key: str | None):
    caller = await api.player()
    headers = signed(caller, {"Content-Type": "text/plain"}, key or "")
    if key is None:
        del headers["Idempotency-Key"]
    refused = await sent(address, "POST", measures_of(caller), BODY, headers)
    assert (refused.status_code, level_told(refused)) == (415, "moderate")
    assert await assessed(api, caller) == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/v1/players/{player}/measures", 405),
        ("PATCH", "/v1/players/{player}/measures", 405),
        ("POST", "/v1/players/{player}/measures/", 404),
        ("POST", "/players/{player}/measures", 404),
        ("POST", "/v1/players/{player}/Measures", 404),
        ("POST", "/v1/players/nobody/measures", 404),
        ("POST", "/v1/players/{player}/measures%0a", 404),
        ("POST", "/v1/measures", 405),
    ],
)
async def test_where_no_route_takes_it_there_is_guidance(
    api: Api, address: tuple[str, int], method: str, path: str, status: int
):
    caller = await api.player()
    path = path.format(player=caller.player_id)
    refused = await sent(address, method, path, BODY, signed(caller))
    assert (refused.status_code, level_told(refused)) == (status, "moderate")
    assert level_told(await sent(address, method, path, HARMLESS, signed(caller))) is None
    assert await assessed(api, caller) == []


async def cut_off(address: tuple[str, int], caller: Caller, body: bytes, *, leaves: bool) -> bytes:
    """Announce more than is sent; then leave, or wait for the answer."""
    reader, writer = await asyncio.open_connection(*address)
    lines = [f"POST {measures_of(caller)} HTTP/1.1", "Host: x", f"Content-Length: {len(body) + 10}"]
    lines += [f"{name}: {value}" for name, value in signed(caller).items()]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    await writer.drain()
    answer = b"" if leaves else await reader.readuntil(b"}}")
    writer.close()
    return answer


async def test_what_comes_too_late_is_guided(
    api: Api, address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
):
    caller = await api.player()
    monkeypatch.setattr(bodies, "TIMEOUT_S", 0.2)
    for body in (BODY[:-1], BODY[:-2]):  # However much came of it.
        answer = await cut_off(address, caller, body, leaves=False)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"level":"moderate"' in answer
    assert await assessed(api, caller) == [RiskLevel.MODERATE]


async def test_what_a_client_said_that_left_is_assessed(api: Api, address: tuple[str, int]):
    caller = await api.player()
    for _ in range(2):
        await cut_off(address, caller, BODY[:-1], leaves=True)
    async with asyncio.timeout(20):
        while not await assessed(api, caller):  # noqa: ASYNC110 - The server notices in its own time.
            await asyncio.sleep(0.01)
    assert await assessed(api, caller) == [RiskLevel.MODERATE]


async def test_strangers_are_not_waited_for_without_end(
    api: Api, address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
):
    """What has come already is looked at, however many others are waited for."""
    caller = await api.player()
    stranger = caller._replace(token="nonsense")
    monkeypatch.setattr(bodies, "STRANGERS_TIMEOUT_S", 0.2)
    answer = await cut_off(address, stranger, BODY[:-1], leaves=False)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b'"level":"moderate"' in answer
    monkeypatch.setattr(bodies, "STRANGERS_TIMEOUT_S", 60.0)
    monkeypatch.setattr(bodies, "STRANGERS_MAX", 0)
    refused = await sent(address, "POST", measures_of(caller), BODY, signed(stranger))
    assert (refused.status_code, level_told(refused)) == (401, "moderate")
    reader, writer = await asyncio.open_connection(*address)
    writer.write(f"POST {measures_of(caller)} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n".encode())
    async with asyncio.timeout(20):
        assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
    writer.close()
