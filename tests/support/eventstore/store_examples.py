"""Examples for the event store's tests: ids, appends, and ways to read or damage stored data."""

import os
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any
from uuid import UUID

from tta.eventstore.appends import Acknowledgement, Append, AppendResult, Fence, StreamAppend
from tta.eventstore.envelope import (
    ABSENT,
    NOWHERE,
    Causation,
    Draft,
    FingerprintedPosition,
    Head,
    RecordedEvent,
)
from tta.eventstore.store import EventStore, LoadRequest

SLOT, SLOTS = 3, 16
ACTOR = UUID("aaaaaaaa-0000-8000-8000-000000000001")
Entry = list[Any]
_names = count(1)


def fresh_name() -> str:
    """A separate store in a shared server."""
    return f"store-{next(_names)}"


def some_id(slot: int = SLOT) -> UUID:
    """A new id in a slot of a store of up to 64 slots."""
    return UUID(bytes=bytes([slot]) + os.urandom(15))


def causation(command_id: UUID | None = None) -> Causation:
    command_id = command_id or some_id()
    return Causation(actor=ACTOR, command_id=command_id, correlation_id=command_id, causation_id=command_id)


def drafts(*payloads: str | bytes) -> list[Draft]:
    return [
        Draft("Happened", payload.encode() if isinstance(payload, str) else payload) for payload in payloads
    ]


def gains(aggregate: UUID, *payloads: str, after: Head = ABSENT, subject: UUID | None = None) -> StreamAppend:
    return StreamAppend(aggregate, after, drafts(*payloads), subject)


def guard(aggregate: UUID, at: Head) -> StreamAppend:
    return StreamAppend(aggregate, at)


def step(
    *streams: StreamAppend,
    acknowledgement: Acknowledgement | None = None,
    fence: Fence | None = None,
    slot: int | None = None,
) -> Append:
    return Append(
        streams=streams, causation=causation(), acknowledgement=acknowledgement, fence=fence, slot=slot
    )


async def grown(store: EventStore, aggregate: UUID, *payloads: str, after: Head = ABSENT) -> AppendResult:
    """Append to one aggregate."""
    return await store.append(step(gains(aggregate, *payloads, after=after)))


async def place(store: EventStore, position: int, slot: int = SLOT) -> FingerprintedPosition:
    """Return the present entry at a position, as a reactor reads it."""
    return (await store.at(slot, position)).place if position else NOWHERE


async def filled(store: EventStore, count: int, slot: int = SLOT) -> None:
    """Append this many entries to a slot's log."""
    while count:
        events = min(count, 500)
        await grown(store, some_id(slot), *map(str, range(events)))
        count -= events


async def loaded(store: EventStore, aggregate: UUID, known: Head = ABSENT) -> list[RecordedEvent]:
    return (await store.load([LoadRequest(aggregate, known)]))[0].events


async def head_of(store: EventStore, aggregate: UUID) -> Head:
    return (await store.load([LoadRequest(aggregate)]))[0].head


async def raw_log(store: EventStore, slot: int = SLOT) -> list[Entry]:
    entries: list[Entry] = await store.nodes.call("XRANGE", store.layout.log(slot), "-", "+")
    return entries


async def rewrite_log(
    store: EventStore, change: Callable[[list[Entry]], Iterable[Entry]], slot: int = SLOT
) -> None:
    """Rewrite the log, as somebody with access to the server could."""
    changed = list(change(await raw_log(store, slot)))
    await store.nodes.call("DEL", store.layout.log(slot))
    for identity, fields in changed:
        await store.nodes.call("XADD", store.layout.log(slot), identity, *fields)


def last_replaced(entries: list[Entry]) -> list[Entry]:
    """Replace the event at the last position."""
    identity, fields = entries[-1]
    return [*entries[:-1], [identity, [fields[0], fields[1].replace(b"two", b"owt"), *fields[2:]]]]


async def kept(store: EventStore) -> dict[bytes, bytes]:
    """Return every key of the store, with its dumped value."""
    found: dict[bytes, bytes] = {}
    for server in store.nodes.topology.servers:
        connection = store.nodes.topology.connection(server)
        try:
            await connection.connect()
            cursor = b"0"
            while True:
                await connection.send_command(
                    "SCAN", cursor, "MATCH", f"{{{store.layout.name}*", "COUNT", 10_000
                )
                cursor, keys = await connection.read_response(disable_decoding=True)
                for key in keys:
                    await connection.send_command("DUMP", key)
                    found[key] = await connection.read_response(disable_decoding=True)
                if cursor == b"0":
                    break
        finally:
            await connection.disconnect()
    return found


async def put_back(store: EventStore, copy: dict[bytes, bytes], *, but: Iterable[str] = ()) -> None:
    """Restore the store from a copy of `kept`, as after a failover without the last writes.

    The keys in `but` stay unchanged.
    """
    stay = {key.encode() for key in but}
    for key in (await kept(store)).keys() - copy.keys() - stay:
        await store.nodes.call("DEL", key.decode())
    for key, value in copy.items():
        if key not in stay:
            await store.nodes.call("RESTORE", key.decode(), 0, value, "REPLACE")


async def must_be_whole(store: EventStore, slot: int = SLOT) -> list[RecordedEvent]:
    """Check the invariants of a log: contiguous positions, complete chains, heads at the ends of the
    chains.
    """
    events = (await store.read(slot, count=1_000_000)).events
    heads: dict[UUID, Head] = {}
    times = [event.recorded_ms for event in events]
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    assert times == sorted(times)
    for event in events:
        before = heads.get(event.aggregate_id, ABSENT)
        assert (event.version, event.envelope.previous) == (before.version + 1, before.hash)
        heads[event.aggregate_id] = Head(event.version, event.hash)
    for aggregate, head in heads.items():
        assert await head_of(store, aggregate) == head
    return events
