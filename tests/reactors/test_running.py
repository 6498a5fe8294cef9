"""The machinery of reactors: order, side by side, trying again, parking, and what it writes down."""

import asyncio

import pytest
from structlog.testing import capture_logs

from tests.support.reactors.reactor_examples import (
    ASKS,
    ASKS_NOTHING,
    NOT_WANTED,
    SLOT,
    SLOTS,
    Awaiting,
    Machine,
    reacting,
    running,
    some_id,
    until,
)
from tta.eventstore.appends import Acknowledgement, Append
from tta.eventstore.child_server import ChildServer
from tta.eventstore.envelope import NOWHERE
from tta.reactors.lanes import HELD_MAX
from tta.reactors.reactor import SIDE_BY_SIDE_MAX


@pytest.fixture
def reactor(machine: Machine) -> Awaiting:
    return Awaiting(machine.store)


async def mark_of(machine: Machine, slot: int = SLOT) -> int:
    return (await machine.store.dealt(slot, Awaiting.NAME))[0]


async def test_one_aggregates_events_are_dealt_with_in_order(machine: Machine, reactor: Awaiting):
    ids = [some_id(slot) for slot in (0, 0, 1, 2)]
    for _ in range(20):
        for each in ids:
            await machine.stand(each, ASKS, ASKS_NOTHING, ASKS)
    async with running(reacting(machine.store, reactor)):
        await until(lambda: len(reactor.done) == 160)
    for each in ids:
        assert reactor.done_of(each) == sorted(reactor.done_of(each))


async def test_a_slow_reaction_holds_up_no_other_aggregate(machine: Machine, reactor: Awaiting):
    slow, quick = some_id(), some_id()
    release = reactor.hold_up(slow)
    async with running(reacting(machine.store, reactor)):
        first = await machine.stand(slow, ASKS)
        await until(lambda: reactor.busy == 1)
        last = await machine.stand(quick, ASKS, ASKS)
        await machine.stand(slow, ASKS)
        await until(lambda: len(reactor.done_of(quick)) == 2)
        mark, done, _ = await machine.store.dealt(SLOT, reactor.NAME)
        assert (mark, done) == (first - 1, {last - 1, last})
        release.set()
        await until(lambda: len(reactor.done_of(slow)) == 2)
    assert len(reactor.asked) == 4, "none is asked twice"


async def test_a_slot_that_is_full_holds_up_no_other_slot(machine: Machine, reactor: Awaiting):
    slow, behind, elsewhere = some_id(SLOT), some_id(SLOT), some_id(SLOT + 1)
    release = reactor.hold_up(slow)
    await machine.stand(slow, ASKS)
    for _ in range(3):
        await machine.stand(behind, *[ASKS_NOTHING] * 499, ASKS)
    async with running(working := reacting(machine.store, reactor)):
        await until(lambda: len(reactor.done) == 1)  # As many as there is room for; the rest waits.
        await until(lambda: SLOT in working.lanes and not working.lanes[SLOT].room.is_set())
        await machine.stand(elsewhere, ASKS)
        await until(lambda: reactor.done_of(elsewhere))
        assert len(reactor.done_of(behind)) == 1
        assert working.lanes[SLOT].mark == NOWHERE
        release.set()
        await until(lambda: len(reactor.done_of(behind)) == 3)
    assert len(reactor.asked) == 5


async def test_there_are_only_so_many_side_by_side(machine: Machine, reactor: Awaiting):
    ids = [some_id(number % SLOTS) for number in range(SIDE_BY_SIDE_MAX + 20)]
    for each in ids:
        reactor.hold_up(each)
        await machine.stand(each, ASKS)
    async with running(reacting(machine.store, reactor)):
        await until(lambda: reactor.busy == SIDE_BY_SIDE_MAX)
        for each in ids:
            reactor.hold_up(each).set()
        await until(lambda: len(reactor.done) == len(ids))
    assert reactor.busy_max == SIDE_BY_SIDE_MAX


