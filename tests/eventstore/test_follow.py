"""A follower sees each slot's events in order, each once, live, at its own pace, or stops loudly."""

import asyncio
import math
from contextlib import aclosing

import pytest

from tests.support.eventstore.store_examples import (
    SLOT,
    SLOTS,
    causation,
    drafts,
    fresh_name,
    gains,
    grown,
    guard,
    last_replaced,
    rewrite_log,
    some_id,
    step,
)
from tests.support.eventstore.store_reader import EVERY_SLOT, Reader, all_seen, reading
from tests.support.eventstore.store_servers import until
from tests.support.eventstore.unreliable_proxy import UnreliableProxy
from tta.eventstore import nodes, subscription, writer
from tta.eventstore.child_server import ChildServer
from tta.eventstore.envelope import ABSENT, pack
from tta.eventstore.errors import HistoryChanged
from tta.eventstore.store import EventStore
from tta.eventstore.subscription import START, Following


async def test_it_catches_up_and_stays_live_over_many_slots(store: EventStore) -> None:
    async def write(slot: int, name: str) -> None:
        await grown(store, some_id(slot), *(f"{name}{n}" for n in range(5)))

    await asyncio.gather(*(write(slot, "before ") for slot in range(SLOTS)))
    async with reading(store) as reader:
        await all_seen(reader, 5 * SLOTS)
        await asyncio.gather(*(write(slot, "live ") for slot in range(SLOTS) for _ in range(4)))
        await all_seen(reader, 25 * SLOTS)
    for slot in range(SLOTS):
        assert reader.seen[slot] == [event.payload for event in (await store.read(slot)).events]
        assert (await store.read(slot, reader.marks[slot])).events == []


async def test_it_begins_behind_the_mark_that_it_is_given(store: EventStore) -> None:
    session = some_id()
    made = await grown(store, session, "a", "b")
    mark = (await store.read(SLOT)).mark
    await grown(store, session, "c", after=made.heads[0])
    async with aclosing(store.follow({SLOT: mark})) as following:
        batches = await anext(following)
    assert [event.payload for event in batches[0].events] == [b"c"]


async def test_what_wakes_several_followers_of_one_process_is_read_once(one_store: EventStore) -> None:
    store = one_store

    async def reads() -> int:
        stats = await store.nodes.call("INFO", "commandstats")
        told = dict(line.split(":", 1) for line in stats.decode().splitlines() if ":" in line)
        return int(told.get("cmdstat_xrange", "calls=0").partition("calls=")[2].partition(",")[0])

    session, head = some_id(), ABSENT
    async with reading(store) as one, reading(store) as two, reading(store) as three, reading(store) as four:
        followers = (one, two, three, four)
        head = (await grown(store, session, "first")).heads[0]
        for each in followers:
            await all_seen(each, 1)
        before = await reads()
        for number in range(30):
            head = (await grown(store, session, f"{number}", after=head)).heads[0]
            for each in followers:
                await all_seen(each, number + 2)
        assert await reads() - before < 2 * 30 + 20, "four would have read 120 times; polls come beside"


async def test_several_followers_read_side_by_side(one_store: EventStore) -> None:
    async with reading(one_store) as first, reading(one_store) as second:
        await asyncio.gather(*(grown(one_store, some_id(n % SLOTS), f"{n}") for n in range(100)))
        await all_seen(first, 100)
        await all_seen(second, 100)
    assert first.seen == second.seen


async def test_a_round_holds_no_more_than_asked_for_and_every_slot_has_its_turn(
    one_store: EventStore,
) -> None:
    for slot in range(SLOTS):
        await grown(one_store, some_id(slot), *(f"{n}" for n in range(100)))
    reader = Reader()
    async with aclosing(one_store.follow(EVERY_SLOT, events_max=64)) as following:
        while len(reader.marks) < SLOTS:
            reader.take(await anext(following))
        assert len(reader.rounds) <= SLOTS // 4
        while reader.count < 100 * SLOTS:
            reader.take(await anext(following))
    assert max(reader.rounds) <= 64


