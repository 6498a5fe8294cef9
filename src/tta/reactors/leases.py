"""Sharing the slots among the processes that react: each slot is leased to one of those that live.

Leases only save work; what keeps an event from having two effects is its append. Nobody asks before acting,
so for a moment two may work on one slot. Where processes come with different stories, those with the most
have all slots: they can tell every session.
"""

import asyncio
from hashlib import blake2b

import structlog

from tta.eventstore.errors import StoreError
from tta.eventstore.heartbeats import LEASE_S, members
from tta.eventstore.store import EventStore
from tta.telemetry.outages import Outage

BEATS_PER_LEASE = 3

log = structlog.get_logger(__name__)


class ReactorLeases:
    """The slots that one process's reactors work on. All of them are its own until it has looked."""

    def __init__(self, store: EventStore, worker: str, *, stories: int = 0, lease_s: float = LEASE_S) -> None:
        """`stories` is how many versions of stories this process has. Their number only grows."""
        self.worker = f"{worker}#{stories}" if stories else worker
        self._store = store
        self._lease_s = lease_s
        self._slots = frozenset(range(store.layout.slots))
        self._changed = asyncio.Event()
        self._outage = Outage("the event store, where this process shows that it reacts", worker=worker)

    @property
    def slots(self) -> frozenset[int]:
        """Those leased to this process now."""
        return self._slots

    async def keep(self) -> None:
        """Say again and again that this process lives, and share the slots with those that do."""
        try:
            while True:
                await self.beat()
                await asyncio.sleep(self._lease_s / BEATS_PER_LEASE)
        finally:
            await self._leave()

    async def beat(self) -> None:
        """Say so once. While the store is away the share stays as it was: nobody gets anything done."""
        try:
            workers = await members(self._store, self.worker, lease_s=self._lease_s)
        except StoreError as error:
            self._outage.failed(self, str(error))
            return
        self._outage.worked(self)
        share = frozenset(
            slot for slot in range(self._store.layout.slots) if owner(slot, workers) == self.worker
        )
        if share != self._slots:
            log.info("slots leased", worker=self.worker, slots=len(share), workers=len(workers))
            self._slots = share
            self._changed.set()
            self._changed = asyncio.Event()

    async def until(self, slot: int, *, held: bool) -> None:
        """Wait until a slot is leased to this process, or is not any more."""
        while (slot in self._slots) is not held:
            await self._changed.wait()

    async def _leave(self) -> None:
        try:
            async with asyncio.timeout(self._lease_s):
                await members(self._store, self.worker, lease_s=self._lease_s, leaves=True)
        except (StoreError, TimeoutError) as error:
            log.warning("others have to wait for the lease to run out", worker=self.worker, error=str(error))


def owner(slot: int, workers: list[str]) -> str:
    """Choose the worker of a slot by rendezvous hashing: one that joins or leaves moves only its own slots,
    unless it has more stories than all others.
    """
    most = max(map(_stories, workers), default=0)
    return max(
        (each for each in workers if _stories(each) == most),
        key=lambda each: blake2b(f"{slot}@{each}".encode(), digest_size=8).digest(),
        default="",
    )


def _stories(worker: str) -> int:
    number = worker.rpartition("#")[2]
    return int(number) if number.isdecimal() else 0
