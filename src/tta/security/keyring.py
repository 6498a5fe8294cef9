"""The keyring: each player's data key, wrapped by a key-encryption key, in a store apart from the log.

Only the append that registers a subject makes a key; all other code looks it up. A destroyed key leaves a
tombstone, and nothing is ever sealed or opened under it again. The keyring's record names its store
(tta.security.binding).
"""

import secrets
import time
from collections.abc import Callable
from importlib.resources import files
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from cachetools import LRUCache
from msgspec.structs import replace

from tta.clock import now_s
from tta.domain.base import Event, SealedText, personal_fields
from tta.eventstore.durability import Durability
from tta.eventstore.errors import OutcomeUnknown, StoreUnavailable
from tta.eventstore.nodes import Nodes, evalsha
from tta.eventstore.scripts import Script, script
from tta.security.key_files import KEY_BYTES, KeyEncryptionKeys
from tta.security.lacking import LackingPlayers
from tta.security.sealing import DataKey, SealBroken, key_id
from tta.security.wrapping import Wrapping

CACHE_MAX = 10_000
CACHE_S = 60.0  # After an erasure or an exchange, another process may use its cached key at most this long.
ASKED_AGAIN_S = 1.0  # A page of values that name the same missing key asks for it once.
NUMBER_MAX = 2**32 - 1
ATTEMPTS_MAX = 5

KEYRING: Script = script(files("tta.security").joinpath("keyring.lua").read_bytes())
KEYS_GIVEN: Script = script(files("tta.security").joinpath("keys_given.lua").read_bytes())
REFUSED = {
    b"FOREIGN": "expected the keyring of store {id}, got {found}",
    b"OLDER": "expected a keyring that has given {known} keys, got an older copy that has given {found}",
}
AnyEvent = TypeVar("AnyEvent", bound=Event)


class PlayerErased(Exception):
    """The player's data key was destroyed: their words cannot be read, and new ones cannot be sealed."""


class KeyringIncomplete(Exception):
    """The log has events of the player, but the keyring has no usable key; or the keyring belongs to another
    store. The message is for operators, who must correct this.
    """


NOBODY = UUID(int=0)


class Bond(NamedTuple):
    """The store of a keyring, and what the store's record says about the keyring."""

    id: str
    nodes: Nodes
    record: str

    async def keys_given(self) -> int:
        """Return the least number of data keys given. A copy that has given fewer is older."""
        (given,) = await self.nodes.call("HMGET", self.record, "keys_given")
        return int(given or b"0")

    async def note_given(self, given: int) -> None:
        """Record the number of given keys, before anything sealed with the last one is appended."""
        await self.nodes.run(KEYS_GIVEN, [self.record], [given])


class _HeldKeys(NamedTuple):
    """A player's cached keys. `confirmed`: they are as durable as the mode promises."""

    asked_at: float
    keys: dict[int, DataKey]
    confirmed: bool


