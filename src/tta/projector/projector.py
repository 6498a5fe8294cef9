"""The projector: follows the log, folds each round in memory, saves rows and checkpoints in one transaction.

So an event has its effect exactly once, and a crash at any point is harmless.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, suppress
from typing import Any

import msgspec
import structlog

from tta.eventstore.errors import HistoryChanged
from tta.eventstore.event_types import EventTypes
from tta.eventstore.store import EventStore
from tta.eventstore.subscription import Batch
from tta.graph.engine import Graph, GraphRefused, GraphUnavailable
from tta.graph.schema import add_edges, add_nodes, load_nodes, set_nodes
from tta.projector.checkpoints import Checkpoints, LeaseLost
from tta.projector.folding import Folded, Poison, RowCache, fold
from tta.projector.freshness import Progress
from tta.projector.leases import LEASE_S, Leases
from tta.projector.model import Key, ReadModel, Row, Storage

ROUND_EVENTS_MAX = 1_000
BACKOFF_S_MIN, BACKOFF_S_MAX = 0.05, 5.0

log = structlog.get_logger(__name__)


class Projector:
    """One worker on one read model."""

    def __init__(
        self,
        store: EventStore,
        types: EventTypes,
        graph: Graph,
        model: ReadModel,
        progress: Progress,
        *,
        worker: str,
        events_max: int = ROUND_EVENTS_MAX,
    ) -> None:
        slots = store.layout.slots
        self.model = model
        self.poisons: dict[int, Poison] = {}
        """What stopped which slot's lane. A worker that starts anew tries again."""
        self.broken: str = ""
        """Why this projector reads no more at all: the log is not the one it read before."""
        self.events_total = 0
        self._store = store
        self._types = types
        self._graph = graph
        self._progress = progress
        self._events_max = events_max
        self._storage = Storage(model)
        self._cache = RowCache()
        self.checkpoints = Checkpoints(graph, model.NAME, model.VERSION, slots)
        exclusive = graph.dialect == "embedded"
        self.leases = Leases(graph, self.checkpoints, worker, slots=slots, exclusive=exclusive)

    async def prepare(self) -> None:
        """Declare the model's storage and its checkpoints."""
        await self._graph.declare(self._storage.schema)
        await self.checkpoints.make()

    async def run(self) -> None:
        """Project for ever. Cancel it to stop: its slots are given back."""
        await self._patiently(self.prepare)
        await self._patiently(self.leases.beat)
        beating = asyncio.create_task(self.leases.keep(), name=f"leases {self.model.NAME}")
        try:
            while True:
                self._cache.clear()
                held = await self._patiently(self.leases.claim)
                self.poisons = {slot: poison for slot, poison in self.poisons.items() if slot in held}
                for slot, checkpoint in held.items():
                    self._progress.moved(self.model.NAME, slot, checkpoint.mark.position)
                try:
                    await self._follow()
                except LeaseLost as lost:
                    log.warning("lease lost, claiming anew", model=self.model.NAME, reason=str(lost))
                except (HistoryChanged, GraphRefused) as error:
                    self.broken = f"{type(error).__name__}: {error}"
                    log.critical(
                        "projection stops, trying again now and then",
                        model=self.model.NAME,
                        reason=self.broken,
                    )
                    await asyncio.sleep(LEASE_S)
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating
            self._progress.left(self.model.NAME)
            await self.leases.leave()

    async def _follow(self) -> None:
        marks = {
            slot: checkpoint.mark for slot, checkpoint in self.leases.held.items() if slot not in self.poisons
        }
        if not marks:
            await self.leases.changed.wait()
            return
        async with (
            aclosing(self._store.follow(marks, events_max=self._events_max)) as rounds,
            aclosing(self._until_changed(rounds)) as ahead,
        ):
            async for batches in ahead:
                self.broken = ""
                running = [batch for batch in batches if batch.slot not in self.poisons]
                if running:
                    await self.project(running)

    async def _until_changed(self, rounds: AsyncIterator[list[Batch]]) -> AsyncGenerator[list[Batch]]:
        """Read one round ahead, and stop when the share of slots changes."""
        changed = asyncio.create_task(self.leases.changed.wait())
        ahead = asyncio.ensure_future(anext(rounds))
        try:
            while True:
                await asyncio.wait((ahead, changed), return_when=asyncio.FIRST_COMPLETED)
                if changed.done():
                    return
                batches = await ahead
                ahead = asyncio.ensure_future(anext(rounds))
                yield batches
        finally:
            changed.cancel()
            ahead.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration, HistoryChanged):
                await ahead

    async def project(self, batches: Sequence[Batch]) -> None:
        """Fold and save one round, however often the graph has to be asked. Raises LeaseLost."""
        backoff_s = 0.0
        while True:
            try:
                folded = await fold(self.model, self._types, batches, self._cache, self._load)
                if folded.marks:
                    await self._save(folded)
                break
            except GraphUnavailable as error:
                backoff_s = min(max(backoff_s * 2, BACKOFF_S_MIN), BACKOFF_S_MAX)
                log.warning(
                    "the graph is away, trying again", model=self.model.NAME, error=str(error), in_s=backoff_s
                )
                await asyncio.sleep(backoff_s * random.uniform(0.5, 1))  # noqa: S311 - Jitter, not a secret.
        self._cache.put(folded.rows)
        self._cache.trim()
        self.poisons |= {poison.slot: poison for poison in folded.poisons}
        self.events_total += folded.events
        for slot, mark in folded.marks.items():
            self.leases.held[slot] = self.leases.held[slot]._replace(mark=mark)
            self._progress.moved(self.model.NAME, slot, mark.position)

    async def _save(self, folded: Folded) -> None:
        """Save rows, links and checkpoints as one. New rows are created, known ones set: MERGE is slower."""
        statements: dict[str, list[dict[str, Any]]] = {}
        for key, row in folded.rows.items():
            node = self._storage.nodes[key.row]
            statement = add_nodes(node) if self._cache.get(key) is None else set_nodes(node)
            statements.setdefault(statement, []).append(self._storage.properties(row))
        for link in folded.links:
            ends = {"source": link.source_id, "target": link.target_id}
            statements.setdefault(add_edges(self._storage.edges[link.type]), []).append(ends)
        async with self._graph.transaction() as tx:
            if await self.checkpoints.fence(tx, self.leases.held, folded.marks, self.leases.worker):
                for statement, rows in statements.items():
                    await tx.run(statement, rows=rows)
                await self.checkpoints.move(tx, folded.marks)

    async def _load(self, keys: list[Key]) -> dict[Key, Row]:
        found: dict[Key, Row] = {}
        for row_type, node in self._storage.nodes.items():
            ids = [key.id for key in keys if key.row is row_type]
            if ids:
                for properties in await self._graph.read(load_nodes(node), keys=ids):
                    row = msgspec.convert(properties, row_type)
                    found[Key(row_type, row.id)] = row
        return found

    async def _patiently(self, act: Any) -> Any:
        """Do what needs the graph, waiting for it where it is away."""
        backoff_s = BACKOFF_S_MIN
        while True:
            try:
                return await act()
            except GraphUnavailable as error:
                log.warning(
                    "the graph is away, trying again", model=self.model.NAME, error=str(error), in_s=backoff_s
                )
                await asyncio.sleep(backoff_s)
                backoff_s = min(backoff_s * 2, BACKOFF_S_MAX)
