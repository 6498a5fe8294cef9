"""Commits batches to an embedded graph until it is killed, and prints the number of each once committed."""

import asyncio
import sys
from itertools import count

from tta.graph.opening import open_graph
from tta.graph.schema import Node, Schema, add_nodes

BATCH_ROWS = 20
# 0.8 MB a batch. The engine merges its log into its file every 16 MB, so kills also hit that.
BALLAST = bytes(40_000)

ROW = Node("Row", properties={"batch": "integer", "ballast": "bytes"})
COUNTER = Node("Counter", properties={"batch": "integer"})
SCHEMA = Schema((ROW, COUNTER))


async def commit_batches(url: str) -> None:
    graph = await open_graph(url)
    await graph.declare(SCHEMA)
    last = await graph.read("MATCH (c:Counter)\nRETURN c.batch AS batch")
    for batch in count(last[0]["batch"] + 1 if last else 1):
        rows = [{"id": f"{batch}-{n}", "batch": batch, "ballast": BALLAST} for n in range(BATCH_ROWS)]
        async with graph.transaction() as tx:
            await tx.run("MERGE (c:Counter {id: 'only'})\nSET c.batch = $batch", batch=batch)
            await tx.run(add_nodes(ROW), rows=rows)
        sys.stdout.write(f"{batch}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(commit_batches(sys.argv[1]))
