"""A player with events, without a key: each route of theirs says so and records nothing, and help comes."""

from uuid import UUID

import pytest
from structlog.testing import capture_logs

from tests.support.http.api_examples import NEW_PLAYER, Api, Caller, problem
from tests.support.http.key_examples import keyring_of, without_key
from tests.support.http.route_examples import COMMANDS, QUERIES, ROUTES, Owned, asked, owned, shown
from tta.domain.vocabulary import RiskLevel, Role
from tta.eventstore.store import LoadRequest
from tta.http.edge.calls import PlayerOf, Route
from tta.http.edge.guidance import UNTAKEN, guidance_for
from tta.telemetry import metrics

OPEN_WHAT_THE_CALLER_SAID = {"show_story"}
"""Routes that concern nobody, and show how something fits the caller's own preferences."""
ASK_FOR_A_KEY = [
    route
    for route in ROUTES
    if route.player is not PlayerOf.NOBODY or route.operation in OPEN_WHAT_THE_CALLER_SAID
]
NEED_NO_KEY = [route for route in (*COMMANDS, *QUERIES) if route not in ASK_FOR_A_KEY]
WORDS = {route.path for route in COMMANDS if route.takes_words}


def test_the_routes_that_take_words_are_known():
    """Bodies with a player's text or a questionnaire in them; test_gate.py finds each text of a new route."""
    words = (
        "/v1/players",
        "/v1/sessions/{session_id}/interactions",
        "/v1/players/{player_id}/preferences",
        "/v1/players/{player_id}/goals",
        "/v1/players/{player_id}/progress",
        "/v1/players/{player_id}/goals/{goal_id}/milestones",
        "/v1/players/{player_id}/measures",
    )
    assert set(words) <= WORDS


async def played(api: Api) -> tuple[Caller, str]:
    """A player whose session stands in the read models; gives its path."""
    caller, path = await api.session()
    said = await caller.post(f"{path}/interactions", {"text": "Hello"}, Prefer="wait=20")
    for page in (path, f"/v1/players/{caller.player_id}", f"/v1/players/{caller.player_id}/journey"):
        assert (await caller.seen(page, said)).status_code == 200
    return caller, path


async def versions(api: Api, player_id: UUID | None) -> dict[UUID, int]:
    """Where everything stands that belongs to a player."""
    assert player_id is not None
    store = api.parts.store
    owned = sorted(await store.owned(player_id))
    loaded = await store.load([LoadRequest(each) for each in owned])
    return {each: found.head.version for each, found in zip(owned, loaded, strict=True)}


async def seen_by_all(api: Api) -> Owned:
    """A player with sessions and a goal, who has spoken, and whose sessions stand in the read models."""
    owner = await owned(api)
    said = await owner.caller.post(f"{owner.session}/interactions", {"text": "Hello"}, Prefer="wait=20")
    mine = f"/v1/players/{owner.caller.player_id}"
    for page in (owner.session, mine, f"{mine}/journey"):
        assert (await owner.caller.seen(page, said)).status_code == 200
    return owner


@pytest.mark.parametrize("route", ASK_FOR_A_KEY, ids=shown)
async def test_every_route_says_so_and_records_nothing(api: Api, route: Route):
    owner = await seen_by_all(api)
    caller = owner.caller
    before = await versions(api, caller.player_id)
    async with without_key(api, caller.player_id):
        answer = await asked(route, caller, owner, streaming=True)
        document = problem(answer, 503, "keyring-incomplete")
        assert answer.headers["Retry-After"] == "1"
        assert str(caller.player_id) not in document.get("detail", "")
        guidance = document.get("guidance")
        assert guidance == ({"level": "unknown", "text": UNTAKEN.text} if route.takes_words else None)
        assert await keyring_of(api).nodes.call("EXISTS", keyring_of(api).entry(caller.player_id)) == 0
        assert await versions(api, caller.player_id) == before
    assert (await caller.get(owner.session)).status_code == 200


