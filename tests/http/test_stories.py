"""The catalogue over HTTP, and how a story fits who asks."""

from api_examples import PREFERENCES, Api, problem

from tta.domain.vocabulary import Role
from tta.stories.story import catalogue


async def test_every_story_is_listed(api: Api):
    answer = await (await api.player()).get("/v1/stories")
    assert [each["id"] for each in answer.json()["stories"]] == sorted(catalogue())
    assert all(
        each["scenes"] >= 20 and each["skills"] and each["warnings"] for each in answer.json()["stories"]
    )
    player = await api.player()
    again = await player.get("/v1/stories", If_None_Match=answer.headers["ETag"])
    assert again.status_code == 304


async def test_a_story_says_how_it_fits(api: Api):
    player = await api.player()
    path = f"/v1/players/{player.player_id}/preferences"
    wishes = {**PREFERENCES, "avoid_topics": [], "trigger_warnings": ["Grief"], "intensity": 3}
    wished = await player.put(path, wishes, If_Match="*")
    shown = await player.seen("/v1/stories/clearing", wished)
    fit = shown.json()["fit"]
    scenes = catalogue()["clearing"][1].scenes.values()
    expected = {
        scene.id: ["grief"] * ("grief" in scene.warnings) + ["intensity 4"] * (scene.intensity == 4)
        for scene in scenes
    }
    assert {each["scene"]: each["because"] for each in fit["filtered"]} == {
        scene: because for scene, because in expected.items() if because
    }
    assert fit["filtered"]
    assert fit["scenes_open"] == len(scenes) - len(fit["filtered"])
    changed = await player.put(path, {**wishes, "intensity": 5}, If_Match="*")
    after = await player.seen("/v1/stories/clearing", changed, If_None_Match=shown.headers["ETag"])
    assert after.status_code == 200, "other wishes, another fit"


async def test_who_plays_as_nobody_sees_no_fit(api: Api):
    assert (await api.caller(Role.THERAPIST).get("/v1/stories/clearing")).json()["fit"] is None


async def test_a_story_that_is_not_there(api: Api):
    problem(await (await api.player()).get("/v1/stories/nowhere"), 404, "not-found")
