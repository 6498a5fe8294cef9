"""Heartbeats: who lives says so again and again, and is silent soon after it stopped. They are no events."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from tta.eventstore.scripts import MEMBERS
from tta.eventstore.store import EventStore

BEAT_EVERY_S = 5.0
LASTS_MS = 15_000  # Two beats may be late or lost before somebody is taken for silent.
ASKED_MAX = 1_000
LEASE_S = 3.0  # For so long the slots of a process that was killed wait.


async def beat(store: EventStore, whose: UUID) -> None:
    """Say that it lives, for LASTS_MS. Raises StoreUnavailable."""
    key = store.layout.beat(store.layout.slot_of(whose), whose)
    await store.nodes.call("SET", key, b"1", "PX", LASTS_MS)


async def end_beats(store: EventStore, whose: UUID) -> None:
    """Be silent from now on. Raises StoreUnavailable."""
    await store.nodes.call("DEL", store.layout.beat(store.layout.slot_of(whose), whose))


async def beat_ages_ms(store: EventStore, whose: Sequence[UUID]) -> dict[UUID, int]:
    """Say how long ago each of them spoke, by the server's clock; who is silent is left out.

    Raises StoreUnavailable.
    """
    assert len(whose) <= ASKED_MAX, f"expected at most {ASKED_MAX} to ask for, got {len(whose)}"
    layout = store.layout
    calls = [store.nodes.call("PTTL", layout.beat(layout.slot_of(each), each)) for each in whose]
    left = await asyncio.gather(*calls)
    # What expires later was said while the server's clock was ahead: whoever lives has spoken again since.
    return {each: LASTS_MS - ms for each, ms in zip(whose, left, strict=True) if 0 < ms <= LASTS_MS}


async def members(
    store: EventStore, worker: str = "", *, lease_s: float = LEASE_S, leaves: bool = False
) -> list[str]:
    """Name the processes that react; `worker` is one from now on, or leaves. Raises StoreUnavailable."""
    arguments: list[str | bytes | int] = [worker, round(lease_s * 1000), "1" if leaves else ""]
    found = await store.nodes.run(MEMBERS, [store.layout.reacting], arguments)
    return sorted(bytes(each).decode() for each in found)
