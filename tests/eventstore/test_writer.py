"""Group commit: what queues up goes as one, each is answered for itself, and silence is no answer."""

import asyncio

import pytest

from tests.support.eventstore.store_examples import (
    SLOT,
    SLOTS,
    fresh_name,
    gains,
    grown,
    head_of,
    loaded,
    must_be_whole,
    some_id,
    step,
)
from tests.support.eventstore.store_servers import until
from tests.support.eventstore.unreliable_proxy import UnreliableProxy
from tta.eventstore import nodes, writer
from tta.eventstore.child_server import ChildServer
from tta.eventstore.errors import Conflict, OutcomeUnknown, StoreBusy, StoreUnavailable
from tta.eventstore.store import EventStore, LoadRequest


async def test_each_of_a_batch_gets_its_own_answer(one_store: EventStore) -> None:
    taken = some_id()
    await grown(one_store, taken, "before")
    answers = await asyncio.gather(
        *(grown(one_store, taken if n % 10 == 0 else some_id(), f"{n}") for n in range(300)),
        return_exceptions=True,
    )
    refused = [n for n, answer in enumerate(answers) if isinstance(answer, Conflict)]
    positions = [answer.first for answer in answers if not isinstance(answer, BaseException)]
    assert refused == list(range(0, 300, 10))
    assert sorted(positions) == list(range(2, 272))
    await must_be_whole(one_store)


async def test_what_queues_up_meanwhile_goes_as_one(far_store: EventStore, proxy: UnreliableProxy) -> None:
    await grown(far_store, some_id(), "connected")
    proxy.hold()
    first = asyncio.create_task(grown(far_store, some_id(), "first"))
    sent = len(proxy.chunks)

    async def one_is_under_way() -> bool:
        return len(proxy.chunks) > sent

    await until(one_is_under_way)
    before = len(proxy.chunks)
    others = [asyncio.create_task(grown(far_store, some_id(), f"{n}")) for n in range(50)]
    await asyncio.sleep(0)
    proxy.release()
    await asyncio.gather(first, *others)
    assert len(proxy.chunks) - before <= 3


async def test_a_cancelled_callers_append_still_stands(far_store: EventStore, proxy: UnreliableProxy) -> None:
    await grown(far_store, some_id(), "connected")
    session = some_id()
    proxy.hold()
    caller = asyncio.create_task(grown(far_store, session, "a"))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    proxy.release()

    async def it_stands() -> bool:
        return (await head_of(far_store, session)).version == 1

    await until(it_stands)


async def test_more_than_may_wait_are_told_so(
    far_store: EventStore, proxy: UnreliableProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "QUEUE_MAX", 10)
    proxy.hold()
    waiting = [asyncio.create_task(grown(far_store, some_id(), f"{n}")) for n in range(10)]
    await asyncio.sleep(0)
    with pytest.raises(StoreBusy, match="10 commands wait"):
        await grown(far_store, some_id(), "one too many")
    proxy.release()
    assert len(await asyncio.gather(*waiting)) == 10


async def test_forgotten_scripts_are_sent_anew(one_store: EventStore) -> None:
    await grown(one_store, some_id(), "a")
    for _ in range(5):
        await one_store.nodes.call("SCRIPT", "FLUSH")
        aggregates = [some_id() for _ in range(40)]
        await asyncio.gather(*(grown(one_store, aggregate, "b") for aggregate in aggregates))
        await one_store.nodes.call("SCRIPT", "FLUSH")
        parts = await asyncio.gather(*(one_store.load([LoadRequest(aggregate)]) for aggregate in aggregates))
        assert [part[0].head.version for part in parts] == [1] * 40


async def test_closing_sends_what_is_queued(valkey: ChildServer) -> None:
    name = fresh_name()
    store = await EventStore.open(valkey.url, name, slots=SLOTS)
    callers = [asyncio.create_task(grown(store, some_id(), f"{n}")) for n in range(600)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*callers)
    with pytest.raises(StoreUnavailable, match="closing"):
        await grown(store, some_id(), "too late")
    again = await EventStore.open(valkey.url, name, slots=SLOTS)
    assert len(await must_be_whole(again)) == 600
    await again.close()


async def test_closing_waits_for_what_is_sent_again(far_store: EventStore, proxy: UnreliableProxy) -> None:
    await grown(far_store, some_id(), "connected")
    proxy.lose_one()
    callers = [asyncio.create_task(grown(far_store, some_id(), f"{n}")) for n in range(20)]
    await asyncio.sleep(0)
    await far_store.close()
    assert len(await asyncio.gather(*callers)) == 20
    assert proxy.lost == 1


async def test_large_and_small_appends_share_the_way(one_store: EventStore) -> None:
    sizes = [900_000, 10, 400_000, 900_000, 10] * 8
    await asyncio.gather(*(grown(one_store, some_id(), "x" * size) for size in sizes))
    events = await must_be_whole(one_store)
    assert sorted(len(event.payload) for event in events) == sorted(sizes)
    assert {event.slot for event in events} == {SLOT}


async def test_a_server_that_is_gone_wrote_nothing(
    far_store: EventStore, proxy: UnreliableProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "OUTCOME_TIMEOUT_S", 0.2)
    monkeypatch.setattr(nodes, "READ_TIMEOUT_S", 0.2)
    await grown(far_store, some_id(), "connected")
    await proxy.refuse()
    with pytest.raises(StoreUnavailable):
        await grown(far_store, some_id(), "a")
    with pytest.raises(StoreUnavailable):
        await loaded(far_store, some_id())


async def test_a_server_lost_after_sending_leaves_the_outcome_unknown(
    far_store: EventStore, proxy: UnreliableProxy, one_store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "OUTCOME_TIMEOUT_S", 0.2)
    append = step(gains(some_id(), "a"))
    await grown(far_store, some_id(), "connected")
    proxy.hold()
    caller = asyncio.create_task(far_store.append(append))
    near = EventStore(one_store.nodes, far_store.layout)

    async def it_stands() -> bool:
        return (await head_of(near, append.streams[0].aggregate)).version == 1

    await until(it_stands)
    await proxy.refuse()
    with pytest.raises(OutcomeUnknown):
        await caller
    assert (await near.append(append)).again


async def test_a_silent_server_is_left_and_asked_again(
    far_store: EventStore, proxy: UnreliableProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "REPLY_TIMEOUT_S", 0.1)
    await grown(far_store, some_id(), "connected")
    session, connections = some_id(), proxy.connections
    proxy.hold()
    callers = [
        asyncio.create_task(grown(far_store, session if n == 0 else some_id(), "a")) for n in range(20)
    ]

    async def it_asked_again() -> bool:
        return proxy.connections > connections

    await until(it_asked_again)
    proxy.release()
    await asyncio.gather(*callers)
    assert len(await must_be_whole(far_store)) == 21


async def test_a_slow_server_is_not_taken_for_a_lost_one(
    far_store: EventStore, proxy: UnreliableProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "REPLY_TIMEOUT_S", 0.3)
    await grown(far_store, some_id(), "connected")
    proxy.trickle = (100, 0.02)
    made = await asyncio.gather(*(grown(far_store, some_id(), f"{n}") for n in range(100)))
    assert not any(one.again for one in made)
