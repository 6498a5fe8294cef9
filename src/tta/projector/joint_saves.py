"""Saving for the read models of one process: small saves that wait go into one graph transaction.

Read models stay apart: when a joint save fails, each of them saves alone, and only the one that cannot be
saved is held up. Owns no rows and no checkpoints.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from tta.graph.engine import Graph, GraphUnavailable
from tta.projector.checkpoints import CheckpointMove, move_together

JOINT_SIZE_MAX = 200  # Rows and links: what is larger would hold up the small ones, and gains little.
TURNS_MAX = 16  # Of the event loop, in which others may finish folding the same events.


class ReadModelSave(Protocol):
    """What one read model has to save."""

    @property
    def is_folding(self) -> bool:
        """Whether there may be more to save in a moment."""

    @property
    def unsaved(self) -> int:
        """How many rows and links wait to be saved."""

    def take(self) -> CheckpointMove:
        """Take what is folded by now, and say how checkpoints move with it. Until it is saved or dropped, the
        same is taken again.
        """

    def statements(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what writes the rows and links that were taken: statements with their parameters."""

    def saved(self) -> None:
        """Note that what was taken is committed."""


class JointSaves:
    """Saves for all read models of a process. Each asks for one save at a time."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._members: list[ReadModelSave] = []
        self._waiting: dict[ReadModelSave, asyncio.Future[bool]] = {}
        self._under_way: set[ReadModelSave] = set()
        """Those for whom the transaction under way saves, and who have not left."""
        self._alone: set[ReadModelSave] = set()
        """Those whose last save failed: they join again once they have saved."""
        self._task: asyncio.Task[None] | None = None

    def join(self, member: ReadModelSave) -> None:
        self._members.append(member)

    async def save(self, member: ReadModelSave) -> None:
        """Save what a read model has folded, alone or with others. Raises what its own save raises."""
        if member.unsaved > JOINT_SIZE_MAX or member in self._alone or not await self._joined(member):
            await self._save(lambda: [member])
            self._alone.discard(member)

    async def _joined(self, member: ReadModelSave) -> bool:
        """Save with whatever else waits; False: nothing was saved, and this one must try alone."""
        done = self._waiting[member] = asyncio.get_running_loop().create_future()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._save_on(), name="joint save")
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            if self._waiting.get(member) is done:
                del self._waiting[member]
            else:
                # Nothing of a read model may be under way once it was told to stop. Others' saves go on.
                self._under_way.discard(member)
                if not self._under_way:
                    self._task.cancel()
                with suppress(asyncio.CancelledError, GraphUnavailable):
                    await _ended(done)
            raise

    async def _save_on(self) -> None:
        while self._waiting:
            for _ in range(TURNS_MAX):
                if not any(each.is_folding for each in self._members):
                    break
                await asyncio.sleep(0)
            await self._save_together()

    async def _save_together(self) -> None:
        together: dict[ReadModelSave, asyncio.Future[bool]] = {}

        def gathered() -> list[ReadModelSave]:
            together.update(self._waiting)
            self._under_way = set(self._waiting)
            self._waiting = {}
            return list(together)

        try:
            await self._save(gathered)
        except asyncio.CancelledError:
            gathered()
            for done in together.values():
                done.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - Each is told, or tries alone and is told its own error.
            gathered()
            self._alone |= together.keys()
            for done in together.values():
                if isinstance(error, GraphUnavailable):
                    done.set_exception(error)
                    done.exception()  # The one that waited for it may have left.
                else:
                    done.set_result(False)
        else:
            for done in together.values():
                done.set_result(True)
        finally:
            self._under_way = set()

    async def _save(self, members: Callable[[], list[ReadModelSave]]) -> None:
        async with self._graph.transaction() as tx:
            # Only now: whatever was folded while this transaction waited for its turn goes with it.
            together = members()
            if not together:
                return
            moved = await move_together(tx, [each.take() for each in together])
            new = [each for each, is_new in zip(together, moved, strict=True) if is_new]
            await tx.run_all([statement for each in new for statement in each.statements()])
        for each in together:
            each.saved()


async def _ended(done: "asyncio.Future[bool]") -> None:
    """Wait until it is done, even if the task that waits is told to stop once more."""
    while not done.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([done])
