"""Freshness: has a read model seen a position yet? Asked of this process's own projectors, else of the
graph.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from tta.graph.engine import Graph, GraphRefused, GraphUnavailable
from tta.projector.checkpoints import Checkpoints

POLL_S = 0.01

POSITIONS = """
MATCH (c:Checkpoint)
WHERE c.id IN $ids
RETURN c.id AS id, c.position AS position
"""

Lane = tuple[str, int]
"""A read model's name and a slot."""


class Progress:
    """How far this process's own projectors are, and who waits for a position."""

    def __init__(self) -> None:
        self._held: dict[str, dict[int, int]] = {}
        self._waiting: dict[Lane, dict[asyncio.Future[None], int]] = {}

    def holds(self, model: str, positions: Mapping[int, int]) -> None:
        """Tell which slots a projector holds from now on, and up to where their rows are committed."""
        self._held[model] = dict(positions)
        for slot, position in positions.items():
            self.seen((model, slot), position)

    def moved(self, model: str, slot: int, position: int) -> None:
        """Tell that the rows of a slot that is held are committed up to a position."""
        self._held.setdefault(model, {})[slot] = position
        self.seen((model, slot), position)

    def left(self, model: str) -> None:
        self._held.pop(model, None)

    def position(self, lane: Lane) -> int | None:
        """Say how far a slot is, if a projector of this process holds it."""
        model, slot = lane
        return self._held.get(model, {}).get(slot)

    def seen(self, lane: Lane, position: int) -> None:
        """Wake those who wait for a position up to this one."""
        waiting = self._waiting.get(lane, {})
        for future in [future for future, awaited in waiting.items() if awaited <= position]:
            if not future.done():
                future.set_result(None)

    def until(self, lane: Lane, position: int) -> asyncio.Future[None]:
        """Give what is done once a slot is seen at a position; cancel it to wait no longer."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(lane, {})[future] = position
        future.add_done_callback(lambda done: self._forget(lane, done))
        return future

    def waited_for(self) -> list[Lane]:
        return list(self._waiting)

    def _forget(self, lane: Lane, future: "asyncio.Future[None]") -> None:
        del self._waiting[lane][future]
        if not self._waiting[lane]:
            del self._waiting[lane]


class Freshness:
    """Waits until read models have seen a position. However many wait, one reads the graph for all."""

    def __init__(self, graph: Graph, progress: Progress, checkpoints: Sequence[Checkpoints]) -> None:
        self._graph = graph
        self._progress = progress
        self._checkpoints = {each.model: each for each in checkpoints}
        self._asked: set[Lane] = set()
        self._next: asyncio.Task[dict[Lane, int]] | None = None
        self._reading = asyncio.Lock()
        self._polling: asyncio.Task[None] | None = None

    async def reached(self, models: Sequence[str], slot: int, position: int, *, wait_s: float) -> bool:
        """Say whether all the models have seen the position, after waiting at most `wait_s` for it.

        A query made after True sees everything up to the position. Raises GraphUnavailable.
        """
        behind = [lane for lane in ((model, slot) for model in models) if not self._is_at(lane, position)]
        elsewhere = [lane for lane in behind if self._progress.position(lane) is None]
        if elsewhere:
            found = await self._look(elsewhere)
            # Our own projectors may have moved, or taken the slot over, while the graph was asked.
            behind = [
                lane for lane in behind if found.get(lane, 0) < position and not self._is_at(lane, position)
            ]
        if not behind or wait_s <= 0:
            return not behind
        waits = [self._progress.until(lane, position) for lane in behind]
        if self._polling is None or self._polling.done():
            self._polling = asyncio.create_task(self._poll(), name="freshness")
        try:
            async with asyncio.timeout(wait_s):
                await asyncio.gather(*waits)
        except TimeoutError:
            return False
        finally:
            for wait in waits:
                wait.cancel()
        return True

    def _is_at(self, lane: Lane, position: int) -> bool:
        seen = self._progress.position(lane)
        return seen is not None and seen >= position

    async def _poll(self) -> None:
        """Ask the graph about what other processes project, for as long as anybody waits."""
        while lanes := self._progress.waited_for():
            elsewhere = [lane for lane in lanes if self._progress.position(lane) is None]
            if elsewhere:
                with suppress(GraphUnavailable, GraphRefused):  # Who waits is answered when its time is over.
                    for lane, position in (await self._read(elsewhere)).items():
                        self._progress.seen(lane, position)
            await asyncio.sleep(POLL_S)

    async def _look(self, lanes: Iterable[Lane]) -> dict[Lane, int]:
        """Read how far slots are now; those who ask while a read is under way share the next one."""
        self._asked.update(lanes)
        if self._next is None:
            self._next = asyncio.create_task(self._read_next())
        return await asyncio.shield(self._next)

    async def _read_next(self) -> dict[Lane, int]:
        async with self._reading:
            asked, self._asked, self._next = self._asked, set(), None
            return await self._read(asked)

    async def _read(self, lanes: Iterable[Lane]) -> dict[Lane, int]:
        ids = {self._checkpoints[model].id(slot): (model, slot) for model, slot in lanes}
        rows = await self._graph.read(POSITIONS, ids=sorted(ids))
        return {ids[row["id"]]: row["position"] for row in rows}
