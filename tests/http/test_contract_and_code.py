"""What the contract says of every route is what the code does: statuses, lengths, numbers, lists."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple

import httpx2
import pytest

from tests.support.http.api_examples import NEW_PLAYER, PREFERENCES, Api, Caller, problem
from tta.app.main import services
from tta.app.work import Work
from tta.domain.identity import derived_id
from tta.domain.vocabulary import ConsentPurpose, Role
from tta.http.apps import BOTH, COMMANDS, QUERIES, app
from tta.http.contract import contract
from tta.http.edge.bodies import BYTES_MAX

DOCUMENT: dict[str, Any] = contract(COMMANDS, QUERIES, BOTH)
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


class Operation(NamedTuple):
    """One method on one path, as the contract has it."""

    method: str
    path: str
    said: dict[str, Any]

    @property
    def is_open(self) -> bool:
        return not self.said["security"]

    @property
    def body(self) -> str:
        """The name of the schema of its body."""
        content = self.said.get("requestBody", {}).get("content", {})
        return content["application/json"]["schema"]["$ref"].rpartition("/")[2] if content else ""


OPERATIONS = [
    Operation(method.upper(), path, said)
    for path, operations in DOCUMENT["paths"].items()
    for method, said in operations.items()
]
EACH = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: f"{each.method} {each.path}")
OPERATOR = {"/v1/operations/read-models/forget", "/v1/operations/agents"}
BODIES: dict[str, dict[str, Any]] = {
    "NewPlayer": NEW_PLAYER,
    "Consent": {"given": True},
    "Preferences": PREFERENCES,
    "NewSession": {},
    "Interaction": {"text": "look"},
    "Switch": {"to": str(derived_id("another session"))},
    "Copy": {},
    "NewGoal": {"text": "Leave the house"},
    "NewProgress": {"goal_id": str(derived_id("a goal")), "attainment": 0},
    "NewMilestone": {"text": "Left the house"},
    "NewMeasure": {"measure": "phq9", "answers": [0] * 9},
    "RowsToForget": {"model": "unknown model"},
}
"""A body of each kind that is as its schema says."""


async def caller_of(api: Api, operation: Operation) -> Caller:
    """Somebody who may do it."""
    player = await api.player()
    if operation.path in OPERATOR:
        return api.caller(Role.OPERATOR)
    return api.caller(Role.ADMIN) if operation.path == "/v1/players" else player


async def filled(api: Api, operation: Operation, caller: Caller) -> str:
    """Its path with ids of the caller's."""
    session = ""
    if "{session_id}" in operation.path:
        session = (await caller.post("/v1/sessions", {})).json()["id"]
    return operation.path.format(
        player_id=caller.player_id,
        session_id=session,
        goal_id=derived_id("a goal"),
        purpose=ConsentPurpose.PLAY.value,
        story_id="clearing",
    )


TOO_LONG = {"Content-Length": str(BYTES_MAX + 1), "Content-Type": "application/json"}


async def ask(
    http: httpx2.AsyncClient, operation: Operation, path: str, caller: Caller, **more: Any
) -> httpx2.Response:
    """Send what the contract asks for, with something changed."""
    headers = {"Idempotency-Key": "k", "If-Match": "*", **more.pop("headers", {})}
    if operation.said["responses"].keys() & {"201"}:
        del headers["If-Match"]
    if caller.token:
        headers.setdefault("Authorization", f"Bearer {caller.token}")
    if operation.body and "content" not in more:
        more.setdefault("json", BODIES[operation.body])
    return await http.request(operation.method, path, headers=headers, **more)


