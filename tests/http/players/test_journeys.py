"""A player's journey over HTTP: page by page, with scenes and skills."""

from tests.support.http.api_examples import Api


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
