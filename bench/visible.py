"""The time from a command's acknowledgement until a query shows it, at 200 commands a second, with the
embedded graph.
"""

import asyncio
import tempfile
import time
from pathlib import Path

from bench.figures import Figure, percentile, sized
from bench.players import DevServer, Player

TITLE = "Command acknowledged → visible in the query, embedded, 200 commands/s"
RATE = sized(200, 20)
SECONDS = sized(15, 2)
PLAYERS = sized(100, 4)


async def run() -> list[Figure]:
    latencies: list[float] = []
    stale = 0
    with tempfile.TemporaryDirectory() as directory:
        async with DevServer(Path(directory)) as server:
            players = [Player(server, number) for number in range(PLAYERS)]
            await asyncio.gather(*(player.begin() for player in players))

            async def one(player: Player) -> None:
                nonlocal stale
                token = await player.change()
                began = time.perf_counter()
                fresh = await player.look(token, wait_s=5)
                latencies.append(time.perf_counter() - began)
                stale += not fresh

            began, under_way = time.perf_counter(), set()
            for number in range(RATE * SECONDS):
                await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
                task = asyncio.create_task(one(players[number % PLAYERS]))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            await asyncio.gather(*under_way)
            took = time.perf_counter() - began
            await asyncio.gather(*(player.close() for player in players))
    settled = latencies[RATE:]  # The first second is a warm-up.
    return [
        Figure("commands with their query", len(latencies) / took, "per s"),
        Figure("p50", percentile(settled, 0.5) * 1000, "ms", "≤ 10", "the query's own time included"),
        Figure("p99", percentile(settled, 0.99) * 1000, "ms", "≤ 60"),
        Figure("answers that were not fresh within 5 s", stale, "", "≤ 0"),
    ]
