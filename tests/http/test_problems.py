"""Every kind of problem is produced by some request, or it is said here why none can."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import msgspec
import pytest
from api_examples import NEW_PLAYER, PREFERENCES, Api, Caller, problem
from starlette.applications import Starlette
from starlette.middleware import Middleware
from structlog.testing import capture_logs

from tta.commands.folding import Target, decider
from tta.commands.handle import Asked, handle_over
from tta.domain import player, safety_record, session
from tta.domain.base import Refusal
from tta.domain.identity import derived_id
from tta.domain.session import InteractionAnswered, InteractionSubmitted
from tta.domain.vocabulary import Author, Role
from tta.eventstore.envelope import Context
from tta.http.apps import Observed
from tta.http.bodies import Body
from tta.http.calls import Call, Route, mounted
from tta.http.problems import NOT_FOUND, REFUSALS, Kind, Problem, kinds, problem_of, rendered
from tta.main import Work, services
from tta.security.policy import Action

Produce = Callable[[Api, Api], Awaitable[httpx2.Response]]
HELLO = {"text": "Hello"}

UNREACHED = {
    "too-many-conflicts": "needs 20 lost races in a row: tests/commands/test_handle.py",
    "player-exists": "the id of a player is derived from the command that registers them",
    "session-exists": "the id of a session is derived from the command that starts it",
    "turn-already-answered": "answers are the reply reactor's, which does not go through the API",
    "play-is-held": "answers are the reply reactor's, which does not go through the API",
    "play-is-not-held": "no route releases a hold yet",
    "hold-needs-risk": "no route places a hold yet",
    "consent-version-out-of-range": "the body is refused first, with a pointer: invalid-request",
    "intensity-out-of-range": "the body is refused first, with a pointer: invalid-request",
    "too-many-topics": "the body is refused first, with a pointer: invalid-request",
}
ELSEWHERE = {
    "request-timeout": "test_request_log.py",
    "store-unavailable": "test_unwell.py",
    "outcome-unknown": "test_unwell.py",
    "read-model-unavailable": "test_unwell.py",
}


class Marked(Body, frozen=True):
    text: str


async def malformed(api: Api, _: Api) -> httpx2.Response:
    caller = await api.player()
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json"}
    return await api.http.post("/v1/sessions", content=b"{", headers=headers)


async def key_missing(api: Api, _: Api) -> httpx2.Response:
    return await (await api.player()).post("/v1/sessions", {}, key=None)


async def token_malformed(api: Api, _: Api) -> httpx2.Response:
    return await (await api.player()).get(f"/v1/sessions/{derived_id('nothing')}", Consistency_Token="?")


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
    await keyring._nodes.call("HSET", keyring._entry(caller.player_id), "destroyed", "1")
    keyring._cache.clear()
    return await caller.put(f"/v1/players/{caller.player_id}/preferences", PREFERENCES, If_Match='"v2"')


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


async def turns_exhausted(api: Api, _: Api) -> httpx2.Response:
    caller, path = await api.session()
    session_id = UUID(path.rpartition("/")[2])
    at = datetime.now(UTC)
    events = [
        InteractionSubmitted(turn=session.TURNS_MAX, choice="on", at=at),
        InteractionAnswered(turn=session.TURNS_MAX, reply="The end", author=Author.STORY, at=at),
    ]
    command_id = derived_id("last turn", session_id)
    context = Context(actor="test", command_id=command_id, correlation_id=command_id, causation_id=command_id)
    target = Target(decider(session), session_id)
    await handle_over(
        api.parts.commands, [target], lambda _: [events], Asked(context), player_id=caller.player_id
    )
    return await caller.post(f"{path}/interactions", HELLO)


async def words_beside_choice(api: Api, _: Api) -> httpx2.Response:
    return await interacts(api, {**HELLO, "choice": "on"})


async def words_empty(api: Api, _: Api) -> httpx2.Response:
    return await interacts(api, {})


async def words_too_long(api: Api, _: Api) -> httpx2.Response:
    return await interacts(api, {"text": "x" * 4_001})


async def catalogue_id_malformed(api: Api, _: Api) -> httpx2.Response:
    """A pattern's end lets one line break through; the rule does not."""
    return await (await api.player()).post("/v1/sessions", {"story": "clearing\n"})


async def language_malformed(api: Api, _: Api) -> httpx2.Response:
    return await registers(api, language="en\n")


async def region_malformed(api: Api, _: Api) -> httpx2.Response:
    return await registers(api, region="GB\n")


async def time_zone_malformed(api: Api, _: Api) -> httpx2.Response:
    return await registers(api, time_zone="UTC\n")


async def interacts(api: Api, body: dict[str, Any]) -> httpx2.Response:
    caller, path = await api.session()
    return await caller.post(f"{path}/interactions", body)


async def registers(api: Api, **fields: str) -> httpx2.Response:
    return await api.caller(Role.ADMIN).post("/v1/players", {**NEW_PLAYER, **fields})


