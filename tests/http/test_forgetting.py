"""Operators have rows forgotten: done once, refused where it makes no sense, and all is there again."""

from typing import Any

import pytest

from tests.support.http.api_examples import Api, Caller, problem
from tta.domain.vocabulary import Role

PATH = "/v1/operations/read-models/forget"


def operator(api: Api) -> Caller:
    return api.caller(Role.OPERATOR)


async def test_what_was_forgotten_is_there_again(api: Api):
    player, path = await api.session()
    paused = await player.post(f"{path}/pause")
    before = await player.seen(path, paused)
    slot = api.parts.store.layout.slot_of(player.player_id)
    forgotten = await operator(api).post(PATH, {"slot": slot})
    assert forgotten.json()["slots"] == 1
    assert {"session_state", "journey", "progress"} <= set(forgotten.json()["models"])
    token = paused.headers["Consistency-Token"]
    again = await player.get(path, Consistency_Token=token, Prefer="wait=30, handling=strict")
    assert (again.status_code, again.json()) == (200, before.json())
    journey = await player.seen(f"/v1/players/{player.player_id}/journey", paused)
    assert journey.headers["Consistency"] == "fresh"
    assert len(journey.json()["sessions"]) == 1


async def test_until_then_answers_cannot_be_relied_on(still_api: Api):
    """Nobody removes and fills here, so it stays as it is."""
    player, _ = await still_api.session()
    slot = still_api.parts.store.layout.slot_of(player.player_id)
    path = f"/v1/players/{player.player_id}/progress"
    assert (await operator(still_api).post(PATH, {"slot": slot, "model": "progress"})).status_code == 200
    asked = await player.get(path)
    problem(asked, 503, "read-model-filling")
    assert asked.headers["Consistency"] == "unknown"
    assert int(asked.headers["Retry-After"]) > 0


async def test_the_same_request_again_has_no_further_effect(api: Api):
    asking, body = operator(api), {"model": "agents", "slot": 3}
    first, again = [await asking.post(PATH, body, key="once") for _ in range(2)]
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    other = await asking.post(PATH, {"model": "agents", "slot": 4}, key="once")
    problem(other, 422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"model": "diary"}, "/model"),
        ({"slot": 16}, "/slot"),
        ({"slot": 256}, "/slot"),
        ({"slot": -1}, "/slot"),
        ({"slot": "3"}, "/slot"),
        ({"model": ""}, "/model"),
        ({"modell": "journey"}, ""),
    ],
)
async def test_what_cannot_be_is_refused_by_name(api: Api, body: dict[str, Any], pointer: str):
    refused = problem(await operator(api).post(PATH, body), 422, "invalid-request")
    assert [each["pointer"] for each in refused["errors"]] == [pointer]


async def test_others_may_not(api: Api):
    for role in (Role.PLAYER, Role.ADMIN, Role.ANALYST):
        problem(await api.caller(role).post(PATH, {}), 403, "forbidden")
