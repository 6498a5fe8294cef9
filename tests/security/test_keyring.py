"""A data key is made when a player begins and never again, and kept wrapped; a destroyed one stays gone."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from tta.clock import now_s
from tta.eventstore.child_server import ChildServer
from tta.eventstore.durability import Durability
from tta.eventstore.errors import StoreUnavailable
from tta.security.key_files import KeyEncryptionKeys
from tta.security.keyring import (
    ASKED_AGAIN_S,
    CACHE_MAX,
    CACHE_S,
    NUMBER_MAX,
    Bond,
    Keyring,
    KeyringIncomplete,
    PlayerErased,
)
from tta.security.sealing import SealBroken, key_id

K1 = KeyEncryptionKeys("k1", {"k1": bytes(range(32))})
ROTATED = KeyEncryptionKeys("k2", {"k2": bytes(range(1, 33)), "k1": bytes(range(32))})
FSYNC = Durability("fsync")
EVENT = UUID(int=9)
Opener = Callable[..., Awaitable[Keyring]]
_names = count(1)


def some_player() -> UUID:
    return UUID(bytes=os.urandom(16))


@pytest_asyncio.fixture
async def opens(valkey: ChildServer) -> AsyncIterator[Opener]:
    """Open the keyring of this test's store, as one process after another would."""
    name, opened = f"keyring-{next(_names)}", []

    async def opening(
        wrapping: KeyEncryptionKeys = K1, *, store: str = name, clock_s: Callable[[], float] = now_s
    ) -> Keyring:
        opened.append(await Keyring.open(valkey.url, store, wrapping, FSYNC, clock_s=clock_s))
        return opened[-1]

    yield opening
    for each in opened:
        await each.close()


async def destroy(keyring: Keyring, player_id: UUID) -> None:
    """As an erasure will."""
    entry = keyring.entry(player_id)
    await keyring.nodes.call("DEL", entry)
    await keyring.nodes.call("HSET", entry, "destroyed", "1")


async def test_a_key_is_made_once_and_found_again(opens: Opener):
    player_id, first = some_player(), await opens()
    before = int(time.time())
    key = await first.make(player_id)
    sealed = key.seal(EVENT, "words", "Hello")
    assert before <= key.generation <= int(time.time())
    assert await first.newest(player_id) is key
    other = await opens()
    assert await other.value(player_id, sealed) == "Hello"
    assert (await other.newest(player_id)).open(sealed) == "Hello"


async def test_a_registration_that_was_cut_short_finds_its_key_again(opens: Opener):
    """The key stands, the append does not: the retry seals with the same key, on whichever process."""
    player_id = some_player()
    sealed = (await (await opens()).make(player_id)).seal(EVENT, "name", "Sam")
    again = await (await opens()).make(player_id)
    assert again.open(sealed) == "Sam"
    assert len(await (keyring := await opens()).nodes.call("HKEYS", keyring.entry(player_id))) == 1


async def test_two_processes_at_once_make_one_key(opens: Opener):
    processes = [await opens() for _ in range(4)]
    for _ in range(10):
        player_id = some_player()
        keys = await asyncio.gather(*(each.make(player_id) for each in processes for _ in range(3)))
        sealed = keys[0].seal(EVENT, "words", "Hello")
        assert {key.open(sealed) for key in keys} == {"Hello"}


async def test_a_key_is_kept_wrapped(opens: Opener):
    player_id, keyring = some_player(), await opens()
    key = await keyring.make(player_id)
    number, wrapped = await keyring.nodes.call("HGETALL", keyring.entry(player_id))
    assert (number, wrapped[:4]) == (str(key.generation).encode(), b"\x01\x02k1")
    assert len(wrapped) == 4 + 12 + 32 + 16


@pytest.mark.parametrize("act", ["find", "newest", "knows"])
async def test_who_looks_makes_none(opens: Opener, act: str):
    player_id, keyring = some_player(), await opens()
    if act == "knows":
        assert not await keyring.knows(player_id)
    else:
        with pytest.raises(KeyringIncomplete, match=f"the keyring has no key of {player_id}"):
            await (keyring.find(player_id, 1) if act == "find" else keyring.newest(player_id))
    assert await keyring.nodes.call("EXISTS", keyring.entry(player_id)) == 0
    assert await keyring.nodes.call("EXISTS", keyring.record) == 0


async def test_a_number_that_was_given_is_not_given_again_however_the_clock_jumps(opens: Opener):
    clock = {"s": time.time() + 31 * 86_400}
    keyring = await opens(clock_s=lambda: clock["s"])
    numbers = [(await keyring.make(some_player())).generation]
    clock["s"] = 0.0
    numbers += [(await keyring.make(some_player())).generation for _ in range(3)]
    assert numbers == [int(max(numbers))] * 4
    clock["s"] = 2.0**40
    latest = await keyring.make(player_id := some_player())
    assert latest.generation == NUMBER_MAX
    assert (await (await opens()).newest(player_id)).open(latest.seal(EVENT, "words", "Hello")) == "Hello"


