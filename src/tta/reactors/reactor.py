"""The machinery of reactors: intake in order, work side by side, progress written with each effect.

What a reactor appends carries its name and the position it deals with, so effect and progress are one atomic
write: exactly once, however long it was down and however many processes run. One aggregate's events are dealt
with in order; different aggregates' side by side, so that a slow one does not delay the others.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import Protocol, TypeVar, runtime_checkable
from uuid import UUID

import msgspec
import structlog

from tta.domain.base import Event, Refusal
from tta.eventstore.appends import Acknowledgement, Append
from tta.eventstore.backoff import Backoff
from tta.eventstore.envelope import FingerprintedPosition, RecordedEvent
from tta.eventstore.errors import (
    AlreadyDone,
    HistoryChanged,
    MarkChanged,
    OutcomeUnknown,
    ReactorFull,
    StoreUnavailable,
)
from tta.eventstore.event_types import EventTypes
from tta.eventstore.marks import LaneStart
from tta.eventstore.patience import patiently
from tta.eventstore.store import EventStore
from tta.reactors.lanes import Lane
from tta.reactors.leases import ReactorLeases
from tta.security.keyring import KeyringIncomplete, PlayerErased
from tta.telemetry.errors import said, traced
from tta.telemetry.outages import Attempts

SIDE_BY_SIDE_MAX = 64  # Reactions at one moment, over all slots; further ones wait their turn in order.
REACTION_S_MAX = 120.0  # Longer than any deadline within a reaction: only what hangs is ended by it.
ATTEMPTS_MAX = 8
BACKOFF_S_MIN, BACKOFF_S_MAX = 0.05, 5.0
SAVE_MARK_EVERY_S = 5.0
READ_EVENTS_MAX = 128  # Per slot and read: what is read but not taken in is held in memory for each slot.
REASON_MAX = 300
PARKED_AGAIN_S = 60.0
AWAY = (StoreUnavailable, OutcomeUnknown)

log = structlog.get_logger(__name__)
Result = TypeVar("Result")


class NotHere(Exception):
    """No failure: another process may be able to deal with the event, and it is tried again until one has.
    Whoever raises this bounds for how long: the slot's mark waits.
    """


class NothingWaits(Exception):
    """What the event asked for has been done: it is dealt with, without effect."""


class Reactor(Protocol):
    """One process manager."""

    NAME: str
    ASKS: tuple[type[Event], ...]
    """The events that ask something of it; all others are passed over."""

    def wants(self, event: Event) -> bool:
        """Say whether an event of such a type asks something at all; what does not costs no append."""

    async def react(self, event: Event, recorded: RecordedEvent, acknowledgement: Acknowledgement) -> None:
        """Answer one event with an append that carries the acknowledgement. May be called again for it.

        Raises Refusal, NothingWaits or PlayerErased if there is nothing left to do: the event is recorded as
        dealt with, without effect. Raises NotHere if another process may be able to deal with it.

        After a history was lost it is called for events that it has answered before, however long ago: before
        it asks a model, calls the world or credits, it looks whether the matter still waits, and raises
        NothingWaits if not.
        """


@runtime_checkable
class DerivingReactor(Protocol):
    """A reactor that keeps something derived from the log outside of it."""

    async def doubt(self, slot: int) -> None:
        """A slot's history changed, and what was derived from it may not be true any more."""


