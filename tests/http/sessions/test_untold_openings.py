"""A story that began while play was held is told from its beginning once play goes on."""

from typing import Any
from uuid import UUID

import pytest

from tests.support.http.api_examples import Api, Caller, hold, release, soften
from tta.domain.passages import SOFT_INTENSITY, Wishes
from tta.stories.playing.narrating import opening
from tta.stories.playing.standing import HELP, PAUSED, QUIT, SELF
from tta.stories.story import newest

STORY = newest("clearing")
assert STORY is not None


def seed(path: str) -> UUID:
    return UUID(path.rpartition("/")[2])


async def held(api: Api) -> Caller:
    caller = await api.player()
    assert caller.player_id is not None
    await hold(api, caller.player_id)
    return caller


async def begun(caller: Caller, story: str = "clearing") -> str:
    started = await caller.post("/v1/sessions", {"story": story})
    assert started.status_code == 201, started.text
    return started.headers["Location"]


async def goes_on(api: Api, caller: Caller) -> None:
    assert caller.player_id is not None
    await release(api, caller.player_id)


async def answer_to(caller: Caller, path: str, **said: str) -> dict[str, Any]:
    taken = await caller.post(f"{path}/interactions", said, Prefer="wait=10")
    assert taken.status_code == 200, taken.text
    return taken.json()


@pytest.mark.parametrize(
    "said", [{"text": "hello"}, {"text": "look"}, {"text": "1"}, {"choice": "snail"}], ids=str
)
async def test_the_first_words_after_the_release_are_answered_by_the_opening(api: Api, said: dict[str, str]):
    caller = await held(api)
    path = await begun(caller)
    reply = (await answer_to(caller, path, text="I feel low."))["reply"]
    assert (reply["author"], reply["choices"]) == ("protocol", [])
    await goes_on(api, caller)
    reply = (await answer_to(caller, path, **said))["reply"]
    begins = opening(STORY, seed(path), Wishes())
    assert reply["text"] == begins.text
    assert tuple(each["id"] for each in reply["choices"]) == begins.passage.choices
    assert reply["scene"] == begins.passage.scene
    assert (await answer_to(caller, path, text="1"))["reply"]["text"] != reply["text"]


async def test_it_is_told_by_the_wishes_of_then(api: Api):
    caller = await held(api)
    path = await begun(caller, "storm_keeper")
    assert caller.player_id is not None
    await soften(api, caller.player_id)
    await goes_on(api, caller)
    story = newest("storm_keeper")
    assert story is not None
    reply = (await answer_to(caller, path, text="hello"))["reply"]
    assert story.scenes[reply["scene"]].intensity <= SOFT_INTENSITY
    softened = opening(story, seed(path), Wishes().softened())
    assert (reply["text"], len(reply["choices"])) == (softened.text, len(softened.choice_texts))


async def test_a_copy_is_told_from_where_it_stands(api: Api):
    caller, path = await api.session()
    await answer_to(caller, path, text="1")
    stood = (await answer_to(caller, path, text="1"))["reply"]
    assert caller.player_id is not None
    await hold(api, caller.player_id)
    copied = await caller.post(f"{path}/copy", {})
    await goes_on(api, caller)
    reply = (await answer_to(caller, copied.headers["Location"], text="hello"))["reply"]
    assert (reply["text"], reply["choices"], reply["practised"]) == (stood["text"], stood["choices"], [])


@pytest.mark.parametrize(("words", "first"), [("I feel so sad today", SELF), ("help", HELP)])
async def test_who_speaks_of_themself_or_asks_for_help_is_heard_first(api: Api, words: str, first: str):
    caller = await held(api)
    path = await begun(caller)
    await goes_on(api, caller)
    reply = (await answer_to(caller, path, text=words))["reply"]
    assert reply["text"] == f"{first}\n\n{opening(STORY, seed(path), Wishes()).text}"
    assert reply["choices"]


async def test_who_pauses_or_ends_is_let_go_and_told_it_when_they_are_back(api: Api):
    caller = await held(api)
    path = await begun(caller)
    await goes_on(api, caller)
    rests = await answer_to(caller, path, text="take a break")
    assert (rests["status"], rests["reply"]["text"], rests["reply"]["choices"]) == ("paused", PAUSED, [])
    await caller.post(f"{path}/resume")
    asked = await answer_to(caller, path, text="quit")
    assert (asked["status"], asked["reply"]["text"]) == ("open", QUIT)
    begins = (await answer_to(caller, path, text="no"))["reply"]
    assert begins["text"] == opening(STORY, seed(path), Wishes()).text
