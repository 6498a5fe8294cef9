"""What an interaction's answer carries beside the reply, and what a reply offers."""

from collections.abc import Iterable

import httpx2
import pytest

from tests.support.http.api_examples import PREFERENCES, Api, Caller, hold
from tta.stories.story import catalogue

WAIT = "wait=10"
TOUCHED = {
    topic
    for versions in catalogue().values()
    for story in versions.values()
    for scene in story.scenes.values()
    for topic in (*scene.topics, *scene.warnings)
}
"""All that a player might avoid."""


async def said(caller: Caller, path: str, words: str) -> dict:
    taken = await caller.post(f"{path}/interactions", {"text": words}, Prefer=WAIT)
    assert taken.status_code == 200, taken.text
    return taken.json()


@pytest.mark.parametrize(
    ("words", "status"),
    [("look", "open"), ("quit", "open"), ("take a break", "paused"), ("bye", "open"), ("1", "open")],
)
async def test_the_answer_says_what_the_session_is_after_the_reply(api: Api, words: str, status: str):
    caller, path = await api.session()
    answer = await said(caller, path, words)
    assert answer["status"] == status
    assert bool(answer["reply"]["choices"]) == (status == "open")


async def test_a_confirmed_end_completes_and_offers_nothing_more(api: Api):
    caller, path = await api.session()
    await said(caller, path, "bye")
    answer = await said(caller, path, "yes")
    assert (answer["status"], answer["reply"]["choices"]) == ("completed", [])
    again = await caller.post(f"{path}/complete")  # Changes nothing; its token is behind the reply.
    shown = (await caller.seen(path, again)).json()
    assert (shown["status"], shown["choices"]) == ("completed", [])


@pytest.mark.parametrize(("how", "status"), [("complete", "completed"), ("abandon", "abandoned")])
async def test_a_session_that_is_over_offers_nothing(api: Api, how: str, status: str):
    caller, path = await api.session()
    ended = await caller.post(f"{path}/{how}")
    assert ended.status_code == 200, ended.text
    shown = (await caller.seen(path, ended)).json()
    assert (shown["status"], shown["choices"]) == (status, [])
    assert shown["last_reply"], "how it began may still be read"


@pytest.mark.parametrize("ending", ["quit", "exit", "bye"])
async def test_an_end_in_words_offers_nothing_either(api: Api, ending: str):
    caller, path = await api.session()
    await said(caller, path, "1")
    await said(caller, path, ending)
    assert (await said(caller, path, "yes"))["status"] == "completed"
    again = await caller.post(f"{path}/complete")
    shown = (await caller.seen(path, again)).json()
    assert (shown["status"], shown["choices"]) == ("completed", [])


async def prefer(caller: Caller, tag: str, intensity: int, topics: Iterable[str] = ()) -> httpx2.Response:
    path = f"/v1/players/{caller.player_id}"
    wished = {**PREFERENCES, "intensity": intensity, "avoid_topics": sorted(topics)}
    changed = await caller.put(f"{path}/preferences", wished, If_Match=tag)
    assert changed.status_code == 200, changed.text
    return changed


async def test_a_choice_that_changed_preferences_closed_is_shown_until_the_next_reply(api: Api):
    caller = await api.player()
    preferred = await prefer(caller, '"v2"', 5)
    path = (await caller.post("/v1/sessions", {"story": "the_night_post"})).headers["Location"]
    for _ in range(3):
        offered = (await said(caller, path, "last"))["reply"]["choices"]
    changed = await prefer(caller, preferred.headers["ETag"], 1, TOUCHED)
    shown = (await caller.seen(path, changed)).json()
    assert shown["choices"] == offered, "what was open with the last reply"
    tried = {"choice": offered[0]["id"]}
    answer = (await caller.post(f"{path}/interactions", tried, Prefer=WAIT)).json()
    assert answer["reply"]["choices"], "what is open now"
    assert offered[0] not in answer["reply"]["choices"]


async def test_who_comes_back_from_a_pause_finds_what_was_offered(api: Api):
    caller, path = await api.session()
    offered = (await said(caller, path, "look"))["reply"]["choices"]
    await said(caller, path, "take a break")
    resumed = await caller.post(f"{path}/resume")
    shown = (await caller.seen(path, resumed)).json()
    assert (shown["choices"], shown["status"]) == (offered, "open")
    assert shown["scene"]
    assert (await said(caller, path, "1"))["reply"]["choices"] != offered


async def test_a_retry_is_told_the_same_whatever_became_of_the_session_since(api: Api):
    caller, path = await api.session()
    first = await caller.post(f"{path}/interactions", {"text": "take a break"}, key="one", Prefer=WAIT)
    await caller.post(f"{path}/resume")
    await caller.post(f"{path}/complete")
    again = await caller.post(f"{path}/interactions", {"text": "take a break"}, key="one", Prefer=WAIT)
    assert again.json() == first.json()
    assert again.json()["status"] == "paused"


async def test_without_a_reply_there_is_no_status(api: Api):
    caller, path = await api.session()
    taken = await caller.post(f"{path}/interactions", {"text": "look"})
    assert not {"reply", "status"} & taken.json().keys()


async def test_a_session_that_rests_takes_words_while_play_is_held_and_still_rests(api: Api):
    caller, path = await api.session()
    await caller.post(f"{path}/pause")
    assert caller.player_id is not None
    await hold(api, caller.player_id)
    answer = await said(caller, path, "I feel low.")
    assert (answer["status"], answer["reply"]["author"]) == ("paused", "protocol")
