"""Forgetting rows: an operator asks for it, the worker that holds the slot removes them and fills them anew.

The checkpoint says throughout that the rows are being removed, and its epoch fences each step: a worker that
is killed half-way leaves a lane on which nobody goes on before the next one has removed the rest.
"""

from collections.abc import Iterable, Sequence

from tta.eventstore.layout import SLOTS_MAX
from tta.eventstore.store import EventStore
from tta.eventstore.subscription import START
from tta.graph.engine import Graph
from tta.projector.checkpoints import Checkpoint, Checkpoints
from tta.projector.read_model import Storage

REMOVED_MAX = 1_000  # Rows in one transaction.


class NameReused(Exception):
    """The same name came before with another wish."""


async def forget(
    store: EventStore, lanes: Sequence[Checkpoints], slots: Iterable[int], *, by: str, wish: str
) -> bool:
    """Have the rows of these slots removed from each read model and filled anew from the log as it is now.

    `by` names the request: the same one again has no further effect, and gives False. `wish` says what is
    asked for. Raises NameReused where the name came before with another wish.
    """
    ends = {slot: position for slot, (position, _) in (await store.ends()).items() if slot in set(slots)}
    for each in lanes:
        for named in await each.forgotten_by(by):
            if named != f"{by}/{wish}":
                raise NameReused(f"{by} came before with another wish")
    changed = [await each.forget_rows(ends, f"{by}/{wish}") for each in lanes]
    return any(changed)


async def remove_rows(
    graph: Graph, storage: Storage, checkpoints: Checkpoints, held: Checkpoint, worker: str
) -> None:
    """Remove the rows of a slot that a worker holds, then put its checkpoint to the log's beginning.

    Raises LeaseLost, and what the graph raises; it may be called again at any time.
    """
    first_bytes = range(held.slot, SLOTS_MAX, len(checkpoints.slots))
    for statement in storage.removals:
        for prefix in (f"{first:02x}" for first in first_bytes):
            removed = REMOVED_MAX
            while removed == REMOVED_MAX:
                async with graph.transaction() as tx:
                    await checkpoints.locked(tx, held, worker)
                    (row,) = await tx.run(statement, prefix=prefix, removed_max=REMOVED_MAX)
                    removed = row["removed"]
    async with graph.transaction() as tx:
        await checkpoints.move(tx, {held.slot: held}, {held.slot: START}, worker)
