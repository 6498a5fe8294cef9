"""What is wrong with a body is said in JSON's words: no types, values or classes of Python."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from msgspec import Meta

from tests.support.http.api_examples import NEW_PLAYER, PREFERENCES, Api, problem
from tta.domain.vocabulary import Approach, Role
from tta.http.apps import BOTH, COMMANDS, QUERIES
from tta.http.edge.bodies import Body, decoded, exactly
from tta.http.edge.field_errors import OTHER
from tta.http.edge.problems import FieldError, Problem

PYTHON = re.compile(
    r"`|\\Z|\b(?:str|int|bool|float|bytes|list|tuple|dict|set|uuid|null \||None|NoneType|True|False|Struct|"
    r"Enum|enum|Python|msgspec|object at|Object|regex)\b"
)
VALUES: list[Any] = [
    None,
    True,
    7,
    -7,
    2**40,
    10**30,
    1.5,
    "",
    "x",
    " \n",
    "x" * 20_000,
    [],
    [[]],
    [None],
    [1],
    ["x", "\n"],
]
VALUES += [[0] * 65, ["x"] * 60, {}, {"x": 1}]
BODIES = sorted(
    {route.body for route in (*COMMANDS, *QUERIES, *BOTH) if route.body}, key=lambda each: each.__name__
)


def said(kind: Any, raw: bytes) -> FieldError | None:
    """What is said of a body; None if it is taken, and if it is no JSON."""
    try:
        decoded(raw, kind)
    except Problem as refused:
        return refused.errors[0] if refused.errors else None
    return None


def wrong(kind: Any) -> Iterator[bytes]:
    fields = [field.encode_name for field in msgspec.structs.fields(kind)]
    yield from (msgspec.json.encode(each) for each in VALUES)
    yield b'{"nonsense": 1}'
    for field in fields:
        for value in VALUES:
            yield msgspec.json.encode({field: value})
        for raw in (b"1e400", b"9" * 5_000, b'"\\ud800"', b"-0", b"1.0"):
            yield b'{"%s": %s}' % (field.encode(), raw)


@pytest.mark.parametrize("kind", BODIES, ids=lambda kind: kind.__name__)
def test_of_every_body_it_speaks_json(kind: Any):
    told = [error for error in (said(kind, raw) for raw in wrong(kind)) if error is not None]
    assert told
    for error in told:
        assert error.detail.startswith("expected ")
        assert error.detail != OTHER, "a message of msgspec's has no words of ours"
        assert PYTHON.search(error.detail) is None, error.detail
        assert re.fullmatch(r"(?:/[a-z0-9_]+)*", error.pointer)


class Everything(Body, frozen=True):
    """A field for each kind of message that msgspec has for what came as JSON."""

    text: Annotated[str, Meta(min_length=2, max_length=3)] = "ab"
    code: Annotated[str, exactly(r"[a-z]\d")] = "a1"
    whole: Annotated[int, Meta(ge=1, le=5)] = 1
    inner: Annotated[int, Meta(gt=1, lt=5)] = 2
    even: Annotated[int, Meta(multiple_of=2)] = 2
    share: Annotated[float, Meta(ge=0.5, le=1)] = 1.0
    flag: bool = True
    nothing: None = None
    either: int | str | None = None
    approach: Approach | None = None
    few: Annotated[tuple[Approach, ...], Meta(min_length=1, max_length=2)] = (Approach.CBT,)
    pair: tuple[int, str] = (1, "a")
    named: Annotated[dict[str, int], Meta(min_length=1, max_length=1)] | None = None
    word: Literal["one", "two"] = "one"
    at: datetime | None = None
    id: UUID | None = None
    packed: Annotated[bytes, Meta(max_length=3)] = b""
    money: Decimal = Decimal(0)
    inside: "Everything | None" = None


@pytest.mark.parametrize(
    ("raw", "pointer", "detail"),
    [
        ("7", "", "expected object, got integer"),
        ("null", "", "expected object, got null"),
        ('{"text": 1}', "/text", "expected string, got integer"),
        ('{"text": "a"}', "/text", "expected string of at least 2 characters"),
        ('{"text": "abcd"}', "/text", "expected string of at most 3 characters"),
        ('{"code": "A"}', "/code", r"expected string that matches ^(?:[a-z]\d)$"),
        ('{"whole": 0}', "/whole", "expected integer of at least 1"),
        ('{"whole": 6}', "/whole", "expected integer of at most 5"),
        ('{"whole": 1.5}', "/whole", "expected integer, got number"),
        ('{"whole": true}', "/whole", "expected integer, got boolean"),
        ('{"inner": 1}', "/inner", "expected integer of at least 2"),
        ('{"inner": 5}', "/inner", "expected integer of at most 4"),
        ('{"even": 3}', "/even", "expected integer that is a multiple of 2"),
        ('{"share": 0.25}', "/share", "expected number of at least 0.5"),
        ('{"share": 1.25}', "/share", "expected number of at most 1.0"),
        ('{"share": "1"}', "/share", "expected number, got string"),
        ('{"flag": "yes"}', "/flag", "expected boolean, got string"),
        ('{"nothing": []}', "/nothing", "expected null, got array"),
        ('{"either": {}}', "/either", "expected integer or string or null, got object"),
        ('{"approach": "x"}', "/approach", f"expected one of {', '.join(Approach)}"),
        ('{"approach": 1}', "/approach", "expected string or null, got integer"),
        ('{"few": ["cbt", "x"]}', "/few/1", f"expected one of {', '.join(Approach)}"),
        ('{"few": []}', "/few", "expected array of at least 1 items"),
        ('{"few": ["cbt", "cbt", "cbt"]}', "/few", "expected array of at most 2 items"),
        ('{"pair": [1]}', "/pair", "expected array of 2 items"),
        ('{"pair": [1, 2]}', "/pair/1", "expected string, got integer"),
        ('{"named": {}}', "/named", "expected object of at least 1 fields"),
        ('{"named": {"a": 1, "b": 2}}', "/named", "expected object of at most 1 fields"),
        ('{"word": "three"}', "/word", "expected one of one, two"),
        ('{"at": "noon"}', "/at", "expected string that is a time as in RFC 3339"),
        ('{"id": "x"}', "/id", "expected string that is a UUID"),
        ('{"id": 5}', "/id", "expected string or null, got integer"),
        ('{"packed": "?"}', "/packed", "expected string in base64"),
        ('{"money": "x"}', "/money", "expected string that is a decimal number"),
        ('{"inside": {"inside": {"flag": 1}}}', "/inside/inside/flag", "expected boolean, got integer"),
        ('{"inside": {"new": 1}}', "/inside", "expected no field new"),
        (f'{{"whole": {"9" * 5_000}}}', "/whole", "expected integer with fewer digits"),
        ('{"share": 1e400}', "/share", "expected number that is not as large"),
    ],
)
def test_every_message_has_words_of_its_own(raw: str, pointer: str, detail: str):
    assert said(Everything, raw.encode()) == FieldError(pointer, detail)


def test_of_a_long_name_that_is_not_known_the_beginning_is_repeated():
    error = said(Everything, msgspec.json.encode({"n" * 100_000: 1}))
    assert error == FieldError("", f"expected no field {'n' * 64}")


def test_a_name_cannot_pass_itself_off_as_a_place():
    error = said(Everything, msgspec.json.encode({"x` - at `$.text": 1, "y": 1}))
    assert error is not None
    assert PYTHON.search(error.detail.replace("x`", "")) is None


@pytest.mark.parametrize(
    ("target", "body", "pointer", "detail"),
    [
        ("", [], "", "expected object, got array"),
        ("", {}, "", "expected the field name, which is missing"),
        ("", {**NEW_PLAYER, "nickname": "S"}, "", "expected no field nickname"),
        ("", {**NEW_PLAYER, "name": None}, "/name", "expected string, got null"),
        ("", {**NEW_PLAYER, "region": "gb"}, "/region", "expected string that matches ^(?:[A-Z]{2}"),
        ("/preferences", {**PREFERENCES, "intensity": 9}, "/intensity", "expected integer of at most 5"),
        (
            "/preferences",
            {**PREFERENCES, "avoid_topics": ["a", 1]},
            "/avoid_topics/1",
            "expected string, got integer",
        ),
        ("/consents/play", {"given": "yes"}, "/given", "expected boolean, got string"),
    ],
)
async def test_over_http(api: Api, target: str, body: Any, pointer: str, detail: str):
    player = await api.player()
    if target:
        refused = await player.put(f"/v1/players/{player.player_id}{target}", body, If_Match="*")
    else:
        refused = await api.caller(Role.ADMIN).post("/v1/players", body)
    (error,) = problem(refused, 422, "invalid-request")["errors"]
    assert error["pointer"] == pointer
    assert error["detail"].startswith(detail)
