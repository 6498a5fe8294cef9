"""Heartbeats: who lives says so again and again, and is silent soon after it stopped. They are no events."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from tta.eventstore.scripts import MEMBERS
from tta.eventstore.store import EventStore

BEAT_EVERY_S = 5.0
LASTS_MS = 15_000  # Two beats may be late or lost before somebody is taken for silent.
ASKED_MAX = 1_000
LEASE_S = 3.0  # For so long the slots of a process that was killed wait.


class Heartbeat(NamedTuple):
    age_ms: int
    """How long ago it was heard, by the server's clock."""
    told: bytes
    """What went with it."""


async def beat(store: EventStore, whose: UUID, told: bytes = b"1") -> None:
    """Say that it lives, for LASTS_MS, and what goes with that. Raises StoreUnavailable."""
    key = store.layout.beat(store.layout.slot_of(whose), whose)
    await store.nodes.call("SET", key, told, "PX", LASTS_MS)


async def end_beats(store: EventStore, whose: UUID) -> None:
    """Be silent from now on. Raises StoreUnavailable."""
    await store.nodes.call("DEL", store.layout.beat(store.layout.slot_of(whose), whose))


async def heartbeats(store: EventStore, whose: Sequence[UUID]) -> dict[UUID, Heartbeat]:
    """Read the last heartbeat of each of them; who is silent is left out. Raises StoreUnavailable."""
    assert len(whose) <= ASKED_MAX, f"expected at most {ASKED_MAX} to ask for, got {len(whose)}"
    keys = [store.layout.beat(store.layout.slot_of(each), each) for each in whose]
    left = await asyncio.gather(*(store.nodes.call("PTTL", key) for key in keys))
    told = await asyncio.gather(*(store.nodes.call("GET", key) for key in keys))
    return {
        each: Heartbeat(LASTS_MS - ms, raw)
        for each, ms, raw in zip(whose, left, told, strict=True)
        # What expires later was said while the server's clock was ahead: who lives has spoken again since.
        if 0 < ms <= LASTS_MS and raw is not None
    }


async def members(
    store: EventStore, worker: str = "", *, lease_s: float = LEASE_S, leaves: bool = False
) -> list[str]:
    """Name the processes that react; `worker` is one from now on, or leaves. Raises StoreUnavailable."""
    arguments: list[str | bytes | int] = [worker, round(lease_s * 1000), "1" if leaves else ""]
    found = await store.nodes.run(MEMBERS, [store.layout.reacting], arguments)
    return sorted(bytes(each).decode() for each in found)
