"""The catalogue over HTTP, and how a story fits who asks."""

from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pytest

from tests.support.counted_calls import arguments_of
from tests.support.http.api_examples import PREFERENCES, Api, api_in, problem
from tta.app.work import prepare
from tta.domain.vocabulary import Role
from tta.projections.catalogue import KEEPS_WHOLE
from tta.stories.story import catalogue, newest
from tta.stories.understanding.avoiding import read_wish
from tta.stories.ways import endings, ways

MOURNING = {"grief", "loss", "bereavement", "death"}


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
        scene.id: [tag for tag in dict.fromkeys((*scene.warnings, *scene.topics)) if tag in MOURNING]
        + ["intensity 4"] * (scene.intensity == 4)
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


async def test_a_name_is_found_however_its_accents_are_written(api: Api):
    player = await api.player()
    composed, decomposed = [
        await player.get(f"/v1/stories?{urlencode({'character': name})}")
        for name in ("M\u00e1ren", "Ma\u0301ren")
    ]
    assert (composed.status_code, decomposed.status_code) == (200, 200)
    assert composed.json() == decomposed.json()


async def test_a_wish_that_names_nothing_is_told_to_whose_it_is(api: Api):
    player = await api.player()
    path = f"/v1/players/{player.player_id}/preferences"
    wishes = {**PREFERENCES, "avoid_topics": ["Deep-Water", "clowns"], "trigger_warnings": ["deaths", "zzz"]}
    wished = await player.put(path, wishes, If_Match="*")
    fit = (await player.seen("/v1/stories/clearing", wished)).json()["fit"]
    assert fit["unknown"] == ["clowns", "zzz"]
    scenes = catalogue()["clearing"][1].scenes.values()
    avoidable = {"deep_water", *MOURNING}
    left_out = {each.id for each in scenes if not avoidable.isdisjoint((*each.warnings, *each.topics))}
    assert left_out <= {each["scene"] for each in fit["filtered"]} != set()
    other = await api.player()
    assert (await other.get("/v1/stories/clearing")).json()["fit"]["unknown"] == []


async def test_the_wishes_are_read_once_for_a_storys_page(api: Api):
    player = await api.player()
    wishes = {**PREFERENCES, "avoid_topics": ["storms", "clowns"], "trigger_warnings": ["storms", "loss"]}
    wished = await player.put(f"/v1/players/{player.player_id}/preferences", wishes, If_Match="*")
    with arguments_of(read_wish, "wish") as read:
        fit = (await player.seen("/v1/stories/clearing", wished)).json()["fit"]
    assert fit["filtered"]
    assert read == ["storms", "clowns", "loss"]


async def test_who_plays_as_nobody_sees_no_fit(api: Api):
    assert (await api.caller(Role.THERAPIST).get("/v1/stories/clearing")).json()["fit"] is None


async def test_a_story_that_is_not_there(api: Api):
    problem(await (await api.player()).get("/v1/stories/nowhere"), 404, "not-found")


async def test_filters_combine(api: Api):
    player = await api.player()
    stories = [story for story in map(newest, sorted(catalogue())) if story is not None]

    async def found(**asked: str) -> list[str]:
        answer = await player.get(f"/v1/stories?{urlencode(asked)}")
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["stories"]]

    for story in stories:
        listed = (await player.get(f"/v1/stories/{story.id}")).json()["story"]
        assert await found(world=listed["world_id"]) == [story.id]
        for skill in story.skills:
            asked = {"skill": skill, "world": listed["world_id"], "approach": story.approaches[0]}
            assert await found(**asked) == [story.id]
        for warning in story.warnings:
            assert story.id not in await found(free_of=warning.upper().replace("_", " "))
    assert await found(character="tuppence") == await found(character="TUPPENCE") != []
    for scene in stories[0].scenes.values():
        assert stories[0].id in await found(location=scene.location.upper().replace("_", " "))


@pytest.mark.parametrize("name", ["skill", "approach", "world", "character", "location"])
async def test_what_the_catalogue_does_not_know_finds_no_story(api: Api, name: str):
    answer = await (await api.player()).get(f"/v1/stories?{name}=no-such")
    assert (answer.status_code, answer.json()) == (200, {"stories": []})


@pytest.mark.parametrize("name", ["skill", "approach", "world", "character", "location", "free_of"])
@pytest.mark.parametrize(
    "value", ["", " ", "%00", "a%0A", "%24skill%7D", "a" * 65, "a&{name}=b", "a&{name}=a"]
)
async def test_a_filter_that_is_none_is_refused_by_name(api: Api, name: str, value: str):
    answer = await (await api.player()).get(f"/v1/stories?{name}={value.format(name=name)}")
    document = problem(answer, 422, "invalid-request")
    assert [each["pointer"] for each in document["errors"]] == [f"/{name}"]


@pytest.mark.parametrize("word", ["death", "drowning", "storms", "my mother", "Not good enough", "night"])
async def test_a_story_is_free_of_a_word_where_a_player_who_avoids_it_meets_all_of_it(api: Api, word: str):
    player = await api.player()
    wishes = {**PREFERENCES, "avoid_topics": [word], "trigger_warnings": [], "intensity": 5}
    wished = await player.put(f"/v1/players/{player.player_id}/preferences", wishes, If_Match="*")
    whole = [
        name
        for name in sorted(catalogue())
        if not (await player.seen(f"/v1/stories/{name}", wished)).json()["fit"]["filtered"]
    ]
    answer = await player.get(f"/v1/stories?{urlencode({'free_of': word})}")
    assert [each["id"] for each in answer.json()["stories"]] == whole != sorted(catalogue())