class RunningReactor:
    """A reactor at work on all slots."""

    def __init__(
        self,
        store: EventStore,
        types: EventTypes,
        reactor: Reactor,
        *,
        attempts_max: int = ATTEMPTS_MAX,
        reaction_s_max: float = REACTION_S_MAX,
        save_mark_every_s: float = SAVE_MARK_EVERY_S,
        parked_again_s: float | None = PARKED_AGAIN_S,
        leases: ReactorLeases | None = None,
    ) -> None:
        self.name = reactor.NAME
        self.lanes: dict[int, Lane] = {}
        self.dealt_total = 0
        self.put_back_total = 0
        self.parked_total = 0
        self._store = store
        self._types = types
        self._reactor = reactor
        self._attempts_max = attempts_max
        self._reaction_s_max = reaction_s_max
        self._save_mark_every_s = save_mark_every_s
        self._parked_again_s = parked_again_s
        self._leases = leases
        """None: it works on all slots."""
        self._side_by_side = asyncio.Semaphore(SIDE_BY_SIDE_MAX)
        self._asks = {event.__name__ for event in reactor.ASKS}
        self._broken: dict[int, str] = {}

    @property
    def broken(self) -> str:
        """Why slots are not read any more: their log is not the one that was read before."""
        return "; ".join(self._broken.values())

    async def run(self) -> None:
        """React for ever. Cancel it to stop: what is under way is left to be done again."""
        lanes = [self._keep_lane(slot) for slot in range(self._store.layout.slots)]
        tasks = [
            asyncio.create_task(each, name=f"reactor {self.name}")
            for each in (*lanes, self._save_marks(), self._try_parked_again())
        ]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_lane(self, slot: int) -> None:
        """Take in one slot's events while it is ours; begin anew when its log changed."""
        was: int | None = None
        backoff = Backoff(BACKOFF_S_MIN, BACKOFF_S_MAX)
        while True:
            if self._leases is not None:
                await self._leases.until(slot, held=True)
            lane = self.lanes[slot] = await self._begin_lane(slot, was)
            was, began_at = None, lane.mark.position
            try:
                if not await self._while_ours(lane):
                    continue
            except HistoryChanged as changed:
                lane.end(str(changed))
                self._broken[slot], was = str(changed), lane.mark.position
                log.critical(
                    "a reactor's lane stops: the log is another one",
                    reactor=self.name,
                    slot=slot,
                    reason=str(changed),
                )
            finally:
                for task in lane.tasks:
                    task.cancel()
                await asyncio.gather(*lane.tasks, return_exceptions=True)
            if lane.mark.position > began_at:
                backoff.reset()
            await asyncio.sleep(backoff.next_s())

    async def _begin_lane(self, slot: int, was: int | None) -> Lane:
        """Find out where a slot's mark stands; `was` is where it stood in a history that is gone."""
        start = await self._patiently(partial(self._store.marks.resume, slot, self.name, was))
        if start.is_changed:
            self._say_put_back(slot, start)
        if (start.is_changed or was is not None) and isinstance(self._reactor, DerivingReactor):
            await self._patiently(partial(self._reactor.doubt, slot))
        aside = [each.place.position for each in start.parked]
        return Lane(slot, start.mark, done=start.done, parked=aside)

    def _say_put_back(self, slot: int, start: LaneStart) -> None:
        self.put_back_total += 1
        log.critical(
            "a reactor is put back: the history of its slot changed, and what was lost is not answered",
            reactor=self.name,
            slot=slot,
            was=start.was,
            now=start.mark.position,
            forgotten=start.forgotten,
        )

    async def _while_ours(self, lane: Lane) -> bool:
        """Take in for ever, or until the slot is another's: then what is under way is ended first.

        Raises HistoryChanged.
        """
        taking = asyncio.create_task(self._take_in(lane), name=f"intake of {self.name}")
        changed = asyncio.create_task(lane.changed.wait(), name=f"history of {self.name}")
        waiting: list[asyncio.Task[None] | asyncio.Task[bool]] = [taking, changed]
        if self._leases is not None:
            waiting.append(asyncio.create_task(self._leases.until(lane.slot, held=False)))
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        if not taking.cancelled():
            taking.result()
            return True
        if lane.changed.is_set():
            raise MarkChanged(lane.reason)
        lane.keep_under_way()
        if self._leases is not None and lane.tasks:
            # A slot that comes back is begun anew at once: what is still under way then is done again.
            back = asyncio.create_task(self._leases.until(lane.slot, held=True))
            while lane.tasks and not back.done():
                await asyncio.wait([*lane.tasks, back], return_when=asyncio.FIRST_COMPLETED)
            back.cancel()
        return False

    async def _take_in(self, lane: Lane) -> None:
        """Hand out one slot's events, in order, for as long as the lane has room."""
        after = await self._patiently(partial(self._store.mark_of, lane.slot, lane.mark))
        self._broken.pop(lane.slot, None)
        async with aclosing(self._store.follow({lane.slot: after}, events_max=READ_EVENTS_MAX)) as rounds:
            async for batches in rounds:
                for recorded in batches[0].events:
                    await lane.room.wait()
                    if lane.take(recorded.place) and self._is_wanted(recorded):
                        self._queue(lane, recorded)
                    else:
                        lane.finish(recorded.position)

    def _is_wanted(self, recorded: RecordedEvent) -> bool:
        if recorded.envelope.type not in self._asks:
            return False
        try:
            return self._reactor.wants(self._types.event(recorded))
        except msgspec.DecodeError:
            return True  # Dealt with like whatever fails: tried again, then parked.

    def _queue(self, lane: Lane, recorded: RecordedEvent) -> None:
        queue = lane.queues.get(recorded.aggregate_id)
        if queue is not None:
            queue.append(recorded)
            return
        lane.queues[recorded.aggregate_id] = deque([recorded])
        task = asyncio.create_task(self._work(lane, recorded.aggregate_id), name=f"reaction of {self.name}")
        lane.tasks.add(task)
        task.add_done_callback(lane.tasks.discard)

    async def _work(self, lane: Lane, aggregate_id: UUID) -> None:
        """Deal with one aggregate's events in order, until none is left or the log is another one."""
        queue = lane.queues[aggregate_id]
        with self._store.nodes.outage.trying() as attempts:
            while queue and not lane.changed.is_set():
                await self._deal_with(lane, queue[0], attempts)
                queue.popleft()
        del lane.queues[aggregate_id]

    async def _deal_with(self, lane: Lane, recorded: RecordedEvent, attempts: Attempts) -> None:
        try:
            await self._try_until_dealt(lane, recorded, attempts)
        except MarkChanged as changed:
            lane.end(str(changed))

    async def _try_until_dealt(self, lane: Lane, recorded: RecordedEvent, attempts: Attempts) -> None:
        """Raises MarkChanged where the event, or what the mark stands on, is of a history that is gone."""
        position, failures, backoff = recorded.position, 0, Backoff(BACKOFF_S_MIN, BACKOFF_S_MAX)
        bound, waits_for = log.bind(reactor=self.name, slot=lane.slot, position=position), ""
        while True:
            try:
                await self._answer(
                    recorded, Acknowledgement(self.name, recorded.place, lane.mark_with(position))
                )
                break
            except AlreadyDone:
                break
            except MarkChanged:
                raise
            except AWAY as error:
                attempts.failed(f"{self.name}: {error}")
            except (ReactorFull, NotHere) as error:
                if str(error) != waits_for:
                    waits_for = str(error)
                    bound.warning("not to be dealt with now, trying again", error=waits_for)
            except KeyringIncomplete as error:
                # The keyring tells of its outage itself, once; other players' events are dealt with
                # meanwhile.
                if not lane.leaving and await self._park(lane, recorded.place, error):
                    break
            except Exception as error:  # noqa: BLE001 - It is tried again, then parked, whatever is wrong.
                failures += 1
                bound.error("a reaction failed", failures=failures, error=traced(error))
                may_park = failures >= self._attempts_max and not lane.leaving
                if may_park and await self._park(lane, recorded.place, error):
                    break
            if lane.leaving:
                return
            await asyncio.sleep(backoff.next_s())
        attempts.worked()
        self.dealt_total += 1
        lane.finish(position)

    async def _answer(self, recorded: RecordedEvent, acknowledgement: Acknowledgement) -> None:
        async with self._side_by_side, asyncio.timeout(self._reaction_s_max):
            try:
                await self._reactor.react(self._types.event(recorded), recorded, acknowledgement)
            except (Refusal, PlayerErased, NothingWaits):
                # Somebody else did it, a rule forbids it, or nobody is there any more.
                await self._store.append(
                    Append(streams=(), slot=recorded.slot, acknowledgement=acknowledgement)
                )

    async def _park(self, lane: Lane, place: FingerprintedPosition, error: Exception) -> bool:
        """Set an event aside with its reason, so that the mark may pass it; it is tried now and then."""
        reason = said(error)[:REASON_MAX]
        acknowledgement = Acknowledgement(self.name, place, lane.mark_with(place.position), parked=reason)
        bound = log.bind(reactor=self.name, slot=lane.slot, position=place.position, reason=reason)
        try:
            await self._store.append(Append(streams=(), slot=lane.slot, acknowledgement=acknowledgement))
        except AlreadyDone:
            return True
        except (*AWAY, ReactorFull) as refused:
            bound.error("an event cannot be parked now", error=str(refused))
            return False
        self.parked_total += 1
        (bound.debug if isinstance(error, KeyringIncomplete) else bound.error)("an event is parked")
        return True

    async def _try_parked_again(self) -> None:
        """Try what is parked, at the start and now and then: what was wrong may have been mended."""
        while self._parked_again_s is not None:
            standing = await self._patiently(partial(self._store.parked, self.name))
            await asyncio.gather(*(self._try_slot(slot) for slot in standing))
            await asyncio.sleep(self._parked_again_s)

    async def _try_slot(self, slot: int) -> None:
        if self._leases is not None and slot not in self._leases.slots:
            return
        start = await self._patiently(partial(self._store.marks.resume, slot, self.name))
        if start.is_changed:
            # The lane begins anew, and reads its mark then.
            self._say_put_back(slot, start)
            self._end_lane(slot, "what was parked is of another history")
        for place in sorted(each.place for each in start.parked):
            await self._try_parked(slot, place)

    async def _try_parked(self, slot: int, place: FingerprintedPosition) -> None:
        bound = log.bind(reactor=self.name, slot=slot, position=place.position)
        try:
            await self._patiently(partial(self._store.mark_of, slot, place))
            recorded = await self._patiently(partial(self._store.at, slot, place.position))
            await self._answer(recorded, Acknowledgement(self.name, place))
        except (AlreadyDone, KeyringIncomplete):
            return
        except MarkChanged as changed:
            self._end_lane(slot, str(changed))
        except Exception as error:  # noqa: BLE001 - It stays parked, whatever is wrong with it.
            bound.warning("a parked event still fails", error=said(error))
        else:
            self.dealt_total += 1
            bound.info("a parked event is dealt with after all")

    async def _save_marks(self) -> None:
        """Write down now and then how far events asked for nothing, so that a restart need not read
        them again.
        """
        while True:
            await asyncio.sleep(self._save_mark_every_s)
            for lane in list(self.lanes.values()):
                mark = lane.mark
                if mark.position <= lane.saved.position or lane.changed.is_set():
                    continue
                append = Append(
                    streams=(), slot=lane.slot, acknowledgement=Acknowledgement(self.name, None, mark)
                )
                try:
                    await self._patiently(partial(self._store.append, append))
                except MarkChanged as changed:
                    lane.end(str(changed))
                else:
                    lane.saved = mark

    def _end_lane(self, slot: int, reason: str) -> None:
        if slot in self.lanes:
            self.lanes[slot].end(reason)

    async def _patiently(self, act: Callable[[], Awaitable[Result]]) -> Result:
        """Do what needs the store, waiting for it while it is away."""
        backoff = Backoff(BACKOFF_S_MIN, BACKOFF_S_MAX)
        return await patiently(act, self._store.nodes.outage, AWAY, backoff, what=self.name)
