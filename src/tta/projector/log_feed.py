"""Reading the log once for all read models of a process.

Read models at the same place follow the log as one: each event is read once and handed to those that it
concerns, and the others only move on. A read model that stands elsewhere, or cannot keep up, reads alone
until it stands where the others do. Owns no checkpoints.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Protocol

from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.errors import HistoryChanged
from tta.eventstore.shared_reads import SharedReads
from tta.eventstore.store import EventStore
from tta.eventstore.subscription import Batch, Mark

ROUND_EVENTS_MAX = 2_000
AHEAD_MAX = (
    2_000  # Events that a read model may be ahead of the others and still join them: it waits for them.
)
PATIENCE_S = 1.0  # For which all wait for one whose queue is full; then it reads alone.


class Follower(Protocol):
    """A read model that follows the log."""

    def takes(self, recorded: RecordedEvent) -> bool:
        """Say whether an event concerns it."""

    def passed(self, batch: Batch) -> bool:
        """Move past events that do not concern it. False: it must come to them in order, behind others."""

    def handed(self) -> None:
        """Note that a round was given to it."""


class LogFeed:
    """Follows the log for the read models of one process."""

    def __init__(
        self,
        store: EventStore,
        *,
        events_max: int = ROUND_EVENTS_MAX,
        ahead_max: int = AHEAD_MAX,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._store = store
        self._ahead_max = ahead_max
        self._patience_s = patience_s
        self._events_max = events_max
        self._reads = SharedReads(store.nodes, store.layout)
        self._members: list[FeedMember] = []
        self._marks: dict[int, Mark] = {}
        """How far the members' slots are read and handed on."""
        self._task: asyncio.Task[None] | None = None

    @property
    def events_read(self) -> int:
        """How many events came from the log."""
        return self._reads.events_read

    async def follow(self, follower: Follower, after: Mapping[int, Mark]) -> AsyncGenerator[list[Batch]]:
        """Yield rounds of batches as EventStore.follow does, but for those that the follower has passed."""
        marks = dict(after)
        while True:
            if not self._is_level(marks):
                async with aclosing(self._alone(marks)) as rounds:
                    async for batches in rounds:
                        follower.handed()
                        yield batches
                continue  # The others may have moved on meanwhile.
            member = FeedMember(follower, marks, self._events_max)
            self._join(member)
            try:
                async with aclosing(member.rounds()) as rounds:
                    async for batches in rounds:
                        yield batches
            finally:
                await self._leave(member)
            marks = member.marks

    async def _alone(self, marks: dict[int, Mark]) -> AsyncGenerator[list[Batch]]:
        """Read on until it stands where the others do."""
        following = self._store.follow(marks, events_max=self._events_max, reads=self._reads)
        async with aclosing(following) as rounds:
            async for batches in rounds:
                marks |= {batch.slot: batch.mark for batch in batches}
                yield batches
                if self._is_level(marks):
                    return

    def _is_level(self, marks: Mapping[int, Mark]) -> bool:
        """Say whether one that stands there can go on with the others."""
        ahead = 0
        for slot, mark in marks.items():
            there = self._marks.get(slot, mark)
            if there.position > mark.position or (
                there.position == mark.position and not mark.stands_as(there)
            ):
                return False
            ahead += mark.position - there.position
        return ahead <= self._ahead_max

    def _join(self, member: "FeedMember") -> None:
        new = {slot: mark for slot, mark in member.marks.items() if slot not in self._marks}
        self._marks |= new
        self._members.append(member)
        if new or self._task is None or self._task.done():
            self._task = asyncio.create_task(self._feed(self._task), name="log feed")

    async def _leave(self, member: "FeedMember") -> None:
        if member in self._members:
            self._members.remove(member)
        member.has_room.set()
        followed = {slot for each in self._members for slot in each.marks}
        self._marks = {slot: mark for slot, mark in self._marks.items() if slot in followed}
        if not self._members and self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _feed(self, before: "asyncio.Task[None] | None") -> None:
        """Read for all members, in place of the task that did so before."""
        if before is not None:
            before.cancel()
            await asyncio.gather(before, return_exceptions=True)
        try:
            following = self._store.follow(self._marks, events_max=self._events_max, reads=self._reads)
            async with aclosing(following) as rounds:
                async for batches in rounds:
                    self._hand_on(batches)
                    await self._until_taken()
        except HistoryChanged as changed:
            for member in tuple(self._members):
                # The others join again at once, without that slot.
                self._drop(member, changed if changed.slot in member.marks else None)
        except Exception as error:  # noqa: BLE001 - Each member is told.
            for member in tuple(self._members):
                self._drop(member, error)

    def _hand_on(self, batches: Sequence[Batch]) -> None:
        known = [batch for batch in batches if batch.slot in self._marks]
        self._marks |= {batch.slot: batch.mark for batch in known}
        for member in tuple(self._members):
            try:
                member.hand(known)
            except HistoryChanged as changed:
                self._drop(member, changed)

    async def _until_taken(self) -> None:
        """Wait a while for members whose queue is full; those that stay behind read alone."""
        full = [member for member in self._members if not member.has_room.is_set()]
        if full:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience_s):
                    await asyncio.gather(*(member.has_room.wait() for member in full))
            for member in full:
                if not member.has_room.is_set():
                    self._drop(member, None)

    def _drop(self, member: "FeedMember", error: Exception | None) -> None:
        if member in self._members:
            self._members.remove(member)
        member.end(error)


