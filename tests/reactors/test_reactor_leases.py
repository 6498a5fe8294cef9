"""Which process works on which slot, and that another takes over whoever is gone."""

import asyncio
import time
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tests.support.reactors.reactor_examples import (
    ASKS,
    SLOTS,
    Awaiting,
    Machine,
    reacting,
    running,
    some_id,
    until,
)
from tta.eventstore.child_server import ChildServer
from tta.eventstore.heartbeats import members
from tta.reactors.leases import ReactorLeases, owner

LEASE_S = 0.6
names = st.lists(st.text("abcdef", min_size=1, max_size=6), min_size=1, max_size=8, unique=True)


def process(machine: Machine, worker: str) -> ReactorLeases:
    return ReactorLeases(machine.store, worker, lease_s=LEASE_S)


@given(names, st.integers(0, 255))
def test_a_slot_has_one_owner_whoever_is_asked(workers: list[str], slot: int):
    assert owner(slot, workers) == owner(slot, sorted(workers)) in workers


@given(names.filter(lambda workers: len(workers) > 1), st.integers(0, 255))
def test_whoever_leaves_moves_only_what_was_theirs(workers: list[str], slot: int):
    before = owner(slot, workers)
    left = [each for each in workers if each != workers[0]]
    assert before == workers[0] or owner(slot, left) == before


def test_slots_are_shared_about_evenly():
    shares = Counter(owner(slot, ["one:1", "two:2", "three:3"]) for slot in range(256))
    assert min(shares.values()) > 256 / 3 / 2


@given(names, names, st.integers(0, 255), st.integers(1, 9))
def test_who_has_the_most_stories_has_all_slots(older: list[str], newer: list[str], slot: int, had: int):
    older, newer = [f"{each}#{had}" for each in older], [f"{each}#{had + 1}" for each in newer]
    assert owner(slot, older + newer) == owner(slot, newer)
    assert owner(slot, older) in older


async def test_one_alone_has_them_all(machine: Machine):
    alone = process(machine, "alone")
    await alone.beat()
    assert alone.slots == set(range(SLOTS))


async def test_two_share_them_and_who_leaves_gives_them_back(machine: Machine):
    one, two = process(machine, "one"), process(machine, "two")
    keeping = asyncio.create_task(two.keep())
    await until(lambda: _are(machine, ["two"]))
    await one.beat()
    await until(lambda: not one.slots & two.slots)
    assert one.slots | two.slots == set(range(SLOTS))
    assert one.slots
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await one.beat()
    assert one.slots == set(range(SLOTS))


async def test_who_fell_silent_is_taken_over_once_the_lease_ran_out(machine: Machine):
    silent, living = process(machine, "silent"), process(machine, "living")
    await silent.beat()
    await living.beat()
    assert living.slots < set(range(SLOTS))
    keeping = asyncio.create_task(living.keep())
    await until(lambda: living.slots == set(range(SLOTS)))
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_a_store_that_is_away_leaves_the_share_as_it_was(own_machine: Machine, own_valkey: ChildServer):
    one, two = process(own_machine, "one"), process(own_machine, "two")
    await two.beat()
    await one.beat()
    share = one.slots
    await own_valkey.kill()
    await one.beat()
    assert one.slots == share
    await own_valkey.start()


async def test_of_two_reactors_each_works_on_its_own_slots(machine: Machine):
    leases = [process(machine, "one"), process(machine, "two")]
    for _ in range(2):
        for each in leases:
            await each.beat()
    reactors = [Awaiting((await machine.process()).aggregates.store) for _ in leases]
    works = [reacting(each._store, each, leases=lease) for each, lease in zip(reactors, leases, strict=True)]
    async with running(*works):
        for slot in range(SLOTS):
            await machine.stand(some_id(slot), ASKS, ASKS)
        await until(lambda: sum(len(each.done) for each in reactors) == 2 * SLOTS)
    for reactor, lease in zip(reactors, leases, strict=True):
        assert {each.slot for each in reactor.asked} == lease.slots, "each was asked of its own slots alone"


async def test_a_slot_that_is_lost_ends_what_is_under_way_and_leaves_the_rest(machine: Machine):
    one, two = process(machine, "one"), process(machine, "two")
    await one.beat()
    slot = next(slot for slot in range(SLOTS) if owner(slot, ["one", "two"]) == "two")
    losing, other = Awaiting(machine.store), Awaiting((await machine.process()).aggregates.store)
    aggregate = some_id(slot)
    release = losing.hold_up(aggregate)
    async with running(reacting(losing._store, losing, leases=one)):
        await machine.stand(aggregate, ASKS, ASKS)
        await until(lambda: losing.busy == 1)
        await two.beat()
        await one.beat()
        async with running(reacting(other._store, other, leases=two)):
            await until(lambda: len(other.done) == 2)
            release.set()
            await until(lambda: losing.busy == 0)
    assert len(losing.asked) == 1, "what had not begun was left to the other"


async def test_who_spoke_while_the_server_s_clock_was_ahead_and_ended_has_no_slots(machine: Machine):
    ahead_ms = round((time.time() + 31 * 86_400) * 1000)
    for name in ("ended", "living"):
        await machine.store.nodes.call("ZADD", machine.store.layout.reacting, ahead_ms, name)
    living = process(machine, "living")
    await living.beat()
    assert living.slots == set(range(SLOTS))


async def _are(machine: Machine, names: list[str]) -> bool:
    return await members(machine.store, lease_s=LEASE_S) == names
