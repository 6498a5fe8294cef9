"""Store and keyring belong together: the same id is in the store's record and in the keyring's.

The keyring is written first and the store last, so the next start completes an interrupted one. The previous
release neither reads nor writes the id.
"""

from typing import NamedTuple
from uuid import uuid4

from tta.eventstore.nodes import Nodes
from tta.eventstore.store import EventStore
from tta.security.key_files import KeyFileUnsafe
from tta.security.keyring import NOBODY, Bond, Keyring, KeyringIncomplete, PlayerErased

ID, GIVEN, KEYS_GIVEN = "id", "given", "keys_given"
LOOKS_MAX = 2  # Another process that is starting may have written one of the two ids.


class KeyringForeign(Exception):
    """The keyring belongs to another store; the message says what to do."""


class Ids(NamedTuple):
    """The ids recorded on both sides; "" if absent."""

    store_name: str
    store: str
    keyring: str
    given: int
    """The number of data keys that the keyring has given since it has an id, without NOBODY's."""
    keys_given: int
    """The number that the store knows of."""
    is_empty: bool
    """The store has no events."""


async def bind(store: EventStore, keyring: Keyring) -> None:
    """Check that the keyring belongs to this store, and bind the two if they are not bound yet.

    A store without events gets its id, and its keyring gets NOBODY's key. Raises KeyringForeign, or
    KeyFileUnsafe if the key file does not open NOBODY's key.
    """
    for _ in range(LOOKS_MAX):
        ids = await read_ids(store, keyring)
        refused = refusal(ids)
        if not refused:
            break
    else:
        raise KeyringForeign(refused)
    if not ids.is_empty:
        await require_nobodys_key(keyring, ids.store_name)
    chosen = await _claimed(keyring.nodes, keyring.record, ids.store or ids.keyring or uuid4().hex)
    keyring.bond = Bond(chosen, store.nodes, store.layout.record)
    if ids.is_empty:
        await _make_nobodys_key(keyring)
    standing = await _claimed(store.nodes, store.layout.record, chosen)
    if standing != chosen:
        keyring.bond = None
        raise KeyringForeign(_differs(ids.store_name, standing, chosen))


async def read_ids(store: EventStore, keyring: Keyring) -> Ids:
    """Read the recorded ids: the keyring's side first, because it is written first."""
    kept, given = await keyring.nodes.call("HMGET", keyring.record, ID, GIVEN)
    standing, known = await store.nodes.call("HMGET", store.layout.record, ID, KEYS_GIVEN)
    is_empty = not any(position for position, _ in (await store.ends()).values())
    return Ids(
        store.layout.name, _text(standing), _text(kept), int(given or b"0"), int(known or b"0"), is_empty
    )


def refusal(ids: Ids) -> str:
    """Return why the keyring is not this store's, and what to do; "" if nothing contradicts it."""
    if ids.store and ids.keyring:
        return "" if ids.store == ids.keyring else _differs(ids.store_name, ids.store, ids.keyring)
    if ids.store and not ids.is_empty:
        return (
            f"the keyring of store {ids.store_name} has no id, expected {ids.store}: it is empty or "
            "another's. Put back the newest copy of this store's keyring (TTA_KEYRING_URL); for a copy "
            "that is older than the id, run `tta keys bind` once"
        )
    if ids.keyring and ids.is_empty and ids.given:
        return (
            f"store {ids.store_name} is empty, and its keyring holds keys of store {ids.keyring}. Put back "
            "the store (TTA_STORE_URL), or give a new store another name (TTA_STORE_NAME) or its own keyring"
        )
    return ""


async def require_nobodys_key(keyring: Keyring, store_name: str) -> None:
    """Check that NOBODY's key exists and unwraps. Raises KeyringForeign or KeyFileUnsafe."""
    keyring.forget()
    try:
        await keyring.newest(NOBODY)
    except PlayerErased as error:
        raise KeyringForeign(f"the keyring of store {store_name} has a tombstone for NOBODY's key") from error
    except KeyringIncomplete as error:
        if error.__cause__ is not None:
            raise _other_file() from error
        raise KeyringForeign(
            f"the keyring of store {store_name} is empty or another's: the store has events, and the keyring "
            "lacks the key that every keyring of TTA has. Put back the newest copy of this store's keyring "
            "(TTA_KEYRING_URL)"
        ) from error


async def bind_anyway(store: EventStore, keyring: Keyring) -> str:
    """Accept an older copy of the keyring as the newest, by an operator's decision; return the id.

    The copy gets the store's id if it lacks one, and gives keys again.

    Raises KeyringForeign if it has another id or lacks NOBODY's key, and KeyFileUnsafe.
    """
    ids = await read_ids(store, keyring)
    if ids.keyring and ids.keyring != ids.store:
        raise KeyringForeign(refusal(ids) or _differs(ids.store_name, ids.store or "none", ids.keyring))
    if not ids.store:
        raise KeyringForeign(f"store {ids.store_name} has no id yet: the next start gives one to both")
    await require_nobodys_key(keyring, ids.store_name)
    if ids.given < ids.keys_given:
        await keyring.nodes.call("HSET", keyring.record, GIVEN, ids.keys_given)
    return await _claimed(keyring.nodes, keyring.record, ids.store)


async def _make_nobodys_key(keyring: Keyring) -> None:
    try:
        await keyring.make(NOBODY)
    except KeyringIncomplete as error:
        raise _other_file() from error


async def _claimed(nodes: Nodes, record: str, chosen: str) -> str:
    """Write an id if there is none; return the recorded one."""
    await nodes.call("HSETNX", record, ID, chosen)
    (standing,) = await nodes.call("HMGET", record, ID)
    return _text(standing)


def _other_file() -> KeyFileUnsafe:
    return KeyFileUnsafe(
        "key-encryption.json does not open what the keyring holds: put back the key file that wrapped it"
    )


def _differs(name: str, store: str, keyring: str) -> str:
    return (
        f"the keyring is another store's: store {name} has the id {store}, the keyring {keyring}. "
        "Correct TTA_KEYRING_URL and TTA_STORE_URL, or put back the keyring that belongs to the store"
    )


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode(errors="replace")
