"""Sharing the slots among workers: each beats, and one whose beat stands still is taken for dead.

No clock is compared with another machine's: a worker watches how long a beat has not changed by its
own clock. Leases only save work; what keeps two from writing is the epoch (checkpoints.py).
"""

import asyncio
import time
from contextlib import suppress

import structlog

from tta.graph.engine import Graph, GraphUnavailable
from tta.projector.checkpoints import Checkpoint, Checkpoints

LEASE_S = 5.0
BEATS_PER_LEASE = 5

BEAT = """
MERGE (w:Worker {id: $id})
SET w.beat = $beat, w.model = $model
"""
BEATS = """
MATCH (w:Worker)
WHERE w.model = $model
RETURN w.id AS id, w.beat AS beat
"""
LEAVE = """
MATCH (w:Worker {id: $id})
DELETE w
"""

log = structlog.get_logger(__name__)


class Leases:
    """One worker's share of one read model's slots. `exclusive`: no other process can have the graph open."""

    def __init__(
        self, graph: Graph, checkpoints: Checkpoints, worker: str, *, slots: int, exclusive: bool
    ) -> None:
        self._graph = graph
        self._checkpoints = checkpoints
        self.worker = worker
        self._slots = slots
        self._exclusive = exclusive
        self._beat = 0
        self._seen: dict[str, tuple[int, float]] = {}
        self.held: dict[int, Checkpoint] = {}
        self.changed = asyncio.Event()
        """Set when the share is no longer what is held."""

    async def keep(self) -> None:
        """Beat for as long as this runs, and notice when the share changes."""
        while True:
            with suppress(GraphUnavailable):
                await self.beat()
                if self._share() != set(self.held):
                    self.changed.set()
            await asyncio.sleep(LEASE_S / BEATS_PER_LEASE)

    async def beat(self) -> None:
        """Show that this worker lives, and look who else does."""
        self._beat += 1
        async with self._graph.transaction() as tx:
            await tx.run(BEAT, id=self.worker, beat=self._beat, model=self._checkpoints.model)
        now = time.monotonic()
        beats = {
            row["id"]: row["beat"] for row in await self._graph.read(BEATS, model=self._checkpoints.model)
        }
        for other, beat in beats.items():
            if other not in self._seen or self._seen[other][0] != beat:
                self._seen[other] = (beat, now)
        for gone in self._seen.keys() - beats.keys():
            del self._seen[gone]

    async def claim(self) -> dict[int, Checkpoint]:
        """Hold the share: give back what belongs to others, take what is free or was a dead worker's."""
        self.changed.clear()
        share = self._share()
        surplus = self.held.keys() - share
        if surplus:
            await self._checkpoints.release(surplus, self.worker)
        # An owner that is not alive any more, or that no longer appears at all, holds nothing.
        owners = {each.owner for each in (await self._checkpoints.read(share)).values()}
        alive = {self.worker} if self._exclusive else set(self._alive())
        self.held = await self._checkpoints.claim(share, self.worker, free_of=owners - alive)
        log.info("slots claimed", model=self._checkpoints.model, worker=self.worker, slots=len(self.held))
        return self.held

    async def leave(self) -> None:
        """Give everything back."""
        with suppress(GraphUnavailable):
            await self._checkpoints.release(self.held, self.worker)
            async with self._graph.transaction() as tx:
                await tx.run(LEAVE, id=self.worker)
        self.held = {}

    def _alive(self) -> list[str]:
        now = time.monotonic()
        living = {other for other, (_, since) in self._seen.items() if now - since < LEASE_S}
        return sorted(living | {self.worker})

    def _share(self) -> set[int]:
        workers = [self.worker] if self._exclusive else self._alive()
        mine = workers.index(self.worker)
        return {slot for slot in range(self._slots) if slot % len(workers) == mine}
