"""A session over HTTP: started, played to its end, and what is said while play is held."""

from uuid import UUID

from tests.support.http.api_examples import PREFERENCES, Api, hold, problem
from tta.reactors.answering import HELD_SENTENCE
from tta.stories.playing.runtime import ChoiceMove, Playthrough
from tta.stories.story import catalogue, newest

CLEARING = newest("clearing")
assert CLEARING is not None


async def test_a_story_is_played_from_start_to_end(api: Api):
    player = await api.player()
    started = await player.post("/v1/sessions", {"story": "clearing"})
    assert (started.status_code, started.json()["version"]) == (201, 1)
    path = started.headers["Location"]
    begun = (await player.seen(path, started)).json()
    place = Playthrough(CLEARING, UUID(started.json()["id"]))
    assert begun["last_reply"] == place.shown.text
    assert begun["choices"] == [{"id": each.id, "text": each.text} for each in place.shown.offers]
    asked = await player.post(f"{path}/interactions", {"text": "what next?", "turn": 1}, Prefer="wait=10")
    assert asked.headers["Preference-Applied"] == "wait=10"
    answer = asked.json()
    assert UUID(answer.pop("interaction_id"))
    reply = answer.pop("reply")
    assert answer == {"turn": 1, "version": 2, "status": "open"}
    assert reply["text"].startswith("I am not sure which you mean"), "it does not guess"
    assert reply["choices"] == begun["choices"], "the story stood still"
    first = place.shown.offers[0]
    said = await player.post(f"{path}/interactions", {"text": f"{first.text}!", "turn": 2}, Prefer="wait=10")
    told = place.make(ChoiceMove(first.id))
    assert said.json()["reply"] == {
        "turn": 2,
        "text": told.text,
        "author": "story",
        "scene": told.scene,
        "skill": CLEARING.scenes[told.scene].skill,
        "choices": [{"id": each.id, "text": each.text} for each in told.offers],
        "practised": list(told.practised),
        "ending": None,
        "notice": None,
    }
    second = told.offers[0]
    chose = await player.post(f"{path}/interactions", {"choice": second.id, "turn": 3}, Prefer="wait=10")
    told = place.make(ChoiceMove(second.id))
    assert chose.json()["reply"]["text"] == told.text
    for verb, version in (("pause", 8), ("resume", 9), ("complete", 10)):
        changed = await player.post(f"{path}/{verb}")
        assert (changed.status_code, changed.json()["version"]) == (200, version)
    shown = (await player.seen(path, changed)).json()
    assert shown.pop("started_ms") <= shown.pop("changed_ms")
    assert shown == {
        "id": started.json()["id"],
        "unreadable": [],
        "player_id": str(player.player_id),
        "story": "clearing",
        "status": "completed",
        "version": 10,
        "turn": 3,
        "unanswered": False,
        "last_text": None,
        "last_choice": second.id,
        "last_reply": told.text,
        "last_author": "story",
        "scene": told.scene,
        "choices": [],
        "ending": told.ending or None,
        "notice": None,
    }


async def test_what_a_player_does_not_want_to_meet_is_not_offered(api: Api):
    player = await api.player()
    wishes = {**PREFERENCES, "avoid_topics": [], "trigger_warnings": ["Darkness", "grief"], "intensity": 1}
    assert (
        await player.put(f"/v1/players/{player.player_id}/preferences", wishes, If_Match="*")
    ).status_code == 200
    started = await player.post("/v1/sessions", {"story": "clearing"})
    path = started.headers["Location"]
    shown = (await player.seen(path, started)).json()
    scenes = set()
    for turn in range(1, 12):
        if not shown["choices"]:
            break
        choice = shown["choices"][-1]["id"]
        said = await player.post(f"{path}/interactions", {"choice": choice, "turn": turn}, Prefer="wait=10")
        shown = said.json()["reply"]
        scenes.add(shown["scene"])
    assert scenes
    assert all(CLEARING.scenes[scene].intensity == 1 for scene in scenes), "or the calm place, which is"


async def test_a_story_that_there_is_not_is_refused_and_nothing_is_started(api: Api):
    player = await api.player()
    refused = problem(await player.post("/v1/sessions", {"story": "forest"}, key="k"), 422, "unknown-story")
    assert refused["errors"] == [{"pointer": "/story", "detail": refused["detail"]}]
    assert all(story in refused["detail"] for story in catalogue())
    assert "forest" not in refused["detail"]
    started = await player.post("/v1/sessions", {"story": "clearing"}, key="k")
    assert started.status_code == 201, "nothing came of it, so the key is free"
    (only,) = (await player.seen("/v1/sessions", started)).json()["sessions"]
    assert only["story"] == "clearing"


async def test_words_come_back_to_who_said_them(api: Api):
    player, path = await api.session()
    said = await player.post(f"{path}/interactions", {"text": "Hello there"})
    assert "reply" not in said.json()
    assert (await player.seen(path, said)).json()["last_text"] == "Hello there"


async def test_on_hold_the_protocol_answers(api: Api):
    player, path = await api.session()
    assert player.player_id is not None
    token = api.sealed(player, await hold(api, player.player_id))
    said = await player.post(f"{path}/interactions", {"text": "I am here"}, Prefer="wait=10")
    reply = said.json()["reply"]
    assert (said.status_code, reply["text"], reply["author"]) == (200, HELD_SENTENCE, "protocol")
    shown = await player.get(f"/v1/players/{player.player_id}", Consistency_Token=token, Prefer="wait=10")
    assert (shown.json()["held"], shown.headers["ETag"]) == (True, '"v2.held"')


async def test_a_hold_takes_words_without_consent_too(api: Api):
    player, path = await api.session()
    assert player.player_id is not None
    await player.put(f"/v1/players/{player.player_id}/consents/play", {"given": False})
    problem(await player.post(f"{path}/interactions", {"text": "Hello"}), 409, "consent-missing")
    await hold(api, player.player_id)
    assert (await player.post(f"{path}/interactions", {"text": "Hello"})).status_code == 200
