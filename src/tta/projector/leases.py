"""Sharing the slots among workers. Each sends heartbeats; one whose heartbeat stands still counts as dead.

A process claims a slot once for all of its read models. Owner and epoch still stand in each read model's
checkpoints, and a worker in each read model's list, so that workers of the previous release see them.
No clock is compared with another machine's: a worker measures by its own clock for how long a heartbeat has
not changed. Leases only save work; the epoch keeps two workers from writing the same slot (checkpoints.py).
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

import structlog

from tta.clock import now_ms
from tta.graph.engine import Graph, GraphRefused, GraphUnavailable
from tta.projector.checkpoints import (
    Checkpoint,
    Checkpoints,
    ClaimRequest,
    beat_together,
    claim_together,
    forget_workers,
    read_together,
    release_together,
    workers_together,
)
from tta.telemetry.outages import Outage

LEASE_S = 5.0
BEATS_PER_LEASE = 5
STOPPED_MAX = 20  # Of the stopped lanes that a worker tells: one is enough to look.
TOGETHER_S = 0.5  # A read model that still saves or prepares holds up the others' claim for so long at most.

log = structlog.get_logger(__name__)


class ReadModelLeases:
    """One read model's part of a worker's share."""

    def __init__(self, reader: "ReaderLeases", checkpoints: Checkpoints, worker: str) -> None:
        self._reader = reader
        self.checkpoints = checkpoints
        self.worker = worker
        self.lease_s = reader.lease_s
        self.stopped: Callable[[], Sequence[str]] = tuple
        """What the worker says has stopped."""
        self.held: dict[int, Checkpoint] = {}
        self.changed = asyncio.Event()
        """Set when there is something to give back or to take, or when something was taken away."""
        self.is_listed = False
        """Whether its heartbeats are sent."""

    @property
    def worker_id(self) -> str:
        return self.checkpoints.worker_id(self.worker)

    def enter(self) -> None:
        """Take part in heartbeats and claims from now on."""
        self._reader.enter(self)

    async def claim(self) -> dict[int, Checkpoint]:
        """Hold the share: give back what belongs to others, take what is free or was a dead worker's.

        What was held and still is keeps its epoch. Nothing of this worker may be under way meanwhile.
        """
        await self._reader.claim(self)
        return self.held

    async def leave(self) -> None:
        """Give everything back; if the graph is away, others wait for the lease to run out."""
        await self._reader.leave(self)

    def kept(self, there: Mapping[str, Checkpoint]) -> set[int]:
        """Name the slots that are still held: an epoch is never given twice."""
        found = {slot: there.get(self.checkpoints.id(slot)) for slot in self.held}
        return {slot for slot, each in found.items() if each and each.epoch == self.held[slot].epoch}

    def all_of(self, there: Mapping[str, Checkpoint]) -> dict[int, Checkpoint]:
        """Pick this read model's checkpoints."""
        ids = {slot: self.checkpoints.id(slot) for slot in self.checkpoints.slots}
        return {slot: there[name] for slot, name in ids.items() if name in there}


