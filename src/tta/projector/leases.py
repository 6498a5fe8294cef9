"""Sharing the slots among workers: each beats, and one whose beat stands still is taken for dead.

No clock is compared with another machine's: a worker watches how long a beat has not changed by its
own clock. Leases only save work; what keeps two from writing is the epoch (checkpoints.py).
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import structlog

from tta.clock import now_ms
from tta.graph.engine import GraphRefused, GraphUnavailable
from tta.projector.checkpoints import Checkpoint, Checkpoints
from tta.telemetry.outages import Outage

LEASE_S = 5.0
BEATS_PER_LEASE = 5
STOPPED_MAX = 20  # Of the stopped lanes that a worker tells: one is enough to look.

log = structlog.get_logger(__name__)


class ReadModelLeases:
    """One worker's share of one read model's slots. `exclusive`: no other process can have the graph open."""

    def __init__(
        self, checkpoints: Checkpoints, worker: str, *, exclusive: bool, lease_s: float = LEASE_S
    ) -> None:
        self._checkpoints = checkpoints
        self.worker = worker
        self.lease_s = lease_s
        self._exclusive = exclusive
        self.stopped: Callable[[], Sequence[str]] = tuple
        """What the worker says has stopped."""
        self._beat = self._saved_beat = 0
        """The last beat that was tried to be saved, and the last that certainly was."""
        self._seen: dict[str, tuple[int, float]] = {}
        """Each worker's last beat, and since when it stands still by this worker's clock."""
        self._looked = 0.0
        self._outage = Outage("the graph, where a projector shows that it lives", worker=worker)
        self.held: dict[int, Checkpoint] = {}
        self.changed = asyncio.Event()
        """Set when there is something to give back or to take, or when something was taken away."""

    async def keep(self) -> None:
        """Beat for as long as this runs, after a first beat, and notice when the share changes."""
        while True:
            await asyncio.sleep(self.lease_s / BEATS_PER_LEASE)
            try:
                await self.beat()
                await self._look()
                self._outage.worked(self)
            except (GraphUnavailable, GraphRefused) as error:
                self._outage.failed(self, str(error))

    async def beat(self) -> None:
        """Look who else lives, and show that this worker does."""
        workers, now = await self._checkpoints.workers(), time.monotonic()
        beats = {name: worker.beat for name, worker in workers.items()}
        # A beat whose save failed may stand there all the same, and so may the one before it.
        if self._beat and not self._saved_beat <= beats.get(self.worker, self._beat) <= self._beat:
            log.error("another process works under the same name: give each its own", worker=self.worker)
        # Who was stopped, or cut off from the graph, has not watched the others meanwhile.
        seen = self._seen if now - self._looked < self.lease_s / 2 else {}
        unchanged = {other for other, beat in beats.items() if other in seen and seen[other][0] == beat}
        self._seen = {
            other: seen[other] if other in unchanged else (beat, now) for other, beat in beats.items()
        }
        self._looked = now
        dead = beats.keys() - self._alive()
        if dead:
            log.warning("workers gave no sign of life for a lease", workers=sorted(dead))
            await self._checkpoints.forget(dead)
        at_ms = now_ms()
        self._beat = at_ms if at_ms != self._beat else at_ms + 1
        await self._checkpoints.beat(self.worker, self._beat, self.stopped()[:STOPPED_MAX])
        self._saved_beat = self._beat

    async def claim(self) -> dict[int, Checkpoint]:
        """Hold the share: give back what belongs to others, take what is free or was a dead worker's.

        What was held and still is keeps its epoch. Nothing of this worker may be under way meanwhile.
        """
        self.changed.clear()
        there = await self._checkpoints.read(self._checkpoints.slots)
        share = self._share()
        surplus = {slot for slot, each in there.items() if each.owner == self.worker} - share
        if surplus:
            await self._checkpoints.release(surplus, self.worker)
        kept = {slot: there[slot] for slot in self._kept(there) & share}
        wanted = share & self._free(there) - kept.keys()
        owners = {there[slot].owner for slot in wanted}
        taken = await self._checkpoints.claim(wanted, self.worker, free_of=owners) if wanted else {}
        self.held = kept | taken
        log.info(
            "slots claimed",
            model=self._checkpoints.model,
            worker=self.worker,
            slots=len(self.held),
            new=len(taken),
        )
        return self.held

    async def leave(self) -> None:
        """Give everything back; where the graph is away, others wait for the lease to run out."""
        held, self.held = self.held, {}
        with suppress(GraphUnavailable, GraphRefused, TimeoutError):
            async with asyncio.timeout(self.lease_s):
                await self._checkpoints.release(held, self.worker)
                await self._checkpoints.forget([self.worker])

    async def _look(self) -> None:
        there = await self._checkpoints.read(self._checkpoints.slots)
        kept, share = self._kept(there), self._share()
        if kept != self.held.keys() or kept - share or (share - kept) & self._free(there):
            self.changed.set()

    def _kept(self, there: Mapping[int, Checkpoint]) -> set[int]:
        """Name the slots that are still held: an epoch is never given twice."""
        return {slot for slot, each in self.held.items() if slot in there and there[slot].epoch == each.epoch}

    def _free(self, there: Mapping[int, Checkpoint]) -> set[int]:
        living = set() if self._exclusive else self._alive() - {self.worker}
        return {slot for slot, each in there.items() if each.owner not in living}

    def _alive(self) -> set[str]:
        """Name the workers that lived when this one last looked: while it cannot look, nobody dies."""
        looked = self._looked
        living = {other for other, (_, since) in self._seen.items() if looked - since < self.lease_s}
        return living | {self.worker}

    def _share(self) -> set[int]:
        workers = [self.worker] if self._exclusive else sorted(self._alive())
        mine = workers.index(self.worker)
        return {slot for slot in self._checkpoints.slots if slot % len(workers) == mine}
