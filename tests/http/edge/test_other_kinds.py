"""An id of another kind of aggregate than a path is for names nothing: 404, never a fault."""

import secrets

import pytest

from tests.support.http.api_examples import Api
from tta.domain.care_plan import id_of as care_plan_id
from tta.domain.safety_record import id_of as safety_record_id
from tta.http.apps import COMMANDS, QUERIES

BODIES = {
    "interactions": {"text": "Hello"},
    "switch": {"to": "0" * 8 + "-0000-8000-8000-" + "0" * 12},
    "copy": {},
}
ROUTES = sorted((route.method, route.path) for route in (*COMMANDS, *QUERIES) if "{session_id}" in route.path)


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_it_is_no_session(api: Api, method: str, path: str):
    player, session = await api.session()
    assert player.player_id is not None
    goal = {"text": "To sleep.", "skill": None}
    made = await player.post(f"/v1/players/{player.player_id}/goals", goal)
    assert made.status_code == 200, made.text
    for other in (player.player_id, care_plan_id(player.player_id), safety_record_id(player.player_id)):
        asked = path.replace("{session_id}", str(other))
        if method == "GET":
            response = await player.get(asked)
        else:
            body = BODIES.get(path.rpartition("/")[2])
            response = await player.send(method, asked, body, key=secrets.token_hex(4))
        assert response.status_code == 404, (asked, response.text)
    assert (await player.get(session)).status_code in {200, 404}