async def breaking(api: Api, body: dict[str, Any]) -> httpx2.Response:
    """Send a body to an endpoint that breaks over it, quoting it, as a library might."""

    async def endpoint(call: Call) -> Any:
        try:
            raise KeyError(call.body.text)
        except KeyError as error:
            raise ValueError(f"cannot use {call.body.text}") from error

    route = Route("POST", "/v1/broken", endpoint, Action.LOOK, "Break", body=Marked)
    app = Starlette(
        routes=mounted(route, services(api.parts, Work([], []))), middleware=[Middleware(Observed)]
    )
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://tta.test") as http:
        return await Caller(http).post("/v1/broken", body)


PRODUCED: dict[str, Produce] = {
    "malformed-request": malformed,
    "idempotency-key-missing": key_missing,
    "consistency-token-malformed": token_malformed,
    "unauthenticated": unauthenticated,
    "forbidden": forbidden,
    "not-found": not_found,
    "method-not-allowed": method_not_allowed,
    "player-erased": erased,
    "version-mismatch": version_mismatch,
    "request-too-large": too_large,
    "unsupported-media-type": unsupported_media,
    "invalid-request": invalid,
    "idempotency-key-reused": key_reused,
    "if-match-required": if_match_required,
    "internal-error": internal,
    "not-yet-visible": stale,
    "no-such-player": no_such_player,
    "no-such-session": no_such_session,
    "consent-missing": consent_missing,
    "session-is-paused": session_is_paused,
    "session-is-over": session_is_over,
    "turn-unanswered": turn_unanswered,
    "turn-out-of-order": turn_out_of_order,
    "turns-exhausted": turns_exhausted,
    "words-beside-choice": words_beside_choice,
    "words-empty": words_empty,
    "words-too-long": words_too_long,
    "catalogue-id-malformed": catalogue_id_malformed,
    "language-malformed": language_malformed,
    "region-malformed": region_malformed,
    "time-zone-malformed": time_zone_malformed,
}


def test_every_kind_is_produced_or_said_why_not():
    told = [*PRODUCED, *UNREACHED, *ELSEWHERE]
    assert len(told) == len(set(told))
    assert set(told) == {kind.code for kind in kinds()}


REACHED = [each for each in kinds() if each.code in PRODUCED]


@pytest.mark.parametrize("kind", REACHED, ids=lambda kind: kind.code)
async def test_it_is_produced(api: Api, still_api: Api, kind: Kind):
    response = await PRODUCED[kind.code](api, still_api)
    document = problem(response, kind.status, kind.code)
    assert document["title"] == kind.title
    for leak in ("Traceback", "tta.", "Error(", "msgspec", "redis", "ladybug", "NoneType"):
        assert leak not in response.text.replace("https://tta.example", "")


async def test_unauthenticated_says_how_to_sign_in(api: Api):
    assert (await unauthenticated(api, api)).headers["WWW-Authenticate"] == "Bearer"


def test_every_refusal_of_every_aggregate_has_a_kind():
    for module in (player, session, safety_record):
        for name, found in vars(module).items():
            if isinstance(found, type) and issubclass(found, Refusal) and found is not Refusal:
                assert found in REFUSALS, name


def test_codes_and_titles_are_each_one_kinds():
    assert len({kind.code for kind in kinds()}) == len(kinds())
    for kind in kinds():
        assert 400 <= kind.status <= 599
        assert kind.title[0].isupper()
        assert not kind.title.endswith(".")


def test_what_is_not_registered_is_our_own_mistake_and_told_nothing_of():
    found = problem_of(RuntimeError("secret"))
    assert (found.kind.code, found.detail) == ("internal-error", "")
    assert problem_of(Problem(found.kind, "said")).detail == "said"


async def test_an_error_of_ours_is_logged_without_what_somebody_wrote(api: Api):
    with capture_logs() as logs:
        response = await breaking(api, {"text": "Marked words"})
    problem(response, 500, "internal-error")
    (line,) = logs
    assert "Marked" not in repr(logs)
    assert "Marked" not in response.text
    assert line["log_level"] == "error"
    told = [each for each in line["error"] if not each.startswith(" ")]
    assert told == ["ValueError", "KeyError"]
    assert any("test_problems.py" in each and "endpoint" in each for each in line["error"])


async def test_a_caller_that_leaves_is_no_failure(api: Api):
    """The connection closes in the middle of a body."""
    caller = await api.player()
    sent: list[Any] = []
    messages = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        await asyncio.sleep(0)
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/sessions",
        "query_string": b"",
        "headers": [
            (b"authorization", f"Bearer {caller.token}".encode()),
            (b"content-type", b"application/json"),
        ],
        "server": ("tta.test", 80),
        "scheme": "http",
    }
    with capture_logs() as logs:
        await api.app(scope, receive, send)
    assert [(each["status"], each["log_level"]) for each in logs] == [(499, "info")]


def test_a_problem_document_leaves_out_what_it_has_nothing_to_say_about():
    response = rendered(Problem(NOT_FOUND), trace_id="1" * 32, instance="/x")
    assert msgspec.json.decode(response.body).keys() == {
        "type",
        "title",
        "status",
        "code",
        "trace_id",
        "instance",
    }
