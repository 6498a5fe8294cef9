"""What one process reads once reaches each of its read models in order, wherever each of them stands."""

import asyncio
import random
from collections.abc import Mapping
from contextlib import aclosing

import pytest

from tests.support.projector.projector_examples import SLOTS, WITHIN_S, Log, until
from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.errors import HistoryChanged
from tta.eventstore.subscription import START, Batch, Mark
from tta.projector.log_feed import LogFeed


class Reading:
    """A read model that notes what reaches it, and takes only some types of events."""

    def __init__(self, types: set[str] | None = None) -> None:
        self._types = types
        self.marks: dict[int, Mark] = {}
        self.taken = 0
        self.passed_over = 0
        self.busy = 0
        """Rounds that it was given and has not worked on yet."""

    def takes(self, recorded: RecordedEvent) -> bool:
        return self._types is None or recorded.type in self._types

    def handed(self) -> None:
        self.busy += 1

    def passed(self, batch: Batch) -> bool:
        if self.busy:
            return False
        assert not any(map(self.takes, batch.events))
        self.passed_over += len(batch.events)
        self._move(batch)
        return True

    async def follow(
        self, feed: LogFeed, after: Mapping[int, Mark], chance: random.Random | None = None
    ) -> None:
        """Follow for ever; with chance it is slow at times."""
        self.marks = dict(after)
        async with aclosing(feed.follow(self, after)) as rounds:
            async for batches in rounds:
                if chance is not None and chance.random() < 0.3:
                    await asyncio.sleep(chance.uniform(0, 0.01))
                for batch in batches:
                    self.taken += len(batch.events)
                    self._move(batch)
                self.busy -= 1

    def at(self, ends: Mapping[int, int]) -> bool:
        return {slot: mark.position for slot, mark in self.marks.items()} == ends

    def _move(self, batch: Batch) -> None:
        positions = [each.position for each in batch.events]
        first = self.marks[batch.slot].position + 1
        assert positions == list(range(first, first + len(positions))), "in order, each once"
        assert batch.mark == Mark.of(batch.events[-1])
        self.marks[batch.slot] = batch.mark


BEGINNING = dict.fromkeys(range(SLOTS), START)


