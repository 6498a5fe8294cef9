"""What must not be appended, and keys that are not ours, are named, and leave everything as it was."""

from collections.abc import Callable

import pytest

from tests.support.eventstore.store_examples import (
    SLOT,
    SLOTS,
    causation,
    filled,
    gains,
    grown,
    head_of,
    kept,
    must_be_whole,
    place,
    raw_log,
    some_id,
    step,
)
from tta.eventstore.appends import Acknowledgement, Append, Fence
from tta.eventstore.child_server import ChildServer
from tta.eventstore.envelope import Causation
from tta.eventstore.errors import (
    Conflict,
    EventTooLarge,
    ForeignStore,
    HistoryChanged,
    StoreError,
    StoreUnavailable,
    WrongSlot,
)
from tta.eventstore.layout import Layout
from tta.eventstore.store import EventStore, LoadRequest
from tta.eventstore.subscription import START

MIB = 1024 * 1024
SESSION = some_id()
ELSEWHERE = some_id(SLOT + 1)


def said_by(actor: str) -> Append:
    plain = causation()
    return Append(
        streams=[gains(SESSION, "a")],
        causation=Causation(
            actor=actor,
            command_id=plain.command_id,
            correlation_id=plain.command_id,
            causation_id=plain.command_id,
        ),
    )


REFUSED: dict[str, tuple[Append, type[StoreError], str]] = {
    "an event of more than 1 MiB": (
        step(gains(SESSION, "x" * MIB)),
        EventTooLarge,
        "at most 1048576 bytes, Happened has 10486",
    ),
    "events of more than 8 MiB together": (
        step(gains(SESSION, *["x" * (MIB - 1_000)] * 9)),
        EventTooLarge,
        "at most 500 events of 8388608 bytes, got 9 of 9",
    ),
    "more than 500 events": (
        step(gains(SESSION, *["x"] * 501)),
        EventTooLarge,
        "at most 500 events .* got 501",
    ),
    "more than 64 aggregates": (
        step(*(gains(some_id(), "x") for _ in range(65))),
        EventTooLarge,
        "at most 64 aggregates, got 65",
    ),
    "an actor without end": (said_by("x" * 129), EventTooLarge, "at most 128 characters, got 129"),
    "aggregates of two slots": (
        step(gains(SESSION, "a"), gains(ELSEWHERE, "b")),
        WrongSlot,
        r"one slot, got \[3, 4\]",
    ),
    "an aggregate of another slot than was said": (
        step(gains(SESSION, "a"), slot=SLOT + 1),
        WrongSlot,
        r"got \[3, 4\]",
    ),
    "nothing that names a slot": (step(fence=Fence("lane", 1)), WrongSlot, r"got \[\]"),
    "an aggregate named twice": (
        step(gains(SESSION, "a"), gains(SESSION, "b")),
        StoreError,
        "names each aggregate once",
    ),
    "events without a causation": (
        Append(streams=[gains(SESSION, "a")]),
        StoreError,
        "needs a causation",
    ),
}


@pytest.mark.parametrize("refused", REFUSED)
async def test_what_must_not_be_appended_is_named(one_store: EventStore, refused: str) -> None:
    append, error, said = REFUSED[refused]
    before = await kept(one_store)
    with pytest.raises(error, match=said):
        await one_store.append(append)
    assert await kept(one_store) == before


async def test_the_largest_event_and_the_most_events_pass(one_store: EventStore) -> None:
    await grown(one_store, some_id(), "x" * (MIB - 300))
    await grown(one_store, some_id(), *["x"] * 500)
    assert len(await must_be_whole(one_store)) == 501


FOREIGN_KEYS: dict[str, Callable[[Layout], str]] = {
    "log": lambda layout: layout.log(SLOT),
    "head": lambda layout: layout.head(SLOT, SESSION),
    "owner index": lambda layout: layout.own(SLOT, SESSION),
    "reactor position": lambda layout: layout.at(SLOT, "greeter"),
    "fingerprints": lambda layout: layout.fingerprints(SLOT, "greeter"),
    "fence": lambda layout: layout.fence(SLOT, "lane"),
}
FOREIGN_VALUES = {
    "a list": ("RPUSH", "", "x"),
    "a hash": ("HSET", "", "f", "x"),
    "a text": ("SET", "", "somebody else's text, which is longer than a head is"),
    "a mark that is no number": ("HSET", "", "mark", "x"),
    "a position that is no number": ("HSET", "", "x", ""),
}
MIXED = [
    (key, value)
    for key in FOREIGN_KEYS
    for value in FOREIGN_VALUES
    if ("number" in value) <= (key == "reactor position")
    if (key, value) not in {("reactor position", "a hash"), ("fingerprints", "a hash")}
]


@pytest.mark.parametrize("kind", ["valkey", "redis7"])
@pytest.mark.parametrize(("key", "value"), MIXED)
async def test_a_key_that_is_not_ours_is_left_as_it_is(store: EventStore, key: str, value: str) -> None:
    command, _, *words = FOREIGN_VALUES[value]
    await filled(store, 7)
    dealt = Acknowledgement("greeter", await place(store, 7), await place(store, 3))
    await store.nodes.call("DEL", FOREIGN_KEYS[key](store.layout))
    await store.nodes.call(command, FOREIGN_KEYS[key](store.layout), *words)
    before = await kept(store)
    everything = step(
        gains(SESSION, "a", subject=SESSION),
        gains(some_id(), "b"),
        acknowledgement=dealt,
        fence=Fence("lane", 1),
    )
    with pytest.raises(ForeignStore):
        await store.append(everything)
    assert await kept(store) == before