@pytest.mark.parametrize("word", ["clowns", "nothing of the kind", "Spinnen"])
async def test_who_looks_for_stories_free_of_what_none_knows_is_told_so(api: Api, word: str):
    answer = await (await api.player()).get(f"/v1/stories?{urlencode({'free_of': word})}")
    (error,) = problem(answer, 422, "invalid-request")["errors"]
    assert error["pointer"] == "/free_of"
    assert "names none" in error["detail"]


async def test_each_story_lists_its_warnings_and_its_topics(api: Api):
    for listed in (await (await api.player()).get("/v1/stories")).json()["stories"]:
        story = newest(listed["id"])
        assert story is not None
        assert listed["warnings"] == list(story.warnings)
        assert listed["topics"] == sorted({each for one in story.scenes.values() for each in one.topics})


async def test_a_story_is_shown_whole(api: Api):
    shown = (await (await api.player()).get("/v1/stories/the_night_post")).json()
    story = newest("the_night_post")
    assert story is not None
    leads, ended = ways(story), endings(story)
    assert {each["id"]: each for each in shown["scenes"]} == {
        scene.id: {
            **msgspec.to_builtins(scene),
            "warnings": list(scene.warnings),
            "topics": list(scene.topics),
            "characters": sorted(scene.characters),
            "leads_to": list(leads[scene.id]),
            "endings": list(ended[scene.id]),
        }
        for scene in story.scenes.values()
    }
    assert shown["locations"] == sorted({scene.location for scene in story.scenes.values()})
    assert shown["characters"] == sorted(
        {each for scene in story.scenes.values() for each in scene.characters}
    )
    assert shown["skills"] == list(story.skills)


async def test_skills_are_listed_with_where_they_are_practised(api: Api):
    player = await api.player()
    answer = await player.get("/v1/skills")
    for skill in answer.json()["skills"]:
        filtered = (await player.get(f"/v1/stories?skill={skill['id']}")).json()["stories"]
        assert [each["id"] for each in filtered] == skill["stories"]
        assert sorted({each["story"] for each in skill["scenes"]}) == skill["stories"]
    again = await player.get("/v1/skills", If_None_Match=answer.headers["ETag"])
    assert again.status_code == 304


async def test_a_fit_says_how_much_is_open_and_which_approaches_are_met(api: Api):
    player = await api.player()
    path, wishes = f"/v1/players/{player.player_id}/preferences", {**PREFERENCES, "avoid_topics": []}
    story = newest("clearing")
    assert story is not None
    wished = await player.put(path, {**wishes, "intensity": 1, "approaches": ["cbt", "act"]}, If_Match="*")
    gentle = [scene for scene in story.scenes.values() if scene.intensity == 1]
    shown = await player.seen("/v1/stories/clearing", wished)
    fit = shown.json()["fit"]
    assert fit["share_open"] == round(len(gentle) / len(story.scenes), 3)
    offered = {scene.approach.value for scene in gentle}
    assert fit["approaches_met"] == [each for each in ("cbt", "act") if each in offered]
    assert fit["approaches_unmet"] == [each for each in ("cbt", "act") if each not in offered]
    assert (await player.get("/v1/stories/clearing", If_None_Match=shown.headers["ETag"])).status_code == 304
    wished = await player.put(path, {**wishes, "intensity": 5, "approaches": ["cbt", "act"]}, If_Match="*")
    fit = (await player.seen("/v1/stories/clearing", wished)).json()["fit"]
    assert fit["share_open"] == 1.0
    assert set(fit["approaches_met"]) == {"cbt", "act"} & {each.value for each in story.approaches}


async def test_a_fit_says_how_many_endings_are_left(api: Api):
    player = await api.player()
    path = f"/v1/players/{player.player_id}/preferences"
    wishes = {**PREFERENCES, "trigger_warnings": [], "intensity": 5}
    for topics, endings_open in (([], 6), (["debt"], 1)):
        wished = await player.put(path, {**wishes, "avoid_topics": topics}, If_Match="*")
        fit = (await player.seen("/v1/stories/the_cartographers_debt", wished)).json()["fit"]
        assert (fit["endings_open"], fit["endings_total"]) == (endings_open, 6)
    assert fit["share_open"] > 0.9, "nearly all is open, and yet nearly no ending"


async def test_another_players_fit_is_never_taken_for_ones_own(api: Api):
    one, other = await api.player(), await api.player()
    shown = []
    for player, intensity in ((one, 1), (other, 5)):
        path = f"/v1/players/{player.player_id}/preferences"
        wished = await player.put(path, {**PREFERENCES, "intensity": intensity}, If_Match="*")
        shown.append(await player.seen("/v1/stories/clearing", wished))
    assert shown[0].headers["ETag"] != shown[1].headers["ETag"]


async def test_a_graph_without_the_catalogue_is_away_and_not_empty(tmp_path: Path):
    async with api_in(tmp_path, working=False) as running:
        player = running.caller(Role.THERAPIST)
        async with running.parts.graph.transaction() as tx:
            await tx.run(KEEPS_WHOLE, kept=["lock"])
        for path in ("/v1/stories", "/v1/stories?skill=willingness", "/v1/stories/clearing", "/v1/skills"):
            problem(await player.get(path), 503, "read-model-unavailable")
            problem(await player.get(path.replace("clearing", "nowhere")), 503, "read-model-unavailable")
        await prepare(running.parts)
        assert (await player.get("/v1/stories")).json()["stories"]
        await running.parts.graph.close()
        problem(await player.get("/v1/stories"), 503, "read-model-unavailable")
