"""A reactor's position moves with its effect, once; a stale lease writes nothing."""

import asyncio

import pytest
import pytest_asyncio

from tests.support.eventstore.store_examples import (
    SLOT,
    filled,
    gains,
    grown,
    guard,
    head_of,
    kept,
    must_be_whole,
    place,
    some_id,
    step,
)
from tta.eventstore.appends import Acknowledgement, Fence
from tta.eventstore.envelope import ABSENT
from tta.eventstore.errors import AlreadyDone, Conflict, ReactorFull, StaleFence
from tta.eventstore.store import EventStore

HELD_MAX = 1_024


@pytest_asyncio.fixture
async def store(store: EventStore) -> EventStore:
    """A store in which a reactor has read twenty entries of the slot."""
    await filled(store, 20)
    return store


async def about(store: EventStore, position: int | None, mark: int = 0, parked: str = "") -> Acknowledgement:
    where = None if position is None else await place(store, position)
    return Acknowledgement("greeter", where, await place(store, mark), parked=parked)


async def deal(store: EventStore, position: int | None, mark: int = 0, parked: str = "") -> None:
    await store.append(step(acknowledgement=await about(store, position, mark, parked), slot=SLOT))


async def test_a_position_is_dealt_with_once(store: EventStore) -> None:
    greeting = some_id()
    await store.append(step(gains(greeting, "hello"), acknowledgement=await about(store, 5)))
    before = await kept(store)
    with pytest.raises(AlreadyDone, match="greeter has dealt with position 5"):
        await store.append(step(gains(some_id(), "hello again"), acknowledgement=await about(store, 5)))
    assert await kept(store) == before
    assert await store.dealt(SLOT, "greeter") == (0, {5}, {})


async def test_of_two_reactors_at_once_one_has_the_effect(store: EventStore) -> None:
    dealt = await about(store, 5)
    answers = await asyncio.gather(
        *(store.append(step(gains(some_id(), f"{n}"), acknowledgement=dealt)) for n in range(8)),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers].count(AlreadyDone) == 7
    assert len(await must_be_whole(store)) == 20 + 1


async def test_a_conflict_does_not_move_the_position(store: EventStore) -> None:
    session = some_id()
    await grown(store, session, "a")
    with pytest.raises(Conflict):
        await store.append(step(gains(session, "b"), acknowledgement=await about(store, 5, 4)))
    assert await store.dealt(SLOT, "greeter") == (0, set(), {})


async def test_a_position_may_be_dealt_with_without_an_effect(store: EventStore) -> None:
    await deal(store, 5)
    await store.append(step(guard(some_id(), ABSENT), acknowledgement=await about(store, 6)))
    assert await store.dealt(SLOT, "greeter") == (0, {5, 6}, {})


async def test_the_mark_takes_in_what_is_below_it(store: EventStore) -> None:
    for position in (5, 7, 9):
        await deal(store, position)
    await deal(store, 8, mark=7)
    assert await store.dealt(SLOT, "greeter") == (7, {8, 9}, {})
    await deal(store, None, mark=9)
    assert await store.dealt(SLOT, "greeter") == (9, set(), {})
    for position in (1, 5, 9):
        with pytest.raises(AlreadyDone):
            await deal(store, position, mark=9)


async def test_the_mark_never_falls(store: EventStore) -> None:
    await deal(store, None, mark=7)
    await deal(store, 9, mark=3)
    assert await store.dealt(SLOT, "greeter") == (7, {9}, {})


async def test_a_parked_position_may_be_done_later(store: EventStore) -> None:
    await deal(store, 5, parked="the model does not answer")
    await deal(store, None, mark=20)
    assert await store.dealt(SLOT, "greeter") == (20, set(), {5: "the model does not answer"})
    await deal(store, 5, parked="it still does not")
    assert await store.dealt(SLOT, "greeter") == (20, set(), {5: "it still does not"})
    await store.append(step(gains(some_id(), "late"), acknowledgement=await about(store, 5)))
    assert await store.dealt(SLOT, "greeter") == (20, set(), {})
    with pytest.raises(AlreadyDone):
        await deal(store, 5)


async def test_a_parked_position_above_the_mark_is_held_once_done(store: EventStore) -> None:
    await deal(store, 5, parked="not now")
    await deal(store, 5)
    assert await store.dealt(SLOT, "greeter") == (0, {5}, {})
    with pytest.raises(AlreadyDone):
        await deal(store, 5)


async def test_a_reactor_holds_so_many_positions_and_no_more(store: EventStore) -> None:
    await filled(store, HELD_MAX)
    await asyncio.gather(*(deal(store, 10 + n) for n in range(HELD_MAX)))
    before = await kept(store)
    with pytest.raises(ReactorFull, match="greeter holds 1024 positions"):
        await store.append(step(gains(some_id(), "a"), acknowledgement=await about(store, 1_040)))
    assert await kept(store) == before
    await deal(store, 1_040, mark=10)
    with pytest.raises(ReactorFull):
        await deal(store, 1_041, parked="parked ones count as well")
    mark, done, _ = await store.dealt(SLOT, "greeter")
    assert (mark, len(done)) == (10, HELD_MAX)


async def test_reactors_and_sources_are_kept_apart(store: EventStore) -> None:
    await filled(store, 5, SLOT + 1)
    other = Acknowledgement("greeter", await place(store, 5, SLOT + 1), source=SLOT + 1)
    await store.append(step(gains(some_id(), "a"), acknowledgement=await about(store, 5)))
    await store.append(
        step(gains(some_id(), "b"), acknowledgement=Acknowledgement("reminder", await place(store, 5)))
    )
    await store.append(step(gains(some_id(), "c"), acknowledgement=other))
    with pytest.raises(AlreadyDone):
        await store.append(step(gains(some_id(), "d"), acknowledgement=other))


async def test_a_stale_fence_is_refused(store: EventStore) -> None:
    session = some_id()
    await store.append(step(gains(session, "a"), fence=Fence("lane 3", 7)))
    before = await kept(store)
    with pytest.raises(StaleFence, match="lane 3: epoch 6 is stale, the newest is 7"):
        await store.append(step(gains(some_id(), "b"), fence=Fence("lane 3", 6)))
    assert await kept(store) == before
    await store.append(step(gains(some_id(), "c"), fence=Fence("lane 3", 7)))
    await store.append(step(gains(some_id(), "d"), fence=Fence("another lane", 1)))


async def test_a_newer_fence_shuts_out_the_older_even_without_events(store: EventStore) -> None:
    await store.append(step(fence=Fence("lane 3", 8), slot=SLOT))
    with pytest.raises(StaleFence):
        await store.append(step(gains(some_id(), "a"), fence=Fence("lane 3", 7)))


async def test_a_fence_is_looked_at_before_the_position(store: EventStore) -> None:
    session = some_id()
    await store.append(
        step(gains(session, "a"), acknowledgement=await about(store, 5), fence=Fence("lane 3", 7))
    )
    with pytest.raises(StaleFence):
        await store.append(
            step(gains(session, "a"), acknowledgement=await about(store, 5), fence=Fence("lane 3", 6))
        )
    assert (await head_of(store, session)).version == 1