class Keyring:
    """Data keys by player. `make` makes a key for a new subject; all other methods only look keys up."""

    def __init__(
        self, nodes: Nodes, store: str, wrapping: KeyEncryptionKeys, clock_s: Callable[[], float] = now_s
    ) -> None:
        """`clock_s` returns seconds since 1970, from which new keys get their numbers."""
        self.nodes = nodes
        self._clock_s = clock_s
        self.lacking = LackingPlayers()
        self.bond: Bond | None = None
        """The store that it belongs to, once compared. Without it, no key is made."""
        self.is_foreign = False
        """At run time it was exchanged for a keyring with another id, or none."""
        self.is_older = False
        """It is an older copy: the store knows of more keys than it has given. It then gives none."""
        self._store = store
        self._wrapping = Wrapping(store, wrapping)
        self._cache: LRUCache[UUID, _HeldKeys] = LRUCache(CACHE_MAX)

    @classmethod
    async def open(
        cls,
        url: str,
        store: str,
        wrapping: KeyEncryptionKeys,
        durability: Durability,
        *,
        clock_s: Callable[[], float] = now_s,
    ) -> "Keyring":
        """Connect to the keyring's server, which must be as durable as the log's."""
        return cls(await Nodes.connect(url, durability), store, wrapping, clock_s)

    async def close(self) -> None:
        await self.nodes.close()

    @property
    def id(self) -> str:
        return "" if self.bond is None else self.bond.id

    @property
    def record(self) -> str:
        """The Redis key of the record that names the keyring's store."""
        return f"{{{self._store}}}:keyring"

    def entry(self, player_id: UUID) -> str:
        return f"{self.record}:{player_id}"

    def forget(self) -> None:
        """Discard all cached keys."""
        self._cache.clear()

    async def make(self, player_id: UUID) -> DataKey:
        """Return the key of a new subject, as durable as an event before it is used.

        A key that an interrupted registration left behind is found again. Raises PlayerErased,
        KeyringIncomplete if the keyring is another store's or an older copy, or StoreUnavailable.
        """
        known = 0 if self.bond is None else await self.bond.keys_given()
        number = 0
        for _ in range(ATTEMPTS_MAX):
            number = min(max(number, int(self._clock_s())), NUMBER_MAX)
            wrapped = self._wrapping.wrap(player_id, number, secrets.token_bytes(KEY_BYTES))
            counted = int(player_id != NOBODY)
            reply = await self._written(player_id, "make", self.id, known, number, wrapped, counted)
            if reply[0] in REFUSED:
                raise KeyringIncomplete(
                    REFUSED[reply[0]].format(id=self.id, known=known, found=_text(reply[1]))
                )
            if reply[0] != b"NUMBER":
                keys = self._read(player_id, reply, confirmed=True)
                if self.bond is not None:
                    await self.bond.note_given(await self._given())
                return self._newest(player_id, keys)
            number = int(reply[1])
        raise StoreUnavailable(f"a new key found no number in {ATTEMPTS_MAX} attempts, the last was {number}")

    async def newest(self, player_id: UUID) -> DataKey:
        """Return the key to seal with, as durable as an event before it is used.

        Raises PlayerErased, KeyringIncomplete, or StoreUnavailable.
        """
        held = self._at_hand(player_id)
        if held is not None and (held.confirmed or not self.nodes.durability.copies):
            return self._newest(player_id, held.keys)
        reply = await self._written(player_id, "seal")
        return self._newest(player_id, self._read(player_id, reply, confirmed=True))

    async def find(self, player_id: UUID, number: int) -> DataKey:
        """Return the key that a sealed value names.

        Raises PlayerErased, KeyringIncomplete if the player has no key, or SealBroken if only this one is
        missing.
        """
        held = self._at_hand(player_id)
        just_asked = held is not None and time.monotonic() - held.asked_at < ASKED_AGAIN_S
        if held is None or (number not in held.keys and not just_asked):
            keys = await self._look(player_id)
        else:
            keys = held.keys
        if number not in keys:
            raise SealBroken(f"expected data key {number} of {player_id}, found {sorted(keys)}")
        return keys[number]

    async def knows(self, player_id: UUID) -> bool:
        """Return whether the player has a key, or had one that was destroyed."""
        return not await self.gap(player_id)

    async def gap(self, player_id: UUID) -> str:
        """Return why a player has no usable key; "" if there is one, or if it was destroyed."""
        if self._at_hand(player_id) is not None:
            return ""
        try:
            await self._look(player_id)
        except PlayerErased:
            return ""
        except KeyringIncomplete as error:
            return str(error)
        return ""

    async def value(self, player_id: UUID, sealed: SealedText, kind: Any = str) -> Any:
        """Open a sealed value with the key that it names, as its original type. Raises what `find` raises."""
        return (await self.find(player_id, key_id(sealed))).open(sealed, kind)

    async def opened(self, player_id: UUID, event: AnyEvent) -> AnyEvent:
        """Open every sealed field of an event, each with the key that it names. Raises what `find` raises."""
        opened = {}
        for field, kind in personal_fields(type(event)).items():
            value = getattr(event, field)
            if isinstance(value, SealedText):
                opened[field] = await self.value(player_id, value, kind)
        return replace(event, **opened)

    def miss(self, player_id: UUID) -> None:
        """Record that a player of the log has no key. A cached one must not hide this."""
        self._cache.pop(player_id, None)
        self.lacking.add(player_id)

    def lacks(self, player_id: UUID, gap: str) -> KeyringIncomplete:
        """Record that a player of the log has no key; return the error to raise."""
        self.miss(player_id)
        return KeyringIncomplete(f"the log has events of {player_id}: {gap}")

    def _at_hand(self, player_id: UUID) -> _HeldKeys | None:
        held = self._cache.get(player_id)
        return None if held is None or held.asked_at + CACHE_S < time.monotonic() else held

    def _newest(self, player_id: UUID, keys: dict[int, DataKey]) -> DataKey:
        assert keys, f"{player_id} has keys, or an error was raised"
        return keys[max(keys)]

    async def _look(self, player_id: UUID) -> dict[int, DataKey]:
        reply = await self.nodes.run(KEYRING, [self.entry(player_id), self.record], ["look"])
        return self._read(player_id, reply, confirmed=False)

    async def _given(self) -> int:
        (given,) = await self.nodes.call("HMGET", self.record, "given")
        return int(given or b"0")

    async def _written(self, player_id: UUID, *words: str | int | bytes) -> list[bytes]:
        entry = self.entry(player_id)
        command = evalsha(KEYRING, [entry, self.record], list(words))
        try:
            return await self.nodes.append(command, entry)
        except OutcomeUnknown as error:
            # A key may have been made, but nothing is sealed with it, so the command had no effect.
            raise StoreUnavailable(f"the keyring does not answer for a key of its: {error}") from error

    def _read(self, player_id: UUID, reply: list[bytes], *, confirmed: bool) -> dict[int, DataKey]:
        """Unwrap and cache the keys in the script's answer.

        A key that does not unwrap counts as missing: if it is the newest, nothing may be sealed.
        """
        if reply == [b"DESTROYED"]:
            self._cache.pop(player_id, None)
            raise PlayerErased(f"the data key of {player_id} was destroyed")
        wrapped = {int(number): bytes(each) for number, each in zip(reply[1::2], reply[2::2], strict=True)}
        if not wrapped:
            self._cache.pop(player_id, None)
            raise KeyringIncomplete(f"the keyring has no key of {player_id}")
        try:
            newest = self._wrapping.unwrap(player_id, max(wrapped), wrapped.pop(max(wrapped)))
        except SealBroken as error:
            self._cache.pop(player_id, None)
            raise KeyringIncomplete(str(error)) from error
        keys = {newest.generation: newest}
        for number, each in wrapped.items():
            try:
                keys[number] = self._wrapping.unwrap(player_id, number, each)
            except SealBroken:
                continue  # Each value that it sealed is shown as unreadable.
        self._remember(player_id, _HeldKeys(time.monotonic(), keys, confirmed))
        return keys

    def _remember(self, player_id: UUID, held: _HeldKeys) -> None:
        self._cache[player_id] = held
        self.lacking.discard(player_id)


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace") or "none"
