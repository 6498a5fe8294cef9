"""The turns of a session page by page: what was said and answered, in order, for its player alone."""

from typing import Any

import pytest

from tests.support.http.api_examples import Api, Caller, problem
from tta.app.work import orchestrator
from tta.domain.identity import derived_id
from tta.http.sessions.bodies import MACHINE_NOTICE
from tta.stories.understanding.hearing import known_words

WORDS = ["Hello", "What is this?", "look", "I feel fine today", "help"]


async def told(api: Api) -> tuple[Caller, str, list[dict[str, Any]]]:
    """A session with five turns and some pauses; gives the answers that its interactions got."""
    caller, path = await api.session()
    answers = []
    for number, words in enumerate(WORDS):
        for _ in range(number * 3):
            await caller.post(f"{path}/pause")
            await caller.post(f"{path}/resume")
        taken = await caller.post(f"{path}/interactions", {"text": words}, Prefer="wait=10")
        answers.append(taken.json()["reply"])
    return caller, f"{path}/interactions", answers


async def whole(caller: Caller, path: str, query: str = "") -> tuple[list[dict[str, Any]], list[Any]]:
    """Follow the pages to their end; give the turns, and the opening of each page."""
    found, openings, following = [], [], f"{path}?{query}"
    while following:
        page = await caller.get(following)
        assert page.status_code == 200, page.text
        found += page.json()["interactions"]
        openings.append(page.json()["opening"])
        following = page.json()["next"]
        assert page.headers.get("Link") == (f'<{following}>; rel="next"' if following else None)
    return found, openings


async def test_each_turn_shows_what_was_said_and_what_was_answered(api: Api):
    caller, path, answers = await told(api)
    found, (opening,) = await whole(caller, path)
    assert [each["text"] for each in found] == WORDS
    assert [each["turn"] for each in found] == [1, 2, 3, 4, 5]
    assert [each["reply"] for each in found] == answers
    for each in found:
        assert each["said_ms"] <= each["answered_ms"]
    shown = (await caller.get(path.removesuffix("/interactions"))).json()
    assert opening["text"]
    assert opening["notice"] == MACHINE_NOTICE
    assert opening["at_ms"] == shown["started_ms"]


async def test_pages_show_each_turn_once_in_either_order(api: Api):
    caller, path, _ = await told(api)
    expected, _ = await whole(caller, path)
    for limit in (1, 2, 3, 5, 99):
        found, openings = await whole(caller, path, f"limit={limit}&order=asc")
        assert found == expected
        assert [opening is not None for opening in openings] == [True] + [False] * (len(openings) - 1)
        found, openings = await whole(caller, path, f"order=desc&limit={limit}")
        assert found == expected[::-1]
        assert [opening is not None for opening in openings] == [False] * (len(openings) - 1) + [True]


async def test_a_session_without_turns_shows_how_it_began(api: Api):
    caller, path = await api.session()
    for order in ("asc", "desc"):
        found, (opening,) = await whole(caller, f"{path}/interactions", f"order={order}")
        assert found == []
        assert opening["choices"]


async def test_a_turn_that_waits_for_its_reply_is_shown_without(still_api: Api):
    caller, path = await still_api.session()
    await caller.post(f"{path}/interactions", {"choice": "on"})
    for order in ("asc", "desc"):
        (turn,), _ = await whole(caller, f"{path}/interactions", f"order={order}")
        assert (turn["text"], turn["choice"], turn["reply"], turn["answered_ms"]) == (None, "on", None, None)


async def test_the_log_is_read_so_whatever_was_answered_is_there(still_api: Api):
    caller, path = await still_api.session()
    taken = await caller.post(f"{path}/interactions", {"text": "Hello"})
    token = taken.headers["Consistency-Token"]
    page = await caller.get(f"{path}/interactions", Consistency_Token=token, Prefer="handling=strict")
    assert (page.status_code, page.headers["Consistency"]) == (200, "fresh")
    assert [each["text"] for each in page.json()["interactions"]] == ["Hello"]
    known = await caller.get(f"{path}/interactions", If_None_Match=page.headers["ETag"])
    assert known.status_code == 304


async def test_what_was_erased_is_null(api: Api):
    caller, path, _ = await told(api)
    keyring = api.parts.required_keys.keyring
    await keyring.nodes.call("HSET", keyring.entry(caller.player_id), "destroyed", "1")
    keyring.forget()
    found, (opening,) = await whole(caller, path)
    assert {each["text"] for each in found} == {None}
    assert {each["reply"]["text"] for each in found} == {None}
    assert opening["text"] is None
    assert [each["turn"] for each in found] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("query", ["order=up", "limit=x", "limit=0", "cursor=x", "cursor=gaFh"])
async def test_what_cannot_be_asked_is_said_where(api: Api, query: str):
    caller, path = await api.session()
    document = problem(await caller.get(f"{path}/interactions?{query}"), 422, "invalid-request")
    assert [each["pointer"] for each in document["errors"]] == [f"/{query.partition('=')[0]}"]


async def test_turns_of_others_and_of_no_session_are_not_found(api: Api):
    _, path, _ = await told(api)
    other = await api.player()
    for asked in (path, f"/v1/sessions/{derived_id('nothing')}/interactions", "/v1/sessions/x/interactions"):
        problem(await other.get(asked), 404, "not-found")


async def test_the_first_words_find_all_words_of_the_stories_read(api: Api):
    known_words.cache_clear()
    await orchestrator(api.parts, None)
    assert known_words.cache_info().currsize == 1
