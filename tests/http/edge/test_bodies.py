"""What a stranger sends is bounded, decoded strictly, normalised, and said to be wrong by its pointer."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.http.api_examples import NEW_PLAYER, PREFERENCES, Api, Caller, hold, problem
from tests.support.http.problem_examples import after_the_last_turn
from tta.domain.turns import TURNS_MAX
from tta.domain.vocabulary import Role
from tta.http.apps import QUERIES
from tta.http.edge.bodies import BYTES_MAX


def headers_of(caller: Caller, media_type: str = "application/json", **more: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {caller.token}",
        "Idempotency-Key": "k",
        "Content-Type": media_type,
        **more,
    }


@pytest.mark.parametrize(
    "media_type", ["", "text/plain", "application/jsonp", "multipart/form-data", "application/problem+json"]
)
async def test_only_json_is_taken(api: Api, media_type: str):
    headers = headers_of(await api.player(), media_type)
    problem(
        await api.http.post("/v1/sessions", content=b"{}", headers=headers), 415, "unsupported-media-type"
    )


async def test_json_with_a_charset_is_taken(api: Api):
    headers = headers_of(await api.player(), "Application/JSON; charset=utf-8")
    assert (await api.http.post("/v1/sessions", content=b"{}", headers=headers)).status_code == 201


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, identity", "x"])
async def test_an_encoded_body_is_not_taken(api: Api, encoding: str):
    headers = headers_of(await api.player(), **{"Content-Encoding": encoding})
    refused = await api.http.post("/v1/sessions", content=b"{}", headers=headers)
    problem(refused, 415, "unsupported-media-type")
    assert refused.headers["Accept-Encoding"] == "identity"


async def test_the_encoding_that_is_none_is_taken(api: Api):
    headers = headers_of(await api.player(), **{"Content-Encoding": "Identity"})
    assert (await api.http.post("/v1/sessions", content=b"{}", headers=headers)).status_code == 201


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"{'story': 1}", b"\xff\xfe", b'{"story": "\xff"}', b"{} {}", b"NaN"],
)
async def test_what_is_not_json_is_malformed(api: Api, content: bytes):
    headers = headers_of(await api.player())
    problem(await api.http.post("/v1/sessions", content=content, headers=headers), 400, "malformed-request")


async def test_a_body_that_says_it_is_too_large_is_not_read(api: Api):
    headers = headers_of(await api.player(), **{"Content-Length": str(BYTES_MAX + 1)})

    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("it was read")
        yield b""

    refused = await api.http.post("/v1/sessions", content=never(), headers=headers)
    problem(refused, 413, "request-too-large")
    assert refused.headers["Connection"] == "close"


async def test_a_body_that_grows_too_large_is_left(api: Api):
    headers = headers_of(await api.player())

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * (BYTES_MAX // 16)

    problem(await api.http.post("/v1/sessions", content=chunks(), headers=headers), 413, "request-too-large")


async def test_a_body_of_the_largest_size_is_read(api: Api):
    headers = headers_of(await api.player())
    content = b"{}".ljust(BYTES_MAX)
    assert (await api.http.post("/v1/sessions", content=content, headers=headers)).status_code == 201


INVALID: list[tuple[str, Any, str]] = [
    ("/v1/players", [], ""),
    ("/v1/players", None, ""),
    ("/v1/players", {}, ""),
    ("/v1/players", {"name": 1}, "/name"),
    ("/v1/players", {"name": None}, "/name"),
    ("/v1/players", {"name": ""}, "/name"),
    ("/v1/players", {"name": "x" * 401}, "/name"),
    ("/v1/players", {**NEW_PLAYER, "language": "e"}, "/language"),
    ("/v1/players", {**NEW_PLAYER, "region": "gb"}, "/region"),
    ("/v1/players", {**NEW_PLAYER, "time_zone": "Europe London"}, "/time_zone"),
    ("/v1/players", {**NEW_PLAYER, "age_band": "old"}, "/age_band"),
    ("/v1/players", {**NEW_PLAYER, "nickname": "S"}, ""),
    ("/v1/players", {**NEW_PLAYER, "id": "x"}, ""),
    ("preferences", {**PREFERENCES, "intensity": 6}, "/intensity"),
    ("preferences", {**PREFERENCES, "intensity": 1.5}, "/intensity"),
    ("preferences", {**PREFERENCES, "intensity": True}, "/intensity"),
    ("preferences", {**PREFERENCES, "avoid_topics": ["a", ""]}, "/avoid_topics/1"),
    ("preferences", {**PREFERENCES, "avoid_topics": ["a"] * 51}, "/avoid_topics"),
    ("preferences", {**PREFERENCES, "approaches": ["cbt", "dbt", "xyz"]}, "/approaches/2"),
    ("consents/play", {"given": "yes"}, "/given"),
    ("consents/play", {"given": True, "version": 0}, "/version"),
    ("consents/play", {"given": True, "version": 10_001}, "/version"),
    ("sessions", {"story": "two words"}, "/story"),
    ("sessions", {"story": "x" * 65}, "/story"),
    ("interactions", {"text": "x" * 8_001}, "/text"),
    ("interactions", {"choice": "no choice"}, "/choice"),
    ("/v1/players", {**NEW_PLAYER, "language": "en\n"}, "/language"),
    ("/v1/players", {**NEW_PLAYER, "region": "GB\n"}, "/region"),
    ("/v1/players", {**NEW_PLAYER, "time_zone": "UTC\n"}, "/time_zone"),
    ("sessions", {"story": "clearing\n"}, "/story"),
    ("interactions", {"choice": "on\n"}, "/choice"),
    ("goals", {"text": "Go out", "skill": "grounding_54321\n"}, "/skill"),
    ("interactions", {"text": "x", "turn": 0}, "/turn"),
    ("interactions", {"text": "x", "turn": 2**31}, "/turn"),
    ("interactions", {"text": "x", "hold": False}, ""),
]


async def sent(api: Api, target: str, body: Any):
    if target.startswith("/"):
        return await api.caller(Role.ADMIN).post(target, body if body is not None else json.loads("null"))
    player, path = await api.session()
    own = f"/v1/players/{player.player_id}/{target}"
    if target == "sessions":
        return await player.post("/v1/sessions", body)
    if target == "interactions":
        return await player.post(f"{path}/interactions", body)
    if target == "goals":
        return await player.post(own, body)
    return await player.put(own, body, If_Match="*")


@pytest.mark.parametrize(("target", "body", "pointer"), [each for each in INVALID if each[1] is not None])
async def test_what_is_not_valid_is_pointed_at(api: Api, target: str, body: Any, pointer: str):
    document = problem(await sent(api, target, body), 422, "invalid-request")
    ((error),) = document["errors"]
    assert error["pointer"] == pointer
    assert error["detail"]
    assert "tta." not in error["detail"]


async def test_whoever_is_held_may_name_a_turn_behind_the_last(api: Api):
    player, path = await after_the_last_turn(api)
    said = {"text": "x", "turn": TURNS_MAX + 1}
    problem(await player.post(f"{path}/interactions", said), 409, "turns-exhausted")
    assert player.player_id is not None
    await hold(api, player.player_id)
    taken = await player.post(f"{path}/interactions", said, Prefer="wait=10")
    assert (taken.status_code, taken.json()["turn"]) == (200, TURNS_MAX + 1)
    assert taken.json()["reply"]["author"] == "protocol"


@pytest.mark.parametrize("written", ["2", "2.0", "20e-1", "0.2E1"])
async def test_however_an_integer_is_written_it_is_the_same_payload(api: Api, written: str):
    caller = await api.player()
    path = f"/v1/players/{caller.player_id}/consents/play"
    answers = [
        await caller.http.put(
            path, content=f'{{"given": true, "version": {each}}}', headers=headers_of(caller)
        )
        for each in ("2", written)
    ]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[1].headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    "written", ["2.5", "1e400", "1e30", "9007199254740993.0", '2.0, "x": ' + "[" * 5_000]
)
async def test_what_is_no_integer_is_none(api: Api, written: str):
    caller = await api.player()
    path = f"/v1/players/{caller.player_id}/consents/play"
    content = f'{{"given": true, "version": {written}}}'
    refused = await caller.http.put(path, content=content, headers=headers_of(caller))
    assert refused.status_code in (400, 422)


@pytest.mark.parametrize("name", ["Content-Encoding", "Content-Type"])
async def test_a_second_line_of_a_header_is_not_passed_over(api: Api, name: str):
    caller = await api.player()
    first, second = {
        "Content-Encoding": ("identity", "gzip"),
        "Content-Type": ("application/json; charset=utf-8", "text/plain"),
    }[name]
    headers = [each for each in headers_of(caller).items() if each[0] != name]
    headers += [(name, first), (name, second)]
    refused = await api.http.post("/v1/sessions", content=b"{}", headers=headers)
    problem(refused, 415, "unsupported-media-type")


async def test_null_is_no_body(api: Api):
    headers = headers_of(api.caller(Role.ADMIN))
    refused = await api.http.post("/v1/players", content=b"null", headers=headers)
    assert problem(refused, 422, "invalid-request")["errors"][0]["pointer"] == ""


async def test_of_equal_names_in_one_object_the_last_counts_or_none(api: Api):
    headers = headers_of(await api.player())
    content = b'{"story": "clearing", "story": "two words"}'
    problem(await api.http.post("/v1/sessions", content=content, headers=headers), 422, "invalid-request")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/sessions?limit=1&limit=2", "limit"),
        ("/v1/sessions?status=open&status=open", "status"),
        ("{session}/interactions?order=asc&order=desc", "order"),
        ("/v1/players/{player}/journey?cursor=a&cursor=b", "cursor"),
        ("/v1/stories?world=a&world=b", "world"),
        ("{session}/stream?last_event_id=a&last_event_id=b", "last_event_id"),
    ],
)
async def test_a_parameter_that_is_given_twice_is_refused(api: Api, path: str, name: str):
    player, session = await api.session()
    refused = await player.get(path.format(session=session, player=player.player_id))
    assert problem(refused, 422, "invalid-request")["errors"] == [
        {"pointer": f"/{name}", "detail": "expected it once"}
    ]


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        (
            "/v1/stories?locaton=kitchen",
            "locaton",
            "one of skill, approach, world, character, location, free_of",
        ),
        (
            "/v1/stories?intensity=%D9%A3",
            "intensity",
            "one of skill, approach, world, character, location, free_of",
        ),
        ("/v1/stories/clearing?x", "x", "no parameters"),
        ("/v1/skills?limit=1", "limit", "no parameters"),
        ("/v1/sessions?page=2", "page", "one of status, story, limit, cursor"),
        ("{session}?a%2Fb~=1", "a~1b~0", "no parameters"),
        ("{session}/stream?ticke=a", "ticke", "one of last_event_id, ticket"),
        ("/v1/players/{player}?=1", "", "no parameters"),
        ("/v1/players/{player}/progress?" + "n" * 300, "n" * 64, "no parameters"),
    ],
)
async def test_a_parameter_that_is_none_is_refused_by_name(api: Api, path: str, name: str, expected: str):
    player, session = await api.session()
    refused = await player.get(path.format(session=session, player=player.player_id))
    assert problem(refused, 422, "invalid-request")["errors"] == [
        {"pointer": f"/{name}", "detail": f"expected {expected}"}
    ]


EMPTY = [(route.path, name) for route in QUERIES for name in route.query if name != "last_event_id"]


@pytest.mark.parametrize(("path", "name"), EMPTY)
@pytest.mark.parametrize("spelt", ["{name}=", "{name}", "{name}=%20", "{name}=%C2%A0"])
async def test_a_filter_without_a_value_is_refused(api: Api, path: str, name: str, spelt: str):
    """A script whose variable is empty must not take the answer for filtered."""
    player, session = await api.session()
    where = path.format(player_id=player.player_id, session_id=session.rpartition("/")[2])
    refused = await player.get(f"{where}?{spelt.format(name=name)}")
    assert [each["pointer"] for each in problem(refused, 422, "invalid-request")["errors"]] == [f"/{name}"]


async def test_a_stream_may_be_asked_for_from_no_event(api: Api):
    player, session = await api.session()
    assert (await player.send("HEAD", f"{session}/stream?last_event_id=")).status_code == 200


async def test_a_command_takes_no_parameters_and_has_no_effect_with_one(api: Api):
    player, session = await api.session()
    problem(await player.post(f"{session}/pause?now=1"), 422, "invalid-request")
    problem(await player.post(f"{session}/interactions?a=1&b=2", {"text": "look"}), 422, "invalid-request")
    assert (await player.post(f"{session}/pause")).json()["version"] == 2, "nothing has happened before"


async def test_of_many_parameters_that_are_none_some_are_named(api: Api):
    query = "&".join(f"p{number}=" for number in range(50))
    refused = await (await api.player()).get(f"/v1/skills?{query}")
    assert len(problem(refused, 422, "invalid-request")["errors"]) == 10


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/health", "/v1/health"])
async def test_whoever_probes_may_add_what_they_like(api: Api, path: str):
    assert (await api.http.get(f"{path}?probe=1&probe=2")).status_code == 200


async def test_text_is_normalised_and_control_characters_go(api: Api):
    player, path = await api.session()
    decomposed = "Cafe\u0301\x00 \x1b[31mred\x7f\r\nnext\tline\u0085 \U0001f469\u200d\U0001f680"
    said = await player.post(f"{path}/interactions", {"text": decomposed})
    shown = (await player.seen(path, said)).json()
    assert shown["last_text"] == "Caf\u00e9 [31mred\nnext\tline\n \U0001f469\u200d\U0001f680"


async def test_text_of_control_characters_alone_is_empty(api: Api):
    player, path = await api.session()
    problem(await player.post(f"{path}/interactions", {"text": "\x00\x01"}), 422, "words-empty")


async def test_a_lone_surrogate_is_no_text(api: Api):
    headers = headers_of(api.caller(Role.ADMIN))
    refused = await api.http.post("/v1/players", content=b'{"name": "\\ud800"}', headers=headers)
    assert refused.status_code in (400, 422)
