"""What item 9 of a PHQ-9 says is answered with guidance, and assessed, however wrong the request is."""

from typing import Any

import msgspec
import pytest

from tests.support.http.api_examples import Api, problem
from tests.support.http.questionnaire_examples import WORRYING, assessed, level_read, measures_of
from tta.domain.vocabulary import RiskLevel, Role


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"If_Match": "garbage"}, 400, "malformed-request"),
        ({"If_Match": '"v9"'}, 412, "version-mismatch"),
    ],
)
async def test_headers_that_cannot_be_read_lose_nothing(
    api: Api, headers: dict[str, str], status: int, code: str
):
    caller = await api.player()
    for _ in range(2):
        refused = await caller.post(measures_of(caller), WORRYING, key="m", **headers)
        assert problem(refused, status, code)["guidance"]["level"] == "moderate"
    assert await assessed(api, caller) == [RiskLevel.MODERATE]


@pytest.mark.parametrize(
    "wrong",
    [
        {"mood": "low"},
        {"difficulty": True},
        {"difficulty": "very"},
        {"answers": ["x", None, [], {}, 0, 0, 0, 0, 3]},
        {"answers": [0] * 8 + ["3"]},
        {"answers": [0] * 8 + [2.5]},
        {"answers": [0] * 8 + [3] + [0] * 90},
        {"measure": "PHQ-9"},
        {"answers": {str(item): 3 * (item == 9) for item in range(1, 10)}},
        {"answers": "000000003"},
        {"measure": ["phq9"]},
    ],
)
async def test_a_body_that_is_not_valid_loses_nothing(api: Api, wrong: dict[str, Any]):
    caller = await api.player()
    for _ in range(2):
        refused = await caller.post(measures_of(caller), {**WORRYING, **wrong}, key="m")
        assert problem(refused, 422, "invalid-request")["guidance"]["level"] == "moderate"
    assert await assessed(api, caller) == [RiskLevel.MODERATE]


async def test_a_parameter_that_is_none_loses_nothing(api: Api):
    caller = await api.player()
    for _ in range(2):
        refused = await caller.post(f"{measures_of(caller)}?draft=1", WORRYING, key="m")
        assert problem(refused, 422, "invalid-request")["guidance"]["level"] == "moderate"
    assert await assessed(api, caller) == [RiskLevel.MODERATE]


@pytest.mark.parametrize(("key", "code"), [(None, "idempotency-key-missing"), ("a b", "malformed-request")])
async def test_without_a_key_there_is_guidance(api: Api, key: str | None, code: str):
    """And no record: sent again it would be another assessment."""
    caller = await api.player()
    for body in (WORRYING, {**WORRYING, "mood": "low"}):
        refused = await caller.post(measures_of(caller), body, key=key)
        expected = (400, code) if body is WORRYING else (422, "invalid-request")
        assert problem(refused, *expected)["guidance"]["level"] == "moderate"
    assert await assessed(api, caller) == []


async def test_for_somebody_else_or_nobody_there_is_guidance_and_no_record(api: Api):
    caller, other, stranger = await api.player(), await api.player(), api.stranger()
    for body, status in ((WORRYING, 404), ({**WORRYING, "mood": "low"}, 422)):
        refused = await other.post(measures_of(caller), body)
        assert (refused.status_code, refused.json()["guidance"]["level"]) == (404, "moderate")
        refused = await stranger.post(measures_of(stranger), body)
        assert (refused.status_code, refused.json()["guidance"]["level"]) == (status, "moderate")
    for each in (caller, other, stranger):
        assert await assessed(api, each) == []


async def test_what_says_nothing_is_told_nothing(api: Api):
    caller = await api.player()
    refused = await caller.post(measures_of(caller), {"measure": "phq9", "answers": [3] * 8 + [0], "x": 1})
    assert "guidance" not in problem(refused, 422, "invalid-request")
    assert await assessed(api, caller) == []


async def test_who_may_not_answer_is_guided_and_nothing_is_recorded(api: Api):
    caller = await api.player()
    operator = api.caller(Role.OPERATOR, player_id=caller.player_id)
    refused = problem(await operator.post(measures_of(caller), WORRYING), 403, "forbidden")
    assert refused["guidance"]["level"] == "moderate"
    assert await assessed(api, caller) == []


@pytest.mark.parametrize(
    ("body", "level"),
    [
        ({"measure": "phq9", "answers": [0] * 8 + [1]}, RiskLevel.LOW),
        ({"measure": "phq9", "answers": [0] * 8 + [True]}, RiskLevel.LOW),
        ({"measure": " PHQ 9 ", "answers": [0] * 8 + [" 2 "]}, RiskLevel.MODERATE),
        ({"measure": "phq9", "answers": [0] * 8 + [0.0]}, RiskLevel.NONE),
        ({"measure": "phq9", "answers": [0] * 8 + [-3]}, RiskLevel.NONE),
        ({"measure": "phq9", "answers": [0] * 8 + [None]}, RiskLevel.NONE),
        ({"measure": "phq9", "answers": [0] * 8 + ["often"]}, RiskLevel.NONE),
        ({"measure": "phq9", "answers": [3] * 8}, RiskLevel.NONE),
        ({"measure": "gad7", "answers": [3] * 9}, RiskLevel.NONE),
        ({"answers": [3] * 9}, RiskLevel.NONE),
        ([3] * 9, RiskLevel.NONE),
    ],
)
def test_it_is_the_ninth_answer_however_it_is_written(body: Any, level: RiskLevel):
    assert level_read(msgspec.json.encode(body)) is level


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff", b'{"x":' + b"[" * 500_000, b'{"answers":[' + b"9" * 9_000]
)
def test_what_cannot_be_read_says_nothing(raw: bytes):
    assert level_read(raw) is RiskLevel.NONE
