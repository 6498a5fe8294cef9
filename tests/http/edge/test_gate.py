"""Every text that a person sends is marked on its route, and every one of a player's passes the gate."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx2
import msgspec
import pytest
import pytest_asyncio

from tests.support.http.api_examples import Api, Caller, problem
from tests.support.http.questionnaire_examples import assessed
from tta.app.main import services
from tta.app.work import Work
from tta.domain.assessment import NOTHING_FOUND, Assessment, TextKind, Writer, highest
from tta.domain.joint.consequences import ITEM_9
from tta.domain.vocabulary import RiskCategory, RiskLevel, Role
from tta.http.apps import COMMANDS, QUERIES, app
from tta.http.edge.calls import PlayerOf, Route
from tta.http.edge.gate import Gate
from tta.http.edge.marked_texts import MarkedText, TextPlace, read
from tta.http.edge.tolerant_json import WORDS_CHARACTERS_MAX

WORRYING = "I want to disappear"


def texts_of(kind: Any) -> Iterator[str]:
    """Name the members of a body in which anything may be written."""
    (found,), schemas = msgspec.json.schema_components([kind])
    (_, schema) = found, schemas[kind.__name__]
    for name, each in schema["properties"].items():
        if takes_any_text(each, schemas):
            yield name


def takes_any_text(schema: dict[str, Any], schemas: dict[str, Any]) -> bool:
    if "$ref" in schema:
        return takes_any_text(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    parts = [*schema.get("anyOf", ()), *schema.get("prefixItems", ()), *schema.get("properties", {}).values()]
    parts += [
        schema[name] for name in ("items", "additionalProperties") if isinstance(schema.get(name), dict)
    ]
    parts += schema.get("oneOf", ())
    if not schema.keys() - {"default", "description", "title"}:
        return True  # Anything is taken.
    if any(takes_any_text(part, schemas) for part in parts):
        return True
    return schema.get("type") == "string" and not schema.keys() & {"pattern", "enum", "format"}


@pytest.mark.parametrize(
    "route", [each for each in (*COMMANDS, *QUERIES) if each.body], ids=lambda each: each.path
)
def test_a_route_that_takes_text_marks_it(route: Route):
    marked = {place.name for place in route.texts}
    assert set(texts_of(route.body)) <= marked
    assert marked <= set(route.body.__struct_fields__)


def test_a_text_that_is_not_marked_would_be_found():
    class Inner(msgspec.Struct):
        note: str

    class Whole(msgspec.Struct):
        inner: tuple[Inner, ...]
        tags: dict[str, str]
        anything: Any
        id: UUID
        free: str | None = None

    assert set(texts_of(Whole)) == {"inner", "tags", "anything", "free"}


def test_the_words_of_staff_do_not_make_a_route_one_that_takes_words():
    (forget,) = (route for route in COMMANDS if route.operation == "forget_rows")
    assert [place.writer for place in forget.texts] == [Writer.STAFF]
    assert not forget.takes_words


@pytest.mark.parametrize("route", [each for each in (*COMMANDS, *QUERIES) if each.body])
def test_no_object_in_a_body_takes_a_member_that_nobody_marks(route: Route):
    _, schemas = msgspec.json.schema_components([route.body])
    objects = [each for each in schemas.values() if each.get("type") == "object"]
    assert all(each["additionalProperties"] is False for each in objects)


class WatchfulGate:
    """Finds one sentence wherever it stands, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, TextKind, UUID | None, str]] = []

    async def assess(
        self, text: MarkedText, kind: TextKind, player_id: UUID | None, route: str, /
    ) -> Assessment:
        self.asked.append((text.values, kind, player_id, route))
        is_found = any(WORRYING in str(each) for each in text.values)
        return Assessment(RiskLevel.MODERATE, RiskCategory.SUICIDE, ITEM_9) if is_found else NOTHING_FOUND


@pytest.fixture
def gate() -> WatchfulGate:
    return WatchfulGate()


