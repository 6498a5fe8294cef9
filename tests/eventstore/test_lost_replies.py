"""A network that loses, cuts and delays: each append is answered once, and stands once."""

import asyncio
import random
from contextlib import suppress

import pytest

from tests.support.eventstore.store_examples import (
    SLOTS,
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
from tta.eventstore.child_server import ChildServer
from tta.eventstore.envelope import ABSENT
from tta.eventstore.errors import OutcomeUnknown, StoreUnavailable
from tta.eventstore.store import EventStore


async def test_a_lost_reply_is_answered_by_sending_it_again(
    far_store: EventStore, proxy: UnreliableProxy
) -> None:
    session = some_id()
    await grown(far_store, some_id(), "connected")
    proxy.lose_one()
    made = await grown(far_store, session, "a")
    assert (made.again, proxy.lost) == (True, 1)
    assert len(await loaded(far_store, session)) == 1


async def test_later_events_do_not_hide_a_lost_reply(
    far_store: EventStore, one_store: EventStore, proxy: UnreliableProxy
) -> None:
    append = step(gains(some_id(), "a"))
    await grown(far_store, some_id(), "connected")
    proxy.hold()
    caller = asyncio.create_task(far_store.append(append))
    near = EventStore(one_store.nodes, far_store.layout)

    async def it_stands() -> bool:
        return (await head_of(near, append.streams[0].aggregate)).version == 1

    await until(it_stands)
    await grown(
        near, append.streams[0].aggregate, "b", after=await head_of(near, append.streams[0].aggregate)
    )
    proxy.lose_one()
    proxy.release()
    made = await caller
    assert (made.again, made.first) == (True, 2)


async def retried_around_lost_replies(store: EventStore, proxy: UnreliableProxy, retries: int) -> None:
    """Callers lose replies, are cancelled and ask again: one effect, and always the same answer."""
    chance = random.Random(retries)
    callers, first_answers = 20, []
    proxy.loses = lambda: chance.random() < 0.2

    async def caller() -> None:
        aggregate, head = some_id(), ABSENT
        for n in range(retries // callers):
            append = step(gains(aggregate, f"{n}", after=head))
            abandoned = asyncio.create_task(store.append(append))
            await asyncio.sleep(chance.uniform(0, 0.003))
            abandoned.cancel()
            with suppress(asyncio.CancelledError):
                await abandoned
            made = await store.append(append)
            again = await store.append(append)
            assert again == made._replace(again=True)
            first_answers.append(made)
            head = made.heads[0]

    await asyncio.gather(*(caller() for _ in range(callers)))
    proxy.loses = lambda: False
    events = await must_be_whole(store)
    assert sorted(made.first for made in first_answers) == [event.position for event in events]
    assert len(events) == retries
    assert proxy.lost > 5


async def test_a_thousand_retries_around_lost_replies_have_one_effect_and_one_answer(
    far_store: EventStore, proxy: UnreliableProxy
) -> None:
    await retried_around_lost_replies(far_store, proxy, 1_000)


@pytest.mark.soak
async def test_many_more_retries_around_lost_replies(far_store: EventStore, proxy: UnreliableProxy) -> None:
    await retried_around_lost_replies(far_store, proxy, 50_000)


async def test_a_server_that_refuses_after_a_lost_reply_leaves_the_outcome_unknown(
    own_valkey: ChildServer,
) -> None:
    async with UnreliableProxy(own_valkey.socket) as proxy:
        far = await EventStore.open(proxy.url, "far", slots=SLOTS)
        near = await EventStore.open(own_valkey.url, "far", slots=SLOTS)
        append = step(gains(some_id(), "a"))
        await grown(far, some_id(), "connected")
        proxy.hold()
        caller = asyncio.create_task(far.append(append))

        async def it_stands() -> bool:
            return (await head_of(near, append.streams[0].aggregate)).version == 1

        await until(it_stands)
        await near.nodes.call("CONFIG", "SET", "maxmemory", "1")
        proxy.lose_one()
        proxy.release()
        with pytest.raises(OutcomeUnknown):
            await caller
        with pytest.raises(StoreUnavailable, match="OOM"):
            await grown(far, some_id(), "b")
        await near.nodes.call("CONFIG", "SET", "maxmemory", "0")
        assert (await far.append(append)).again
        await far.close()
        await near.close()
