"""A real cluster: slots move under load, both ways; a primary dies and its replica takes over."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio
from redis.crc import key_slot

from tests.support.eventstore.store_examples import SLOTS, fresh_name, grown, head_of, must_be_whole, some_id
from tests.support.eventstore.store_servers import Cluster, Move, TcpServer, until
from tta.eventstore.envelope import ABSENT
from tta.eventstore.errors import OutcomeUnknown, StoreUnavailable
from tta.eventstore.nodes import HOPS_MAX
from tta.eventstore.store import EventStore
from tta.eventstore.subscription import START

pytestmark = pytest.mark.cluster


@pytest_asyncio.fixture
async def own_cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    cluster = Cluster(tmp_path)
    await cluster.start()
    yield cluster
    await cluster.close()


async def slots_of(store: EventStore, cluster: Cluster, server: TcpServer) -> list[int]:
    """The store's slots that a server holds."""
    hashed = {slot: key_slot(store.layout.tag(slot)[:-1].encode()) for slot in range(store.layout.slots)}
    return [slot for slot, place in hashed.items() if await cluster.holder(place) is server]


async def under_load(cluster: Cluster, move: Move, appends: int, moves: int) -> None:
    """Write to and follow every slot while they all move: nothing is lost, doubled or skipped."""
    store = await EventStore.open(cluster.url, fresh_name(), slots=SLOTS)
    stop, tags = asyncio.Event(), [store.layout.tag(slot)[:-1] for slot in range(SLOTS)]
    moving = asyncio.create_task(cluster.keep_moving(tags, move, stop))
    acknowledged: dict[int, list[int]] = {slot: [] for slot in range(SLOTS)}
    seen: dict[int, list[int]] = {slot: [] for slot in range(SLOTS)}

    async def write(slot: int) -> None:
        aggregate, head = some_id(slot), ABSENT
        while not (stop.is_set() and len(acknowledged[slot]) >= appends):
            made = await grown(store, aggregate, "x" * 200, after=head)
            acknowledged[slot].append(made.first)
            head = made.heads[0]

    async def read() -> None:
        async with aclosing(store.follow(dict.fromkeys(range(SLOTS), START))) as following:
            async for batches in following:
                for batch in batches:
                    seen[batch.slot] += [event.position for event in batch.events]

    async def all_moved() -> bool:
        return moving.done() or cluster.moves >= moves

    cluster.moves = 0
    reading = asyncio.create_task(read())
    writing = [asyncio.create_task(write(slot)) for slot in range(SLOTS) for _ in range(2)]
    await until(all_moved, within_s=240)
    stop.set()
    await moving
    await asyncio.gather(*writing)

    async def all_seen() -> bool:
        return reading.done() or all(len(seen[slot]) == len(acknowledged[slot]) for slot in range(SLOTS))

    await until(all_seen)
    reading.cancel()
    await asyncio.wait([reading])
    for slot in range(SLOTS):
        positions = [event.position for event in await must_be_whole(store, slot)]
        assert positions == sorted(acknowledged[slot]) == seen[slot]
    await store.close()


async def test_slots_move_atomically_under_load(cluster: Cluster) -> None:
    await under_load(cluster, cluster.move_atomically, appends=20, moves=16)


async def test_slots_move_key_by_key_under_load(cluster: Cluster) -> None:
    await under_load(cluster, cluster.move_key_by_key, appends=8, moves=24)


