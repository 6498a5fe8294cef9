"""In recovery a player is told softer stories, from the beginning and in every turn."""

from uuid import UUID

import pytest
from msgspec.structs import replace

from tests.support.http.api_examples import Api, soften
from tta.domain.joint.facts import Facts
from tta.domain.passages import SOFT_INTENSITY, Wishes
from tta.http.sessions.sessions import beginning
from tta.stories.story import CALM, Scene, catalogue, newest

FREE = Facts(held=False, consented=True, recovery=False)
SESSION = UUID(int=5)


@pytest.mark.parametrize("changed", [{"intensity": SOFT_INTENSITY + 1}, {"readiness": "settled"}], ids=str)
def test_a_beginning_that_confronts_is_not_told_in_recovery(changed):
    story = newest("clearing")
    assert story is not None
    first: Scene = story.scenes["clearing"]
    hard = story._replace(scenes={**story.scenes, first.id: replace(first, **changed)})
    assert beginning(hard, SESSION, Wishes(), FREE).passage.scene == first.id
    assert beginning(hard, SESSION, Wishes(), FREE._replace(recovery=True)).passage.scene == CALM


@pytest.mark.parametrize("story", catalogue())
async def test_nothing_that_confronts_is_offered_in_recovery(api: Api, story: str):
    told_of = newest(story)
    assert told_of is not None
    player = await api.player()
    assert player.player_id is not None
    await soften(api, player.player_id)
    started = await player.post("/v1/sessions", {"story": story})
    path = started.headers["Location"]
    shown = (await player.seen(path, started)).json()
    for turn in range(1, 16):
        scene = told_of.scenes[shown["scene"]]
        assert (scene.intensity <= SOFT_INTENSITY, scene.readiness) == (True, "any")
        if not shown["choices"]:
            assert shown["ending"], "a way on or an end, never nothing"
            break
        choice = shown["choices"][-1 if turn % 3 else 0]["id"]
        said = await player.post(f"{path}/interactions", {"choice": choice, "turn": turn}, Prefer="wait=10")
        shown = said.json()["reply"]
