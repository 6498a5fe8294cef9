"""A request for each kind of problem."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware

from tests.support.http.api_examples import NEW_PLAYER, PREFERENCES, Api, Caller
from tests.support.http.key_examples import without_key
from tests.support.http.route_examples import REFUSED, RefusedCall, owned, refused
from tta.app.main import services
from tta.app.work import Work
from tta.commands.handle import CommandContext, handle_over
from tta.domain.identity import derived_id
from tta.domain.roster import UNDER_WAY_MAX
from tta.domain.targets import session_target
from tta.domain.turns import (
    TURNS_MAX,
    InteractionAnswered,
    InteractionSubmitted,
)
from tta.domain.vocabulary import Author, Role
from tta.eventstore.consistency_token import ConsistencyToken
from tta.eventstore.envelope import Causation
from tta.eventstore.subscription import Mark
from tta.http.apps import RequestObserver
from tta.http.edge.bodies import Body
from tta.http.edge.calls import Call, PlayerOf, Route
from tta.http.edge.mounting import mounted
from tta.projections import journey, progress
from tta.projector.checkpoints import Checkpoints
from tta.security.policy import Action

Produce = Callable[[Api, Api], Awaitable[httpx2.Response]]
HELLO = {"text": "Hello"}
GOAL = {"text": "Leave the house every day"}


class Marked(Body, frozen=True):
    text: str


async def malformed(api: Api, _: Api) -> httpx2.Response:
    caller = await api.player()
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json"}
    return await api.http.post("/v1/sessions", content=b"{", headers=headers)


async def key_missing(api: Api, _: Api) -> httpx2.Response:
    return await (await api.player()).post("/v1/sessions", {}, key=None)


async def preflight_refused(api: Api, _: Api) -> httpx2.Response:
    return await api.nobody().send(
        "OPTIONS", "/v1/sessions", Origin="https://evil.example", Access_Control_Request_Method="POST"
    )


async def token_malformed(api: Api, _: Api) -> httpx2.Response:
    caller, session = await api.session()
    return await caller.get(session, Consistency_Token="?")


async def unauthenticated(api: Api, _: Api) -> httpx2.Response:
    return await api.nobody().post("/v1/sessions", {})


async def forbidden(api: Api, _: Api) -> httpx2.Response:
    return await api.caller(Role.OPERATOR).post("/v1/sessions", {})


async def not_found(api: Api, _: Api) -> httpx2.Response:
    return await (await api.player()).get("/v1/sessions/x")


async def method_not_allowed(api: Api, _: Api) -> httpx2.Response:
    return await api.nobody().send("PATCH", "/v1/sessions")


async def erased(api: Api, _: Api) -> httpx2.Response:
    caller = await api.player()
    keyring = api.parts.required_keys.keyring
    await keyring.nodes.call("HSET", keyring.entry(caller.player_id), "destroyed", "1")
    keyring.forget()
    return await caller.put(f"/v1/players/{caller.player_id}/preferences", PREFERENCES, If_Match='"v2"')


async def keyring_incomplete(api: Api, _: Api) -> httpx2.Response:
    caller = await api.player()
    async with without_key(api, caller.player_id):
        return await caller.post("/v1/sessions", {})


async def version_mismatch(api: Api, _: Api) -> httpx2.Response:
    caller, path = await api.session()
    return await caller.post(f"{path}/pause", If_Match='"v7"')


async def too_large(api: Api, _: Api) -> httpx2.Response:
    caller, path = await api.session()
    return await caller.post(f"{path}/interactions", {"text": "x" * 2**20})


async def unsupported_media(api: Api, _: Api) -> httpx2.Response:
    caller = await api.player()
    return await caller.http.post(
        "/v1/sessions", content="story", headers={"Authorization": f"Bearer {caller.token}"}
    )


async def invalid(api: Api, _: Api) -> httpx2.Response:
    return await (await api.player()).post("/v1/sessions", {"story": 7})


async def key_reused(api: Api, _: Api) -> httpx2.Response:
    caller = await api.player()
    await caller.post("/v1/sessions", {}, key="k")
    return await caller.post("/v1/sessions", {"story": "forest"}, key="k")


async def if_match_required(api: Api, _: Api) -> httpx2.Response:
    caller = await api.player()
    return await caller.put(f"/v1/players/{caller.player_id}/preferences", PREFERENCES)


async def stale(_: Api, still: Api) -> httpx2.Response:
    caller, path = await still.session()
    token = (await caller.post(f"{path}/pause")).headers["Consistency-Token"]
    return await caller.get(path, Consistency_Token=token, Prefer="handling=strict")


async def history_changed(api: Api, _: Api) -> httpx2.Response:
    caller = await api.player()
    lost = api.sealed(caller, ConsistencyToken.of(0, Mark(2**40, b"the hash of an entry that was lost")))
    return await caller.get("/v1/stories", Consistency_Token=lost, Prefer="handling=strict")


async def filling(_: Api, still: Api) -> httpx2.Response:
    caller = await still.player()
    assert caller.player_id is not None
    lanes = Checkpoints(still.parts.graph, progress.NAME, progress.VERSION, still.parts.store.layout.slots)
    slot = still.parts.store.layout.slot_of(caller.player_id)
    await lanes.forget_rows({slot: 1}, "for this example")
    return await caller.get(f"/v1/players/{caller.player_id}/progress")


async def stopped(_: Api, still: Api) -> httpx2.Response:
    caller = await still.player()
    assert caller.player_id is not None
    lanes = Checkpoints(still.parts.graph, journey.NAME, journey.VERSION, still.parts.store.layout.slots)
    await lanes.stop({still.parts.store.layout.slot_of(caller.player_id): (0, "for this example")})
    return await caller.get(f"/v1/players/{caller.player_id}/journey")


async def internal(api: Api, _: Api) -> httpx2.Response:
    return await breaking(api, {"text": "words"})


async def no_such_player(api: Api, _: Api) -> httpx2.Response:
    stranger = api.stranger()
    return await stranger.put(f"/v1/players/{stranger.player_id}/consents/play", {"given": True})


async def no_such_session(api: Api, _: Api) -> httpx2.Response:
    caller = await api.player()
    return await caller.post(f"/v1/sessions/{derived_id('nothing')}/pause")


async def consent_missing(api: Api, _: Api) -> httpx2.Response:
    return await (await api.player(consent=False)).post("/v1/sessions", {})


async def session_is_paused(api: Api, _: Api) -> httpx2.Response:
    caller, path = await api.session()
    await caller.post(f"{path}/pause")
    return await caller.post(f"{path}/interactions", HELLO)


async def session_is_over(api: Api, _: Api) -> httpx2.Response:
    caller, path = await api.session()
    await caller.post(f"{path}/complete")
    return await caller.post(f"{path}/resume")


async def turn_unanswered(_: Api, still: Api) -> httpx2.Response:
    caller, path = await still.session()
    await caller.post(f"{path}/interactions", HELLO)
    return await caller.post(f"{path}/interactions", HELLO)


async def turn_out_of_order(api: Api, _: Api) -> httpx2.Response:
    return await interacts(api, {**HELLO, "turn": 2})


async def after_the_last_turn(api: Api) -> tuple[Caller, str]:
    """Create a session whose turns are all taken."""
    caller, path = await api.session()
    session_id = UUID(path.rpartition("/")[2])
    at = datetime.now(UTC)
    events = [
        InteractionSubmitted(turn=TURNS_MAX, choice="on", at=at),
        InteractionAnswered(turn=TURNS_MAX, reply="The end", author=Author.STORY, at=at),
    ]
    command_id = derived_id("last turn", session_id)
    causation = Causation(
        actor="test", command_id=command_id, correlation_id=command_id, causation_id=command_id
    )
    target = session_target(session_id)
    await handle_over(
        api.parts.commands,
        [target],
        lambda _: {target: events},
        CommandContext(causation),
        player_id=caller.player_id,
    )
    return caller, path


async def turns_exhausted(api: Api, _: Api) -> httpx2.Response:
    caller, path = await after_the_last_turn(api)
    return await caller.post(f"{path}/interactions", HELLO)


async def too_many_sessions(api: Api, _: Api) -> httpx2.Response:
    caller = await api.player()
    for _number in range(UNDER_WAY_MAX):
        await caller.post("/v1/sessions", {})
    return await caller.post("/v1/sessions", {})


async def words_beside_choice(api: Api, _: Api) -> httpx2.Response:
    return await interacts(api, {**HELLO, "choice": "on"})


async def words_empty(api: Api, _: Api) -> httpx2.Response:
    return await interacts(api, {})


async def words_too_long(api: Api, _: Api) -> httpx2.Response:
    return await interacts(api, {"text": "x" * 4_001})


async def unknown_story(api: Api, _: Api) -> httpx2.Response:
    return await (await api.player()).post("/v1/sessions", {"story": "forest"})


async def no_such_goal(api: Api, _: Api) -> httpx2.Response:
    caller = await api.player()
    return await caller.post(f"/v1/players/{caller.player_id}/goals/{derived_id('nothing')}/complete")


async def goal_is_closed(api: Api, _: Api) -> httpx2.Response:
    caller, goal = await sets_goal(api)
    await caller.post(f"{goal}/set-aside")
    return await caller.post(f"{goal}/complete")


async def sets_goal(api: Api) -> tuple[Caller, str]:
    """Create a player with a goal; return its path."""
    caller = await api.player()
    goals = f"/v1/players/{caller.player_id}/goals"
    made = await caller.post(goals, GOAL)
    return caller, f"{goals}/{made.json()['goal_id']}"


async def interacts(api: Api, body: dict[str, Any]) -> httpx2.Response:
    caller, path = await api.session()
    return await caller.post(f"{path}/interactions", body)


async def registers(api: Api, **fields: str) -> httpx2.Response:
    return await api.caller(Role.ADMIN).post("/v1/players", {**NEW_PLAYER, **fields})


async def breaking(api: Api, body: dict[str, Any]) -> httpx2.Response:
    """Send a body to an endpoint that fails with an error that quotes it, as a library might."""

    async def endpoint(call: Call) -> Any:
        try:
            raise KeyError(call.body.text)
        except KeyError as error:
            raise ValueError(f"cannot use {call.body.text}") from error

    route = Route("POST", "/v1/broken", endpoint, Action.LOOK, "Break", "break", PlayerOf.NOBODY, body=Marked)
    app = Starlette(
        routes=mounted(route, services(api.parts, Work([], []))), middleware=[Middleware(RequestObserver)]
    )
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://tta.test") as http:
        return await Caller(http).post("/v1/broken", body)


def by_calls(refusal: RefusedCall) -> Produce:
    """Produce a refusal by calls that lead to it."""

    async def produce(api: Api, _: Api) -> httpx2.Response:
        answer: httpx2.Response = await refused(refusal, await owned(api))
        return answer

    return produce


PRODUCED: dict[str, Produce] = {
    **{code: by_calls(refusal) for code, refusal in REFUSED.items()},
    "malformed-request": malformed,
    "idempotency-key-missing": key_missing,
    "consistency-token-malformed": token_malformed,
    "preflight-refused": preflight_refused,
    "unauthenticated": unauthenticated,
    "forbidden": forbidden,
    "not-found": not_found,
    "method-not-allowed": method_not_allowed,
    "player-erased": erased,
    "keyring-incomplete": keyring_incomplete,
    "version-mismatch": version_mismatch,
    "request-too-large": too_large,
    "unsupported-media-type": unsupported_media,
    "invalid-request": invalid,
    "idempotency-key-reused": key_reused,
    "unknown-story": unknown_story,
    "if-match-required": if_match_required,
    "internal-error": internal,
    "not-yet-visible": stale,
    "history-changed": history_changed,
    "read-model-filling": filling,
    "read-model-stopped": stopped,
    "no-such-player": no_such_player,
    "no-such-session": no_such_session,
    "consent-missing": consent_missing,
    "session-is-paused": session_is_paused,
    "session-is-over": session_is_over,
    "turn-unanswered": turn_unanswered,
    "turn-out-of-order": turn_out_of_order,
    "turns-exhausted": turns_exhausted,
    "too-many-sessions": too_many_sessions,
    "words-beside-choice": words_beside_choice,
    "words-empty": words_empty,
    "words-too-long": words_too_long,
    "no-such-goal": no_such_goal,
    "goal-is-closed": goal_is_closed,
}