async def stopped(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


async def test_each_event_is_read_once_for_all(log: Log):
    await log.play(1)
    ends, feed = await log.ends(), LogFeed(log.store)
    readings = [Reading() for _ in range(5)]
    tasks = [asyncio.create_task(each.follow(feed, BEGINNING)) for each in readings]
    await until(lambda: all(each.at(ends) for each in readings))
    assert feed.events_read == sum(ends.values())
    await log.play(1)
    ends = await log.ends()
    await until(lambda: all(each.at(ends) for each in readings))
    assert feed.events_read == sum(ends.values())
    await stopped(*tasks)


async def test_what_concerns_a_read_model_not_is_passed_over_at_once(log: Log):
    feed, deaf, other = LogFeed(log.store), Reading(set()), Reading()
    tasks = [asyncio.create_task(each.follow(feed, BEGINNING)) for each in (deaf, other)]
    await log.play(1)
    ends = await log.ends()
    await until(lambda: deaf.at(ends) and other.at(ends))
    assert (deaf.taken, deaf.passed_over, other.passed_over) == (0, sum(ends.values()), 0)
    await stopped(*tasks)


async def test_one_that_keeps_others_waiting_reads_alone(log: Log):
    feed, slow, quick = LogFeed(log.store, events_max=10, patience_s=0.05), Reading(), Reading()
    gate = asyncio.Event()

    async def hold_up() -> None:
        async with aclosing(feed.follow(slow, BEGINNING)) as rounds:
            slow.marks = dict(BEGINNING)
            async for batches in rounds:
                await gate.wait()
                for batch in batches:
                    slow._move(batch)
                slow.busy -= 1

    tasks = [asyncio.create_task(hold_up()), asyncio.create_task(quick.follow(feed, BEGINNING))]
    await log.play(2)
    ends = await log.ends()
    await until(lambda: quick.at(ends))
    assert not slow.at(ends)
    gate.set()
    await until(lambda: slow.at(ends))
    await log.play(1)
    ends = await log.ends()
    await until(lambda: slow.at(ends) and quick.at(ends))
    await stopped(*tasks)


async def test_one_that_is_far_behind_holds_up_nobody(log: Log):
    await log.play(2)
    feed, gate = LogFeed(log.store, events_max=10, ahead_max=5, patience_s=WITHIN_S), asyncio.Event()
    behind, live = Reading(), Reading()

    async def from_the_beginning() -> None:
        behind.marks = dict(BEGINNING)
        async with aclosing(feed.follow(behind, BEGINNING)) as rounds:
            async for batches in rounds:
                for batch in batches:
                    behind._move(batch)
                behind.busy -= 1
                await gate.wait()

    tasks = [asyncio.create_task(from_the_beginning())]
    await until(lambda: not behind.at(dict.fromkeys(range(SLOTS), 0)))
    tasks.append(asyncio.create_task(live.follow(feed, await log.store.end_marks())))
    await log.play(1)
    ends = await log.ends()
    await until(lambda: live.at(ends))
    gate.set()
    await until(lambda: behind.at(ends))
    await stopped(*tasks)


@pytest.mark.parametrize("seed", range(6))
async def test_wherever_they_stand_and_whenever_they_come_each_gets_all_in_order(log: Log, seed: int):
    chance = random.Random(seed)
    await log.play(1)
    feed = LogFeed(log.store, events_max=chance.choice((3, 40, 2_000)))
    types = [None, {"InteractionSubmitted"}, {"SessionStarted", "ConsentGiven"}, set()]
    playing = asyncio.create_task(log.play(2))
    readings: list[Reading] = []
    tasks: list[asyncio.Task[None]] = []
    for number in range(12):
        reading, after = Reading(types[number % 4]), {}
        for slot in range(SLOTS):
            events = await log.events(slot)
            if chance.random() < 0.9:
                after[slot] = chance.choice([START, Mark.of(chance.choice(events)), Mark.of(events[-1])])
        readings.append(reading)
        tasks.append(asyncio.create_task(reading.follow(feed, after, chance)))
        await asyncio.sleep(chance.uniform(0, 0.05))
        if chance.random() < 0.3:
            leaving = chance.randrange(len(tasks))
            readings.pop(leaving)
            await stopped(tasks.pop(leaving))
    await playing
    ends = await log.ends()
    await until(lambda: all(each.at({slot: ends[slot] for slot in each.marks}) for each in readings))
    await stopped(*tasks)


async def test_a_slot_of_another_history_is_told_to_those_that_follow_it(log: Log):
    await log.play(1)
    feed, ends = LogFeed(log.store), await log.ends()
    both = [Reading(), Reading()]
    without = dict.fromkeys(range(1, SLOTS), START)
    tasks = [
        asyncio.create_task(both[0].follow(feed, BEGINNING)),
        asyncio.create_task(both[1].follow(feed, without)),
    ]
    await until(lambda: both[0].at(ends) and both[1].at({slot: ends[slot] for slot in without}))
    key = log.store.layout.log(0)
    await log.store.nodes.call("DEL", key)
    with pytest.raises(HistoryChanged) as raised:
        await tasks[0]
    assert raised.value.slot == 0
    await log.play(1, slots=range(1, SLOTS))
    ends = await log.ends()
    await until(lambda: both[1].at({slot: ends[slot] for slot in without}))
    await stopped(tasks[1])


async def test_a_read_model_of_another_history_is_told_alone(log: Log):
    await log.play(1)
    feed, marks = LogFeed(log.store), await log.store.end_marks()
    well, other = Reading(), Reading()
    tasks = [asyncio.create_task(well.follow(feed, BEGINNING))]
    await until(lambda: well.at({slot: mark.position for slot, mark in marks.items()}))
    wrong = {**marks, 3: Mark(marks[3].position, b"another hash")}
    with pytest.raises(HistoryChanged):
        await other.follow(feed, wrong)
    await log.play(1)
    ends = await log.ends()
    await until(lambda: well.at(ends))
    await stopped(*tasks)
