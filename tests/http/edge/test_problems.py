"""Every kind of problem is produced by some request, or it is said here why none can."""

import asyncio
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from tests.support.http.api_examples import NEW_PLAYER, Api, problem
from tests.support.http.problem_examples import PRODUCED, breaking, unauthenticated
from tta.domain.agent import AgentIsNotThere, MeasureIsImpossible
from tta.domain.base import Absent, Conflicting, Invalid, Refusal
from tta.domain.identity import derived_id
from tta.domain.timer import TimerIsNotDue, TimerTooFar
from tta.domain.vocabulary import Role
from tta.http.edge.problems import (
    NOT_FOUND,
    Kind,
    Problem,
    kinds,
    problem_of,
    rendered,
    uri_reference,
)

UNREACHED = {
    "player-exists": "the id of a player is derived from the command that registers them",
    "session-exists": "the id of a session is derived from the command that starts it",
    "turn-already-answered": "answers are the reply reactor's, which does not go through the API",
    "play-is-held": "answers are the reply reactor's, which does not go through the API",
    "play-is-not-held": "no route releases a hold yet",
    "not-in-recovery": "no route leaves recovery yet",
    "hold-needs-risk": "no route places a hold yet",
    "too-much-evidence": "no route takes evidence",
    "consent-version-out-of-range": "the body is refused first, with a pointer: invalid-request",
    "intensity-out-of-range": "the body is refused first, with a pointer: invalid-request",
    "too-many-topics": "the body is refused first, with a pointer: invalid-request",
    "catalogue-id-malformed": "the body is refused first, with a pointer: invalid-request",
    "language-malformed": "the body is refused first, with a pointer: invalid-request",
    "region-malformed": "the body is refused first, with a pointer: invalid-request",
    "time-zone-malformed": "the body is refused first, with a pointer: invalid-request",
    "attainment-out-of-range": "the body is refused first, with a pointer: invalid-request",
}
ELSEWHERE = {
    "request-timeout": "test_request_log.py",
    "overloaded": "test_transport.py",
    "too-many-conflicts": "test_many_at_once.py",
    "too-many-streams": "test_stream_limits.py",
    "headers-too-large": "test_transport.py",
    "store-unavailable": "test_unwell.py",
    "outcome-unknown": "test_unwell.py",
    "read-model-unavailable": "test_unwell.py",
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


class TestChallenges:
    """`WWW-Authenticate` as RFC 6750 §3 has it."""

    async def test_without_credentials_there_is_no_error(self, api: Api):
        assert (await unauthenticated(api, api)).headers["WWW-Authenticate"] == 'Bearer realm="tta"'

    @pytest.mark.parametrize("given", ["", "Basic c2FtOnNlY3JldA==", "Negotiate"])
    async def test_another_scheme_is_as_none(self, api: Api, given: str):
        refused = await api.nobody().get("/v1/sessions", Authorization=given)
        problem(refused, 401, "unauthenticated")
        assert refused.headers["WWW-Authenticate"] == 'Bearer realm="tta"'

    @pytest.mark.parametrize("given", ["Bearer", "Bearer ", "bearer x", "Bearer a.b.c", "BEARER a b"])
    async def test_a_token_that_is_not_good_is_said_to_be(self, api: Api, given: str):
        refused = await api.nobody().get("/v1/sessions", Authorization=given)
        problem(refused, 401, "unauthenticated")
        assert refused.headers["WWW-Authenticate"] == 'Bearer realm="tta", error="invalid_token"'

    async def test_a_ticket_that_is_not_good_is_said_to_be(self, api: Api):
        refused = await api.nobody().get(f"/v1/sessions/{derived_id('x')}/stream?ticket=x")
        problem(refused, 401, "unauthenticated")
        assert refused.headers["WWW-Authenticate"] == 'Bearer realm="tta", error="invalid_token"'

    async def test_of_two_authorizations_neither_counts(self, api: Api):
        player, path = await api.session()
        good, other = f"Bearer {player.token}", f"Bearer {(await api.player()).token}"
        for given in ((good, good), (good, other), ("Basic x", good), (good, "")):
            headers = [("Idempotency-Key", "k"), *(("Authorization", each) for each in given)]
            for refused in (
                await api.http.get("/v1/sessions", headers=headers),
                await api.http.post(f"{path}/pause", headers=headers),
            ):
                problem(refused, 401, "unauthenticated")
                assert refused.headers["WWW-Authenticate"] == 'Bearer realm="tta", error="invalid_token"'
            # Asked without its body, as a stream that began would have no end.
            assert (await api.http.head(f"{path}/stream?ticket=x", headers=headers)).status_code == 401

    async def test_a_role_that_may_not_is_told_its_scope_does_not_reach(self, api: Api):
        for refused in (
            await api.caller(Role.OPERATOR).post("/v1/sessions", {}),
            await (await api.player()).post("/v1/players", NEW_PLAYER),
        ):
            problem(refused, 403, "forbidden")
            assert refused.headers["WWW-Authenticate"] == 'Bearer realm="tta", error="insufficient_scope"'


@pytest.mark.parametrize(
    "path", ["/v1/a b", "/v1/\u00fc", "/%0d%0a", '/v1/"<>\\^`{|}', "/v1/a:b", "/v1/a%2Fb%25"]
)
async def test_instance_is_a_uri_reference(api: Api, path: str):
    problem(await api.http.get(path), 404, "not-found")


@pytest.mark.parametrize(
    ("path", "instance"),
    [("//evil.example/x", "/.//evil.example/x"), ("x:1", "x%3A1"), ("*", "*"), ("/a?", "/a%3F")],
)
def test_instance_names_no_other_host_or_scheme(path: str, instance: str):
    assert uri_reference(path) == instance


OURS_ALONE = {AgentIsNotThere, MeasureIsImpossible, TimerIsNotDue, TimerTooFar}
"""What no caller's command can meet: a caller is told that something of ours broke."""


def every_refusal() -> list[type[Refusal]]:
    kinds()  # It imports all of the domain.
    return [each for kind in Refusal.__subclasses__() for each in kind.__subclasses__()]


def test_every_refusal_is_of_one_of_three_kinds_and_says_what_callers_read():
    assert set(Refusal.__subclasses__()) == {Absent, Conflicting, Invalid}
    for refusal in every_refusal():
        assert not refusal.__subclasses__(), f"one step of inheritance: {refusal.__name__}"
        assert bool(refusal.title) is (refusal not in OURS_ALONE), refusal.__name__


def test_a_refusal_that_no_caller_may_meet_is_our_own_mistake():
    assert problem_of(TimerTooFar("secret")).kind.code == "internal-error"


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
    assert any("problem_examples.py" in each and "endpoint" in each for each in line["error"])


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
            (b"host", b"tta.test"),
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
