"""No one reaches what is not theirs: every route × every role × every relationship."""

import secrets
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from tests.support.http.api_examples import NEW_PLAYER, PREFERENCES, Api, Caller, problem
from tta.domain.vocabulary import Role
from tta.http.apps import BOTH, COMMANDS, QUERIES
from tta.http.edge.calls import Route
from tta.security.policy import POLICY, PUBLIC, Action

ROUTES = (*COMMANDS, *QUERIES, *BOTH)
GOAL_ID = "the goal that the owner has"
SESSION_ID = "another session that the owner has"
OWN, OTHER, UNLINKED = "own", "other", "unlinked"
"""The caller plays as the player concerned, as another one, or as nobody."""

REGISTERING = {
    Role.PLAYER: {OWN: 403, OTHER: 403, UNLINKED: 201},
    Role.ADMIN: {OWN: 201, OTHER: 201, UNLINKED: 201},
    Role.SERVICE: {OWN: 201, OTHER: 201, UNLINKED: 201},
}
STARTING = {Role.PLAYER: {OWN: 201, OTHER: 201, UNLINKED: 403}}
"""Whoever plays starts their own session: nobody else is concerned."""
COPYING = {Role.PLAYER: {OWN: 201, OTHER: 404, UNLINKED: 403}}
LISTING = {Role.PLAYER: {OWN: 200, OTHER: 200, UNLINKED: 403}}
"""Whoever asks for their sessions sees their own."""
ACTING = {Role.PLAYER: {OWN: 200, OTHER: 404, UNLINKED: 403}}
EXPECTED: dict[Action, dict[Role, dict[str, int]]] = {
    Action.PLAYER_REGISTER: REGISTERING,
    Action.PLAYER_READ: ACTING,
    Action.CONSENT_CHANGE: ACTING,
    Action.PREFERENCES_SET: ACTING,
    Action.SESSION_START: STARTING,
    Action.SESSION_PLAY: ACTING,
    Action.SESSION_COPY: COPYING,
    Action.SESSION_READ: ACTING,
    Action.SESSION_LIST: LISTING,
    Action.STORY_READ: {role: {OWN: 200, OTHER: 200, UNLINKED: 200} for role in Role},
    Action.CARE_PLAN_CHANGE: ACTING,
    Action.CARE_PLAN_READ: ACTING,
    Action.OPERATIONS_READ: {
        role: {OWN: 200, OTHER: 200, UNLINKED: 200} for role in (Role.OPERATOR, Role.ADMIN)
    },
    Action.OPERATIONS_CHANGE: {Role.OPERATOR: {OWN: 200, OTHER: 200, UNLINKED: 200}},
    Action.MEASURE_READ: {role: {OWN: 200, OTHER: 200, UNLINKED: 200} for role in Role},
}
"""Whom it does not name is answered 403."""
BODIES: dict[str, Any] = {
    "/v1/players": NEW_PLAYER,
    "/v1/players/{player_id}/consents/{purpose}": {"given": True},
    "/v1/players/{player_id}/preferences": PREFERENCES,
    "/v1/players/{player_id}/goals": {"text": "Leave the house every day"},
    "/v1/players/{player_id}/progress": {"goal_id": GOAL_ID, "attainment": 1},
    "/v1/players/{player_id}/goals/{goal_id}/milestones": {"text": "To the corner and back"},
    "/v1/players/{player_id}/measures": {"measure": "gad7", "answers": [0, 1, 2, 3, 0, 1, 2]},
    "/v1/operations/read-models/forget": {"model": "agents", "slot": 15},
    "/v1/sessions": {},
    "/v1/sessions/{session_id}/switch": {"to": SESSION_ID},
    "/v1/sessions/{session_id}/copy": {},
    "/v1/sessions/{session_id}/interactions": {"text": "Hello"},
}


class There(NamedTuple):
    """What its owner made: the path of a session, the id of another one, and the id of a goal."""

    session: str
    other_session: str
    goal: str


def shown(route: Route) -> str:
    return f"{route.method} {route.path}"


async def asked(route: Route, caller: Caller, owner: Caller, there: There) -> Any:
    path = route.path.format(
        player_id=owner.player_id,
        session_id=there.session.rpartition("/")[2],
        purpose="research",
        story_id="clearing",
        goal_id=there.goal,
    )
    # A stream does not end by itself; its headers are decided in the same way.
    method = "HEAD" if route.media_type == "text/event-stream" else route.method
    body = BODIES.get(route.path)
    if body is not None:
        meant = {GOAL_ID: there.goal, SESSION_ID: there.other_session}
        body = {
            name: meant.get(value, value) if isinstance(value, str) else value for name, value in body.items()
        }
    wanted = {"If_Match": "*"} if path.endswith("/preferences") else {}
    return await caller.send(method, path, body, **wanted)


