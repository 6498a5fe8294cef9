"""SIGKILL of the server at random points: what was acknowledged stands once, and the log has no gaps."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from tests.support.eventstore.store_examples import SLOTS, gains, must_be_whole, place, some_id, step
from tests.support.eventstore.store_servers import until
from tta.eventstore.appends import Acknowledgement, Append, AppendResult
from tta.eventstore.child_server import ChildServer
from tta.eventstore.envelope import ABSENT, FingerprintedPosition, RecordedEvent
from tta.eventstore.errors import AlreadyDone, OutcomeUnknown, StoreUnavailable
from tta.eventstore.store import EventStore
from tta.eventstore.subscription import START, Batch

WRITERS = 24


class Writers:
    """Concurrent callers who go on through every crash, and keep what was acknowledged to them."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self.acknowledged: list[AppendResult] = []
        self.unsure = 0
        self.stop = False

    async def until_sure(self, append: Append) -> AppendResult:
        """Ask again for as long as the answer is not certain, as a client would."""
        while True:
            try:
                return await self._store.append(append)
            except (OutcomeUnknown, StoreUnavailable):
                self.unsure += 1

    async def until_read(self, position: int) -> FingerprintedPosition:
        while True:
            try:
                return await place(self._store, position, 5)
            except StoreUnavailable:
                self.unsure += 1

    async def write(self, number: int) -> None:
        slot = number % 4
        one, other, heads, n = some_id(slot), some_id(slot), [ABSENT, ABSENT], 0
        while not self.stop:
            n += 1
            made = await self.until_sure(
                step(gains(one, f"{n}", f"{n}'", after=heads[0]), gains(other, f"{n}", after=heads[1]))
            )
            self.acknowledged.append(made)
            heads = list(made.heads)

    async def react(self) -> int:
        """Deal with one position after the other; what was done already was done by an attempt of ours."""
        position = 0
        await self.until_sure(step(gains(some_id(5), "what is replied to first")))
        while not self.stop:
            position += 1
            there = await self.until_read(position)
            try:
                await self.until_sure(
                    step(
                        gains(some_id(5), f"reply {position}"),
                        acknowledgement=Acknowledgement("replier", there, there),
                    )
                )
            except AlreadyDone:
                self.unsure += 1
        return position


async def take(following: AsyncIterator[list[Batch]], seen: list[RecordedEvent]) -> None:
    async for batches in following:
        seen += [event for batch in batches for event in batch.events]


async def survive(server: ChildServer, rounds: int, chance: random.Random) -> None:
    store = await EventStore.open(server.url, "survivor", slots=SLOTS)
    writers, seen = Writers(store), list[RecordedEvent]()
    async with aclosing(store.follow(dict.fromkeys(range(SLOTS), START))) as following:
        reading = asyncio.create_task(take(following, seen))
        writing = [asyncio.create_task(writers.write(number)) for number in range(WRITERS)]
        reacting = asyncio.create_task(writers.react())
        for _ in range(rounds):
            before = len(writers.acknowledged)

            async def more_was_acknowledged(before: int = before) -> bool:
                return len(writers.acknowledged) > before + WRITERS

            await until(more_was_acknowledged)
            await asyncio.sleep(chance.uniform(0, 0.05))  # The point of the crash is to be any.
            await server.kill()
            await server.start()
        writers.stop = True
        await asyncio.gather(*writing)
        replies = await reacting
        logs = [await must_be_whole(store, slot) for slot in range(SLOTS)]

        async def all_seen() -> bool:
            return reading.done() or len(seen) >= sum(map(len, logs))

        await until(all_seen)
        reading.cancel()
        await asyncio.wait([reading])
    for slot, log in enumerate(logs):
        assert [event.entry for event in seen if event.slot == slot] == [event.entry for event in log]
    for made in writers.acknowledged:
        stands = logs[made.slot][made.first - 1 : made.last]
        assert [event.entry for event in stands] == [entry for entries in made.entries for entry in entries]
    assert sum(len(log) for log in logs[:4]) == 3 * len(writers.acknowledged)
    assert [event.payload for event in logs[5]][1:] == [b"reply %d" % n for n in range(1, replies + 1)]
    await store.close()


async def test_what_was_acknowledged_survives_crashes(own_valkey: ChildServer) -> None:
    await survive(own_valkey, 5, random.Random(5))


@pytest.mark.soak
@pytest.mark.timeout(1_800)
async def test_what_was_acknowledged_survives_many_crashes(own_valkey: ChildServer) -> None:
    await survive(own_valkey, 60, random.Random(60))
