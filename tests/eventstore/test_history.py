"""A follower stops where what it has read no longer stands, and where something is missing ahead."""

from collections.abc import Callable
from contextlib import aclosing

import pytest

from tests.support.eventstore.store_examples import (
    SLOT,
    Entry,
    grown,
    last_replaced,
    rewrite_log,
    some_id,
)
from tta.eventstore.errors import HistoryChanged
from tta.eventstore.store import EventStore
from tta.eventstore.subscription import START

DAMAGES: dict[str, Callable[[list[Entry]], list[Entry]]] = {
    "the entry at its mark was replaced": last_replaced,
    "the entry at its mark was deleted": lambda entries: entries[:-1],
    "all was deleted": lambda entries: [],
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_it_stops_where_what_it_has_read_no_longer_stands(store: EventStore, damage: str) -> None:
    await grown(store, some_id(), "one", "two")
    mark = (await store.read(SLOT)).mark
    await rewrite_log(store, DAMAGES[damage])
    async with aclosing(store.follow({SLOT: mark})) as following:
        with pytest.raises(HistoryChanged, match=f"slot {SLOT}: "):
            await anext(following)


async def test_it_stops_where_an_entry_ahead_is_missing(store: EventStore) -> None:
    await grown(store, some_id(), "one", "two", "three")
    await store.nodes.call("XDEL", store.layout.log(SLOT), "2-0")
    with pytest.raises(HistoryChanged, match="expected position 2, got 3"):
        await store.read(SLOT)
    await store.nodes.call("XDEL", store.layout.log(SLOT), "1-0")
    with pytest.raises(HistoryChanged, match="expected position 1, got 3"):
        await anext(store.follow({SLOT: START}))