@EACH
async def test_a_status_is_answered_where_the_contract_names_it(api: Api, operation: Operation):
    caller = await caller_of(api, operation)
    path = await filled(api, operation, caller)
    nobody, no_role = api.nobody(), api.caller()
    stranger = api.caller(Role.PLAYER, player_id=derived_id("nobody's"))
    full = app(services(api.parts, Work([], [])), "all", requests_max=0)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(full), base_url="http://tta.test"
    ) as crowded:
        answers = {
            400: await ask(api.http, operation, path, caller, headers={"Host": "a b"}),
            401: await ask(api.http, operation, path, nobody),
            403: await ask(api.http, operation, path, no_role),
            405: await api.http.request("PATCH", path),
            422: await ask(api.http, operation, f"{path}?nonsense=1", caller),
            431: await ask(api.http, operation, path, caller, headers={"X-Filler": "x" * 70_000}),
            503: await ask(crowded, operation, path, caller),
        }
    if not path.endswith("/stream"):  # Which would be answered, without an end.
        answers[413] = await ask(api.http, operation, path, caller, content=b"{}", headers=TOO_LONG)
        answers[415] = await ask(api.http, operation, path, caller, content=b"{}")
    if "_id}" in operation.path and "{story_id}" not in operation.path:
        answers[404] = await ask(api.http, operation, path, stranger)
    for status, answer in answers.items():
        declared = str(status) in operation.said["responses"]
        if operation.is_open and status == 503:
            declared = False  # Unhealthy is another matter: test_unwell.py.
        assert (answer.status_code == status) == declared, (status, answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            named = operation.said["responses"][str(answer.status_code)].get("headers", {})
            assert {each.lower() for each in named} - {"etag", "link", "deprecation"} <= answer.headers.keys()


async def test_a_body_that_does_not_come_is_late(api: Api):
    """All at once, as each takes its whole patience. What takes no body reads whether one comes."""
    ends = asyncio.Event()

    async def never_whole() -> AsyncIterator[bytes]:
        yield b"{"
        await ends.wait()

    async def late(operation: Operation) -> None:
        caller = await caller_of(api, operation)
        path = await filled(api, operation, caller)
        headers = {"Content-Type": "application/json"}
        answer = await ask(api.http, operation, path, caller, content=never_whole(), headers=headers)
        problem(answer, 408, "request-timeout")

    assert all("408" in each.said["responses"] for each in OPERATIONS), "headers may be late as well"
    await asyncio.gather(*(late(each) for each in OPERATIONS if each.method != "GET"))


@EACH
async def test_if_match_is_required_where_the_contract_says_so(api: Api, operation: Operation):
    caller = await caller_of(api, operation)
    path = await filled(api, operation, caller)
    headers = {"Authorization": f"Bearer {caller.token}", "Idempotency-Key": "k"}
    body: dict[str, Any] = {"json": BODIES[operation.body]} if operation.body else {}
    if path.endswith("/stream"):
        return
    answer = await api.http.request(operation.method, path, headers=headers, **body)
    required = any(
        each["name"] == "If-Match" and each.get("required") for each in operation.said["parameters"]
    )
    assert (answer.status_code == 428) == required == ("428" in operation.said["responses"])


@EACH
async def test_a_key_is_required_where_the_contract_says_so(api: Api, operation: Operation):
    caller = await caller_of(api, operation)
    path = await filled(api, operation, caller)
    if path.endswith("/stream"):
        return
    answer = await ask(api.http, operation, path, caller, headers={"Idempotency-Key": ""})
    named = [each for each in operation.said["parameters"] if each["name"] == "Idempotency-Key"]
    assert (answer.status_code == 400) == bool(named), answer.text


def bounded(name: str) -> Iterator[tuple[str, Any, Any]]:
    """For each bound of a body's schema: its field, what just keeps it, and what just breaks it."""
    for field, schema in SCHEMAS[name]["properties"].items():
        for each in (schema, *schema.get("anyOf", ())):
            good = BODIES[name].get(field)
            if "maxLength" in each and "pattern" not in each:
                yield field, "x" * each["maxLength"], "x" * (each["maxLength"] + 1)
            if "minLength" in each and "pattern" not in each:
                yield field, "x" * each["minLength"], "x" * (each["minLength"] - 1)
            if "maximum" in each:
                yield field, each["maximum"], each["maximum"] + 1
            if "exclusiveMaximum" in each:
                yield field, each["exclusiveMaximum"] - 1, each["exclusiveMaximum"]
            if "minimum" in each:
                yield field, each["minimum"], each["minimum"] - 1
            items = each.get("items", {})
            if "maxItems" in each:
                one = (
                    good[0]
                    if good
                    else items.get("enum", ["x"])[0]
                    if "$ref" not in items
                    else enum_of(items)
                )
                yield field, [one] * each["maxItems"], [one] * (each["maxItems"] + 1)
            if "maxLength" in items:
                yield field, ["x" * items["maxLength"]], ["x" * (items["maxLength"] + 1)]
            if "minLength" in items:
                yield field, ["x" * items["minLength"]], [""]
            if "maximum" in items:
                yield field, [*good[:-1], items["maximum"]], [*good[:-1], items["maximum"] + 1]
                yield field, [*good[:-1], items["minimum"]], [*good[:-1], items["minimum"] - 1]


def enum_of(items: dict[str, Any]) -> str:
    return str(SCHEMAS[items["$ref"].rpartition("/")[2]]["enum"][0])


def is_refused(answer: httpx2.Response, field: str) -> bool:
    """Whether it was refused for that field."""
    if answer.status_code != 422:
        return False
    document = problem(answer, 422, answer.json()["code"])
    pointers = [each["pointer"].split("/")[1] for each in document.get("errors", ()) if each["pointer"]]
    return field in pointers or document["code"] in ("words-too-long", "answers-incomplete")


WITH_BODY = [each for each in OPERATIONS if each.body]


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda each: f"{each.method} {each.path}")
async def test_bounds_of_bodies_are_those_of_the_contract(api: Api, operation: Operation):
    for field, keeps, breaks in bounded(operation.body):
        caller = await caller_of(api, operation)
        path = await filled(api, operation, caller)
        body = {**BODIES[operation.body]}
        if field == "choice":
            del body["text"]
        broken = await ask(api.http, operation, path, caller, json={**body, field: breaks})
        assert is_refused(broken, field), (field, breaks, broken.text)
        if operation.body == "RowsToForget":
            continue  # Refused unless there is such a model and such a slot: the contract names the most.
        kept = await ask(api.http, operation, path, caller, json={**body, field: keeps})
        assert not is_refused(kept, field), (field, keeps, kept.text)
        if isinstance(keeps, int):
            kept = await ask(api.http, operation, path, caller, json={**body, field: float(keeps)})
            assert not is_refused(kept, field), "an integer of JSON Schema may be written as 2.0"


