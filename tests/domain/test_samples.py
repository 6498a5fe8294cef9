"""A sample of every event ever stored decodes, for ever.

`samples.json` maps each tag to payloads in hex, as `msgspec.msgpack.encode(event).hex()` gave them, personal
fields sealed. A new event, or a new field, adds a payload; none is changed or removed.
"""

import importlib
import json
import pkgutil
from pathlib import Path

import msgspec
import pytest

from tta import domain
from tta.domain.base import Event, SealedText, personal_fields

SAMPLES: dict[str, list[str]] = json.loads((Path(__file__).parent / "samples.json").read_text())
MODULES = [
    importlib.import_module(f"{domain.__name__}.{module.name}")
    for module in pkgutil.iter_modules(domain.__path__)
]
EVENTS: list[type[Event]] = [event for module in MODULES for event in getattr(module, "EVENTS", ())]


def test_every_event_belongs_to_one_aggregate_and_has_a_tag_of_its_own():
    defined = {event.__name__ for event in Event.__subclasses__() if event.__module__.startswith("tta.")}
    assert sorted(defined) == sorted(event.__name__ for event in EVENTS)


def test_every_event_that_was_ever_stored_has_a_sample():
    assert {event.__name__ for event in EVENTS} == {tag for tag, payloads in SAMPLES.items() if payloads}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_a_sample_decodes_and_is_packed_as_it_was(event: type[Event]):
    for payload in SAMPLES[event.__name__]:
        decoded = msgspec.msgpack.decode(bytes.fromhex(payload), type=event)
        assert payload == msgspec.msgpack.encode(decoded).hex()
        for field in personal_fields(event):
            assert isinstance(getattr(decoded, field), SealedText | None)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_the_samples_of_an_event_show_each_of_its_fields(event: type[Event]):
    shown = {
        field
        for payload in SAMPLES[event.__name__]
        for field in msgspec.msgpack.decode(bytes.fromhex(payload))
    }
    assert set(event.__struct_fields__) == shown