async def test_nothing_is_read_ahead_of_a_slow_reader(one_store: EventStore) -> None:
    session = some_id()
    head = (await grown(one_store, session, "a")).heads[0]
    async with aclosing(one_store.follow({SLOT: START})) as following:
        await anext(following)
        asked = await reads_so_far(one_store)
        for n in range(10):
            head = (await grown(one_store, session, f"{n}", after=head)).heads[0]
        assert await reads_so_far(one_store) == asked
        assert len((await anext(following))[0].events) == 10


async def reads_so_far(store: EventStore) -> bytes:
    stats: bytes = await store.nodes.call("INFO", "commandstats")
    return next(
        (line.split(b",")[0] for line in stats.splitlines() if line.startswith(b"cmdstat_xrange:")), b""
    )


async def test_events_too_large_for_a_round_are_read_in_smaller_ones(
    valkey: ChildServer, one_store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "REPLY_TIMEOUT_S", 0.15)
    monkeypatch.setattr(nodes, "READ_TIMEOUT_S", 0.1)
    monkeypatch.setattr(subscription, "BACKOFF_S_MAX", 0.05)
    await grown(one_store, some_id(), *["x" * 100_000] * 32)
    async with UnreliableProxy(valkey.socket) as proxy:
        far = await EventStore.open(proxy.url, one_store.layout.name, slots=SLOTS)
        proxy.trickle = (65_536, 0.01)
        seen = 0
        async with aclosing(far.follow({SLOT: START})) as following:
            while seen < 32:
                seen += len((await anext(following))[0].events)
        await far.close()


async def test_a_restart_of_the_server_is_waited_for(own_valkey: ChildServer) -> None:
    store = await EventStore.open(own_valkey.url, "restarted", slots=SLOTS)
    async with reading(store) as reader:
        await grown(store, some_id(), "before")
        await all_seen(reader, 1)
        for n in range(3):
            await own_valkey.kill()
            await own_valkey.start()
            await grown(store, some_id(), f"after {n}")
            await all_seen(reader, n + 2)
    await store.close()


async def test_where_each_slot_ends_is_known(store: EventStore) -> None:
    await store.append(step(gains(some_id(), "a", "b")))
    ends = await store.ends()
    assert ends.keys() == set(range(SLOTS))
    assert ends[SLOT][0] == 2
    assert ends[SLOT][1] > 1_600_000_000_000
    assert ends[SLOT + 1] == (0, 0)


async def test_following_no_slot_is_our_own_mistake(one_store: EventStore) -> None:
    with pytest.raises(ValueError, match="at least one slot"):
        await anext(one_store.follow({}))


async def test_a_store_of_256_slots_is_followed_whole(
    cluster: object, valkey: ChildServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "READ_TIMEOUT_S", 60.0)  # On a busy machine 256 reads at once take their time.
    for server in (valkey, cluster):
        store = await EventStore.open(server.url, fresh_name(), slots=256)  # type: ignore[attr-defined]
        await asyncio.gather(*(grown(store, some_id(slot), "a") for slot in range(256)))
        seen: set[int] = set()
        async with aclosing(store.follow(dict.fromkeys(range(256), START))) as following:
            while len(seen) < 256:
                seen |= {batch.slot for batch in await anext(following)}
        assert len(await store.ends()) == 256
        await store.close()


async def test_a_wake_up_brings_it_sooner_than_the_poll(
    one_store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "POLL_S", 60.0)
    async with reading(one_store) as reader:
        for n in range(20):
            await grown(one_store, some_id(), f"{n}")
            await all_seen(reader, n + 1)


async def add_without_a_wake_up(store: EventStore, slot: int) -> None:
    """An event whose publication was lost: it is in the log, and nobody was called."""
    entries, _ = pack(
        drafts("quiet"),
        aggregate=some_id(slot),
        subject=None,
        after=ABSENT,
        first_index=0,
        causation=causation(),
    )
    await store.nodes.call("XADD", store.layout.log(slot), "1-0", "e", entries[0], "t", "1700000000000")


async def test_the_poll_finds_what_a_lost_wake_up_hid(
    one_store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "POLL_S", 0.05)
    async with reading(one_store) as reader:
        await grown(one_store, some_id(), "listening")
        await all_seen(reader, 1)
        await add_without_a_wake_up(one_store, SLOT + 1)
        await all_seen(reader, 2)