async def test_a_lost_key_is_never_replaced_by_one_of_its_number(opens: Opener):
    """Log and keyring were put back together, from before the player; the clock is wrong besides."""
    player_id, keyring = some_player(), await opens(clock_s=lambda: 0.0)
    sealed = (await keyring.make(player_id)).seal(EVENT, "words", "Hello")
    await keyring.nodes.call("DEL", keyring.entry(player_id))
    keyring.forget()
    # Numbers are whole seconds: the next one is half a second away on average.
    await asyncio.sleep(max(0.0, key_id(sealed) + 1.01 - time.time()))
    await keyring.make(player_id)
    with pytest.raises(SealBroken, match="expected data key"):
        await keyring.value(player_id, sealed)


async def test_keys_of_the_release_before_are_found_and_go_on(opens: Opener):
    """They have the number 1."""
    player_id, keyring = some_player(), await opens()
    wrapped = keyring._wrapping.wrap(player_id, 1, bytes(32))
    await keyring.nodes.call("HSET", keyring.entry(player_id), "1", wrapped)
    assert (await keyring.newest(player_id)).generation == 1
    assert (await keyring.make(player_id)).generation == 1
    assert (await keyring.find(player_id, 1)).generation == 1


@pytest.mark.parametrize("there", ["none", "theirs"])
async def test_a_key_is_made_in_no_keyring_but_the_store_s(opens: Opener, there: str):
    """One that was exchanged while the process runs."""
    keyring, player_id = await opens(), some_player()
    keyring.bond = Bond("ours", keyring.nodes, f"{keyring.record}:store")
    if there != "none":
        await keyring.nodes.call("HSET", keyring.record, "id", there)
    with pytest.raises(KeyringIncomplete, match=f"expected the keyring of store ours, got {there}"):
        await keyring.make(player_id)
    assert await keyring.nodes.call("EXISTS", keyring.entry(player_id)) == 0
    await keyring.nodes.call("HSET", keyring.record, "id", "ours")
    await keyring.make(player_id)


async def test_an_older_copy_gives_no_key(opens: Opener):
    """The key would be lost when the newest copy is put back."""
    keyring, first, second = await opens(), some_player(), some_player()
    record = f"{keyring.record}:store"
    keyring.bond = Bond("ours", keyring.nodes, record)
    await keyring.nodes.call("HSET", keyring.record, "id", "ours")
    await keyring.make(first)
    older = await keyring.nodes.call("DUMP", keyring.record)
    await keyring.make(second)
    assert await keyring.bond.keys_given() == 2
    await keyring.nodes.call("RESTORE", keyring.record, 0, older, "REPLACE")
    await keyring.nodes.call("DEL", keyring.entry(second))
    keyring.forget()
    with pytest.raises(KeyringIncomplete, match="has given 2 keys, got an older copy that has given 1"):
        await keyring.make(third := some_player())
    assert not await keyring.knows(third)
    assert await keyring.bond.keys_given() == 2


async def test_a_number_that_never_was_is_named_and_asked_for_once(opens: Opener):
    player_id, keyring = some_player(), await opens()
    key = await keyring.make(player_id)
    for _ in range(3):
        with pytest.raises(SealBroken, match=rf"expected data key 7 of .*, found \[{key.generation}\]"):
            await keyring.find(player_id, 7)
    held = keyring._cache[player_id]
    wrapped = keyring._wrapping.wrap(player_id, 7, bytes(32))
    await keyring.nodes.call("HSET", keyring.entry(player_id), "7", wrapped)
    keyring._cache[player_id] = held._replace(asked_at=held.asked_at - ASKED_AGAIN_S)
    assert (await keyring.find(player_id, 7)).generation == 7


async def test_a_destroyed_key_is_never_made_again(opens: Opener):
    player_id, keyring = some_player(), await opens()
    await keyring.make(player_id)
    await destroy(keyring, player_id)
    other = await opens()
    acts = (other.make(player_id), other.newest(player_id), other.find(player_id, 1), other.make(player_id))
    for act in acts:
        with pytest.raises(PlayerErased, match=str(player_id)):
            await act
    assert await other.knows(player_id), "an erased player is not one whose key is missing"
    assert await keyring.nodes.call("HGETALL", keyring.entry(player_id)) == [b"destroyed", b"1"]


async def test_who_held_a_destroyed_key_lets_it_go_when_told(opens: Opener):
    player_id, keyring = some_player(), await opens()
    await keyring.make(player_id)
    await destroy(keyring, player_id)
    held = keyring._cache[player_id]
    keyring._cache[player_id] = held._replace(asked_at=held.asked_at - ASKED_AGAIN_S)
    with pytest.raises(PlayerErased):
        await keyring.find(player_id, 2)
    assert player_id not in keyring._cache