class FeedMember:
    """A read model that goes with the others, and what it has not taken yet."""

    def __init__(self, follower: Follower, marks: Mapping[int, Mark], events_max: int) -> None:
        self._follower = follower
        self._events_max = events_max
        self.marks = dict(marks)
        """Behind what it was handed."""
        self._queue: deque[Sequence[Batch]] = deque()
        self._queued = 0
        self._news = asyncio.Event()
        self.has_room = asyncio.Event()
        self.has_room.set()
        self._is_over = False
        self._error: Exception | None = None

    def hand(self, batches: Sequence[Batch]) -> None:
        """Take over what was read. Raises HistoryChanged."""
        new = [self._behind(batch) for batch in batches if batch.slot in self.marks]
        left = [batch for batch in new if batch.events and not self._passed(batch)]
        self.marks |= {batch.slot: batch.mark for batch in new}
        if left:
            self._queue.append(left)
            self._queued += sum(len(batch.events) for batch in left)
            self._news.set()
            if self._queued >= self._events_max:
                self.has_room.clear()

    def end(self, error: Exception | None) -> None:
        """Give out what waits, then raise this or end."""
        self._is_over, self._error = True, error
        self._news.set()

    async def rounds(self) -> AsyncGenerator[list[Batch]]:
        """Yield what was handed over, several rounds as one if they have waited."""
        while True:
            while not self._queue:
                if self._error is not None:
                    raise self._error
                if self._is_over:
                    return
                self._news.clear()
                await self._news.wait()
            self._follower.handed()
            yield self._taken()

    def _taken(self) -> list[Batch]:
        taken: dict[int, Batch] = {}
        events = 0
        while self._queue and (not events or events + _size(self._queue[0]) <= self._events_max):
            for batch in self._queue.popleft():
                events += len(batch.events)
                before = taken.get(batch.slot)
                if before is not None:
                    batch = Batch(batch.slot, before.events + batch.events, batch.mark)  # noqa: PLW2901 - They follow each other.
                taken[batch.slot] = batch
        self._queued -= events
        if self._queued < self._events_max:
            self.has_room.set()
        return list(taken.values())

    def _passed(self, batch: Batch) -> bool:
        if self._queue or any(map(self._follower.takes, batch.events)):
            return False
        return self._follower.passed(batch)

    def _behind(self, batch: Batch) -> Batch:
        """Leave out what a read model that was ahead has had. Raises HistoryChanged."""
        mark = self.marks[batch.slot]
        had = mark.position + 1 - batch.events[0].position
        assert had >= 0, f"slot {batch.slot}: events behind position {mark.position} were not handed over"
        if had == 0:
            return batch
        if had > len(batch.events):
            return Batch(batch.slot, [], mark)
        if not mark.stands_as(Mark.of(batch.events[had - 1])):
            raise HistoryChanged(f"slot {batch.slot}: another event at position {mark.position}", batch.slot)
        return Batch(batch.slot, batch.events[had:], batch.mark)


def _size(batches: Sequence[Batch]) -> int:
    return sum(len(batch.events) for batch in batches)