@pytest.mark.parametrize("route", NEED_NO_KEY, ids=shown)
async def test_what_concerns_nobody_needs_no_key(api: Api, route: Route):
    owner = await owned(api)
    async with without_key(api, owner.caller.player_id):
        answer = await asked(route, owner.caller, owner)
    assert answer.status_code in (200, 403)


async def test_the_alias_and_a_retry_say_so_too(api: Api):
    caller, session = await played(api)
    first = await caller.post(f"{session}/pause", key="k")
    async with without_key(api, caller.player_id):
        problem(await caller.post(f"{session}/pause", key="k"), 503, "keyring-incomplete")
        said = await caller.post(f"{session.removeprefix('/v1')}/interactions", {"text": "Hello"})
        assert problem(said, 503, "keyring-incomplete")["guidance"]["text"] == UNTAKEN.text
    again = await caller.post(f"{session}/pause", key="k")
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_a_registration_sent_again_makes_no_second_key(api: Api):
    admin = api.caller(Role.ADMIN)
    first = await admin.post("/v1/players", NEW_PLAYER, key="registers")
    player_id = UUID(first.json()["id"])
    async with without_key(api, player_id):
        problem(await admin.post("/v1/players", NEW_PLAYER, key="registers"), 503, "keyring-incomplete")
        assert not await keyring_of(api).knows(player_id)
    again = await admin.post("/v1/players", NEW_PLAYER, key="registers")
    assert (again.status_code, again.json()) == (201, first.json())


async def test_what_a_questionnaire_says_of_danger_is_answered_by_its_level(api: Api):
    caller, _ = await played(api)
    path, at_risk = f"/v1/players/{caller.player_id}/measures", [0] * 8 + [3]
    before = await versions(api, caller.player_id)
    async with without_key(api, caller.player_id):
        taken = await caller.post(path, {"measure": "phq9", "answers": at_risk})
        told = guidance_for(RiskLevel.MODERATE)
        assert told is not None
        assert problem(taken, 503, "keyring-incomplete")["guidance"]["text"] == told.text
        refused = await caller.post(path, {"measure": "phq9", "answers": at_risk, "mood": "low"})
        assert problem(refused, 503, "keyring-incomplete")["guidance"]["text"] == told.text
    assert await versions(api, caller.player_id) == before


async def test_whoever_is_on_watch_sees_it_and_the_log_says_it_once(api: Api):
    (caller, session), (other, _) = await played(api), await played(api)
    assert await well(api) == (True, 0)
    with capture_logs() as lines:
        async with without_key(api, caller.player_id), without_key(api, other.player_id):
            for _ in range(5):
                problem(await caller.get(session), 503, "keyring-incomplete")
                problem(await other.post("/v1/sessions", {}), 503, "keyring-incomplete")
            assert await well(api) == (False, 2)
            assert metrics.KEYRING_LACKING._value.get() == 2
    assert await well(api) == (True, 0)
    told = [line for line in lines if "the keyring" in line["event"]]
    assert [line["log_level"] for line in told] == ["critical", "warning"]


async def well(api: Api) -> tuple[bool, int]:
    answer = await api.operators.get("/health")
    keyring = answer.json()["details"]["keyring"]
    assert keyring["belongs"]
    assert (answer.status_code == 200) == (answer.json()["status"] == "healthy")
    return answer.status_code == 200, keyring["lacking"]


async def test_somebody_without_events_is_still_nobody(api: Api):
    stranger = api.stranger()
    problem(await stranger.get(f"/v1/players/{stranger.player_id}"), 404, "not-found")
    consent = await stranger.put(f"/v1/players/{stranger.player_id}/consents/play", {"given": True})
    problem(consent, 404, "no-such-player")
    assert not await keyring_of(api).knows(stranger.player_id)  # It has one.


async def test_nobody_learns_of_another_s_key(api: Api):
    caller, session = await played(api)
    other = await api.player()
    async with without_key(api, caller.player_id):
        problem(await other.get(session), 404, "not-found")
        problem(await other.get(f"/v1/players/{caller.player_id}"), 404, "not-found")