@pytest.mark.parametrize("there", ["destroyed", "gone"])
async def test_a_key_is_held_for_a_minute_at_most(opens: Opener, there: str):
    player_id, keyring = some_player(), await opens()
    key = await keyring.make(player_id)
    assert (CACHE_S, CACHE_MAX) == (60.0, 10_000)
    await destroy(keyring, player_id)
    if there == "gone":
        await keyring.nodes.call("DEL", keyring.entry(player_id))
    assert await keyring.newest(player_id) is key
    held = keyring._cache[player_id]
    keyring._cache[player_id] = held._replace(asked_at=held.asked_at - CACHE_S - 1)
    with pytest.raises(PlayerErased if there == "destroyed" else KeyringIncomplete):
        await keyring.newest(player_id)


async def test_so_many_keys_are_held_at_most(opens: Opener):
    keyring, player_id = await opens(), some_player()
    known = await keyring.make(player_id)
    held = keyring._cache[player_id]
    for _ in range(CACHE_MAX - 1):
        keyring._cache[some_player()] = held
    await keyring.make(some_player())
    assert len(keyring._cache) == CACHE_MAX
    assert player_id not in keyring._cache
    assert await keyring.value(player_id, known.seal(EVENT, "words", "Hello")) == "Hello"


async def test_keys_wrapped_before_a_rotation_are_unwrapped_still(opens: Opener):
    player_id = some_player()
    sealed = (await (await opens()).make(player_id)).seal(EVENT, "words", "Hello")
    rotated = await opens(ROTATED)
    assert await rotated.value(player_id, sealed) == "Hello"
    await rotated.make(newer := some_player())
    with pytest.raises(KeyringIncomplete, match=r"wrapped by 'k2', this program has \['k1'\]"):
        await (await opens()).find(newer, 1)


async def test_a_wrapping_key_of_the_same_name_that_is_another_is_named(opens: Opener):
    player_id = some_player()
    await (await opens()).make(player_id)
    other = await opens(KeyEncryptionKeys("k1", {"k1": bytes(32)}))
    for act in (other.newest(player_id), other.make(player_id), other.find(player_id, 1)):
        with pytest.raises(KeyringIncomplete, match=f"the data key of {player_id} does not unwrap with 'k1'"):
            await act


async def test_an_older_key_that_does_not_unwrap_hides_no_newer_one(opens: Opener):
    player_id, keyring = some_player(), await opens()
    key = await keyring.make(player_id)
    sealed = key.seal(EVENT, "words", "Hello")
    await keyring.nodes.call("HSET", keyring.entry(player_id), "1", b"\x01\x02k1no key at all")
    keyring.forget()
    assert await keyring.value(player_id, sealed) == "Hello"
    with pytest.raises(SealBroken, match="expected data key 1"):
        await keyring.find(player_id, 1)


@pytest.mark.parametrize(
    "wrapped", [b"", b"\x01", b"\x01\xffk1", b"\x02\x02k1" + bytes(60), bytes(range(100, 164))]
)
async def test_a_wrapped_key_that_is_none_is_as_good_as_missing(opens: Opener, wrapped: bytes):
    player_id, keyring = some_player(), await opens()
    await keyring.nodes.call("HSET", keyring.entry(player_id), "1", wrapped)
    assert not await keyring.knows(player_id)


async def test_a_wrapped_key_moved_to_another_player_or_store_does_not_unwrap(opens: Opener):
    player_id, other_id, keyring = some_player(), some_player(), await opens()
    await keyring.make(player_id)
    number, wrapped = await keyring.nodes.call("HGETALL", keyring.entry(player_id))
    await keyring.nodes.call("HSET", keyring.entry(other_id), number, wrapped)
    with pytest.raises(KeyringIncomplete):
        await keyring.find(other_id, int(number))
    elsewhere = await opens(store="another")
    await elsewhere.nodes.call("HSET", elsewhere.entry(player_id), number, wrapped)
    with pytest.raises(KeyringIncomplete):
        await elsewhere.find(player_id, int(number))


async def test_a_key_that_too_few_copies_have_is_not_used(tmp_path: Path):
    """Words sealed with a key that a failover may lose would be lost with it."""
    primary = ChildServer(tmp_path / "primary")
    await primary.start()
    keyring = await Keyring.open(primary.url, "copied", K1, Durability("replicated", 1))
    player_id = some_player()
    try:
        with pytest.raises(StoreUnavailable, match="1 copies were promised, 0 answered"):
            await keyring.make(player_id)
        # The key exists; a lookup does not prove that the copies have it.
        assert await keyring.knows(player_id)
        with pytest.raises(StoreUnavailable, match="1 copies were promised, 0 answered"):
            await keyring.newest(player_id)
    finally:
        await keyring.close()
        await primary.stop()