async def test_the_poll_looks_at_quiet_slots_while_others_are_busy(
    one_store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "POLL_S", 0.1)

    async def busy() -> None:
        while True:
            await grown(one_store, some_id(), "busy")

    async with reading(one_store) as reader:
        writing = asyncio.create_task(busy())

        async def busy_seen() -> bool:
            return len(reader.seen[SLOT]) > 10

        await until(busy_seen)
        await add_without_a_wake_up(one_store, SLOT + 1)

        async def quiet_seen() -> bool:
            return reader.seen[SLOT + 1] == [b"quiet"]

        await until(quiet_seen, within_s=60)
        writing.cancel()
        await asyncio.wait([writing])


async def test_a_slot_that_is_always_due_does_not_keep_the_poll_from_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subscription, "POLL_S", 0.05)
    following = Following({1, 2})
    assert await following.next(100) == ([1, 2], 50)

    async def looked_at_the_other() -> bool:
        following.woken(1)
        return 2 in (await following.next(100))[0]

    await until(looked_at_the_other, within_s=60)


class WholeMilliseconds(asyncio.SelectorEventLoop):
    """A loop whose clock, like uvloop's, has whole milliseconds, on a machine that was started before."""

    def __init__(self, uptime_s: float) -> None:
        self._ahead_s = 0.0
        super().__init__()
        self._ahead_s = uptime_s - super().time()

    def time(self) -> float:
        return math.floor((super().time() + self._ahead_s) * 1000) / 1000


@pytest.mark.parametrize("uptime_s", [2**10, 2**17, 2**21], ids="up for {}s".format)
def test_it_goes_on_when_the_machine_has_been_up_for_a_power_of_two_seconds(uptime_s: int) -> None:
    async def many() -> list[tuple[list[int], int]]:
        looks = []
        for _ in range(400):
            following = Following({1, 2})
            assert await following.next(100) == ([1, 2], 50)
            looks.append(asyncio.ensure_future(following.next(100)))
            await asyncio.sleep(0.001)  # Each begins at a moment of its own: an eighth of them is rounded up.
        return await asyncio.gather(*looks)

    with asyncio.Runner(loop_factory=lambda: WholeMilliseconds(uptime_s - 0.75)) as runner:
        assert runner.run(many()) == [([1, 2], 50)] * 400


async def test_wake_ups_come_back_after_a_restart(
    own_valkey: ChildServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "POLL_S", 60.0)
    store = await EventStore.open(own_valkey.url, "restarted", slots=SLOTS)
    async with reading(store) as reader:
        await grown(store, some_id(), "before")
        await all_seen(reader, 1)
        await own_valkey.kill()
        await own_valkey.start()
        await grown(store, some_id(), "after")
        await all_seen(reader, 2)
        await grown(store, some_id(), "and later")
        await all_seen(reader, 3)
    await store.close()


async def test_it_stops_live_as_well(one_store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "POLL_S", 0.05)
    await grown(one_store, some_id(), "one", "two")
    async with aclosing(one_store.follow({SLOT: START})) as following:
        await anext(following)
        await rewrite_log(one_store, last_replaced)
        with pytest.raises(HistoryChanged):
            await anext(following)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("turns", range(8))
async def test_closing_ends_listening_whatever_happens_to_it_just_then(
    valkey: ChildServer, turns: int
) -> None:
    async with UnreliableProxy(valkey.socket) as proxy:
        store = await EventStore.open(proxy.url, fresh_name(), slots=SLOTS)
        async with reading(store) as reader:
            await grown(store, some_id(), "listening")
            await all_seen(reader, 1)
        proxy.cut()
        for _ in range(turns):
            await asyncio.sleep(0)
        await store.close()


async def test_a_confirmation_wakes_nobody(one_store: EventStore) -> None:
    head = (await grown(one_store, some_id(), "a")).heads[0]
    async with reading(one_store) as reader:
        await all_seen(reader, 1)
        await one_store.append(step(guard((await one_store.read(SLOT)).events[0].aggregate_id, head)))
        await grown(one_store, some_id(), "b")
        await all_seen(reader, 2)
