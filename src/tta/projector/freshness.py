"""Freshness: has a read model seen a position yet? Asked of this process's own projectors, else of the
graph.
"""

import asyncio
from collections.abc import Sequence

from tta.graph.engine import Graph
from tta.projector.checkpoints import Checkpoints

POLL_S = 0.01


class Progress:
    """How far this process's own projectors are, as a wake-up for whoever waits."""

    def __init__(self) -> None:
        self._positions: dict[str, dict[int, int]] = {}
        self._moved = asyncio.Event()

    def moved(self, model: str, slot: int, position: int) -> None:
        """Tell that a slot's rows are committed up to a position."""
        self._positions.setdefault(model, {})[slot] = position
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def left(self, model: str) -> None:
        self._positions.pop(model, None)

    def position(self, model: str, slot: int) -> int | None:
        return self._positions.get(model, {}).get(slot)

    def next_move(self) -> asyncio.Event:
        """An event that is set at the next move; take it before looking."""
        return self._moved


class Freshness:
    """Waits until read models have seen a position."""

    def __init__(self, graph: Graph, progress: Progress, checkpoints: Sequence[Checkpoints]) -> None:
        self._graph = graph
        self._progress = progress
        self._checkpoints = {each.model: each for each in checkpoints}

    async def reached(self, models: Sequence[str], slot: int, position: int, *, wait_s: float) -> bool:
        """Say whether all the models have seen the position, after waiting at most `wait_s` for it.

        A query made after True sees everything up to the position. Raises GraphUnavailable.
        """
        deadline = asyncio.get_running_loop().time() + wait_s
        while True:
            moved = self._progress.next_move()
            local = [self._progress.position(model, slot) for model in models]
            if all(seen is not None and seen >= position for seen in local):
                return True
            if None in local and await self._in_graph(models, slot) >= position:
                return True
            left_s = deadline - asyncio.get_running_loop().time()
            if left_s <= 0:
                return False
            try:
                async with asyncio.timeout(min(left_s, POLL_S) if None in local else left_s):
                    await moved.wait()
            except TimeoutError:
                pass

    async def _in_graph(self, models: Sequence[str], slot: int) -> int:
        found = [await self._checkpoints[model].read([slot]) for model in models]
        return min(each[slot].mark.position if slot in each else 0 for each in found)
