"""The cost of a command with 10³, 10⁵ and 10⁶ stored events, which should not differ."""

import asyncio
import time

from redis.asyncio import Redis

from bench.figures import Figure, percentile, sized
from bench.stores import one_event, server, store
from tta.domain.identity import derived_id
from tta.eventstore.child_server import ChildServer
from tta.eventstore.envelope import ABSENT
from tta.eventstore.store import EventStore, LoadRequest

TITLE = "Cost per command by stored events (load 20 cold + append, in sequence)"
SIZES = sized((1_000, 100_000, 1_000_000), (100, 200, 400))
MEASURED = sized(400, 10)
WRITERS = 512


async def run() -> list[Figure]:
    figures, medians = [], []
    # Without fsync, which other benchmarks measure: this one measures the script.
    async with server({"appendfsync": "no"}) as child, store(child, durability="memory") as opened:
        stored = 0
        for size in SIZES:
            await _fill(opened, size - stored, str(size))
            stored = size
            await _until_rewritten(child)
            latencies = await _measure(opened, str(size))
            medians.append(percentile(latencies, 0.5) * 1e6)
            figures.append(Figure(f"{size:,} events", medians[-1], "µs (median)"))
    figures.append(Figure("10⁶ / 10³", medians[-1] / medians[0], "×", "≤ 1.25", "flat within noise"))
    return figures


async def _fill(opened: EventStore, events: int, name: str) -> None:
    each = max(20, events // WRITERS)

    async def one(number: int) -> None:
        for part in range(max(1, each // 100)):
            aggregate, head = derived_id("fill", name, str(number), str(part)), ABSENT
            for _ in range(min(each, 100)):
                head = (await opened.append(one_event(aggregate, head))).heads[0]

    await asyncio.gather(*(one(number) for number in range(min(WRITERS, max(1, events // each)))))


async def _until_rewritten(child: ChildServer) -> None:
    """Wait until the server rewrites no file, because a rewrite copies its pages."""
    async with Redis.from_url(child.url) as client:
        while (await client.info("persistence"))["aof_rewrite_in_progress"]:  # noqa: ASYNC110 - It tells when asked.
            await asyncio.sleep(0.1)


async def _measure(opened: EventStore, name: str) -> list[float]:
    latencies = []
    for number in range(MEASURED):
        aggregate, head = derived_id("measured", name, str(number)), ABSENT
        for _ in range(20):
            head = (await opened.append(one_event(aggregate, head))).heads[0]
        began = time.perf_counter()
        loaded = (await opened.load([LoadRequest(aggregate)]))[0]
        await opened.append(one_event(aggregate, loaded.head))
        latencies.append(time.perf_counter() - began)
    return latencies