async def test_what_fails_is_tried_again_while_others_go_on(machine: Machine, reactor: Awaiting):
    bad, good = some_id(), some_id()
    reactor.fails[bad] = 3
    await machine.stand(bad, ASKS, ASKS)
    await machine.stand(good, ASKS)
    async with running(working := reacting(machine.store, reactor)):
        await until(lambda: reactor.done_of(good))
        await until(lambda: len(reactor.done_of(bad)) == 2)
    assert len(reactor.asked) == 3 + 3
    assert working.parked_total == 0


async def test_what_keeps_failing_is_parked_with_its_reason(machine: Machine, reactor: Awaiting):
    bad, good = some_id(), some_id()
    reactor.fails[bad] = 3
    first = await machine.stand(bad, ASKS)
    last = await machine.stand(bad, ASKS)
    await machine.stand(good, ASKS_NOTHING)
    settings = {"attempts_max": 3, "save_mark_every_s": 0.05}
    with capture_logs() as said:
        async with running(working := reacting(machine.store, reactor, **settings)):
            await until(lambda: reactor.done_of(bad) == [last])
            await until(lambda: _is(mark_of(machine), last + 1))
    mark, done, parked = await machine.store.dealt(SLOT, reactor.NAME)
    assert (mark, done, parked) == (last + 1, set(), {first: "RuntimeError"})
    assert working.parked_total == 1
    assert [line["position"] for line in said if line["event"] == "an event is parked"] == [first]
    again = Awaiting(machine.store)
    async with running(reacting(machine.store, again)):
        await until(lambda: again.done_of(bad) == [first])
    assert (await machine.store.dealt(SLOT, reactor.NAME))[2] == {}, "what was wrong was mended"
    assert await machine.store.parked(reactor.NAME) == {}


async def test_what_still_fails_stays_parked(machine: Machine, reactor: Awaiting):
    bad = some_id()
    reactor.fails[bad] = 1_000
    first = await machine.stand(bad, ASKS)
    settings = {"attempts_max": 1, "parked_again_s": 0.05}
    async with running(reacting(machine.store, reactor, **settings)):
        await until(lambda: len(reactor.asked) > 3)
    assert await machine.store.parked(reactor.NAME) == {SLOT: {first: "RuntimeError"}}


async def test_a_reaction_that_hangs_is_ended_and_tried_again(machine: Machine, reactor: Awaiting):
    hangs = some_id()
    reactor.hold_up(hangs)
    await machine.stand(hangs, ASKS)
    async with running(reacting(machine.store, reactor, reaction_s_max=0.05)):
        await until(lambda: len(reactor.asked) == 2)
        reactor.hold_up(hangs).set()
        await until(lambda: reactor.done_of(hangs))


async def test_a_slot_with_as_many_parked_as_the_store_holds_goes_on_one_by_one(
    machine: Machine, reactor: Awaiting
):
    parked = some_id()
    for _ in range(3):
        await machine.stand(parked, *[ASKS_NOTHING] * 400)
    for position in range(1, 1_025):
        place = (await machine.store.at(SLOT, position)).place
        dealt = Acknowledgement(reactor.NAME, place, place, parked="set aside")
        await machine.store.append(Append(streams=(), slot=SLOT, acknowledgement=dealt))
    slow, quick = some_id(), some_id()
    release = reactor.hold_up(slow)
    with capture_logs() as said:
        async with running(working := reacting(machine.store, reactor, attempts_max=1, parked_again_s=None)):
            await machine.stand(slow, ASKS)
            await machine.stand(quick, ASKS)
            await until(lambda: reactor.busy == 1)
            release.set()
            await until(lambda: len(reactor.done) == 2)
    assert (reactor.busy_max, working.parked_total) == (1, 0)
    assert not [line for line in said if line["log_level"] == "error"]


async def test_events_that_ask_for_nothing_move_the_mark_too(machine: Machine, reactor: Awaiting):
    for slot in range(SLOTS):
        await machine.stand(some_id(slot), *[ASKS_NOTHING] * 10)
    async with running(reacting(machine.store, reactor, save_mark_every_s=0.05)):
        for slot in range(SLOTS):

            async def marked(slot: int = slot) -> bool:
                return await _is(mark_of(machine, slot), 10)

            await until(marked)
    assert reactor.asked == []


