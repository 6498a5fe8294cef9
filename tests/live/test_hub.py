"""One reader for all streams: what waits is bounded, progress gives way, and all ends are told."""

import asyncio
from uuid import UUID

import pytest

from tests.support.eventstore.store_examples import gains, some_id, step
from tests.support.live.stream_histories import RECORD, SESSION, history
from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.errors import StoreUnavailable
from tta.eventstore.store import EventStore
from tta.live.hub import HELD_MAX, STEPS_HELD_MAX, Ending, Hub, HubFull, TooManyStreams, Watch
from tta.live.turn_steps import StepNotice, tell_step

EVENTS = history([True] * (HELD_MAX + 1))
STEP = StepNotice(SESSION.bytes, 1, "narrating")


def watch() -> Watch:
    return Watch("somebody", SESSION, RECORD)


async def all_held(watched: Watch) -> list[object]:
    held: list[object] = []
    while (found := await watched.next(0)) is not None:
        held.append(found)
    return held


async def test_events_come_in_the_order_in_which_they_were_handed():
    watched = watch()
    for event in EVENTS[:HELD_MAX]:
        watched.hand(event)
    assert await all_held(watched) == EVENTS[:HELD_MAX]
    assert watched.ending is None


async def test_who_lets_too_much_wait_is_ended_and_nothing_waits_any_more():
    watched = watch()
    for event in EVENTS:
        watched.hand(event)
    watched.hand(EVENTS[0])
    assert watched.ending is Ending.SLOW
    assert await all_held(watched) == []


async def test_progress_is_left_out_before_an_event_has_to_wait_for_it():
    watched = watch()
    for _ in range(STEPS_HELD_MAX + 5):
        watched.tell(STEP)
    watched.hand(EVENTS[0])
    watched.tell(STEP)
    assert await all_held(watched) == [STEP] * STEPS_HELD_MAX + [EVENTS[0]]


async def test_what_ended_takes_nothing_and_keeps_its_first_reason():
    watched = watch()
    watched.end(Ending.EXPIRED)
    watched.end(Ending.LEFT)
    watched.hand(EVENTS[0])
    watched.tell(STEP)
    assert (watched.ending, await all_held(watched)) == (Ending.EXPIRED, [])


async def test_whoever_waits_is_woken_by_the_end():
    watched = watch()
    waiting = asyncio.create_task(watched.next(30))
    await asyncio.sleep(0)
    watched.end(Ending.CLOSING)
    assert await waiting is None


async def test_it_hands_on_what_happens_to_those_who_watch_it_and_reads_only_meanwhile(store: EventStore):
    hub = Hub(store)
    sessions = [some_id(), some_id()]
    watching = [Watch("somebody", each, some_id()) for each in sessions]
    assert not hub.is_reading
    for each in watching:
        await hub.join(each)
    for number, session in enumerate(sessions):
        await store.append(step(gains(session, f"{number}")))
    for number, each in enumerate(watching):
        found = await each.next(20)
        assert found is not None
        assert (found.payload, await each.next(0)) == (f"{number}".encode(), None)  # type: ignore[union-attr]
    hub.leave(watching[0])
    assert hub.is_reading
    hub.leave(watching[1])
    hub.leave(watching[1])
    assert (hub.open, hub.is_reading, hub._watching, hub._by_watcher) == (0, False, {}, {})
    await hub.join(watch())
    assert hub.is_reading
    await hub.close()


async def test_who_comes_as_the_last_one_leaves_hears_of_progress(store: EventStore):
    hub, first, second = Hub(store), watch(), watch()
    await hub.join(first)
    hub.leave(first)
    await hub.join(second)
    async with asyncio.timeout(20):
        while await second.next(0.01) != STEP:
            await tell_step(store, SESSION, STEP.turn, STEP.step)
    await hub.close()


async def test_whatever_breaks_the_reading_ends_the_streams_and_who_comes_again_hears_on(store: EventStore):
    hub, before = Hub(store), watch()
    await hub.join(before)
    slot = store.layout.slot_of(SESSION)
    await store.nodes.call("SET", store.layout.log(slot), "no log at all")
    async with asyncio.timeout(20):
        assert await before.next(20) is None
    assert before.ending is Ending.UNAVAILABLE
    assert hub.is_reading, "it tries again by itself"
    await store.nodes.call("DEL", store.layout.log(slot))
    again = Watch("somebody", some_id(slot), RECORD)
    await hub.join(again)
    await store.append(step(gains(UUID(bytes=again.session), "on")))
    found = await again.next(20)
    assert isinstance(found, RecordedEvent)
    assert found.payload == b"on"
    hub.leave(before)
    hub.leave(again)
    assert not hub.is_reading


async def test_while_the_log_cannot_be_read_nobody_is_let_in_to_hear_nothing(store: EventStore):
    hub, before = Hub(store, ready_within_s=0.2), watch()
    await hub.join(before)
    await store.nodes.call("SET", store.layout.log(store.layout.slot_of(SESSION)), "no log at all")
    assert await before.next(20) is None
    with pytest.raises(StoreUnavailable):
        await hub.join(watch())
    assert hub.open == 1
    await hub.close()


async def test_it_carries_so_many_and_so_many_of_each(store: EventStore):
    hub = Hub(store, streams_max=3, each_max=2)
    await hub.join(watch())
    second = watch()
    await hub.join(second)
    with pytest.raises(TooManyStreams):
        await hub.join(watch())
    await hub.join(Watch("somebody else", SESSION, RECORD))
    with pytest.raises(HubFull):
        await hub.join(Watch("a third", SESSION, RECORD))
    assert hub.open == 3
    hub.leave(second)
    await hub.join(watch())
    await hub.close()


async def test_when_the_process_stops_all_end_and_so_does_who_comes_yet(store: EventStore):
    hub, before, after = Hub(store), watch(), watch()
    await hub.join(before)
    hub.end_all()
    await hub.join(after)
    assert (before.ending, after.ending) == (Ending.CLOSING, Ending.CLOSING)
    await hub.close()
    assert not hub.is_reading
