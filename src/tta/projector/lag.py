"""How far behind read models are. What is not known is None, never 0."""

import asyncio
import time
from collections.abc import Sequence

import msgspec

from tta.eventstore.errors import StoreError
from tta.eventstore.store import EventStore
from tta.graph.engine import GraphRefused, GraphUnavailable
from tta.projector.checkpoints import Checkpoint, Checkpoints

TIMEOUT_S = 2.0


class Lag(msgspec.Struct, frozen=True):
    """One read model's lag. Every number is None when it cannot be known now."""

    model: str
    events_behind: int | None
    seconds_behind: float | None
    slots_without_worker: int | None


async def lags(store: EventStore, checkpoints: Sequence[Checkpoints]) -> list[Lag]:
    """Measure every read model's lag, within TIMEOUT_S."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            ends = await store.ends()
            return [await _lag(store, each, ends) for each in checkpoints]
    except (StoreError, GraphUnavailable, GraphRefused, TimeoutError):
        return [Lag(each.model, None, None, None) for each in checkpoints]


async def _lag(store: EventStore, checkpoints: Checkpoints, ends: dict[int, tuple[int, int]]) -> Lag:
    there = await checkpoints.read(ends)
    behind = {slot: ends[slot][0] - _position(there.get(slot)) for slot in ends}
    late = [slot for slot, count in behind.items() if count > 0]
    oldest_ms = [await _recorded_ms(store, slot, _position(there.get(slot)) + 1) for slot in late]
    seconds = max((time.time() - min(oldest_ms) / 1000, 0.0)) if oldest_ms else 0.0
    unowned = sum(1 for slot in ends if slot not in there or not there[slot].owner)
    return Lag(checkpoints.model, sum(max(count, 0) for count in behind.values()), round(seconds, 3), unowned)


def _position(checkpoint: Checkpoint | None) -> int:
    return checkpoint.mark.position if checkpoint else 0


async def _recorded_ms(store: EventStore, slot: int, position: int) -> int:
    return (await store.at(slot, position)).recorded_ms
