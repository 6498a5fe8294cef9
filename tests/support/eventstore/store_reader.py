"""A follower in a separate task, for the event store's tests. It checks the order of events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.eventstore.store_examples import SLOTS
from tests.support.eventstore.store_servers import until
from tta.eventstore.store import EventStore
from tta.eventstore.subscription import START, Batch, Mark

EVERY_SLOT = dict.fromkeys(range(SLOTS), START)


class Reader:
    """The events that one follower received, by slot."""

    def __init__(self) -> None:
        self.seen: dict[int, list[bytes]] = {slot: [] for slot in range(SLOTS)}
        self.marks: dict[int, Mark] = {}
        self.rounds: list[int] = []

    def take(self, batches: list[Batch]) -> None:
        self.rounds.append(sum(len(batch.events) for batch in batches))
        for slot, events, mark in batches:
            last = self.marks.get(slot, START).position
            assert [event.position for event in events] == list(range(last + 1, last + 1 + len(events)))
            assert mark == Mark.of(events[-1])
            self.marks[slot] = mark
            self.seen[slot] += [event.payload for event in events]

    @property
    def count(self) -> int:
        return sum(map(len, self.seen.values()))

    async def follow(self, following: AsyncIterator[list[Batch]]) -> None:
        async for batches in following:
            self.take(batches)


@asynccontextmanager
async def reading(store: EventStore) -> AsyncIterator[Reader]:
    """Follow every slot in a separate task."""
    reader = Reader()
    task = asyncio.create_task(reader.follow(store.follow(EVERY_SLOT)))
    try:
        yield reader
    finally:
        assert not task.done()
        task.cancel()
        await asyncio.wait([task])


async def all_seen(reader: Reader, count: int) -> None:
    async def seen() -> bool:
        return reader.count >= count

    await until(seen)
    assert reader.count == count
