"""Loading is one call, and what comes back is the chain as it was written, or an error."""

from collections.abc import Callable, Iterable

import pytest

from tests.support.eventstore.store_examples import (
    SLOT,
    Entry,
    gains,
    grown,
    loaded,
    raw_log,
    rewrite_log,
    some_id,
    step,
)
from tta.eventstore.envelope import ABSENT, Head
from tta.eventstore.errors import HistoryChanged, WrongSlot
from tta.eventstore.store import EventStore, LoadRequest, Snapshot

SCHEMA, OLDER_SCHEMA = b"schema 2", b"schema 1"


def payloads(events: Iterable[object]) -> list[str]:
    return [event.payload.decode() for event in events]  # type: ignore[attr-defined]


async def test_several_aggregates_come_in_one_call(store: EventStore) -> None:
    session, record, absent = some_id(), some_id(), some_id()
    await store.append(step(gains(session, "a", "b"), gains(record, "c")))
    parts = await store.load([LoadRequest(session), LoadRequest(record), LoadRequest(absent)])
    assert [payloads(part.events) for part in parts] == [["a", "b"], ["c"], []]
    assert [part.head.version for part in parts] == [2, 1, 0]
    assert parts[2].head == ABSENT


async def test_interleaved_events_come_in_order(store: EventStore) -> None:
    session, record = some_id(), some_id()
    heads = [ABSENT, ABSENT]
    for n in range(12):
        made = await store.append(
            step(gains(session, f"s{n}", after=heads[0]), gains(record, f"r{n}", f"r{n}'", after=heads[1]))
        )
        heads = list(made.heads)
    assert payloads(await loaded(store, session)) == [f"s{n}" for n in range(12)]
    assert len(await loaded(store, record)) == 24


async def test_only_what_follows_the_known_version_comes(store: EventStore) -> None:
    session = some_id()
    known = (await grown(store, session, "a", "b")).heads[0]
    assert payloads(await loaded(store, session, known)) == []
    await grown(store, session, "c", after=known)
    assert payloads(await loaded(store, session, known)) == ["c"]


async def test_more_than_a_thousand_events_come_whole(store: EventStore) -> None:
    session, head = some_id(), ABSENT
    for n in range(6):
        head = (await grown(store, session, *(f"{n}.{m}" for m in range(400)), after=head)).heads[0]
    part = (await store.load([LoadRequest(session)]))[0]
    assert (len(part.events), part.head) == (2_400, head)
    assert payloads(part.events)[-1] == "5.399"


async def test_a_snapshot_stands_for_what_came_before_it(store: EventStore) -> None:
    session = some_id()
    folded = (await grown(store, session, "a", "b")).heads[0]
    await store.save_snapshot(session, Snapshot(folded, SCHEMA, b"state"))
    assert (await store.load([LoadRequest(session, ABSENT, SCHEMA)]))[0].events == []
    await grown(store, session, "c", after=folded)
    part = (await store.load([LoadRequest(session, ABSENT, SCHEMA)]))[0]
    assert part.snapshot == Snapshot(folded, SCHEMA, b"state")
    assert payloads(part.events) == ["c"]


async def test_a_snapshot_older_than_what_is_known_is_not_sent(store: EventStore) -> None:
    session = some_id()
    folded = (await grown(store, session, "a")).heads[0]
    await store.save_snapshot(session, Snapshot(folded, SCHEMA, b"state"))
    known = (await grown(store, session, "b", after=folded)).heads[0]
    part = (await store.load([LoadRequest(session, known, SCHEMA)]))[0]
    assert (part.snapshot, part.events) == (None, [])


async def test_a_snapshot_of_another_schema_is_ignored(store: EventStore) -> None:
    session = some_id()
    folded = (await grown(store, session, "a")).heads[0]
    await store.save_snapshot(session, Snapshot(folded, OLDER_SCHEMA, b"state"))
    part = (await store.load([LoadRequest(session, ABSENT, SCHEMA)]))[0]
    assert (part.snapshot, payloads(part.events)) == (None, ["a"])


@pytest.mark.parametrize("version", [1, 2, 7], ids=["in the middle", "at the end", "beyond the end"])
async def test_a_snapshot_of_another_history_is_ignored(store: EventStore, version: int) -> None:
    session = some_id()
    await grown(store, session, "a", "b")
    await store.save_snapshot(session, Snapshot(Head(version, b"\1" * 32), SCHEMA, b"state"))
    part = (await store.load([LoadRequest(session, ABSENT, SCHEMA)]))[0]
    assert (part.snapshot, payloads(part.events)) == (None, ["a", "b"])


async def test_one_call_loads_from_one_slot(store: EventStore) -> None:
    with pytest.raises(WrongSlot):
        await store.load([LoadRequest(some_id(1)), LoadRequest(some_id(2))])


async def test_what_is_known_must_be_on_the_chain(store: EventStore) -> None:
    session = some_id()
    there = (await grown(store, session, "a", "b")).heads[0]
    for known in (Head(1, b"\1" * 32), Head(2, b"\1" * 32), Head(3, there.hash)):
        with pytest.raises(HistoryChanged, match=str(session)):
            await loaded(store, session, known)
    with pytest.raises(HistoryChanged, match="got none"):
        await loaded(store, some_id(), there)


def edited(entries: list[Entry]) -> list[Entry]:
    identity, fields = entries[1]
    return [entries[0], [identity, [fields[0], fields[1].replace(b"two", b"owt"), *fields[2:]]], *entries[2:]]


def reordered(entries: list[Entry]) -> list[Entry]:
    (first, a), (second, b), *rest = entries
    return [[first, b], [second, a], *rest]


DAMAGES: dict[str, Callable[[list[Entry]], list[Entry]]] = {
    "edited": edited,
    "reordered": reordered,
    "first deleted": lambda entries: entries[1:],
    "second deleted": lambda entries: [entries[0], *entries[2:]],
    "last deleted": lambda entries: entries[:-1],
    "all deleted": lambda entries: [],
    "foreign": lambda entries: [
        entries[0],
        [entries[1][0], [b"e", b"not an event", b"t", b"1"]],
        *entries[2:],
    ],
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_log_is_noticed(store: EventStore, damage: str) -> None:
    session = some_id()
    await grown(store, session, "one", "two", "three")
    assert len(await raw_log(store)) == 3
    await rewrite_log(store, DAMAGES[damage])
    with pytest.raises(HistoryChanged):
        await loaded(store, session)


async def test_a_head_that_was_set_back_is_noticed(store: EventStore) -> None:
    session = some_id()
    known = (await grown(store, session, "a", "b", "c")).heads[0]
    key = store.layout.head(SLOT, session)
    older = await store.nodes.call("GETRANGE", key, 0, 39 + 12)
    await store.nodes.call("SET", key, b"\0\0\0\2" + older[4:])
    for want in (LoadRequest(session), LoadRequest(session, known)):
        with pytest.raises(HistoryChanged):
            await store.load([want])
