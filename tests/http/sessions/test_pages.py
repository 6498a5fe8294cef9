"""Sessions page by page: a player finds those of their own, and nobody else's."""

import base64
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
import msgspec
import pytest

from tests.support.http.api_examples import Api, Caller, problem
from tta.http.sessions.pages import STATUSES


async def whole_list(caller: Caller, query: str = "") -> list[dict[str, Any]]:
    """Follow the pages to their end."""
    found: list[dict[str, Any]] = []
    following = f"/v1/sessions?{query}"
    while following:
        page = await caller.get(following)
        assert page.status_code == 200, page.text
        found += page.json()["sessions"]
        following = page.json()["next"]
        assert page.headers.get("Link") == (f'<{following}>; rel="next"' if following else None)
    return found


async def some_sessions(api: Api) -> tuple[Caller, list[str]]:
    """A player with five sessions, oldest first: open, paused, completed, of another story, open."""
    caller = await api.player()
    started = [
        await caller.post("/v1/sessions", {"story": story})
        for story in ("clearing", "clearing", "clearing", "storm_keeper", "clearing")
    ]
    ids = [each.json()["id"] for each in started]
    await caller.post(f"/v1/sessions/{ids[1]}/pause")
    last = await caller.post(f"/v1/sessions/{ids[2]}/complete")
    await caller.seen("/v1/sessions", last)
    return caller, ids


async def test_a_player_finds_their_sessions_newest_first(api: Api):
    caller, ids = await some_sessions(api)
    for query in ("", "limit=1", "limit=2", "limit=99"):
        assert [each["id"] for each in await whole_list(caller, query)] == ids[::-1]
    assert await whole_list(await api.player()) == []


async def test_a_list_says_of_each_what_it_is(api: Api):
    caller, path = await api.session()
    await caller.post(f"{path}/interactions", {"text": "Hello"}, Prefer="wait=10")
    paused = await caller.post(f"{path}/pause")
    (found,) = (await caller.seen("/v1/sessions", paused)).json()["sessions"]
    assert found.pop("started_ms") <= found.pop("changed_ms")
    assert found == {
        "id": path.rpartition("/")[2],
        "story": "clearing",
        "status": "paused",
        "turns": 1,
        "copied_from": None,
    }


async def test_a_list_is_narrowed_by_status_and_story(api: Api):
    caller, ids = await some_sessions(api)
    expected = {
        "status=open": [ids[4], ids[3], ids[0]],
        "status=paused": [ids[1]],
        "status=completed": [ids[2]],
        "status=abandoned": [],
        "story=storm_keeper": [ids[3]],
        "status=open&story=clearing": [ids[4], ids[0]],
        "status=open&story=clearing&limit=1": [ids[4], ids[0]],
        "story=nowhere": [],
    }
    for query, found in expected.items():
        assert [each["id"] for each in await whole_list(caller, query)] == found, query


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("status=gone", "/status"),
        ("limit=0", "/limit"),
        ("limit=100", "/limit"),
        ("cursor=x", "/cursor"),
        (f"cursor={quote('ü')}", "/cursor"),
        (f"story={quote('a b')}", "/story"),
    ],
)
async def test_what_cannot_be_asked_is_said_where(api: Api, query: str, pointer: str):
    document = problem(await (await api.player()).get(f"/v1/sessions?{query}"), 422, "invalid-request")
    assert [each["pointer"] for each in document["errors"]] == [pointer]


async def test_every_status_can_be_asked_for(api: Api):
    caller = await api.player()
    for status in STATUSES:
        assert (await caller.get(f"/v1/sessions?status={status}")).status_code == 200


async def test_a_list_has_a_tag_that_changes_with_it(api: Api):
    caller, path = await api.session()
    before = await caller.seen("/v1/sessions", await caller.post(f"{path}/pause"))
    tag = before.headers["ETag"]
    assert (await caller.get("/v1/sessions", If_None_Match=tag)).status_code == 304
    resumed = await caller.post(f"{path}/resume")
    assert (await caller.seen("/v1/sessions", resumed, If_None_Match=tag)).status_code == 200


async def turns(api: Api) -> tuple[Caller, str, Any]:
    """A player with three turns; gives the path of the turns, and the first page of one."""
    caller, path = await api.session()
    for number in range(3):
        await caller.post(f"{path}/interactions", {"text": f"Hello {number}"}, Prefer="wait=10")
    page = await caller.get(f"{path}/interactions?limit=1")
    return caller, f"{path}/interactions", page.json()


def cursor_of(page: Any) -> list[Any]:
    raw = parse_qs(urlsplit(page["next"]).query)["cursor"][0]
    decoded: list[Any] = msgspec.msgpack.decode(base64.urlsafe_b64decode(raw + "=="))
    return decoded


async def from_cursor(caller: Caller, path: str, cursor: list[Any], order: str = "asc") -> httpx2.Response:
    raw = base64.urlsafe_b64encode(msgspec.msgpack.encode(cursor)).decode().rstrip("=")
    return await caller.get(f"{path}?limit=1&order={order}&cursor={raw}")


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_a_cursor_goes_on_from_the_history_that_it_was_given_for_only(api: Api, order: str):
    caller, path, page = await turns(api)
    version, digest = cursor_of(page)
    assert (await from_cursor(caller, path, [version, digest], order)).status_code == 200
    for other in ([version, b"anotherh"], [version + 1, digest], [version + 1_000, digest]):
        refused = problem(await from_cursor(caller, path, other, order), 422, "invalid-request")
        assert [each["pointer"] for each in refused["errors"]] == ["/cursor"]


async def test_a_cursor_of_the_release_before_is_taken(api: Api):
    caller, path, page = await turns(api)
    version, _ = cursor_of(page)
    (shown,) = (await from_cursor(caller, path, [version])).json()["interactions"]
    assert shown["text"] == "Hello 1"
