"""Timers: what is scheduled falls due once, never early, whoever is killed, even if the index is lost."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from tests.support.reactors.reactor_examples import SLOT, SLOTS, Machine, running, until
from tests.support.reactors.timer_examples import (
    HOUR,
    all_came,
    call_off,
    histories,
    indexed,
    keeping_time,
    must_have_come_once,
    schedule,
    timer_of,
)
from tta.domain import timer
from tta.domain.timer import FallDue, TimerScheduled
from tta.eventstore.child_server import ChildServer
from tta.eventstore.timers import Entry, TimerIndex
from tta.reactors.timer_clock import ACTOR, DUE_MAX
from tta.telemetry.metrics import REGISTRY

SOON = timedelta(seconds=0.2)
NOW = timedelta(0)


async def test_it_falls_due_and_leaves_the_index(machine: Machine):
    who = await schedule(machine, SOON)
    async with running(*keeping_time(machine.commands)):
        await until(lambda: all_came(machine))
        await until_none_is_indexed(machine)
    assert await must_have_come_once(machine) == (1, 0)
    due = (await histories(machine))[timer_of(who)][-1]
    assert due.actor == ACTOR


async def test_called_off_it_never_falls_due(machine: Machine):
    kept, called_off = await schedule(machine, SOON), await schedule(machine, SOON)
    async with running(*keeping_time(machine.commands)):
        await call_off(machine, called_off)
        await until(lambda: all_came(machine))
        await until_none_is_indexed(machine)
    assert await must_have_come_once(machine) == (1, 1)
    assert (await histories(machine))[timer_of(kept)][-1].type == "TimerDue"


async def test_moved_it_falls_due_at_the_new_moment_alone(machine: Machine):
    sooner, later = await schedule(machine, HOUR), await schedule(machine, NOW)
    await schedule(machine, SOON, again=sooner)
    await schedule(machine, HOUR, again=later)
    async with running(*keeping_time(machine.commands)):
        await until(lambda: comes(machine, sooner))
        await call_off(machine, later)
        await until_none_is_indexed(machine)
    assert await must_have_come_once(machine) == (1, 1)


async def test_two_at_once_let_each_fall_due_once(machine: Machine):
    other, third = await machine.process(), await machine.process()
    async with running(*keeping_time(machine.commands), *keeping_time(other), *keeping_time(third)):
        for _ in range(5):
            await asyncio.gather(*(schedule(machine, SOON, slot=slot) for slot in range(SLOTS)))
        await until(lambda: all_came(machine))
        await until_none_is_indexed(machine)
    assert await must_have_come_once(machine) == (5 * SLOTS, 0)


async def test_what_fell_due_while_nobody_looked_falls_due_late(machine: Machine):
    for slot in range(SLOTS):
        await schedule(machine, -HOUR, slot=slot)
    async with running(*keeping_time(machine.commands)):
        await until(lambda: all_came(machine))
    assert await must_have_come_once(machine) == (SLOTS, 0)


async def test_more_than_are_taken_at_one_look_all_fall_due(machine: Machine):
    count = DUE_MAX * 2 + 1
    await asyncio.gather(*(schedule(machine, NOW) for _ in range(count)))
    async with running(*keeping_time(machine.commands)):
        await until(lambda: all_came(machine))
    assert await must_have_come_once(machine) == (count, 0)


async def test_those_that_fail_hold_up_no_other(machine: Machine):
    """As many as are taken at one look stand first in the index, and cannot be read."""
    for _ in range(DUE_MAX):
        broken = timer_of(await schedule(machine, -HOUR))
        await machine.store.nodes.call("SET", machine.store.layout.head(SLOT, broken), b"broken")
    who = await schedule(machine, NOW)
    fresh = await machine.process()
    with capture_logs() as logs:
        async with running(*keeping_time(fresh)):
            await until(lambda: comes(machine, who))
    assert {each["event"] for each in logs} >= {"a timer fails to fall due", "a timer fell due"}


async def test_an_entry_too_many_is_found_out_when_it_is_due(machine: Machine):
    """As when a process that was slow enters what another has called off or moved by now."""
    index = TimerIndex(machine.store)
    await index.mark_whole(SLOT)  # So that nothing is restored meanwhile.
    called_off, moved = await schedule(machine, HOUR), await schedule(machine, HOUR)
    async with running(*keeping_time(machine.commands)):
        await call_off(machine, called_off)
        await schedule(machine, 2 * HOUR, again=moved)
        await until(lambda: indexes(machine, 1))
        for who in (called_off, moved):
            await index.put(SLOT, [(Entry(timer_of(who), 1), datetime.now(UTC) - HOUR)])
        await until(lambda: indexes(machine, 1))
    types = [each.type for who in (called_off, moved) for each in (await histories(machine))[timer_of(who)]]
    assert types == ["TimerScheduled", "TimerCancelled", "TimerScheduled", "TimerScheduled"]


async def test_an_index_that_was_lost_is_restored_from_the_log(machine: Machine):
    late, soon = await schedule(machine, HOUR), [await schedule(machine, SOON * 15) for _ in range(3)]
    await call_off(machine, soon[0])
    async with running(*keeping_time(machine.commands)):
        await until(lambda: indexes(machine, 3))
        await machine.store.nodes.call("DEL", machine.store.layout.timers(SLOT))
        await until(lambda: comes(machine, *soon))
        await until(lambda: indexes(machine, 1))
        await call_off(machine, late)
    assert await must_have_come_once(machine) == (2, 2)


async def test_the_store_s_clock_decides(machine: Machine):
    """A moment that has come for a process whose clock is ahead has not come."""
    who = await schedule(machine, HOUR)
    with pytest.raises(timer.TimerIsNotDue):
        await machine.ask(timer, timer_of(who), FallDue(at=datetime.now(UTC)), who)
    looked = await TimerIndex(machine.store).look(SLOT, 1, now=datetime.now(UTC) + HOUR)
    assert abs(looked.now - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_server_s_clock_that_is_ahead_lets_nothing_fall_due(machine: Machine):
    """As who asks sees it, whose clock is the right one; nor is a timer put off by it."""
    await TimerIndex(machine.store).mark_whole(SLOT)
    who, at = await schedule(machine, HOUR), datetime.now(UTC)
    index, entry = TimerIndex(machine.store), Entry(timer_of(who), 1)
    await index.put(SLOT, [(entry, at - HOUR)])
    early = await index.look(SLOT, 1, now=at - 2 * HOUR)
    assert (early.due, early.now) == ([], at - 2 * HOUR)
    assert (await index.look(SLOT, 1, now=at)).due == [entry]


async def test_its_lateness_and_how_many_there_are_can_be_scraped(machine: Machine):
    def scraped(name: str) -> float:
        return REGISTRY.get_sample_value(name, {"purpose": "session_idle"}) or 0.0

    names = ("tta_timers_due_total", "tta_timer_lateness_seconds_count", "tta_timer_lateness_seconds_sum")
    before = [scraped(name) for name in names]
    await schedule(machine, -HOUR)
    await schedule(machine, HOUR)
    index, clock = keeping_time(machine.commands)
    assert clock.scheduled != clock.scheduled, "unknown before it has looked"
    async with running(index, clock):
        await until(lambda: scraped(names[0]) > before[0])
        await until(lambda: clock.scheduled == 1)
    due, count, seconds = (scraped(name) - was for name, was in zip(names, before, strict=True))
    assert (due, count) == (1, 1)
    assert seconds >= HOUR.total_seconds()


async def be_killed_again_and_again(machine: Machine, times: int) -> tuple[int, int]:
    """Stop two processes at points left to chance, while timers are scheduled, moved and called off."""
    chance = random.Random(times)
    commands = [await machine.process() for _ in range(2)]
    moved_later = []
    for _ in range(times):
        for each in commands:
            each.aggregates._cache.clear()  # As a process that starts anew.
        async with running(*(part for each in commands for part in keeping_time(each))):
            for slot in range(SLOTS):
                who = await schedule(machine, timedelta(seconds=chance.uniform(-0.01, 0.1)), slot=slot)
                if chance.random() < 0.3:
                    await call_off(machine, who)
                elif chance.random() < 0.3:
                    moved_later.append(who)
            if moved_later and chance.random() < 0.5:
                away = timedelta(seconds=chance.uniform(0, 0.1))
                await schedule(machine, away, again=moved_later.pop())
            await asyncio.sleep(chance.uniform(0, 0.03))
    async with running(*(part for each in commands for part in keeping_time(each))):
        await until(lambda: all_came(machine))
        await until_none_is_indexed(machine)
    return await must_have_come_once(machine)


async def test_killed_in_the_middle_each_falls_due_once(machine: Machine):
    due, cancelled = await be_killed_again_and_again(machine, 12)
    assert due + cancelled >= 12 * SLOTS


@pytest.mark.soak
async def test_killed_in_the_middle_many_times(machine: Machine):
    due, cancelled = await be_killed_again_and_again(machine, 200)
    assert due + cancelled >= 200 * SLOTS


async def test_a_store_that_is_killed_meanwhile_changes_nothing(
    own_machine: Machine, own_valkey: ChildServer
):
    with capture_logs():
        async with running(
            *keeping_time(await own_machine.process()), *keeping_time(await own_machine.process())
        ):
            for _ in range(3):
                await asyncio.gather(*(schedule(own_machine, SOON, slot=slot) for slot in range(SLOTS)))
                await own_valkey.kill()
                await own_valkey.start()
            await until(lambda: all_came(own_machine))
            await until_none_is_indexed(own_machine)
    assert await must_have_come_once(own_machine) == (3 * SLOTS, 0)


async def comes(machine: Machine, *who: UUID) -> bool:
    """Whether none of these timers is scheduled any more."""
    told = await histories(machine)
    return all(told[timer_of(each)][-1].type != TimerScheduled.__name__ for each in who)


async def indexes(machine: Machine, count: int) -> bool:
    return await indexed(machine) == count


async def until_none_is_indexed(machine: Machine) -> None:
    await until(lambda: indexes(machine, 0))
