"""A store is opened as what it is, or not at all."""

import asyncio

import pytest

from tests.support.eventstore.store_examples import (
    SLOT,
    SLOTS,
    fresh_name,
)
from tta.eventstore.child_server import ChildServer
from tta.eventstore.errors import (
    ForeignStore,
    StoreMismatch,
    StoreUnavailable,
)
from tta.eventstore.layout import Layout
from tta.eventstore.store import EventStore


async def test_another_number_of_slots_is_refused(valkey: ChildServer, one_store: EventStore) -> None:
    with pytest.raises(StoreMismatch, match="expected slots 32, got 16"):
        await EventStore.open(valkey.url, one_store.layout.name, slots=32)


async def test_an_older_layout_is_refused(valkey: ChildServer, one_store: EventStore) -> None:
    await one_store.nodes.call("HSET", one_store.layout.record, "layout", "0")
    with pytest.raises(StoreMismatch, match="expected layout 1, got 0"):
        await EventStore.open(valkey.url, one_store.layout.name, slots=SLOTS)


@pytest.mark.parametrize("command", [("SET", "x"), ("HSET", "colour", "blue"), ("RPUSH", "x")])
async def test_a_record_that_is_not_ours_is_left_as_it_is(
    valkey: ChildServer, one_store: EventStore, command: tuple[str, ...]
) -> None:
    name = fresh_name()
    record = Layout(name, SLOTS).record
    await one_store.nodes.call(command[0], record, *command[1:])
    before = await one_store.nodes.call("DUMP", record)
    with pytest.raises(ForeignStore):
        await EventStore.open(valkey.url, name, slots=SLOTS)
    assert await one_store.nodes.call("DUMP", record) == before


async def test_a_log_that_is_no_stream_is_refused_at_the_door(
    valkey: ChildServer, one_store: EventStore
) -> None:
    await one_store.nodes.call("SET", one_store.layout.log(SLOT), "x")
    with pytest.raises(ForeignStore, match="expected a stream, got string"):
        await EventStore.open(valkey.url, one_store.layout.name, slots=SLOTS)


async def test_a_record_that_was_begun_and_not_ended_is_completed(
    valkey: ChildServer, one_store: EventStore
) -> None:
    """Its process ended between two writes, or has not come to the next one yet."""
    layout = Layout(fresh_name(), SLOTS)
    await one_store.nodes.call("HSET", layout.record, "created_ms", "7")
    opened = await EventStore.open(valkey.url, layout.name, slots=SLOTS)
    assert await opened.nodes.call("HMGET", layout.record, "created_ms", "layout", "slots") == [
        b"7",
        b"1",
        str(SLOTS).encode(),
    ]
    await opened.close()


async def test_many_that_open_a_new_store_at_once_agree(valkey: ChildServer) -> None:
    for _ in range(5):
        name = fresh_name()
        stores = await asyncio.gather(
            *(EventStore.open(valkey.url, name, slots=SLOTS) for _ in range(8)), return_exceptions=True
        )
        assert [each for each in stores if isinstance(each, BaseException)] == []
        for each in stores:
            assert isinstance(each, EventStore)
            await each.close()


@pytest.mark.parametrize("name", ["", "a b", "a:b", "{a}", "a\n", "é", "a" * 65])
async def test_a_name_that_would_not_be_a_name_is_refused(valkey: ChildServer, name: str) -> None:
    with pytest.raises(StoreMismatch, match="ASCII letters, digits"):
        await EventStore.open(valkey.url, name)


@pytest.mark.parametrize("slots", [0, 3, 512, -1])
async def test_slots_are_a_power_of_two(valkey: ChildServer, slots: int) -> None:
    with pytest.raises(StoreMismatch, match=f"power of two from 1 to 256, got {slots}"):
        await EventStore.open(valkey.url, fresh_name(), slots=slots)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1", "unix:///nowhere/valkey.sock"])
async def test_a_server_that_is_not_there_is_named(url: str) -> None:
    with pytest.raises(StoreUnavailable):
        await EventStore.open(url, "nowhere")
