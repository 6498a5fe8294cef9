"""A player's account over HTTP: registered, shown, consents given and withdrawn."""

from uuid import UUID

from tests.support.http.api_examples import NEW_PLAYER, PREFERENCES, Api
from tta.domain.vocabulary import Role


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
