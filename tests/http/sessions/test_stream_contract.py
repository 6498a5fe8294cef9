"""The stream's contract is the one that is checked in, is whole, and streams keep it."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft7Validator, ValidationError

from tests.support.http.api_examples import Api, hold
from tests.support.http.event_source import CONTRACT, Event, validator
from tests.support.http.wire import hearing, play_alone, wired
from tta.commands.handle import CommandContext, handle
from tta.domain.identity import derived_id
from tta.domain.safety_record import ReleaseSafetyHold
from tta.domain.targets import record_target
from tta.domain.vocabulary import Role
from tta.eventstore.envelope import Causation
from tta.http.apps import QUERIES
from tta.http.sessions.stream_bodies import EVENTS
from tta.http.sessions.stream_contract import IDENTIFIED, NEVER_IDENTIFIED, stream_contract
from tta.live.hub import Ending
from tta.live.turn_steps import tell_step

CHECKED_IN = Path(__file__).parents[3] / "docs" / "asyncapi.json"


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for name, value in part.items() if name == "$ref")
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from references(each)


def test_it_is_the_one_that_is_checked_in():
    assert stream_contract() == CONTRACT, "python -m tta.http.sessions.stream_contract > docs/asyncapi.json"
    written = subprocess.run(
        [sys.executable, "-m", "tta.http.sessions.stream_contract"], check=True, capture_output=True
    )
    assert written.stdout == CHECKED_IN.read_bytes()


def test_all_that_it_refers_to_is_there():
    for reference in references(CONTRACT):
        found = CONTRACT
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found


def test_its_schemas_are_schemas():
    for schema in CONTRACT["components"]["schemas"].values():
        Draft7Validator.check_schema(schema)


def test_it_has_every_event_of_the_stream_and_its_path():
    (channel,) = CONTRACT["channels"].values()
    assert channel["messages"].keys() == CONTRACT["components"]["messages"].keys() == EVENTS.keys()
    assert {*IDENTIFIED, *NEVER_IDENTIFIED, "resync"} == EVENTS.keys()
    assert channel["address"] in [route.path for route in QUERIES]


@pytest.mark.parametrize(
    ("name", "part", "wrong"),
    [
        ("open", "payload", {}),
        ("reply", "payload", {"turn": 1}),
        ("status", "payload", {"status": 7}),
        ("hold", "payload", {"held": "yes"}),
        ("reply", "headers", {"event": "reply"}),
        ("bye", "headers", {"event": "bye", "id": "AQ"}),
        ("open", "headers", {"event": "reply", "id": "AQ"}),
    ],
    ids=str,
)
def test_what_is_not_as_it_says_does_not_pass(name: str, part: str, wrong: dict[str, Any]):
    with pytest.raises(ValidationError):
        validator(name, part).validate(wrong)


async def test_every_event_that_a_stream_tells_is_as_it_says(still_api: Api):
    """The client of the tests' streams checks each one; here all of them come."""
    told: list[Event] = []
    async with wired(still_api) as wire:
        caller, path = await still_api.session()
        session_id, player_id = UUID(path.rpartition("/")[2]), caller.player_id
        assert player_id is not None
        source = await wire.source(caller, path).open()
        told.append(await source.next())
        await hearing(still_api, path)
        await tell_step(still_api.parts.store, session_id, 1, "narrating")
        told.append(await source.next())
        await play_alone(still_api, caller, path, range(1, 2))
        await caller.post(f"{path}/pause")
        await hold(still_api, player_id)
        await release(still_api, player_id)
        told += await source.until("release")
        source.close()
        await play_alone(still_api, caller, path, range(2, 103))
        await source.open()
        told.append(await source.next())
        ending = asyncio.create_task(source.rest())
        await wire.carries(1)
        wire.live._end_each(Ending.SLOW)
        told += await ending
        await source.open()
        await wire.carries(1)
        wire.live.end_all()
        told += await source.rest()
    assert [each.name for each in told] == [
        "open",
        "progress",
        "interaction",
        "reply",
        "status",
        "hold",
        "release",
        "resync",
        "resync",
        "bye",
    ]
    assert {each.name for each in told} == EVENTS.keys()


async def release(api: Api, player_id: UUID) -> None:
    """Let a player play on, as a clinician will."""
    command_id = derived_id("release", player_id)
    causation = Causation(
        actor="test", command_id=command_id, correlation_id=command_id, causation_id=command_id
    )
    await handle(
        api.parts.commands,
        record_target(player_id),
        ReleaseSafetyHold(reason="We spoke.", by=Role.THERAPIST, at=datetime.now(UTC)),
        CommandContext(causation),
        player_id=player_id,
    )
