"""The keyring: each player's data key, wrapped by a key-encryption key, in a store apart from the log.

Only the append that begins a subject makes a key; everything else looks it up. A destroyed one leaves a
tombstone, under which nothing is ever sealed or opened again. The keyring's record names the store that it
belongs to (tta.security.binding).
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from importlib.resources import files
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

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
CACHE_S = (
    60.0  # After an erasure or an exchange, another process may use the key it holds for so long at most.
)
ASKED_AGAIN_S = 1.0  # A page of values that name a key which is not there asks for it once.
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
    """The player's data key was destroyed: their words cannot be read, and none can be taken."""


class KeyringIncomplete(Exception):
    """The log has events of the player, and the keyring no key that opens or seals for them; or the keyring
    is not this store's. An operator's fault, for whom the message is.
    """


NOBODY = UUID(int=0)


class Bond(NamedTuple):
    """The store that a keyring belongs to, and what the store's record says of its keyring."""

    id: str
    nodes: Nodes
    record: str

    async def keys_given(self) -> int:
        """How many data keys the keyring has given at least; a copy that has given fewer is an older one."""
        (given,) = await self.nodes.call("HMGET", self.record, "keys_given")
        return int(given or b"0")

    async def note_given(self, given: int) -> None:
        """Note that so many were given, before what the last one seals can be appended."""
        await self.nodes.run(KEYS_GIVEN, [self.record], [given])


class _HeldKeys(NamedTuple):
    """What a process remembers of a player's keys. `confirmed`: as durable as the mode promises."""

    asked_at: float
    keys: dict[int, DataKey]
    confirmed: bool


class Keyring:
    """Data keys by player. `make` makes one for a subject that begins; all else only looks."""

    def __init__(
        self, nodes: Nodes, store: str, wrapping: KeyEncryptionKeys, clock_s: Callable[[], float] = now_s
    ) -> None:
        """`clock_s` gives seconds since 1970, after which new keys are numbered."""
        self.nodes = nodes
        self._clock_s = clock_s
        self.lacking = LackingPlayers()
        self.bond: Bond | None = None
        """The store that it belongs to, once that was compared; a key is made in no other keyring."""
        self.is_foreign = False
        """It was exchanged for one that has another id, or none, while the process runs."""
        self.is_older = False
        """It is an older copy: the store knows of more keys than it has given. It gives none then."""
        self._store = store
        self._wrapping = Wrapping(store, wrapping)
        self._cache: OrderedDict[UUID, _HeldKeys] = OrderedDict()

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
        """Reach the keyring's server, which must keep what it is given as the log's must."""
        return cls(await Nodes.connect(url, durability), store, wrapping, clock_s)

    async def close(self) -> None:
        await self.nodes.close()

    @property
    def id(self) -> str:
        return "" if self.bond is None else self.bond.id

    @property
    def record(self) -> str:
        """The key that says whose keyring this is."""
        return f"{{{self._store}}}:keyring"

    def entry(self, player_id: UUID) -> str:
        return f"{self.record}:{player_id}"

    def forget(self) -> None:
        """Look up every key anew."""
        self._cache.clear()

    async def make(self, player_id: UUID) -> DataKey:
        """Give the key of a subject that begins, as durable as an event before it is used.

        One that a registration left behind which was cut short is found again. Raises PlayerErased,
        KeyringIncomplete where the keyring is another store's or an older copy, or StoreUnavailable.
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
        """Give the key to seal with, as durable as an event before it is used.

        Raises PlayerErased, KeyringIncomplete, or StoreUnavailable.
        """
        held = self._at_hand(player_id)
        if held is not None and (held.confirmed or not self.nodes.durability.copies):
            return self._newest(player_id, held.keys)
        reply = await self._written(player_id, "seal")
        return self._newest(player_id, self._read(player_id, reply, confirmed=True))

    async def find(self, player_id: UUID, number: int) -> DataKey:
        """Give the key that a box names.

        Raises PlayerErased, KeyringIncomplete where the player has none, or SealBroken where not that one.
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
        """Whether the player has a key, or had one that was destroyed."""
        return not await self.gap(player_id)

    async def gap(self, player_id: UUID) -> str:
        """Say why there is no key of a player that could be used; "" where there is, or where it was
        destroyed.
        """
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
        """Open a box with the key that it names, to the type it held. Raises what `find` raises."""
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
        """Note that a player of the log has no key; one that is remembered must not hide that."""
        self._cache.pop(player_id, None)
        self.lacking.add(player_id)

    def lacks(self, player_id: UUID, gap: str) -> KeyringIncomplete:
        """Note that a player of the log has no key, and give what is to be raised."""
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
            # A key may have been made; nothing has been sealed with it, so the command did not happen.
            raise StoreUnavailable(f"the keyring does not answer for a key of its: {error}") from error

    def _read(self, player_id: UUID, reply: list[bytes], *, confirmed: bool) -> dict[int, DataKey]:
        """Unwrap the keys that the script answered with, and remember them.

        A key that does not unwrap is as good as none: where the newest is such, nothing may be sealed.
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
                continue  # What it sealed is told as unreadable, value by value.
        self._remember(player_id, _HeldKeys(time.monotonic(), keys, confirmed))
        return keys

    def _remember(self, player_id: UUID, held: _HeldKeys) -> None:
        self._cache[player_id] = held
        self._cache.move_to_end(player_id)
        self.lacking.discard(player_id)
        if len(self._cache) > CACHE_MAX:
            self._cache.popitem(last=False)


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace") or "none"
