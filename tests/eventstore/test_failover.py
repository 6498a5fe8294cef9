"""A replica promoted without the last writes: acknowledged events are gone, and nobody carries on quietly."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio

from tests.support.eventstore.store_examples import SLOT, SLOTS, grown, loaded, must_be_whole, some_id
from tests.support.eventstore.store_servers import TcpServer, until
from tests.support.eventstore.unreliable_proxy import UnreliableProxy
from tta.eventstore.envelope import Head
from tta.eventstore.errors import Conflict, HistoryChanged
from tta.eventstore.store import EventStore
from tta.eventstore.subscription import Mark

SESSION, OTHER = some_id(), some_id()


class Lost(NamedTuple):
    """A store after a failover that lost the last of three events."""

    store: EventStore
    head: Head
    """Where the session stood before, as its reader still believes."""
    mark: Mark
    """How far a follower had read before."""


@pytest_asyncio.fixture
async def lost(tmp_path: Path) -> AsyncIterator[Lost]:
    primary = TcpServer(tmp_path / "primary", repl_diskless_sync_delay="0")
    await primary.start()
    replica = TcpServer(tmp_path / "replica", replicaof=f"127.0.0.1\n{primary.port}")
    await replica.start()
    async with UnreliableProxy(primary.port) as service:
        store = await EventStore.open(service.url, "promoted", slots=SLOTS)
        head = (await grown(store, SESSION, "a", "b")).heads[0]

        async def copied() -> bool:
            return int(await replica.say("XLEN", store.layout.log(SLOT))) == 2

        await until(copied)
        await replica.say("REPLICAOF", "NO", "ONE")
        head = (await grown(store, SESSION, "lost", after=head)).heads[0]
        mark = (await store.read(SLOT)).mark
        await primary.kill()
        service.server = replica.port
        service.cut()
        yield Lost(store, head, mark)
        await store.close()
    await replica.kill()


async def test_an_append_with_the_lost_hash_conflicts(lost: Lost) -> None:
    with pytest.raises(Conflict, match=r"expected version 3 .* got version 2"):
        await grown(lost.store, SESSION, "d", after=lost.head)


async def test_it_conflicts_also_where_another_event_took_that_version(lost: Lost) -> None:
    known = (await loaded(lost.store, SESSION))[-1]
    await grown(lost.store, SESSION, "another", after=Head(2, known.hash))
    with pytest.raises(Conflict, match=r"expected version 3 .* got version 3"):
        await grown(lost.store, SESSION, "d", after=lost.head)
    assert len(await must_be_whole(lost.store)) == 3


@pytest.mark.parametrize("another", [False, True], ids=["position gone", "position used again"])
async def test_a_follower_stops(lost: Lost, another: bool) -> None:
    if another:
        await grown(lost.store, OTHER, "another")
    async with aclosing(lost.store.follow({SLOT: lost.mark})) as following:
        with pytest.raises(HistoryChanged, match=f"slot {SLOT}: .*position 3"):
            await anext(following)


@pytest.mark.parametrize("another", [False, True], ids=["version gone", "version used again"])
async def test_loading_behind_what_is_cached_stops(lost: Lost, another: bool) -> None:
    if another:
        known = (await loaded(lost.store, SESSION))[-1]
        await grown(lost.store, SESSION, "another", "and more", after=Head(2, known.hash))
    with pytest.raises(HistoryChanged, match=f"{SESSION}: expected"):
        await loaded(lost.store, SESSION, lost.head)
