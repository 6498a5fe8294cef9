"""Opaque values that a stranger makes up (tokens, cursors, ids, tags) get their own problem, never a 500."""

import base64
import struct
from itertools import product
from typing import Any

import msgspec
import pytest

from tests.support.http.api_examples import Api, Caller, problem
from tta.domain.vocabulary import Role

HEADERS = (
    '{"alg":"none","crit":1}',
    *(
        f'{{"alg":"Ed25519","typ":{kind},"kid":"x","{name}":{value}}}'
        for kind, name, value in product(
            ('"JWT"', '"stream-ticket+jwt"'),
            ("crit", "b64", "zip", "jwk", "jku", "x5u", "x5c", "enc", "epk", "cty"),
            (
                "1",
                "null",
                "true",
                "false",
                "0.5",
                "1e400",
                "NaN",
                '"b64"',
                "[]",
                "[1]",
                '["b64"]',
                '["exp"]',
                "{}",
            ),
        )
    ),
    *(
        f'{{"alg":{value}}}'
        for value in ("1", "null", "true", "[]", "{}", '"HS256"', '"ES256K"', '"\\ud800"')
    ),
    *(
        f'{{"alg":"Ed25519","{name}":{value}}}'
        for name in ("kid", "typ")
        for value in ("1", "null", "[]", "{}")
    ),
    *("", "null", "[]", "1", '"x"', "[" * 900, '{"a":' * 300, "\x00", "{"),
)
RAW = (
    *(
        "",
        "x",
        ".",
        "..",
        "...",
        "a.b.c",
        "é",
        "é.é.é",
        "\xff" * 40,
        "=",
        "==",
        "=.=.=",
        "A" * 5_000,
        "ey" * 9,
    ),
    *(
        "-1",
        "9" * 400,
        "%00",
        "null",
        "{}",
        '"',
        '"x',
        'W/"',
        "*",
        "\x0b",
        "\x7f",
        " ",
        "a b",
        ",",
        ",,",
        "²",
    ),
)


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def made_up() -> list[str]:
    sent = [f"{encoded(each.encode('latin-1', 'replace'))}.e30.{encoded(b'x' * 64)}" for each in HEADERS]
    return [*sent, *(f"{encoded(each.encode())}.." for each in HEADERS), *RAW]


def packed() -> list[str]:
    """Well-formed on the outside, with numbers beyond what anything inside can be."""
    numbers = (0, 1, 2**31, 2**62, 2**63, 2**64 - 1)
    places = [encoded(struct.pack(">BBQ", 1, slot, number)) for slot in (0, 5, 255) for number in numbers]
    others: tuple[Any, ...] = (-1, 0.5, None, [], {}, float("nan"), float("inf"))
    lists: list[list[Any]] = [[number, "x"] for number in (*numbers, *others)]
    moments = [
        encoded(msgspec.msgpack.encode(each)) for each in (*lists, [], {}, [1], ["x" * 36, 1], [1, "\x00"])
    ]
    formats = [
        encoded(bytes([kind]) + b"\x00" * size) for kind in range(5) for size in (0, 1, 15, 16, 17, 30, 40)
    ]
    return [
        *places,
        *moments,
        *formats,
        encoded(b"\x91" * 80),
        encoded(b"\xdf\xff\xff\xff\xff"),
        encoded(b"\xc7"),
    ]


@pytest.fixture(scope="session")
def strange() -> list[str]:
    return [*RAW, *packed()]


async def test_whatever_is_sent_as_a_token_is_401(api: Api):
    _, path = await api.session()
    for token in made_up():
        raw = f"Bearer {token}".encode("latin-1")
        answer = await api.http.request("GET", path, headers=[(b"Authorization", raw)])
        assert problem(answer, 401, "unauthenticated")["status"] == 401, token


async def test_whatever_is_sent_as_a_ticket_is_401(api: Api):
    _, path = await api.session()
    for ticket in made_up():
        answer = await api.http.get(f"{path}/stream", params={"ticket": ticket})
        problem(answer, 401, "unauthenticated")
    for raw in ("%ed%a0%80", "%ff", "%00", "a%0ab", "e30.e30.%0a"):
        problem(await api.http.get(f"{path}/stream?ticket={raw}"), 401, "unauthenticated")


async def asked(caller: Caller, method: str, path: str, **headers: str) -> tuple[int, str]:
    raw = [
        (name.replace("_", "-").encode(), value.encode("latin-1", "replace"))
        for name, value in headers.items()
    ]
    raw += [(b"authorization", f"Bearer {caller.token}".encode())]
    if method == "POST":
        raw.append((b"idempotency-key", b"strange"))
    answer = await caller.http.request(method, path, headers=raw)
    said = answer.headers.get("content-type") == "application/problem+json" and answer.content
    return answer.status_code, answer.json()["code"] if said else ""


async def playing(api: Api) -> tuple[Caller, str]:
    """A player whose session shows."""
    caller = await api.player()
    started = await caller.post("/v1/sessions", {})
    path = started.headers["Location"]
    assert (await caller.seen(path, started)).status_code == 200
    return caller, path


async def test_a_consistency_token_that_was_made_up(api: Api, strange: list[str]):
    caller, path = await playing(api)
    for raw in strange:
        found = await asked(caller, "GET", path, consistency_token=raw)
        assert found in {(400, "consistency-token-malformed"), (200, "")}, raw


async def test_an_id_of_a_stream_that_was_made_up(api: Api, strange: list[str]):
    caller, path = await playing(api)
    for raw in strange:
        assert await asked(caller, "HEAD", f"{path}/stream", last_event_id=raw) in {(400, ""), (200, "")}, raw


async def test_a_cursor_that_was_made_up(api: Api, strange: list[str]):
    caller, path = await playing(api)
    lists = (
        "/v1/sessions",
        f"{path}/interactions",
        f"/v1/players/{caller.player_id}/journey",
        f"/v1/players/{caller.player_id}/progress",
        "/v1/stories",
    )
    for where, raw in product(lists, strange):
        answer = await caller.http.get(
            where, params={"cursor": raw}, headers={"Authorization": f"Bearer {caller.token}"}
        )
        assert answer.status_code in (200, 404, 422), (where, raw, answer.text)


@pytest.mark.parametrize(
    "name", ["if_none_match", "prefer", "traceparent", "tracestate", "x_request_id", "range"]
)
async def test_headers_of_a_query_that_were_made_up(api: Api, strange: list[str], name: str):
    caller, path = await playing(api)
    for raw in strange:
        sent = f"wait={raw}" if name == "prefer" and len(raw) > 2 else raw
        status, code = await asked(caller, "GET", path, **{name: sent})
        assert (status, code) in {(200, ""), (304, "")}, raw


@pytest.mark.parametrize("name", ["if_match", "if_none_match", "idempotency_key", "consistency_token"])
async def test_headers_of_a_command_that_were_made_up(api: Api, strange: list[str], name: str):
    caller, path = await playing(api)
    for raw in strange:
        for sent in (raw, f'"{raw}"', f'"v{raw}"'):
            status, code = await asked(caller, "POST", f"{path}/pause", **{name: sent})
            assert status < 500, (sent, code)
            await asked(caller, "POST", f"{path}/resume")


async def test_operators_pages_take_made_up_cursors_too(api: Api, strange: list[str]):
    operator = api.caller(Role.OPERATOR)
    for raw in strange:
        answer = await operator.get(f"/v1/operations/agents?cursor={encoded(raw.encode())}")
        assert answer.status_code < 500, raw
