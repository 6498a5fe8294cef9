"""The memory of an event in Redis (log, head and owner index), beside one bare XADD of the same bytes."""

from redis.asyncio import Redis

from bench.figures import Figure, sized
from bench.stores import PAYLOAD, one_event, server, store
from tta.domain.identity import derived_id, owned_id
from tta.eventstore.child_server import ChildServer
from tta.eventstore.envelope import ABSENT

TITLE = "Memory per event, 200-byte payload, 20 events per aggregate"
AGGREGATES, EVENTS_EACH = sized(2_000, 50), 20
WITHOUT_AOF = {"appendfsync": "no", "appendonly": "no"}


async def run() -> list[Figure]:
    entries: dict[int, list[bytes]] = {}
    async with server(WITHOUT_AOF) as child, store(child, durability="memory") as opened:
        before = await _used(child)
        for number in range(AGGREGATES):
            player = derived_id("player", str(number))
            session, head = owned_id(player, "session"), ABSENT
            for _ in range(EVENTS_EACH):
                done = await opened.append(one_event(session, head, player))
                head = done.heads[0]
                entries.setdefault(done.slot, []).append(done.entries[0][0])
        ours = await _used(child) - before
    async with server(WITHOUT_AOF) as child:
        client = Redis.from_url(child.url)
        before = await _used(child)
        for slot, held in entries.items():
            pipeline = client.pipeline(transaction=False)
            for number, entry in enumerate(held, 1):
                pipeline.execute_command("XADD", f"bare:{slot}", f"{number}-0", "e", entry)
            await pipeline.execute()
        bare = await _used(child) - before
        await client.aclose()
    events = AGGREGATES * EVENTS_EACH
    envelope = sum(len(entry) for held in entries.values() for entry in held) / events - len(PAYLOAD)
    return [
        Figure("log, head and index", ours / events, "bytes/event"),
        Figure("one XADD of the same entry", bare / events, "bytes/event"),
        Figure("ours / bare XADD", ours / bare, "×", "≤ 1.2"),
        Figure("envelope beside the payload", envelope, "bytes", "≤ 200"),
    ]


async def _used(child: ChildServer) -> int:
    client = Redis.from_url(child.url)
    try:
        return int((await client.info("memory"))["used_memory"])
    finally:
        await client.aclose()
