"""Store and keyring are bound by an id, at the first start or when an older store is adopted; any other pair
is refused at the start, by name.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from tests.support.security.keyring_examples import FSYNC, K1, Pair
from tta.console.operations import recorded_layout
from tta.eventstore.child_server import ChildServer
from tta.eventstore.store import EventStore
from tta.security.binding import KeyringForeign, bind, bind_anyway, read_ids
from tta.security.key_files import KeyEncryptionKeys, KeyFileUnsafe
from tta.security.keyring import NOBODY, Keyring, KeyringIncomplete

OTHER = KeyEncryptionKeys("k1", {"k1": bytes(32)})
_names = count(1)


Opener = Callable[..., Awaitable[Pair]]


@pytest_asyncio.fixture
async def opens(valkey: ChildServer) -> AsyncIterator[Opener]:
    name = f"bound-{next(_names)}"
    opened: list[Any] = []

    async def opening(wrapping: KeyEncryptionKeys = K1, *, keyring: str = "") -> Pair:
        store = await EventStore.open(valkey.url, name, slots=4)
        kept = await Keyring.open(valkey.url, keyring or name, wrapping, FSYNC)
        opened.extend([store, kept])
        return Pair(store, kept)

    yield opening
    for each in opened:
        await each.close()


async def test_an_empty_store_and_its_keyring_get_one_id_and_nobody_s_key(opens: Opener):
    pair = await opens()
    first = await pair.bound()
    assert await pair.keyring.knows(NOBODY)
    assert await (await opens()).bound() == first
    await pair.happens()
    assert await (await opens()).bound() == first


async def test_processes_that_start_at_once_agree(opens: Opener):
    pairs = [await opens() for _ in range(6)]
    assert len(set(await asyncio.gather(*(pair.bound() for pair in pairs)))) == 1


async def test_a_store_of_the_release_before_adopts_its_keyring(opens: Opener):
    pair = await opens()
    await pair.is_of_before()
    await pair.happens()
    first = await pair.bound()
    assert await (await opens()).bound() == first


async def test_processes_that_adopt_at_once_agree(opens: Opener):
    pairs = [await opens() for _ in range(6)]
    await pairs[0].is_of_before()
    await pairs[0].happens()
    assert len(set(await asyncio.gather(*(pair.bound() for pair in pairs)))) == 1


@pytest.mark.parametrize("is_empty", [True, False])
async def test_a_start_that_was_cut_short_is_completed_by_the_next(opens: Opener, is_empty: bool):
    pair = await opens()
    await (pair.keyring.make(NOBODY) if is_empty else pair.is_of_before())
    if not is_empty:
        await pair.happens()
    await pair.keyring_is(named="half")
    assert await pair.bound() == "half"


async def test_an_older_copy_of_the_store_finds_its_keyring(opens: Opener):
    """From before it had an id."""
    pair = await opens()
    first = await pair.bound()
    await pair.happens()
    await pair.store.nodes.call("HDEL", pair.store.layout.record, "id")
    assert await (await opens()).bound() == first


async def test_a_store_with_events_adopts_no_empty_keyring(opens: Opener):
    pair = await opens()
    await pair.happens()
    with pytest.raises(KeyringForeign, match="lacks the key that every keyring of TTA has"):
        await bind(pair.store, pair.keyring)
    ids = await read_ids(pair.store, pair.keyring)
    assert (ids.store, ids.keyring) == ("", "")
    assert not await pair.keyring.knows(NOBODY)


async def test_a_store_with_events_adopts_no_keyring_of_other_key_files(opens: Opener):
    pair, other = await opens(), await opens(OTHER)
    await pair.is_of_before()
    await pair.happens()
    with pytest.raises(KeyFileUnsafe, match="does not open what the keyring holds"):
        await bind(other.store, other.keyring)
    assert await pair.bound()


async def test_an_emptied_keyring_is_refused_by_name_and_left_empty(opens: Opener):
    pair = await opens()
    first = await pair.bound()
    await pair.happens()
    await pair.keyring_is(gone=True)
    other = await opens()
    with pytest.raises(KeyringForeign, match=f"has no id, expected {first}: it is empty or another's"):
        await bind(other.store, other.keyring)
    assert not await other.keyring.knows(NOBODY)
    assert await other.keyring.nodes.call("EXISTS", other.keyring.record) == 0


async def test_an_emptied_keyring_that_the_release_before_filled_again_is_refused(opens: Opener):
    """It makes NOBODY's key wherever there is none."""
    pair = await opens()
    await pair.bound()
    await pair.happens()
    await pair.is_of_before()
    with pytest.raises(KeyringForeign, match="has no id"):
        await bind(pair.store, pair.keyring)