async def test_what_is_not_wanted_moves_the_mark_without_an_append(machine: Machine, reactor: Awaiting):
    await machine.stand(some_id(), *[NOT_WANTED] * 10)
    async with running(working := reacting(machine.store, reactor, save_mark_every_s=0.05)):
        await until(lambda: _is(mark_of(machine), 10))
        assert working.dealt_total == 0
    assert reactor.asked == []


async def test_it_goes_on_where_its_mark_is(machine: Machine, reactor: Awaiting):
    one = some_id()
    await machine.stand(one, *[ASKS, ASKS_NOTHING] * 20)
    async with running(reacting(machine.store, reactor, save_mark_every_s=0.05)):
        await until(lambda: _is(mark_of(machine), 40))
    later = Awaiting(machine.store)
    async with running(working := reacting(machine.store, later)):
        last = await machine.stand(one, ASKS_NOTHING, ASKS)
        await until(lambda: later.done)
        assert working.dealt_total == 1
    assert [recorded.position for recorded in later.asked] == [last]


async def test_what_was_under_way_is_done_again(machine: Machine, reactor: Awaiting):
    one, two = some_id(), some_id()
    reactor.hold_up(one)
    await machine.stand(one, ASKS)
    await machine.stand(two, ASKS)
    async with running(reacting(machine.store, reactor)):
        await until(lambda: reactor.done_of(two) and reactor.busy == 1)
    later = Awaiting(machine.store)
    async with running(reacting(machine.store, later)):
        await until(lambda: later.done_of(one))
    assert [recorded.aggregate_id for recorded in later.asked] == [one], "the other was done above the mark"


async def test_two_at_once_deal_with_each_event_once(machine: Machine):
    ids = [some_id(number % SLOTS) for number in range(20)]
    one = Awaiting(machine.store)
    two = Awaiting((await machine.process()).aggregates.store)
    async with running(reacting(one._store, one), reacting(two._store, two)):
        for _ in range(10):
            await asyncio.gather(*(machine.stand(each, ASKS) for each in ids))
        await until(lambda: len(one.done) + len(two.done) >= 200)
    done = [(each.slot, each.position) for each in (*one.done, *two.done)]
    assert len(done) == len(set(done)) == 200


async def test_a_store_that_restarts_is_waited_for(own_machine: Machine, own_valkey: ChildServer):
    reactor = Awaiting(own_machine.store)
    one = some_id()
    with capture_logs():
        async with running(working := reacting(own_machine.store, reactor, attempts_max=1)):
            await own_machine.stand(one, ASKS)
            await until(lambda: len(reactor.done) == 1)
            await own_valkey.kill()
            await own_valkey.start()
            await own_machine.stand(one, ASKS)
            await until(lambda: len(reactor.done) == 2)
    assert working.parked_total == 0, "a store that is away is no failed attempt"


async def test_a_log_that_is_another_one_is_said_and_begun_anew(machine: Machine, reactor: Awaiting):
    lost, kept = some_id(SLOT), some_id(SLOT + 1)
    reactor.hold_up(lost)
    await machine.stand(lost, ASKS)
    with capture_logs():
        async with running(working := reacting(machine.store, reactor)):
            await until(lambda: reactor.busy == 1)
            await machine.store.nodes.call("DEL", machine.store.layout.log(SLOT))
            await until(lambda: working.broken)
            assert reactor.busy == 0, "what was under way belongs to the log that is gone"
            await machine.stand(kept, ASKS)
            await until(lambda: reactor.done_of(kept))
            fresh = some_id(SLOT)
            await machine.stand(fresh, ASKS)
            await until(lambda: reactor.done_of(fresh))
            assert working.broken == ""


async def _is(found: object, expected: int) -> bool:
    return await found == expected  # type: ignore[misc]


assert HELD_MAX < 1_500, "the full slot of these tests is one"
