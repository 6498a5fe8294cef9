"""The projector: follows the log, folds each round in memory, saves rows and checkpoints in one transaction.

So an event has its effect exactly once, and a crash at any point is harmless. While one transaction is
saved further rounds are read and folded, and all of them are the next transaction: so an event waits
for one transaction besides its own at most, and the busier the log, the larger they get.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import Any, TypeVar

import msgspec
import structlog

from tta.eventstore.backoff import Backoff
from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.errors import HistoryChanged, StoreError, StoreUnavailable
from tta.eventstore.event_types import EventTypes
from tta.eventstore.patience import patiently
from tta.eventstore.store import EventStore
from tta.eventstore.subscription import Batch, Mark
from tta.graph.engine import Graph, GraphRefused, GraphUnavailable
from tta.projector.checkpoints import FORGOTTEN, NOWHERE, Checkpoint, CheckpointMove, Checkpoints, LeaseLost
from tta.projector.folding import CACHE_MAX, FoldedRound, Poison, RowCache, fold
from tta.projector.forgetting import remove_rows
from tta.projector.freshness import Positions
from tta.projector.joint_saves import JointSaves
from tta.projector.leases import LEASE_S, ReaderLeases
from tta.projector.log_feed import ROUND_EVENTS_MAX, LogFeed
from tta.projector.read_model import Key, ReadModel, Row, Storage
from tta.telemetry.outages import Outage

SAVED_MAX = 5_000
"""Rows and links: with so many folded, no further round is until they are being saved. The more there are in
a catch-up, the more changes of one row are saved once; the fewer, the sooner others have their turn.
"""
FORGOTTEN_PER_LEASE = 10
BACKOFF_S_MIN, BACKOFF_S_MAX = 0.05, 5.0
UNSAVED_S = 0.05  # A checkpoint alone waits so long for rows to be saved with: each transaction costs.

CHANGED = "the log is another one: `tta graph forget` has the rows of this slot filled anew"

log = structlog.get_logger(__name__)
Result = TypeVar("Result")


class Projector:
    """One worker on one read model."""

    def __init__(
        self,
        store: EventStore,
        types: EventTypes,
        graph: Graph,
        model: ReadModel,
        positions: Positions,
        *,
        worker: str,
        events_max: int = ROUND_EVENTS_MAX,
        rows_max: int = CACHE_MAX,
        lease_s: float = LEASE_S,
        saves: JointSaves | None = None,
        feed: LogFeed | None = None,
        leases: ReaderLeases | None = None,
    ) -> None:
        self.model = model
        self.is_folding = False
        self.poisons: dict[int, Poison] = {}
        """What stopped which slot's lane. A worker that starts anew tries again."""
        self.changed: dict[int, Mark] = {}
        """The slots whose log is not the one that was read before, and where their lanes stand. Other lanes
        go on; these do when the log is again what it was, or when an operator has their rows forgotten.
        """
        self.broken: str = ""
        """Why this projector saves no more at all: the graph refuses what it writes."""
        self.events_total = 0
        self._store = store
        self._types = types
        self._graph = graph
        self._positions = positions
        self._storage = Storage(model)
        self._handled = {event.__name__ for event in model.HANDLES}
        self._unfolded = 0  # Rounds that were read.
        self._nudge: asyncio.Future[None] | None = None  # Once it is set, `_until_changed` looks again.
        self._cache = RowCache(rows_max)
        self._outage = Outage("what a projector needs, graph or event store", model=model.NAME)
        self._folded = FoldedRound()
        """What the next transaction will save."""
        self._folded_since = 0.0
        self._taken = FoldedRound()
        """What the transaction under way saves."""
        self._saving: asyncio.Task[None] | None = None
        self._feed = feed or LogFeed(store, events_max=events_max)
        self._saves = saves or JointSaves(graph)
        self._saves.join(self)
        self.checkpoints = Checkpoints(graph, model.NAME, model.VERSION, store.layout.slots)
        leases = leases or ReaderLeases(graph, lease_s=lease_s)
        self.leases = leases.of(self.checkpoints, worker)
        self.leases.stopped = self._stopped

    def _stopped(self) -> list[str]:
        lanes = [
            f"slot {slot}, position {poison.position}, {poison.event}: {poison.error}"
            for slot, poison in sorted(self.poisons.items())
        ]
        lanes += [
            f"slot {slot}, position {mark.position}: {CHANGED}" for slot, mark in sorted(self.changed.items())
        ]
        return [self.broken, *lanes] if self.broken else lanes

    async def prepare(self) -> None:
        """Declare the model's storage and its checkpoints."""
        await self._graph.declare(self._storage.schema)
        ends = await self._store.ends()
        await self.checkpoints.make({slot: position for slot, (position, _) in ends.items()})

    async def run(self) -> None:
        """Project for ever. Cancel it to stop: its slots are given back."""
        self.leases.enter()
        beside = [
            asyncio.create_task(self._again_and_again(act), name=f"{act.__name__} {self.model.NAME}")
            for act in (self._look_after_changed, self._remove_forgotten)
        ]
        try:
            await self._again_and_again(self._project_on)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            self._positions.left(self.model.NAME)
            await self.leases.leave()

    async def _again_and_again(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do this for ever. What the graph refuses is told, and tried again after a lease: it must not end
        the process, whose commands need no graph.
        """
        while True:
            try:
                await act()
            except GraphRefused as error:
                reason = f"{type(error).__name__}: {error}"
                if reason != self.broken:
                    log.critical(
                        "projection stops, trying again now and then", model=self.model.NAME, reason=reason
                    )
                self.broken = reason
                await asyncio.sleep(self.leases.lease_s)
            except LeaseLost as lost:
                log.warning("lease lost, claiming anew", model=self.model.NAME, reason=str(lost))

    async def _project_on(self) -> None:
        """Claim and follow again and again. Raises GraphRefused and LeaseLost."""
        # Checkpoints that somebody deleted meanwhile are made again.
        await self._patiently(self.prepare)
        while True:
            await self._claim()
            try:
                await self._follow()
            except HistoryChanged as changed:
                await self._stop_lane(changed)

    async def _claim(self) -> None:
        """Hold this worker's share of the slots, knowing nothing but what the graph says."""
        self._cache.clear()
        held = await self._patiently(self.leases.claim)
        self.poisons = {
            slot: poison
            for slot, poison in self.poisons.items()
            if slot in held and held[slot].mark.position == poison.position - 1
        }
        self.changed = {
            slot: mark for slot, mark in self.changed.items() if slot in held and held[slot].mark == mark
        }
        self._positions.holds(self.model.NAME, {slot: each.lane for slot, each in held.items()})
        # A worker before this one may have stopped them; whether they still cannot go on shows at once.
        for slot, each in held.items():
            if each.lane.is_stopped and slot not in self.poisons and slot not in self.changed:
                await self._try_lane(slot, each.mark)

    async def _follow(self) -> None:
        """Project what is held until there is something else to hold."""
        marks = {slot: each.mark for slot, each in self.leases.held.items() if self._goes_on(each)}
        if not marks:
            await self.leases.changed.wait()
            return
        try:
            async with (
                aclosing(self._feed.follow(self, marks)) as rounds,
                aclosing(self._until_changed(rounds)) as ahead,
            ):
                async for batches in ahead:
                    await self._project([batch for batch in batches if batch.slot not in self.poisons])
                    self._unfolded -= 1
            await self._saved()
            if self._folded.marks:
                self._begin_to_save()
                await self._saved()
        finally:
            if self._saving is not None:
                self._saving.cancel()
                await asyncio.gather(self._saving, return_exceptions=True)
                self._saving = None
            # Only now: a joint save that is under way goes on for the others, and must not save half of this.
            self._folded = self._taken = FoldedRound()
            self._unfolded = 0

    def takes(self, recorded: RecordedEvent) -> bool:
        """Say whether an event concerns the model, or nobody knows what it is."""
        tag = recorded.envelope.type
        return tag in self._handled or not self._types.knows(tag)

    def handed(self) -> None:
        """Note that a round is read."""
        self._unfolded += 1

    def passed(self, batch: Batch) -> bool:
        """Move past events that do not concern the model; False while rounds before them are not folded."""
        if self._unfolded:
            return False
        if batch.slot not in self.poisons:
            is_first = not self._folded.marks
            self._folded.marks[batch.slot] = batch.mark
            if is_first:
                self._folded_since = asyncio.get_running_loop().time()
                if self._nudge is not None and not self._nudge.done():
                    self._nudge.set_result(None)
            if self._saving is None and not self._folded.size:
                self._positions.moved(self.model.NAME, batch.slot, batch.mark)
        return True

    def _goes_on(self, held: Checkpoint) -> bool:
        stopped = held.slot in self.poisons or held.slot in self.changed
        return not stopped and not held.lane.is_forgotten

    async def _stop_lane(self, changed: HistoryChanged) -> None:
        """Stop the lane whose log is another one; the other slots' rows have nothing to do with it."""
        slot = changed.slot
        assert slot is not None, f"a follower names the slot that changed: {changed}"
        mark = self.leases.held[slot].mark
        self.changed[slot] = mark
        log.critical("a lane stops: its log is another one", model=self.model.NAME, reason=str(changed))
        await self._tell_stopped(slot, mark, str(changed))

    async def _tell_stopped(self, slot: int, mark: Mark, reason: str) -> None:
        """Write down that a lane stopped, or with an empty reason that it goes on."""
        self._positions.stopped(self.model.NAME, slot, mark.position if reason else NOWHERE)
        await self._patiently(partial(self.checkpoints.stop, {slot: (mark.position, reason)}))

    async def _try_lane(self, slot: int, mark: Mark) -> None:
        """Let a lane that stopped go on if its log stands."""
        try:
            batch = await self._store.read(slot, mark, count=1)
        except HistoryChanged:
            self.changed.setdefault(slot, mark)
            return
        except StoreUnavailable:
            return
        if not batch.events:  # Else the next save or the next failure says how it stands.
            await self._tell_stopped(slot, mark, "")
        if self.changed.pop(slot, None) is not None:
            self.leases.changed.set()

    async def _look_after_changed(self) -> None:
        """See now and then whether the log of a lane that stopped is again what it was."""
        await asyncio.sleep(self.leases.lease_s)
        if self.changed:
            there = await self._patiently(partial(self.checkpoints.read, tuple(self.changed)))
            for slot, checkpoint in there.items():
                await self._try_lane(slot, checkpoint.mark)

    async def _remove_forgotten(self) -> None:
        """Remove, beside all else, the rows that an operator has forgotten, and have them filled anew."""
        await asyncio.sleep(self.leases.lease_s / FORGOTTEN_PER_LEASE)
        forgotten = [each for each in self.leases.held.values() if each.mark.hash == FORGOTTEN]
        if forgotten and self._graph.dialect == "neo4j":
            # The worker that held them notices within a beat; until then it may call answers fresh.
            await asyncio.sleep(self.leases.lease_s)
        try:
            for held in forgotten:
                await self._patiently(
                    partial(
                        remove_rows, self._graph, self._storage, self.checkpoints, held, self.leases.worker
                    )
                )
                log.warning("rows are forgotten and filled anew", model=self.model.NAME, slot=held.slot)
        finally:
            if forgotten:
                self.leases.changed.set()

    async def _until_changed(self, rounds: AsyncIterator[list[Batch]]) -> AsyncGenerator[list[Batch]]:
        """Read one round ahead; stop when there is something else to hold, or a save has failed."""
        changed = asyncio.create_task(self.leases.changed.wait())
        ahead = asyncio.ensure_future(anext(rounds))
        try:
            while True:
                self._nudge = asyncio.get_running_loop().create_future()
                waiting: set[asyncio.Future[Any]] = {changed, self._nudge}
                if self._saving is not None:
                    waiting.add(self._saving)
                if self._saving is None or self._folded.size < SAVED_MAX:
                    waiting.add(ahead)
                patience_s = UNSAVED_S if self._folded.marks and self._saving is None else None
                await asyncio.wait(waiting, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
                if self._saving is not None and self._saving.done():
                    await self._saved()
                self._advance()
                if changed.done():
                    return
                if ahead.done() and ahead in waiting:
                    batches = ahead.result()
                    ahead = asyncio.ensure_future(anext(rounds))
                    yield batches
        finally:
            changed.cancel()
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)

    async def _project(self, batches: list[Batch]) -> None:
        """Fold a round, and begin to save it unless a save is under way."""
        if not batches:
            return
        folding = partial(fold, self.model, self._types, batches, self._cache, self._load)
        self.is_folding = True
        try:
            folded = await self._patiently(folding)
        finally:
            self.is_folding = False
        for poison in folded.poisons:
            self.poisons[poison.slot] = poison
            stands = Mark(poison.position - 1, b"")
            await self._tell_stopped(poison.slot, stands, f"{poison.event}: {poison.error}")
        if not self._folded.marks:
            self._folded_since = asyncio.get_running_loop().time()
        self._folded.add(folded)
        self._cache.trim(self._taken.touched + self._folded.touched)
        self._advance()

    def _advance(self) -> None:
        """Save what is folded, unless a save is under way. Checkpoints alone wait a while for rows; as none
        waits to be saved, whoever asks may know at once.
        """
        folded = self._folded
        if self._saving is not None or not folded.marks:
            return
        waited_s = asyncio.get_running_loop().time() - self._folded_since
        if folded.size or waited_s >= UNSAVED_S:
            self._begin_to_save()
        else:
            for slot, mark in folded.marks.items():
                self._positions.moved(self.model.NAME, slot, mark)

    def _begin_to_save(self) -> None:
        self._taken = FoldedRound()
        self._saving = asyncio.create_task(self._patiently(self._save), name=f"save {self.model.NAME}")

    async def _saved(self) -> None:
        """Wait for what is being saved. Raises LeaseLost and GraphRefused."""
        if self._saving is not None:
            await self._saving
            self._saving = None
            self._taken = FoldedRound()

    async def _save(self) -> None:
        await self._saves.save(self)
        self.broken = ""

    @property
    def unsaved(self) -> int:
        """How many rows and links wait to be saved."""
        return self._taken.size + self._folded.size

    def take(self) -> CheckpointMove:
        """Take what is folded by now, unless what was taken before is not saved yet."""
        if not self._taken.marks:
            self._taken, self._folded = self._folded, FoldedRound()
        held = {slot: self.leases.held[slot] for slot in self._taken.marks}
        return CheckpointMove(self.checkpoints, held, self._taken.marks, self.leases.worker)

    def statements(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what writes rows and links. New rows are created, known ones set: MERGE is slower."""
        return [(statement, {"rows": rows}) for statement, rows in self._written(self._taken).items()]

    def saved(self) -> None:
        """Note how far the rows are committed."""
        for slot, mark in self._taken.marks.items():
            before = self.leases.held[slot]
            self.events_total += mark.position - before.mark.position
            self.leases.held[slot] = before._replace(mark=mark)
            self._positions.moved(self.model.NAME, slot, mark)

    def _written(self, folded: FoldedRound) -> dict[str, list[dict[str, Any]]]:
        statements: dict[str, list[dict[str, Any]]] = {}
        for key, row in folded.rows.items():
            statement = (self._storage.adds if key in folded.new else self._storage.sets)[key.row]
            statements.setdefault(statement, []).append(self._storage.properties(row))
        for link in folded.links:
            ends = {"source": link.source_id, "target": link.target_id}
            statements.setdefault(self._storage.joins[link.type], []).append(ends)
        return statements

    async def _load(self, keys: list[Key]) -> dict[Key, Row]:
        found: dict[Key, Row] = {}
        for row_type, statement in self._storage.loads.items():
            ids = [key.id for key in keys if key.row is row_type]
            if ids:
                for properties in await self._graph.read(statement, keys=ids):
                    row = msgspec.convert(properties, row_type)
                    found[Key(row_type, row.id)] = row
        return found

    async def _patiently(self, act: Callable[[], Awaitable[Result]]) -> Result:
        """Do what needs the graph, waiting for it while it is away."""
        backoff = Backoff(BACKOFF_S_MIN, BACKOFF_S_MAX)
        return await patiently(act, self._outage, (GraphUnavailable, StoreError), backoff)
