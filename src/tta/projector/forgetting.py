"""Removing the rows of one slot, so that they are filled anew from the log.

The checkpoint says throughout that the rows are being removed, and its epoch fences each step: a worker that
is killed half-way leaves a lane on which nobody goes on before the next one has removed the rest.
"""

from tta.eventstore.layout import SLOTS_MAX
from tta.eventstore.subscription import START
from tta.graph.engine import Graph
from tta.projector.checkpoints import Checkpoint, Checkpoints
from tta.projector.model import Storage

REMOVED_MAX = 1_000  # Rows in one transaction.


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