class ReaderLeases:
    """One worker's share of the slots, for all read models of its process.

    `exclusive`: no other process can have the graph open.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        exclusive: bool | None = None,
        lease_s: float = LEASE_S,
        together_s: float = TOGETHER_S,
    ) -> None:
        self._graph = graph
        self._together_s = together_s
        self._exclusive = graph.dialect == "embedded" if exclusive is None else exclusive
        self.lease_s = lease_s
        self._members: list[ReadModelLeases] = []
        """The read models that hold slots, or are about to."""
        self._asking: dict[ReadModelLeases, asyncio.Future[None]] = {}
        self._asked = asyncio.Event()
        """Set when one more asks, or one that might have asked leaves."""
        self._claiming: asyncio.Task[None] | None = None
        self._keeping: asyncio.Task[None] | None = None
        self.last_beat = 0
        """The last heartbeat that was tried to be saved."""
        self._saved_beats: dict[str, int] = {}
        """The last heartbeat that was certainly saved, by the worker's id in each read model."""
        self._seen: dict[str, tuple[int, float]] = {}
        """Each worker's last heartbeat, and since when it stands still by this worker's clock."""
        self._looked = 0.0
        self._outage = Outage("the graph, where a projector shows that it lives")

    def of(self, checkpoints: Checkpoints, worker: str) -> ReadModelLeases:
        """Make the part of one read model. It takes part from its first `enter` until it leaves."""
        return ReadModelLeases(self, checkpoints, worker)

    def enter(self, member: ReadModelLeases) -> None:
        """Take part: others wait a moment for its claim, so that it is one with theirs."""
        if member not in self._members:
            self._members.append(member)
        member.changed.set()
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self.keep(), name="leases")

    async def leave(self, member: ReadModelLeases) -> None:
        """See ReadModelLeases.leave."""
        self._asking.pop(member, None)
        self._asked.set()
        if member in self._members:
            self._members.remove(member)
        if not self._members:
            await self.stop()
        with suppress(GraphUnavailable, GraphRefused, TimeoutError):
            async with asyncio.timeout(self.lease_s):
                # A claim that is under way may be for this one too.
                if self._claiming is not None:
                    await asyncio.wait([self._claiming])
                held, member.held, member.is_listed = member.held, {}, False
                self._saved_beats.pop(member.worker_id, None)
                await release_together(self._graph, {(member.checkpoints, member.worker): held})
                await forget_workers(self._graph, [member.worker_id])
        if not self._members and self._claiming is not None:
            self._claiming.cancel()

    async def stop(self) -> None:
        """Send no more heartbeats."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)

    async def keep(self) -> None:
        """Send heartbeats for as long as this runs, after a first one, and notice when the share changes."""
        while True:
            await asyncio.sleep(self.lease_s / BEATS_PER_LEASE)
            try:
                await self.beat(self._listed())
                await self.look(self._listed())
                self._outage.worked(self)
            except (GraphUnavailable, GraphRefused) as error:
                self._outage.failed(self, str(error))

    async def beat(self, members: Sequence[ReadModelLeases]) -> None:
        """See which other workers live, and show that this one does."""
        if not members:
            return
        workers = await workers_together(self._graph, [each.checkpoints for each in members])
        self._watch({named: worker.beat for named, worker in workers.items()}, members)
        dead = {
            named
            for each in members
            for named in self._of(each, self._seen)
            if named.removeprefix(each.checkpoints.worker_id("")) not in self._alive(each)
        }
        if dead:
            log.warning("workers gave no sign of life for a lease", workers=sorted(dead))
            await forget_workers(self._graph, dead)
        at_ms = now_ms()
        self.last_beat = at_ms if at_ms != self.last_beat else at_ms + 1
        rows = {(each.checkpoints, each.worker): each.stopped()[:STOPPED_MAX] for each in members}
        await beat_together(self._graph, self.last_beat, rows)
        for each in members:
            self._saved_beats[each.worker_id] = self.last_beat
            each.is_listed = True

    async def claim(self, member: ReadModelLeases) -> None:
        """Claim for a read model, together with the others that have something to claim."""
        done = self._asking.setdefault(member, asyncio.get_running_loop().create_future())
        self._asked.set()
        if self._claiming is None or self._claiming.done():
            self._claiming = asyncio.create_task(self._claim_on(), name="claim")
        await asyncio.shield(done)

    async def look(self, members: Sequence[ReadModelLeases]) -> None:
        """Notice what has become free or was taken."""
        there = await read_together(self._graph, [each.checkpoints for each in members])
        for each in members:
            kept, share = each.kept(there), self._share(each)
            free = self._free(each, each.all_of(there))
            if kept != each.held.keys() or kept - share or (share - kept) & free:
                each.changed.set()

    async def _claim_on(self) -> None:
        while self._asking:
            await self._all_have_asked()
            asking, self._asking = self._asking, {}
            try:
                await self._claim(list(asking))
            except GraphRefused as error:
                # One of them may be the reason.
                if len(asking) > 1:
                    for member, done in asking.items():
                        await self._claim_alone(member, done)
                else:
                    _fail(asking.values(), error)
            except Exception as error:  # noqa: BLE001 - Each that asked is told.
                _fail(asking.values(), error)
            else:
                for done in asking.values():
                    done.set_result(None)

    async def _claim_alone(self, member: ReadModelLeases, done: "asyncio.Future[None]") -> None:
        try:
            await self._claim([member])
        except Exception as error:  # noqa: BLE001 - The one that asked is told.
            _fail([done], error)
        else:
            done.set_result(None)

    async def _all_have_asked(self) -> None:
        """Wait a moment for those that have something to claim and have not asked yet."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._together_s):
                while any(each.changed.is_set() and each not in self._asking for each in self._members):
                    self._asked.clear()
                    await self._asked.wait()

    async def _claim(self, members: Sequence[ReadModelLeases]) -> None:
        unlisted = [each for each in members if not each.is_listed]
        if unlisted:
            await self.beat([*self._listed(), *unlisted])
        for each in members:
            each.changed.clear()
        there = await read_together(self._graph, [each.checkpoints for each in members])
        surplus: dict[tuple[Checkpoints, str], set[int]] = {}
        kept: list[dict[int, Checkpoint]] = []
        requests: list[ClaimRequest] = []
        for each in members:
            mine, share = each.all_of(there), self._share(each)
            beyond = {slot for slot, found in mine.items() if found.owner == each.worker} - share
            if beyond:
                surplus[each.checkpoints, each.worker] = beyond
            kept.append({slot: mine[slot] for slot in each.kept(there) & share})
            wanted = (share & self._free(each, mine)) - kept[-1].keys()
            owners = frozenset(mine[slot].owner for slot in wanted)
            requests.append(ClaimRequest(each.checkpoints, frozenset(wanted), each.worker, owners))
        if surplus:
            await release_together(self._graph, surplus)
        some = any(each.slots for each in requests)
        taken = await claim_together(self._graph, requests) if some else [{} for _ in requests]
        for each, still, new in zip(members, kept, taken, strict=True):
            each.held = still | new
            log.info(
                "slots claimed",
                model=each.checkpoints.model,
                worker=each.worker,
                slots=len(each.held),
                new=len(new),
            )

    def _watch(self, beats: Mapping[str, int], members: Sequence[ReadModelLeases]) -> None:
        """Note which heartbeats changed since they were looked at last."""
        now = time.monotonic()
        for each in members:
            saved = self._saved_beats.get(each.worker_id)
            # A heartbeat whose save failed may stand there all the same, and so may the one before it.
            if saved and not saved <= beats.get(each.worker_id, saved) <= self.last_beat:
                log.error("another process works under the same name: give each its own", worker=each.worker)
        # A worker that was stopped, or cut off from the graph, has not watched the others meanwhile.
        seen = self._seen if now - self._looked < self.lease_s / 2 else {}
        unchanged = {other for other, beat in beats.items() if other in seen and seen[other][0] == beat}
        self._seen = {
            other: seen[other] if other in unchanged else (beat, now) for other, beat in beats.items()
        }
        self._looked = now

    def _listed(self) -> list[ReadModelLeases]:
        return [each for each in self._members if each.is_listed]

    def _of(self, member: ReadModelLeases, named: Iterable[str]) -> list[str]:
        prefix = member.checkpoints.worker_id("")
        return [each for each in named if each.startswith(prefix)]

    def _free(self, member: ReadModelLeases, there: Mapping[int, Checkpoint]) -> set[int]:
        living = set() if self._exclusive else self._alive(member) - {member.worker}
        return {slot for slot, each in there.items() if each.owner not in living}

    def _alive(self, member: ReadModelLeases) -> set[str]:
        """Name the workers that lived when this one last looked: while it cannot look, nobody dies."""
        living = {
            each.removeprefix(member.checkpoints.worker_id(""))
            for each in self._of(member, self._seen)
            if self._looked - self._seen[each][1] < self.lease_s
        }
        return living | {member.worker}

    def _share(self, member: ReadModelLeases) -> set[int]:
        workers = [member.worker] if self._exclusive else sorted(self._alive(member))
        mine = workers.index(member.worker)
        return {slot for slot in member.checkpoints.slots if slot % len(workers) == mine}


def _fail(asking: "Iterable[asyncio.Future[None]]", error: Exception) -> None:
    for done in asking:
        done.set_exception(error)
        done.exception()  # The one that asked may have left.