async def owned(api: Api) -> tuple[Caller, There]:
    """A player, and what is theirs."""
    owner, session = await api.session()
    made = await owner.post(f"/v1/players/{owner.player_id}/goals", {"text": "Call a friend"})
    second = await owner.post("/v1/sessions", {})
    return owner, There(session, second.json()["id"], made.json()["goal_id"])


@pytest.mark.parametrize("route", ROUTES, ids=shown)
async def test_who_may(api: Api, route: Route):
    owner, there = await owned(api)
    resumed = await owner.post(f"{there.session}/resume")
    mine = f"/v1/players/{owner.player_id}"
    for query in (there.session, mine, f"{mine}/journey", f"{mine}/progress"):
        await owner.seen(query, resumed)
    other = await api.player()
    for role in Role:
        for relation, player_id in ((OWN, owner.player_id), (OTHER, other.player_id), (UNLINKED, None)):
            caller = api.caller(role, player_id=player_id)
            answer = await asked(route, caller, owner, there)
            expected = EXPECTED.get(route.action, {}).get(role, {}).get(relation, 403)
            if route.action in PUBLIC:
                expected = 200
            assert answer.status_code == expected, f"{role}, {relation}: {answer.text}"
            if expected == 404 and answer.text:
                assert "detail" not in problem(answer, 404, answer.json()["code"]) or route.method == "POST"
            if expected == 403 and answer.text:
                problem(answer, 403, "forbidden")


@pytest.mark.parametrize("route", ROUTES, ids=shown)
async def test_who_has_no_token_or_no_role_may_nothing_but_look(api: Api, route: Route):
    owner, there = await owned(api)
    for caller, status in (
        (api.nobody(), 401),
        (api.nobody()._replace(token="nonsense"), 401),
        (api.caller(player_id=owner.player_id), 403),
    ):
        answer = await asked(route, caller, owner, there)
        assert answer.status_code == (200 if route.action in PUBLIC else status)


async def test_who_asks_is_known_before_what_they_send_is_read(api: Api):
    headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    for token, status in (("", 401), (api.caller(Role.OPERATOR).token, 403)):
        signed = {**headers, "Authorization": f"Bearer {token}"} if token else headers
        assert (await api.http.post("/v1/sessions", content=b"{", headers=signed)).status_code == status


@pytest.mark.parametrize("header", ["Basic dTpw", "Bearer", "Bearer ", "bearer", "x", "Bearer a b"])
async def test_what_is_no_bearer_token_is_none(api: Api, header: str):
    problem(await api.http.get("/v1/sessions/x", headers={"Authorization": header}), 401, "unauthenticated")


async def test_several_roles_are_each_looked_at(api: Api):
    owner, session = await api.session()
    both = api.caller(Role.OPERATOR, Role.PLAYER, player_id=owner.player_id)
    assert (await both.post(f"{session}/pause")).status_code == 200


def test_every_route_has_a_rule_and_every_rule_a_route():
    assert {route.action for route in ROUTES} == set(POLICY) == set(Action)
    assert EXPECTED.keys() | PUBLIC == POLICY.keys()
    assert all(not POLICY[action] for action in PUBLIC)
    assert all(POLICY[action] for action in POLICY.keys() - PUBLIC)


def test_routes_are_each_there_once():
    paths = [(route.method, path) for route in ROUTES for path in (route.path, route.alias) if path]
    assert len(paths) == len(set(paths))


@pytest.mark.parametrize("expected", ['"v1"', '"v5"', "*"])
async def test_no_expectation_tells_whether_anothers_session_is_there(api: Api, expected: str):
    _, session = await api.session()
    there = UUID(session.rpartition("/")[2])
    neighbour = UUID(bytes=there.bytes[:1] + secrets.token_bytes(15))
    stranger = api.caller(Role.PLAYER, player_id=UUID(bytes=there.bytes[:1] + bytes(15)))
    answers = [
        await stranger.post(f"/v1/sessions/{each}/pause", If_Match=expected) for each in (there, neighbour)
    ]
    told = [{**problem(each, 404, "no-such-session"), "trace_id": "", "instance": ""} for each in answers]
    assert told[0] == told[1]