async def test_a_foreign_keyring_is_refused_by_both_ids(opens: Opener):
    pair = await opens()
    first = await pair.bound()
    await pair.keyring_is(named="theirs")
    for happens in (False, True):
        if happens:
            await pair.happens()
        other = await opens()
        with pytest.raises(KeyringForeign, match=f"has the id {first}, the keyring theirs"):
            await bind(other.store, other.keyring)
        assert other.keyring.id == ""


async def test_an_empty_store_takes_no_keyring_that_has_given_keys(opens: Opener):
    """It is another store's of the same name, or this store lost everything."""
    pair = await opens()
    await pair.bound()
    await pair.keyring.make(UUID(bytes=os.urandom(16)))
    await pair.store.nodes.call("HDEL", pair.store.layout.record, "id")
    with pytest.raises(KeyringForeign, match="is empty, and its keyring holds keys of store"):
        await bind(pair.store, pair.keyring)


async def test_an_empty_store_gives_an_emptied_keyring_its_id_again(opens: Opener):
    pair = await opens()
    first = await pair.bound()
    await pair.keyring_is(gone=True)
    assert await (await opens()).bound() == first


async def test_an_older_copy_from_before_the_id_is_bound_when_told_to(opens: Opener):
    pair = await opens()
    first = await pair.bound()
    await pair.happens()
    await pair.is_of_before()
    with pytest.raises(KeyringForeign, match="tta keys bind"):
        await bind(pair.store, pair.keyring)
    assert await bind_anyway(pair.store, pair.keyring) == first
    assert await (await opens()).bound() == first


async def test_an_older_copy_gives_keys_again_when_told_to(opens: Opener):
    pair = await opens()
    first = await pair.bound()
    await pair.keyring.make(UUID(bytes=os.urandom(16)))
    await pair.happens()
    await pair.keyring.nodes.call("HSET", pair.keyring.record, "given", "0")
    again = await opens()
    assert await again.bound() == first
    with pytest.raises(KeyringIncomplete, match="an older copy"):
        await again.keyring.make(UUID(bytes=os.urandom(16)))
    assert await bind_anyway(pair.store, pair.keyring) == first
    await again.keyring.make(UUID(bytes=os.urandom(16)))


@pytest.mark.parametrize("damage", ["gone", "foreign", "no id of the store"])
async def test_nothing_else_is_bound_when_told_to(opens: Opener, damage: str):
    pair = await opens()
    await pair.bound()
    await pair.happens()
    if damage == "gone":
        await pair.keyring_is(gone=True)
    elif damage == "foreign":
        await pair.keyring_is(named="theirs")
    else:
        await pair.keyring_is(gone=True)
        await pair.store.nodes.call("HDEL", pair.store.layout.record, "id")
    with pytest.raises(KeyringForeign):
        await bind_anyway(pair.store, pair.keyring)


async def test_the_release_before_opens_a_store_that_has_an_id(opens: Opener):
    """It reads the fields `layout` and `slots`, and that there is one of them."""
    pair = await opens()
    await pair.bound()
    await pair.keyring.make(UUID(bytes=os.urandom(16)))
    fields = await pair.store.nodes.call("HKEYS", pair.store.layout.record)
    assert set(fields) == {b"created_ms", b"layout", b"slots", b"id", b"keys_given"}
    assert await recorded_layout(pair.store.nodes, pair.store.layout.name) == pair.store.layout
