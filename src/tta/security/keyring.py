"""The keyring: each player's data key, wrapped by a key-encryption key, in a store apart from the log.

Keys are made where absent. A destroyed one leaves a tombstone, under which nothing is ever sealed or
opened again.
"""

import secrets
import time
from collections import OrderedDict
from importlib.resources import files
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tta.eventstore.durability import Durability
from tta.eventstore.errors import OutcomeUnknown, StoreUnavailable
from tta.eventstore.nodes import Nodes, evalsha
from tta.eventstore.scripts import Script, script
from tta.security.key_files import KEY_BYTES, KeyEncryptionKeys, KeyFileUnsafe
from tta.security.sealing import NONCE_BYTES, DataKey, SealBroken

CACHE_MAX = 10_000
CACHE_S = 60.0  # After an erasure, another process may use the key it holds for this long at most.
WRAPPED = b"\x01"

KEYRING: Script = script(files("tta.security").joinpath("keyring.lua").read_bytes())


class PlayerErased(Exception):
    """The player's data key was destroyed: their words cannot be read, and none can be taken."""


NOBODY = UUID(int=0)


class Keyring:
    """Data keys by player. `open_for` finds or makes the key to seal with, `find` only looks."""

    def __init__(self, nodes: Nodes, store: str, wrapping: KeyEncryptionKeys) -> None:
        self._nodes = nodes
        self._store = store
        self._wrapping = wrapping
        self._cache: OrderedDict[UUID, tuple[float, dict[int, DataKey]]] = OrderedDict()

    @classmethod
    async def open(
        cls, url: str, store: str, wrapping: KeyEncryptionKeys, durability: Durability
    ) -> "Keyring":
        """Reach the keyring's server, which must keep what it is given as the log's must."""
        return cls(await Nodes.connect(url, durability), store, wrapping)

    async def close(self) -> None:
        await self._nodes.close()

    async def check(self) -> None:
        """Make sure that the key file is the one with which the kept data keys were wrapped.

        A data key that is nobody's is kept for this. Raises KeyFileUnsafe.
        """
        try:
            await self.open_for(NOBODY)
        except SealBroken as error:
            raise KeyFileUnsafe(
                "key-encryption.json does not open what the keyring holds: bring back the file of then"
            ) from error

    def held(self, player_id: UUID) -> DataKey | None:
        """Give the newest key if it is at hand, without asking the server."""
        cached = self._cache.get(player_id)
        if cached is None or cached[0] < time.monotonic():
            return None
        return cached[1][max(cached[1])]

    async def open_for(self, player_id: UUID) -> DataKey:
        """Give the key to seal with, as durable as an event before it is used.

        Raises PlayerErased, or StoreUnavailable.
        """
        held = self.held(player_id)
        if held is not None:
            return held
        new = self._wrap(player_id, 1, secrets.token_bytes(KEY_BYTES))
        command, key = evalsha(KEYRING, [self._entry(player_id)], [new]), self._entry(player_id)
        try:
            keys = self._read(player_id, await self._nodes.append(command, key))
        except OutcomeUnknown as error:
            # A key may have been made; nothing has been sealed with it, so the command did not happen.
            raise StoreUnavailable(
                f"the keyring does not answer for the key it may have made: {error}"
            ) from error
        return keys[max(keys)]

    async def find(self, player_id: UUID, generation: int) -> DataKey:
        """Give the key that a box names. Raises PlayerErased, or SealBroken where there never was one."""
        held = self._cache.get(player_id)
        keys = held[1] if held is not None and held[0] >= time.monotonic() else {}
        if generation not in keys:
            keys = self._read(player_id, await self._nodes.run(KEYRING, [self._entry(player_id)], [b""]))
        if generation not in keys:
            raise SealBroken(f"expected data key {generation} of {player_id}, found {sorted(keys) or 'none'}")
        return keys[generation]

    def _entry(self, player_id: UUID) -> str:
        return f"{{{self._store}}}:keyring:{player_id}"

    def _read(self, player_id: UUID, reply: list[bytes]) -> dict[int, DataKey]:
        """Unwrap the keys that the script answered with, and remember them."""
        if reply == [b"DESTROYED"]:
            self._cache.pop(player_id, None)
            raise PlayerErased(f"the data key of {player_id} was destroyed")
        keys = {
            int(generation): self._unwrap(player_id, int(generation), bytes(wrapped))
            for generation, wrapped in zip(reply[1::2], reply[2::2], strict=True)
        }
        if keys:
            self._cache[player_id] = (time.monotonic() + CACHE_S, keys)
            self._cache.move_to_end(player_id)
            if len(self._cache) > CACHE_MAX:
                self._cache.popitem(last=False)
        return keys

    def _bound(self, player_id: UUID, generation: int) -> bytes:
        return (
            b"tta data key 1\x00"
            + self._store.encode()
            + b"\x00"
            + player_id.bytes
            + generation.to_bytes(4, "big")
        )

    def _wrap(self, player_id: UUID, generation: int, key: bytes) -> bytes:
        name, nonce = self._wrapping.current.encode(), secrets.token_bytes(NONCE_BYTES)
        cipher = AESGCM(self._wrapping.keys[self._wrapping.current])
        sealed = cipher.encrypt(nonce, key, self._bound(player_id, generation))
        return WRAPPED + bytes([len(name)]) + name + nonce + sealed

    def _unwrap(self, player_id: UUID, generation: int, wrapped: bytes) -> DataKey:
        end = 2 + wrapped[1]
        name, nonce, sealed = (
            wrapped[2:end].decode(),
            wrapped[end : end + NONCE_BYTES],
            wrapped[end + NONCE_BYTES :],
        )
        if name not in self._wrapping.keys:
            raise SealBroken(
                f"data keys are wrapped by {name!r}, this program has {sorted(self._wrapping.keys)}"
            )
        try:
            key = AESGCM(self._wrapping.keys[name]).decrypt(nonce, sealed, self._bound(player_id, generation))
        except InvalidTag as error:
            raise SealBroken(f"the data key of {player_id} does not unwrap with {name!r}") from error
        return DataKey(self._store, player_id, generation, key)
