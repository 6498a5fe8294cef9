"""A player has one data key, made once, kept wrapped; once destroyed there is none for ever."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from tta.eventstore.child_server import ChildServer
from tta.eventstore.durability import Durability
from tta.eventstore.errors import StoreUnavailable
from tta.security.key_files import KeyEncryptionKeys
from tta.security.keyring import CACHE_MAX, CACHE_S, Keyring, PlayerErased
from tta.security.sealing import SealBroken

K1 = KeyEncryptionKeys("k1", {"k1": bytes(range(32))})
ROTATED = KeyEncryptionKeys("k2", {"k2": bytes(range(1, 33)), "k1": bytes(range(32))})
FSYNC = Durability("fsync")
EVENT = UUID(int=9)
Opener = Callable[..., Awaitable[Keyring]]
_names = count(1)


def some_player() -> UUID:
    return UUID(bytes=os.urandom(16))


@pytest_asyncio.fixture
async def opens(keyring_server: ChildServer) -> AsyncIterator[Opener]:
    """Open the keyring of this test's store, as one process after another would."""
    name, opened = f"keyring-{next(_names)}", []

    async def opening(wrapping: KeyEncryptionKeys = K1, *, store: str = name) -> Keyring:
        opened.append(await Keyring.open(keyring_server.url, store, wrapping, FSYNC))
        return opened[-1]

    yield opening
    for each in opened:
        await each.close()


async def destroy(keyring: Keyring, player_id: UUID) -> None:
    """As an erasure will."""
    entry = keyring._entry(player_id)
    await keyring._nodes.call("DEL", entry)
    await keyring._nodes.call("HSET", entry, "destroyed", "1")


async def test_a_key_is_made_once_and_found_again(opens: Opener):
    player_id, first = some_player(), await opens()
    key = await first.open_for(player_id)
    sealed = key.seal(EVENT, "words", "Hello")
    assert key.generation == 1
    assert await first.open_for(player_id) is key
    other = await opens()
    assert (await other.find(player_id, 1)).open(sealed) == "Hello"
    assert (await other.open_for(player_id)).open(sealed) == "Hello"


async def test_two_processes_at_once_make_one_key(opens: Opener):
    processes = [await opens() for _ in range(4)]
    for _ in range(10):
        player_id = some_player()
        keys = await asyncio.gather(*(each.open_for(player_id) for each in processes for _ in range(3)))
        sealed = keys[0].seal(EVENT, "words", "Hello")
        assert {key.open(sealed) for key in keys} == {"Hello"}


async def test_a_key_is_kept_wrapped(opens: Opener):
    player_id, keyring = some_player(), await opens()
    await keyring.open_for(player_id)
    first, again = await keyring._nodes.call("HGETALL", keyring._entry(player_id))
    assert (first, again[:4]) == (b"1", b"\x01\x02k1")
    assert len(again) == 4 + 12 + 32 + 16


async def test_who_only_looks_makes_none(opens: Opener):
    player_id, keyring = some_player(), await opens()
    with pytest.raises(SealBroken, match=f"expected data key 1 of {player_id}, found none"):
        await keyring.find(player_id, 1)
    assert await keyring._nodes.call("EXISTS", keyring._entry(player_id)) == 0


async def test_a_generation_that_never_was_is_named(opens: Opener):
    player_id, keyring = some_player(), await opens()
    await keyring.open_for(player_id)
    with pytest.raises(SealBroken, match=r"expected data key 7 of .*, found \[1\]"):
        await keyring.find(player_id, 7)


async def test_a_destroyed_key_is_never_made_again(opens: Opener):
    player_id, keyring = some_player(), await opens()
    await keyring.open_for(player_id)
    await destroy(keyring, player_id)
    other = await opens()
    for act in (other.open_for(player_id), other.find(player_id, 1), other.open_for(player_id)):
        with pytest.raises(PlayerErased, match=str(player_id)):
            await act
    assert await keyring._nodes.call("HGETALL", keyring._entry(player_id)) == [b"destroyed", b"1"]


async def test_who_held_a_destroyed_key_lets_it_go_when_told(opens: Opener):
    player_id, keyring = some_player(), await opens()
    await keyring.open_for(player_id)
    await destroy(keyring, player_id)
    with pytest.raises(PlayerErased):
        await keyring.find(player_id, 2)
    assert keyring.held(player_id) is None


async def test_a_key_is_held_for_a_minute_at_most(opens: Opener):
    player_id, keyring = some_player(), await opens()
    await keyring.open_for(player_id)
    assert (CACHE_S, CACHE_MAX) == (60.0, 10_000)
    until, keys = keyring._cache[player_id]
    keyring._cache[player_id] = (until - CACHE_S, keys)
    assert keyring.held(player_id) is None
    await destroy(keyring, player_id)
    with pytest.raises(PlayerErased):
        await keyring.open_for(player_id)


async def test_so_many_keys_are_held_at_most(opens: Opener):
    keyring, player_id = await opens(), some_player()
    known = await keyring.open_for(player_id)
    for _ in range(CACHE_MAX - 1):
        keyring._cache[some_player()] = keyring._cache[player_id]
    await keyring.open_for(some_player())
    assert len(keyring._cache) == CACHE_MAX
    assert keyring.held(player_id) is None
    sealed = known.seal(EVENT, "words", "Hello")
    assert (await keyring.find(player_id, 1)).open(sealed) == "Hello"


async def test_keys_wrapped_before_a_rotation_are_unwrapped_still(opens: Opener):
    player_id = some_player()
    sealed = (await (await opens()).open_for(player_id)).seal(EVENT, "words", "Hello")
    rotated = await opens(ROTATED)
    assert (await rotated.find(player_id, 1)).open(sealed) == "Hello"
    await rotated.open_for(newer := some_player())
    with pytest.raises(SealBroken, match=r"wrapped by 'k2', this program has \['k1'\]"):
        await (await opens()).find(newer, 1)


async def test_a_wrapping_key_of_the_same_name_that_is_another_is_named(opens: Opener):
    player_id = some_player()
    await (await opens()).open_for(player_id)
    other = await opens(KeyEncryptionKeys("k1", {"k1": bytes(32)}))
    with pytest.raises(SealBroken, match=f"the data key of {player_id} does not unwrap with 'k1'"):
        await other.open_for(player_id)


async def test_a_wrapped_key_moved_to_another_player_or_store_does_not_unwrap(opens: Opener):
    player_id, other_id, keyring = some_player(), some_player(), await opens()
    await keyring.open_for(player_id)
    (_, wrapped) = await keyring._nodes.call("HGETALL", keyring._entry(player_id))
    await keyring._nodes.call("HSET", keyring._entry(other_id), "1", wrapped)
    with pytest.raises(SealBroken):
        await keyring.find(other_id, 1)
    elsewhere = await opens(store="another")
    await elsewhere._nodes.call("HSET", elsewhere._entry(player_id), "1", wrapped)
    with pytest.raises(SealBroken):
        await elsewhere.find(player_id, 1)


async def test_a_key_that_too_few_copies_have_is_not_used(tmp_path: Path):
    """Words sealed with a key that a failover may lose would be lost with it."""
    primary = ChildServer(tmp_path / "primary")
    await primary.start()
    keyring = await Keyring.open(primary.url, "copied", K1, Durability("replicated", 1))
    player_id = some_player()
    try:
        with pytest.raises(StoreUnavailable, match="1 copies were promised, 0 answered"):
            await keyring.open_for(player_id)
        assert keyring.held(player_id) is None
    finally:
        await keyring.close()
        await primary.stop()