def test_every_body_has_an_example():
    assert {each.body for each in WITH_BODY} == BODIES.keys()


def parameters(where: str) -> list[tuple[Operation, dict[str, Any]]]:
    return [
        (operation, each)
        for operation in OPERATIONS
        for each in operation.said["parameters"]
        if each["in"] == where
    ]


@pytest.mark.parametrize(
    ("operation", "parameter"),
    parameters("query"),
    ids=[f"{operation.path}?{each['name']}" for operation, each in parameters("query")],
)
async def test_bounds_of_parameters_are_those_of_the_contract(
    api: Api, operation: Operation, parameter: dict[str, Any]
):
    caller = await caller_of(api, operation)
    path = await filled(api, operation, caller)
    name, schema = parameter["name"], parameter["schema"]
    broken: list[Any] = []
    kept: list[Any] = []
    if "maximum" in schema:
        kept += [schema["minimum"], schema["maximum"]]
        broken += [schema["minimum"] - 1, schema["maximum"] + 1]
    if "enum" in schema:
        kept += schema["enum"]
        broken += ["x", schema["enum"][0].upper()]
    if "pattern" in schema:
        kept += ["clearing", "x" * 64]
        broken += ["x" * 65, "two words", ""]
    if "maxLength" in schema:
        broken.append("x" * (schema["maxLength"] + 1))
        kept += ["x" * schema["maxLength"]] if name not in ("cursor", "last_event_id", "free_of") else []
    if schema.get("minLength"):
        broken.append("")
    assert broken, f"{name} has no bound"
    for value in broken:
        answer = (
            await caller.get(path, params={name: value}) if False else await query(caller, path, name, value)
        )
        assert answer.status_code in (400, 422), (value, answer.text)
    for value in kept:
        answer = await query(caller, path, name, value)
        assert answer.status_code in (200, 404), (value, answer.text)  # Perhaps it is not projected yet.


async def query(caller: Caller, path: str, name: str, value: Any) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {caller.token}"}
    return await caller.http.get(path, params={name: value}, headers=headers)
