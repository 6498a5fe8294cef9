"""The machinery of reactors: intake in order, work side by side, progress written with each effect.

What a reactor appends carries its name and the position it deals with, so effect and progress are one atomic
write: exactly once, however long it was down and whoever else runs. One aggregate's events are dealt with in
order; different aggregates' side by side, so a slow one holds up nobody else.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import aclosing
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

import structlog

from tta.domain.base import Event
from tta.eventstore.appends import Append, Dealt
from tta.eventstore.envelope import Recorded
from tta.eventstore.errors import AlreadyDone, HistoryChanged, OutcomeUnknown, StoreUnavailable
from tta.eventstore.event_types import EventTypes
from tta.eventstore.store import EventStore

HELD_MAX = 1_000  # Positions of one slot under way or done above its mark; the store refuses from 1,024 on.
SIDE_BY_SIDE_MAX = 64
ATTEMPTS_MAX = 8
BACKOFF_S_MIN, BACKOFF_S_MAX = 0.05, 10.0
SAVE_MARK_EVERY_S = 5.0
REASON_MAX = 300

log = structlog.get_logger(__name__)
Result = TypeVar("Result")


class Reactor(Protocol):
    """One process manager."""

    NAME: str
    ASKS: tuple[type[Event], ...]
    """The events that ask something of it; all others are passed over."""

    async def react(self, event: Event, recorded: Recorded, dealt: Dealt) -> None:
        """Answer one event with an append that carries `dealt`. May be called again for the same event."""


class Task(NamedTuple):
    recorded: Recorded
    lane: "Lane"


class Lane:
    """One slot: which positions are done, and up to where all are."""

    def __init__(self, slot: int, mark: int, done: Iterable[int]) -> None:
        self.slot = slot
        self.mark = mark
        self.saved = mark
        self._done = {position for position in done if position > mark}
        self.room = asyncio.Event()
        self.room.set()
        self._reached = mark

    def seen(self, position: int) -> None:
        """A position has been taken in."""
        self._reached = position
        if self._reached - self.mark >= HELD_MAX:
            self.room.clear()

    def is_done(self, position: int) -> bool:
        return position <= self.mark or position in self._done

    def finish(self, position: int) -> None:
        """A position is done, or asked for nothing: the mark moves over all that are."""
        self._done.add(position)
        while self.mark + 1 in self._done:
            self.mark += 1
            self._done.discard(self.mark)
        if self._reached - self.mark < HELD_MAX:
            self.room.set()

    def mark_with(self, position: int) -> int:
        """The mark as it will be once a position is done."""
        mark = self.mark
        while mark + 1 == position or mark + 1 in self._done:
            mark += 1
        return mark


class Running:
    """A reactor at work on all slots."""

    def __init__(self, store: EventStore, types: EventTypes, reactor: Reactor) -> None:
        self._store = store
        self._types = types
        self._reactor = reactor
        self._queues: dict[UUID, deque[Task]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._side_by_side = asyncio.Semaphore(SIDE_BY_SIDE_MAX)
        self._asks = {event.__name__ for event in reactor.ASKS}
        self.lanes: dict[int, Lane] = {}
        self.dealt_total = 0
        self.parked_total = 0
        self.broken = ""
        self.name = reactor.NAME

    async def run(self) -> None:
        """React for ever. Cancel it to stop: what is under way is left to be done again."""
        while True:
            try:
                await self._run()
            except HistoryChanged as changed:
                self.broken = str(changed)
                name = self._reactor.NAME
                log.critical("reactor stops: the log is another one", reactor=name, reason=self.broken)
                await asyncio.sleep(BACKOFF_S_MAX)

    async def _run(self) -> None:
        try:
            await self._open_lanes()
            self._start(self._save_marks())
            marks = {
                slot: await self._patiently(partial(self._store.mark_at, slot, lane.mark))
                for slot, lane in self.lanes.items()
            }
            async with aclosing(self._store.follow(marks)) as rounds:
                async for batches in rounds:
                    self.broken = ""
                    for batch in batches:
                        for recorded in batch.events:
                            await self._take_in(self.lanes[batch.slot], recorded)
        finally:
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=f"reactor {self._reactor.NAME}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open_lanes(self) -> None:
        for slot in range(self._store.layout.slots):
            mark, done, parked = await self._patiently(partial(self._store.dealt, slot, self._reactor.NAME))
            self.lanes[slot] = Lane(slot, mark, done | parked.keys())

    async def _take_in(self, lane: Lane, recorded: Recorded) -> None:
        await lane.room.wait()
        lane.seen(recorded.position)
        if recorded.envelope.type not in self._asks or lane.is_done(recorded.position):
            lane.finish(recorded.position)
            return
        queue = self._queues.get(recorded.aggregate_id)
        if queue is not None:
            queue.append(Task(recorded, lane))
            return
        await self._side_by_side.acquire()
        self._queues[recorded.aggregate_id] = deque([Task(recorded, lane)])
        self._start(self._work(recorded.aggregate_id))

    async def _work(self, aggregate_id: UUID) -> None:
        """Deal with one aggregate's events in order, until none is left."""
        queue = self._queues[aggregate_id]
        try:
            while queue:
                await self._deal_with(queue[0])
                queue.popleft()
        finally:
            del self._queues[aggregate_id]
            self._side_by_side.release()

    async def _deal_with(self, task: Task) -> None:
        recorded, lane = task
        name, position, attempt = self._reactor.NAME, recorded.position, 0
        while True:
            attempt += 1
            dealt = Dealt(name, position, lane.mark_with(position))
            try:
                await self._reactor.react(self._types.event(recorded), recorded, dealt)
                break
            except AlreadyDone:
                break
            except (StoreUnavailable, OutcomeUnknown) as error:
                log.warning("the store is away, trying again", reactor=name, error=str(error))
            except Exception as error:
                log.exception(
                    "a reaction failed", reactor=name, slot=lane.slot, position=position, attempt=attempt
                )
                if attempt >= ATTEMPTS_MAX and await self._park(lane, position, error):
                    break
            backoff_s = min(BACKOFF_S_MIN * 2 ** min(attempt, 10), BACKOFF_S_MAX)
            await asyncio.sleep(backoff_s * random.uniform(0.5, 1))  # noqa: S311 - Jitter, not a secret.
        self.dealt_total += 1
        lane.finish(position)

    async def _park(self, lane: Lane, position: int, error: Exception) -> bool:
        """Set an event aside with its reason, so that the mark may pass it; it is done later by hand."""
        reason = f"{type(error).__name__}: {error}"[:REASON_MAX] or "failed"
        dealt = Dealt(self._reactor.NAME, position, lane.mark_with(position), parked=reason)
        try:
            await self._store.append(Append(streams=(), slot=lane.slot, dealt=dealt))
        except AlreadyDone:
            return True
        except (StoreUnavailable, OutcomeUnknown):
            return False
        self.parked_total += 1
        log.error(
            "an event is parked", reactor=self._reactor.NAME, slot=lane.slot, position=position, reason=reason
        )
        return True

    async def _save_marks(self) -> None:
        """Write down now and then how far events asked for nothing, so that a restart need not read
        them again.
        """
        while True:
            await asyncio.sleep(SAVE_MARK_EVERY_S)
            for lane in self.lanes.values():
                mark = lane.mark
                if mark > lane.saved:
                    append = Append(streams=(), slot=lane.slot, dealt=Dealt(self._reactor.NAME, None, mark))
                    await self._patiently(partial(self._store.append, append))
                    lane.saved = mark

    async def _patiently(self, act: Callable[[], Awaitable[Result]]) -> Result:
        """Do what needs the store, waiting for it where it is away."""
        backoff_s = BACKOFF_S_MIN
        while True:
            try:
                return await act()
            except (StoreUnavailable, OutcomeUnknown) as error:
                log.warning("the store is away, trying again", reactor=self._reactor.NAME, error=str(error))
                await asyncio.sleep(backoff_s)
                backoff_s = min(backoff_s * 2, BACKOFF_S_MAX)
