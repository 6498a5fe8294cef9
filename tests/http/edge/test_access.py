"""No one reaches what is not theirs: every route × every role × every relationship."""

import secrets
from uuid import UUID

import pytest

from tests.support.http.api_examples import Api, problem
from tests.support.http.route_examples import BODIES, QUERIES, ROUTES, asked, owned, shown
from tta.domain.vocabulary import Role
from tta.http.edge.calls import PlayerOf, Route
from tta.security.policy import POLICY, PUBLIC, Action, Grant, Relation

OWN, OTHER, UNLINKED = "own", "other", "unlinked"
"""The caller plays as the player concerned, as another one, or as nobody."""


def expected(route: Route, role: Role, relation: str) -> int:
    """What the policy's table comes to for a caller. Roles that it does not name are answered 403."""
    if route.action in PUBLIC:
        return 200
    granted = {grant.relation for grant in POLICY[route.action] if grant.role is role}
    if Relation.ANYONE in granted or (Relation.UNLINKED in granted and relation == UNLINKED):
        return route.status
    if Relation.OWN not in granted or relation == UNLINKED:
        return 403
    # A caller who is not the player whom the path names may not learn that there is one.
    return 404 if relation == OTHER and route.player in (PlayerOf.PATH, PlayerOf.SESSION) else route.status


@pytest.mark.parametrize("route", ROUTES, ids=shown)
async def test_who_may(api: Api, route: Route):
    owner = await owned(api)
    resumed = await owner.caller.post(f"{owner.session}/resume")
    for query in QUERIES:
        if query.player in (PlayerOf.PATH, PlayerOf.SESSION) and not query.reads_log:
            await owner.caller.seen(query.path.format(**owner.ids), resumed)
    other = await api.player()
    for role in Role:
        for relation, player_id in (
            (OWN, owner.caller.player_id),
            (OTHER, other.player_id),
            (UNLINKED, None),
        ):
            caller = api.caller(role, player_id=player_id)
            answer = await asked(route, caller, owner)
            status = expected(route, role, relation)
            assert answer.status_code == status, f"{role}, {relation}: {answer.text}"
            if status == 404 and answer.text:
                assert "detail" not in problem(answer, 404, answer.json()["code"]) or route.method != "GET"
            if status == 403 and answer.text:
                problem(answer, 403, "forbidden")


@pytest.mark.parametrize("route", ROUTES, ids=shown)
async def test_who_has_no_token_or_no_role_may_nothing_but_look(api: Api, route: Route):
    owner = await owned(api)
    for caller, status in (
        (api.nobody(), 401),
        (api.nobody()._replace(token="nonsense"), 401),
        (api.caller(player_id=owner.caller.player_id), 403),
    ):
        answer = await asked(route, caller, owner)
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


async def test_of_an_id_of_another_kind_it_is_not_told_that_there_is_anything(api: Api):
    owner = await api.player()
    assert owner.player_id is not None
    nothing = UUID(bytes=owner.player_id.bytes[:1] + secrets.token_bytes(15))
    asker, own = await api.session()
    for ask in (
        lambda there: asker.post(f"/v1/sessions/{there}/pause"),
        lambda there: asker.post(f"/v1/sessions/{there}/interactions", {"text": "Hello"}),
        lambda there: asker.get(f"/v1/sessions/{there}"),
        lambda there: asker.post(f"{own}/switch", {"to": str(there)}),
    ):
        answers = [await ask(there) for there in (owner.player_id, nothing)]
        assert {each.status_code for each in answers} == {404}
        assert answers[0].json()["code"] == answers[1].json()["code"]


async def test_what_of_ones_own_is_no_session_is_answered_as_none(api: Api):
    asker, own = await api.session()
    refused = await asker.post(f"{own}/switch", {"to": str(asker.player_id)})
    problem(refused, 404, "no-such-session")


def test_every_route_has_a_rule_and_every_rule_a_route():
    assert {route.action for route in ROUTES} == set(POLICY) == set(Action)
    assert all(not POLICY[action] for action in PUBLIC)
    assert all(POLICY[action] for action in POLICY.keys() - PUBLIC)


def test_what_is_a_players_is_for_that_player_alone():
    """Said of the table once, beside what the table says: no clinician reaches a player yet."""
    for route in ROUTES:
        if route.player is not PlayerOf.NOBODY:
            assert POLICY[route.action] == {Grant(Role.PLAYER, Relation.OWN)}, shown(route)


def test_what_is_nobodys_asks_for_no_relation_to_a_player():
    for route in ROUTES:
        if route.player is PlayerOf.NOBODY and route.action is not Action.PLAYER_REGISTER:
            assert {grant.relation for grant in POLICY[route.action]} <= {Relation.ANYONE}, shown(route)


def test_operations_are_for_those_who_run_tta():
    for route in ROUTES:
        if route.path.startswith("/v1/operations/"):
            roles = {grant.role for grant in POLICY[route.action]}
            assert roles == ({Role.OPERATOR, Role.ADMIN} if route.method == "GET" else {Role.OPERATOR})


def test_accounts_that_play_already_register_nobody():
    assert POLICY[Action.PLAYER_REGISTER] == {
        Grant(Role.PLAYER, Relation.UNLINKED),
        Grant(Role.ADMIN, Relation.ANYONE),
        Grant(Role.SERVICE, Relation.ANYONE),
    }


def test_every_route_that_takes_a_body_has_an_example():
    assert {route.operation for route in ROUTES if route.body is not None} == BODIES.keys()


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
