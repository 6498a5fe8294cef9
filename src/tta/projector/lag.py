"""How far behind read models are. What is not known is None, never 0."""

import asyncio
import math
from collections.abc import Mapping, Sequence

import msgspec

from tta.clock import now_s
from tta.eventstore.errors import StoreError
from tta.eventstore.store import EventStore
from tta.graph.engine import GraphRefused, GraphUnavailable
from tta.projector.checkpoints import Checkpoint, Checkpoints, Worker
from tta.projector.leases import LEASE_S

TIMEOUT_S = 2.0
UNSAVED_S_MAX = 30.0  # A catch-up saves several times a second.
SILENT_S_MAX = (
    3 * LEASE_S
)  # A beat bears its worker's clock: this much may the clocks of two machines differ.


class Lag(msgspec.Struct, frozen=True):
    """One read model's lag. Every number is None when it cannot be known now."""

    model: str
    events_behind: int | None
    seconds_behind: float | None
    slots_without_worker: int | None
    stopped: tuple[str, ...] = ()
    """What living workers say has stopped: lanes, with the event that did it, or all of a worker."""
    changed: tuple[int, ...] = ()
    """The slots whose checkpoint's entry no longer stands in the log: their rows are of another history."""
    filling: int = 0
    """How many slots have not reached yet what the log's end was when their rows were made or forgotten."""
    seconds_since_save: float | None = None
    """Since a checkpoint was moved last; null also when none ever was."""
    slot_waits_s: float = 0.0
    """The longest that events of one slot have waited in which none of that slot was saved."""

    def troubles(self, *, slots_may_be_free: bool = False, in_numbers: bool = True) -> list[str]:
        """Say what is wrong with the work itself: slots that nobody works on, or events that nobody saves.

        Without numbers it is for anybody: how many, and since when, may be one person's doing.
        """
        found = []
        if self.slots_without_worker and not slots_may_be_free:
            many = f"{self.slots_without_worker} " if in_numbers else ""
            found.append(f"{self.model}: {many}slots have no worker")
        # A model that never saved anything counts from its oldest waiting event.
        since_s = math.inf if self.seconds_since_save is None else self.seconds_since_save
        waits_s = max(min(self.seconds_behind or 0, since_s), self.slot_waits_s)
        if self.events_behind and waits_s > UNSAVED_S_MAX:
            many, long = (f"{self.events_behind} ", f" for {waits_s:.0f} s") if in_numbers else ("", "")
            found.append(f"{self.model}: {many}events wait, and none was saved{long}")
        return found


async def lags(
    store: EventStore, checkpoints: Sequence[Checkpoints], *, within_s: float = TIMEOUT_S
) -> list[Lag]:
    """Measure every read model's lag; what cannot be measured in that time is unknown."""
    return list(await asyncio.gather(*(_measured(store, each, within_s) for each in checkpoints)))


async def _measured(store: EventStore, checkpoints: Checkpoints, within_s: float) -> Lag:
    try:
        async with asyncio.timeout(within_s):
            there = await checkpoints.read(checkpoints.slots)
            living = _living(await checkpoints.workers())
            unattended = len(checkpoints.slots) - sum(each.owner in living for each in there.values())
            saved_ms = await checkpoints.last_save_ms()
            stopped = tuple(each for name in sorted(living) for each in living[name].stopped)
            # The log is read last, so that each checkpoint's entry should stand in it.
            ends = await store.ends()
            standing = {slot: each for slot, each in there.items() if not each.lane.is_forgotten}
            changed = await _changed(store, standing)
            filling = sum(
                each.lane.is_forgotten or (each.lane.is_filling and each.mark.position < ends[slot][0])
                for slot, each in there.items()
            )
            # How far a slot of another history is behind cannot be known; the others are measured.
            positions = {slot: 0 for slot in ends if slot not in changed}
            positions |= {slot: standing[slot].mark.position for slot in positions.keys() & standing.keys()}
            late = [slot for slot, position in positions.items() if position < ends[slot][0]]
            oldest = await asyncio.gather(*(store.at(slot, positions[slot] + 1) for slot in late))
            behind = sum(ends[slot][0] - positions[slot] for slot in late)
    except (StoreError, GraphUnavailable, GraphRefused, TimeoutError):
        return Lag(checkpoints.model, None, None, None)
    oldest_ms = min((each.recorded_ms for each in oldest), default=None)
    since_s = None if saved_ms is None else _age_s(saved_ms)
    waits_s = max((_waits_s(there.get(each.slot), each.recorded_ms) for each in oldest), default=0.0)
    found = _age_s(oldest_ms), unattended, stopped, changed, filling, since_s, waits_s
    return Lag(checkpoints.model, behind, *found)


def _waits_s(there: Checkpoint | None, recorded_ms: int) -> float:
    """For how long a slot's oldest event has waited in which nothing of that slot was saved."""
    since_s = math.inf if there is None or there.saved_ms is None else _age_s(there.saved_ms)
    return min(_age_s(recorded_ms) or 0.0, math.inf if since_s is None else since_s)


async def _changed(store: EventStore, there: Mapping[int, Checkpoint]) -> tuple[int, ...]:
    marks = {slot: each.mark for slot, each in there.items()}
    found = await store.marks_now([(slot, mark.position) for slot, mark in marks.items()])
    pairs = zip(marks.items(), found, strict=True)
    return tuple(slot for (slot, mark), stands in pairs if not mark.stands_as(stands))


def _age_s(recorded_ms: int | None) -> float | None:
    """How old the oldest event is that is not projected; not known where it was recorded by a clock ahead."""
    if recorded_ms is None:
        return 0.0
    seconds = now_s() - recorded_ms / 1000
    return None if seconds < -SILENT_S_MAX else round(max(seconds, 0.0), 3)


def _living(workers: Mapping[str, Worker]) -> dict[str, Worker]:
    """Leave out workers that have given no sign of life for long."""
    at_ms, silent_ms_max = now_s() * 1000, SILENT_S_MAX * 1000
    # A beat from far ahead is of a worker whose clock was wrong, and that has not beaten since.
    return {name: each for name, each in workers.items() if abs(each.beat - at_ms) <= silent_ms_max}
