"""Every endpoint does what it says."""

import re
from uuid import UUID

from prometheus_client.parser import text_string_to_metric_families

from tests.support.http.api_examples import NEW_PLAYER, PREFERENCES, Api, hold, problem
from tta.domain.vocabulary import Role
from tta.reactors.answering import HELD_SENTENCE
from tta.stories.playing.runtime import ChoiceMove, Playthrough
from tta.stories.story import catalogue, newest

CLEARING = newest("clearing")
assert CLEARING is not None


async def test_an_unlinked_account_registers_a_player(api: Api):
    registered = await api.caller(Role.PLAYER).post("/v1/players", NEW_PLAYER)
    assert registered.status_code == 201
    assert registered.json() == {"id": registered.json()["id"], "version": 1}
    assert registered.headers["Location"] == f"/v1/players/{registered.json()['id']}"
    assert registered.headers["ETag"] == '"v1"'
    assert registered.headers["Cache-Control"] == "no-store"


async def test_only_a_name_is_needed(api: Api):
    admin = api.caller(Role.ADMIN)
    registered = await admin.post("/v1/players", {"name": "Kim"})
    player = api.caller(Role.PLAYER, player_id=UUID(registered.json()["id"]))
    agreed = await player.put(f"{registered.headers['Location']}/consents/play", {"given": True})
    shown = (await player.seen(registered.headers["Location"], agreed)).json()
    assert (shown["language"], shown["region"], shown["time_zone"]) == ("en", "GB", "Etc/UTC")
    assert (shown["age_band"], shown["preferences"], shown["consents"]) == ("undisclosed", None, {"play": 1})


async def test_a_player_is_shown(api: Api):
    player = await api.player()
    path = f"/v1/players/{player.player_id}"
    changed = await player.put(f"{path}/preferences", PREFERENCES, If_Match='"v2"')
    assert changed.status_code == 200
    assert (changed.json(), changed.headers["ETag"]) == ({"id": str(player.player_id), "version": 3}, '"v3"')
    shown = await player.seen(path, changed)
    body = shown.json()
    assert body.pop("registered_ms") <= body.pop("changed_ms")
    assert body == {
        "id": str(player.player_id),
        "version": 3,
        "name": "Sam",
        "language": "en-GB",
        "region": "GB-SCT",
        "time_zone": "Europe/London",
        "age_band": "undisclosed",
        "consents": {"play": 1},
        "held": False,
        "recovery": False,
        "preferences": {
            **PREFERENCES,
            "trigger_warnings": [],
            "approaches": [],
            "age_band": "undisclosed",
            "accessibility": [],
        },
        "unreadable": [],
    }
    assert shown.headers["ETag"] == '"v3"'


async def test_a_consent_is_given_and_withdrawn(api: Api):
    player = await api.player(consent=False)
    path = f"/v1/players/{player.player_id}"
    given = await player.put(f"{path}/consents/research", {"given": True, "version": 4})
    assert (await player.seen(path, given)).json()["consents"] == {"research": 4}
    withdrawn = await player.put(f"{path}/consents/research", {"given": False})
    assert (await player.seen(path, withdrawn)).json()["consents"] == {}
    again = await player.put(f"{path}/consents/research", {"given": False})
    assert (again.status_code, again.headers["ETag"]) == (200, '"v3"')


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


async def test_a_journey_is_shown_page_by_page_newest_first(api: Api):
    player = await api.player()
    started = [await player.post("/v1/sessions", {}) for _ in range(5)]
    ids = [each.json()["id"] for each in reversed(started)]
    path = f"/v1/players/{player.player_id}/journey"
    whole = await player.seen(path, started[-1])
    assert [each["id"] for each in whole.json()["sessions"]] == ids
    assert (whole.json()["next"], "Link" in whole.headers) == (None, False)
    page, found = await player.get(f"{path}?limit=2"), []
    while True:
        found += [each["id"] for each in page.json()["sessions"]]
        if page.json()["next"] is None:
            break
        assert page.headers["Link"] == f'<{page.json()["next"]}>; rel="next"'
        page = await player.get(page.json()["next"])
    assert found == ids


async def test_a_journey_names_scenes_and_skills(api: Api):
    player, path = await api.session()
    await player.post(f"{path}/interactions", {"text": "Hello"}, Prefer="wait=10")
    paused = await player.post(f"{path}/pause")
    (played,) = (await player.seen(f"/v1/players/{player.player_id}/journey", paused)).json()["sessions"]
    assert (played["turns"], played["status"]) == (1, "paused")
    assert (played["scenes"], played["skills"]) == (["clearing"], ["grounding_54321"])


async def test_the_process_lives_is_ready_and_healthy(api: Api):
    nobody = api.nobody()
    assert (await nobody.get("/livez")).json() == {"status": "alive"}
    assert (await nobody.get("/readyz")).json() == {"status": "ready"}
    health = await nobody.get("/health")
    assert health.status_code == 200
    assert health.json()["status"] == "healthy"
    assert health.json()["checks"] == {"database": True, "cache": True, "external_apis": True}
    assert health.json()["details"] == {"troubles": []}, "where and when is for those who run it"
    whole = await api.operators.get("/health")
    assert whole.json()["status"] == "healthy"
    assert {each["model"] for each in whole.json()["details"]["projections"]} == {
        "session_state",
        "player_state",
        "journey",
        "progress",
        "agents",
    }


async def test_metrics_are_what_prometheus_reads(api: Api):
    await api.nobody().get("/livez")
    shown = await api.operators.get("/metrics")
    assert re.match("text/plain", shown.headers["content-type"])
    families = {each.name: each for each in text_string_to_metric_families(shown.text)}
    routes = {sample.labels["route"] for sample in families["tta_http_requests"].samples}
    assert "/livez" in routes
    assert families["tta_projection_lag_events"].samples