@asynccontextmanager
async def behind(gate: Gate, api: Api) -> AsyncIterator[Api]:
    """The same API behind another gate."""
    made = app(services(api.parts, Work([], []))._replace(gate=gate), "all")
    transport = httpx2.ASGITransport(made)
    async with httpx2.AsyncClient(transport=transport, base_url="http://tta.test") as http:
        yield api._replace(app=made, http=http)


@pytest_asyncio.fixture(loop_scope="session")
async def guarded(api: Api, gate: WatchfulGate) -> AsyncIterator[Api]:
    async with behind(gate, api) as made:
        yield made


async def test_an_endpoint_is_given_the_player_and_the_assessment(guarded: Api, gate: WatchfulGate):
    caller, path = await guarded.session()
    gate.asked.clear()
    taken = await caller.post(f"{path}/interactions", {"text": "Hello"})
    assert taken.status_code == 200, taken.text
    assert gate.asked == [
        (["Hello"], TextKind.SPEECH, caller.player_id, "/v1/sessions/{session_id}/interactions")
    ]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("goals", {"text": WORRYING, "skill": "no_such_skill"}, "invalid-request"),
        ("progress", {"goal_id": str(UUID(int=1)), "attainment": 9, "note": WORRYING}, "invalid-request"),
        ("progress", {"goal_id": str(UUID(int=1)), "attainment": 1, "note": WORRYING}, "no-such-goal"),
        ("goals", {"text": WORRYING * 40}, "words-too-long"),
    ],
)
async def test_a_refused_text_is_recorded_once_and_answered(
    guarded: Api, path: str, body: dict[str, Any], code: str
):
    caller = await guarded.player()
    for _ in range(2):
        refused = await caller.post(f"/v1/players/{caller.player_id}/{path}", body, key="k")
        assert refused.json()["code"] == code, refused.text
        assert refused.json()["guidance"]["level"] == "moderate"
    assert await assessed(guarded, caller) == [RiskLevel.MODERATE]


async def test_of_somebody_elses_session_nothing_is_recorded(guarded: Api, gate: WatchfulGate):
    owner, path = await guarded.session()
    other = await guarded.player()
    gate.asked.clear()
    refused = await other.post(f"{path}/interactions", {"text": WORRYING})
    assert problem(refused, 404, "no-such-session")["guidance"]["level"] == "moderate"
    assert {player_id for _, _, player_id, _ in gate.asked} == {None}
    assert await assessed(guarded, owner) == await assessed(guarded, other) == []


@pytest.mark.parametrize("token", ["", "nonsense", "operator"])
async def test_a_caller_who_may_not_is_guided_and_nothing_is_recorded(guarded: Api, token: str):
    owner = await guarded.player()
    token = guarded.caller(Role.OPERATOR).token if token == "operator" else token
    caller = Caller(owner.http, token=token)
    refused = await caller.post(f"/v1/players/{owner.player_id}/goals", {"text": WORRYING})
    assert refused.status_code in {401, 403}
    assert refused.json()["guidance"]["level"] == "moderate"
    assert await assessed(guarded, owner) == []


async def test_a_gate_that_breaks_lets_nothing_pass_and_help_comes(api: Api):
    class BrokenGate:
        async def assess(self, *_asked: object) -> Assessment:
            raise RuntimeError("no rules")

    caller, path = await api.session()
    async with behind(BrokenGate(), api) as broken:
        refused = await Caller(broken.http, caller.token).post(f"{path}/interactions", {"text": "Hello"})
    assert problem(refused, 500, "internal-error")["guidance"]["level"] == "unknown"
    shown = await caller.get(f"{path}/interactions")
    assert shown.json()["interactions"] == []