@pytest.mark.parametrize("length", [1, 39, 41, 45])
async def test_a_head_of_the_wrong_length_is_not_taken_for_one(store: EventStore, length: int) -> None:
    there = await grown(store, SESSION, "a")
    key = store.layout.head(SLOT, SESSION)
    head = await store.nodes.call("GET", key)
    await store.nodes.call("SET", key, (head + b"\0" * 9)[:length])
    before = await kept(store)
    with pytest.raises(ForeignStore, match=r"head|short"):
        await grown(store, SESSION, "b", after=there.heads[0])
    assert await kept(store) == before


async def test_reading_keys_that_are_not_ours_is_refused(store: EventStore) -> None:
    await store.nodes.call("SET", store.layout.log(SLOT), "x")
    await store.nodes.call("RPUSH", store.layout.own(SLOT, SESSION), "x")
    following = store.follow({SLOT: START})
    for read in (store.read(SLOT), store.ends(), store.owned(SESSION), anext(following)):
        with pytest.raises(ForeignStore, match="wrong kind"):
            await read
    await store.nodes.call("RPUSH", store.layout.head(SLOT, SESSION), "x")
    with pytest.raises(ForeignStore):
        await store.load([LoadRequest(SESSION)])


@pytest.mark.parametrize(
    ("identity", "fields"),
    [
        ("1-0", ("e", "not an event", "t", "1")),
        ("1-0", ("name", "value")),
        ("1-0", ("a", "1", "b", "2", "c", "3")),
        ("1-1", ("e", "x", "t", "1")),
        ("1-0", ("e", b"\x90", "t", "1")),
    ],
)
async def test_an_entry_that_is_not_ours_stops_every_reader(
    store: EventStore, identity: str, fields: tuple[str | bytes, ...]
) -> None:
    await store.nodes.call("XADD", store.layout.log(SLOT), identity, *fields)
    for read in (store.read(SLOT), store.ends()):
        with pytest.raises(HistoryChanged, match=f"slot {SLOT} holds an entry that is no event"):
            await read


async def test_nothing_is_appended_behind_an_entry_that_is_not_ours(store: EventStore) -> None:
    await store.nodes.call("XADD", store.layout.log(SLOT), "1-0", "name", "value")
    before = await kept(store)
    with pytest.raises(ForeignStore):
        await grown(store, SESSION, "a")
    assert await kept(store) == before


async def test_nothing_is_appended_where_the_logs_end_was_deleted(store: EventStore) -> None:
    await grown(store, SESSION, "a", "b")
    await store.nodes.call("XDEL", store.layout.log(SLOT), "2-0")
    before = await kept(store)
    with pytest.raises(HistoryChanged, match="missing at the end of the log"):
        await grown(store, some_id(), "c")
    assert await kept(store) == before


async def test_a_head_without_its_log_conflicts_rather_than_repeats(store: EventStore) -> None:
    append = step(gains(SESSION, "a"))
    await store.append(append)
    await store.nodes.call("DEL", store.layout.log(SLOT))
    with pytest.raises(Conflict):
        await store.append(append)
    assert await raw_log(store) == []


async def test_a_full_server_writes_nothing_and_says_so(own_valkey: ChildServer) -> None:
    store = await EventStore.open(own_valkey.url, "full", slots=SLOTS)
    head = (await grown(store, SESSION, "a")).heads[0]
    await store.nodes.call("CONFIG", "SET", "maxmemory", "1mb")
    before, dealt = await kept(store), Acknowledgement("greeter", await place(store, 1))
    with pytest.raises(StoreUnavailable, match="OOM"):
        await store.append(
            step(gains(SESSION, "b", after=head), gains(some_id(), "c"), acknowledgement=dealt)
        )
    assert await kept(store) == before
    assert await head_of(store, SESSION) == head
    await store.nodes.call("CONFIG", "SET", "maxmemory", "0")
    await grown(store, SESSION, "b", after=head)
    await store.close()


async def test_a_forbidden_publication_leaves_the_append_whole(own_valkey: ChildServer) -> None:
    admin = await EventStore.open(own_valkey.url, "quiet", slots=SLOTS)
    await admin.nodes.call("ACL", "SETUSER", "quiet", "on", ">secret", "~*", "+@all", "resetchannels")
    url = own_valkey.url.replace("unix://", "unix://quiet:secret@")
    store = await EventStore.open(url, "quiet", slots=SLOTS)
    await filled(store, 1)
    dealt = Acknowledgement("greeter", await place(store, 1))
    await store.append(step(gains(SESSION, "a"), acknowledgement=dealt, fence=Fence("lane", 1)))
    assert await store.dealt(SLOT, "greeter") == (0, {1}, {})
    assert len(await must_be_whole(store)) == 2
    await store.close()
    await admin.close()