async def test_a_slot_that_stays_half_moved_is_refused_in_time(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await EventStore.open(cluster.url, fresh_name(), slots=1)
    head = (await grown(store, some_id(), "a")).heads[0]
    slot = key_slot(store.layout.tag(0)[:-1].encode())
    source = await cluster.holder(slot)
    assert source is not None
    to = cluster.nodes[(cluster.nodes.index(source) + 1) % 3]
    source_id, to_id = await source.say("CLUSTER", "MYID"), await to.say("CLUSTER", "MYID")
    await to.say("CLUSTER", "SETSLOT", slot, "IMPORTING", source_id)
    await source.say("CLUSTER", "SETSLOT", slot, "MIGRATING", to_id)
    monkeypatch.setattr("tta.eventstore.nodes.OUTCOME_TIMEOUT_S", 0.3)
    with pytest.raises(StoreUnavailable):
        await grown(store, some_id(), "b")
    assert len((await store.read(0)).events) == 1
    for node in (source, to):
        await node.say("CLUSTER", "SETSLOT", slot, "STABLE")
    monkeypatch.undo()
    await grown(store, some_id(), "c")
    assert head.version == 1
    await store.close()


async def test_a_slot_that_has_moved_is_found(cluster: Cluster) -> None:
    store = await EventStore.open(cluster.url, fresh_name(), slots=1)
    session, head, slot = some_id(), ABSENT, key_slot(store.layout.tag(0)[:-1].encode())
    for n, move in enumerate([cluster.move_atomically, cluster.move_key_by_key] * 3, 1):
        async with asyncio.timeout(2):
            head = (await grown(store, session, f"{n}", after=head)).heads[0]
        source = await cluster.holder(slot)
        assert source is not None
        await move(slot, source, cluster.nodes[(cluster.nodes.index(source) + 1) % 3])
        async with asyncio.timeout(2):
            assert await head_of(store, session) == head
            assert len(await must_be_whole(store, 0)) == n
    await store.close()


async def test_a_log_that_has_moved_ahead_of_its_slot_is_read(cluster: Cluster) -> None:
    store = await EventStore.open(cluster.url, fresh_name(), slots=1)
    await grown(store, some_id(), "a")
    slot = key_slot(store.layout.tag(0)[:-1].encode())
    source = await cluster.holder(slot)
    assert source is not None
    to = cluster.nodes[(cluster.nodes.index(source) + 1) % 3]
    await to.say("CLUSTER", "SETSLOT", slot, "IMPORTING", await source.say("CLUSTER", "MYID"))
    await source.say("CLUSTER", "SETSLOT", slot, "MIGRATING", await to.say("CLUSTER", "MYID"))
    await source.say("MIGRATE", "127.0.0.1", to.port, "", 0, 5000, "KEYS", store.layout.log(0))
    for answers in await asyncio.gather(*(store.read(0) for _ in range(20))):
        assert [event.payload for event in answers.events] == [b"a"]
    for node in (source, to):
        await node.say("CLUSTER", "SETSLOT", slot, "STABLE")
    await store.close()


async def test_servers_that_disagree_are_asked_again_by_all_commands_together(
    own_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sends commands to the other: the commands wait for one reading of the topology after the other."""
    monkeypatch.setattr("tta.eventstore.nodes.READ_TIMEOUT_S", 60.0)
    first, second = own_cluster.nodes[:2]
    store = await EventStore.open(own_cluster.url, "disputed", slots=256)
    kept = key_slot(store.layout.record.encode())
    hashed = {slot: key_slot(store.layout.tag(slot)[:-1].encode()) for slot in range(256)}
    disputed = [slot for slot in await slots_of(store, own_cluster, first) if hashed[slot] != kept]
    second_id = await second.say("CLUSTER", "MYID")
    for slot in disputed:
        await first.say("CLUSTER", "SETSLOT", hashed[slot], "NODE", second_id)

    async def topology_readings() -> int:
        return sum([await calls(node, "cluster|slots", "calls") for node in own_cluster.nodes])

    before = await topology_readings()
    reading = asyncio.gather(*(store.read(slot) for slot in range(256)))

    async def read_again() -> bool:
        return await topology_readings() >= before + 6

    await until(read_again)
    assert not reading.done()
    sent_away = sum([await calls(node, "xrange", "rejected_calls") for node in (first, second)])
    rounds = await topology_readings() - before + 1
    for slot in disputed:
        await second.say("CLUSTER", "SETSLOT", hashed[slot], "NODE", second_id)
    assert not any(answer.events for answer in await reading)
    # Each command is sent a few times at once, and then once in each round.
    assert len(disputed) <= sent_away <= len(disputed) * (HOPS_MAX + 1 + rounds)
    await asyncio.gather(*(grown(store, some_id(slot), "a") for slot in range(256)))
    await store.close()


async def calls(server: TcpServer, command: str, counted: str) -> int:
    """How often the server was given a command, or sent it away."""
    stats = re.search(rf"cmdstat_{re.escape(command)}:(.*)", await server.say("INFO", "commandstats"))
    return int(dict(each.split("=") for each in stats[1].strip().split(","))[counted]) if stats else 0


async def test_a_replica_takes_over_and_the_store_finds_it(own_cluster: Cluster) -> None:
    primary = own_cluster.nodes[1]
    replica = await own_cluster.add_replica(primary)
    store = await EventStore.open(own_cluster.url, "taken-over", slots=SLOTS)
    reader = await EventStore.open(own_cluster.url, "taken-over", slots=SLOTS)
    held = await slots_of(store, own_cluster, primary)
    aggregates = {slot: some_id(slot) for slot in held}
    heads = {slot: (await grown(store, aggregates[slot], "before")).heads[0] for slot in held}
    async with aclosing(reader.follow(dict.fromkeys(held, START))) as following:
        seen = 0
        while seen < len(held):
            seen += sum(len(batch.events) for batch in await anext(following))

        async def copied() -> bool:
            return int(await replica.say("DBSIZE")) == int(await primary.say("DBSIZE"))

        await until(copied)
        await primary.kill()
        await replica.say("CLUSTER", "FAILOVER", "TAKEOVER")
        await asyncio.gather(*(grown(store, aggregates[slot], "after", after=heads[slot]) for slot in held))
        while seen < 2 * len(held):
            seen += sum(len(batch.events) for batch in await anext(following))

    # The old primary comes back as a replica and takes its place again, which makes the other one a replica.
    await primary.start()
    await until(lambda: in_step(primary))
    await primary.say("CLUSTER", "FAILOVER")
    await until(lambda: in_step(replica))
    await replica.say("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    await asyncio.gather(*(grown(store, some_id(slot), "last") for slot in held))
    for slot in held:
        assert len(await must_be_whole(store, slot)) == 3
    await reader.close()
    await store.close()


async def in_step(replica: TcpServer) -> bool:
    """It is a replica, and its primary's changes reach it."""
    return "master_link_status:up" in await replica.say("INFO", "replication")


async def test_wake_ups_follow_a_slot_that_moved(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tta.eventstore.subscription.POLL_S", 60.0)
    store = await EventStore.open(cluster.url, fresh_name(), slots=2)
    reader = await EventStore.open(cluster.url, store.layout.name, slots=2)
    hashed = key_slot(store.layout.tag(1)[:-1].encode())
    async with aclosing(reader.follow({0: START, 1: START})) as following:
        for move in (cluster.move_atomically, cluster.move_key_by_key, cluster.move_atomically):
            for slot in (0, 1):
                await grown(store, some_id(slot), "before")
                assert [batch.slot for batch in await anext(following)] == [slot]
            source = await cluster.holder(hashed)
            assert source is not None
            await move(hashed, source, cluster.nodes[(cluster.nodes.index(source) + 1) % 3])
    await reader.close()
    await store.close()


async def test_a_cluster_that_has_lost_slots_says_so(
    own_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await EventStore.open(own_cluster.url, "halved", slots=SLOTS)
    primary = own_cluster.nodes[2]
    slot = (await slots_of(store, own_cluster, primary))[0]
    await grown(store, some_id(slot), "before")
    await primary.kill()
    monkeypatch.setattr("tta.eventstore.nodes.OUTCOME_TIMEOUT_S", 0.5)
    with pytest.raises((StoreUnavailable, OutcomeUnknown)):
        await grown(store, some_id(slot), "after")
    await primary.start()
    monkeypatch.undo()
    await grown(store, some_id(slot), "after")
    assert len(await must_be_whole(store, slot)) == 2
    await store.close()