def test_several_assessments_join_by_maximum():
    low, high = (Assessment(level, RiskCategory.SUICIDE, "x") for level in (RiskLevel.LOW, RiskLevel.HIGH))
    assert highest([low, high, NOTHING_FOUND]) == high
    assert highest([]) == NOTHING_FOUND


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b'{"text": "Hello"}', ["Hello"]),
        (b'{"said": {"text": "Hello"}, "text": "Again"}', ["Hello", "Again"]),
        (b'{"text": "Hello', ["Hello"]),
        (b"text=Hello", ["Hello"]),
        (b'{"text": "I want\\nto [really] di', ["I want\nto [really] di"]),
        (b"{'text': 'I can't, I want to', turn: 2", ["I can't, I want to"]),
        ("{\u201ctext\u201d: \u201cI can\u2019t\u201d}".encode(), ["I can\u2019t"]),
        (b'{"text": "Hello \\"you\\" and you", "turn": 2} x', ['Hello "you" and you']),
        (b'{"text": "Oh \\ud83d\\ude00", x', ["Oh \U0001f600"]),
        (b"text=Hello+you+%26+me&turn=2", ["Hello you %26 me", "Hello you & me"]),
        (b"text: Hello you\nand me", ["Hello you\nand me"]),
        (b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nHello you\r\n--b--', ["Hello you"]),
        (b"<said><text>Hello you</text></said>", ["Hello you"]),
        (b"Hello you", ["Hello you"]),
        (b'"Hello you"', ['"Hello you"']),
        ('{"text": "Héllo"}'.encode("utf-16"), ["Héllo"]),
        (b'{"choice": "stay"}', []),
        (b"", []),
    ],
)
def test_a_text_is_read_however_it_is_written(raw: bytes, found: list[str]):
    assert sorted(read(raw, TextPlace("text", TextKind.SPEECH)).values) == sorted(found)


@pytest.mark.parametrize("name", ["text", "\\u0074ext"])
async def test_all_of_a_text_that_is_taken_passes_however_long_its_body_is(
    guarded: Api, gate: WatchfulGate, name: str
):
    caller, path = await guarded.session()
    said = "text " * 300 + WORRYING
    gate.asked.clear()
    taken = await guarded.http.post(
        f"{path}/interactions",
        content=f'{{"{name}": "{said}"{" " * 900_000}}}',
        headers={
            "Authorization": f"Bearer {caller.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": "k",
        },
    )
    assert taken.status_code == 200, taken.text
    assert [values for values, *_ in gate.asked] == [[said]]


def test_of_very_long_words_the_beginning_and_the_end_are_read():
    raw = f'{{"text": "{WORRYING}{" ha" * 50_000}{WORRYING}", "turn": '.encode()
    (words,) = read(raw, TextPlace("text", TextKind.SPEECH)).values
    assert words.startswith(WORRYING)
    assert words.endswith(WORRYING)
    assert len(words) <= WORDS_CHARACTERS_MAX


def test_of_a_very_long_refused_body_the_beginning_and_the_end_are_read():
    noise = '"x": "' + "y" * 2**20 + '", '
    for body in (f'{{"text": "{WORRYING}", {noise}', f'{{{noise}"text": "{WORRYING}"'):
        assert read(body.encode(), TextPlace("text", TextKind.SPEECH)).values[0].startswith(WORRYING)


@pytest.mark.parametrize(
    "piece",
    ["text:", 'text:"', "text[", "text", "[", '"', "\\u0041", "%41", "+", " ", "text:/*", "\\", "', "],
)
def test_the_work_of_reading_words_is_bounded(piece: str):
    raw = ('{"text": "' + piece * 2**20)[: 2**20].encode()
    began = time.process_time()
    read(raw, TextPlace("text", TextKind.SPEECH))
    assert time.process_time() - began < 5, "without bounds it may take minutes"


def test_every_route_says_whom_it_concerns():
    for route in (*COMMANDS, *QUERIES):
        by_path = {
            "{player_id}" in route.path: PlayerOf.PATH,
            "{session_id}" in route.path: PlayerOf.SESSION,
        }
        assert route.player is by_path.get(True, route.player), route.path
        if route.player in {PlayerOf.PATH, PlayerOf.SESSION}:
            assert True in by_path
