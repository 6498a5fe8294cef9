"""Data keys at rest: a key-encryption key wraps each, bound to its store, its player and its number."""

import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tta.security.key_files import KeyEncryptionKeys
from tta.security.sealing import NONCE_BYTES, DataKey, SealBroken

WRAPPED = b"\x01"


class Wrapping:
    """Wraps and unwraps the data keys of one store."""

    def __init__(self, store: str, keys: KeyEncryptionKeys) -> None:
        self._store = store
        self._keys = keys

    def wrap(self, player_id: UUID, number: int, key: bytes) -> bytes:
        """Wrap a data key with the current key-encryption key."""
        name, nonce = self._keys.current.encode(), secrets.token_bytes(NONCE_BYTES)
        cipher = AESGCM(self._keys.keys[self._keys.current])
        sealed = cipher.encrypt(nonce, key, self._bound(player_id, number))
        return WRAPPED + bytes([len(name)]) + name + nonce + sealed

    def unwrap(self, player_id: UUID, number: int, wrapped: bytes) -> DataKey:
        """Unwrap a data key. Raises SealBroken."""
        if wrapped[:1] != WRAPPED:
            raise SealBroken(f"expected a wrapped key of version 1, got {wrapped[:1].hex() or 'nothing'}")
        end = 2 + int.from_bytes(wrapped[1:2], "big")
        name = wrapped[2:end].decode(errors="replace")
        nonce, sealed = wrapped[end : end + NONCE_BYTES], wrapped[end + NONCE_BYTES :]
        if name not in self._keys.keys:
            raise SealBroken(f"data keys are wrapped by {name!r}, this program has {sorted(self._keys.keys)}")
        try:
            key = AESGCM(self._keys.keys[name]).decrypt(nonce, sealed, self._bound(player_id, number))
        except (InvalidTag, ValueError) as error:
            raise SealBroken(f"the data key of {player_id} does not unwrap with {name!r}") from error
        return DataKey(self._store, player_id, number, key)

    def _bound(self, player_id: UUID, number: int) -> bytes:
        return (
            b"tta data key 1\x00"
            + self._store.encode()
            + b"\x00"
            + player_id.bytes
            + number.to_bytes(4, "big")
        )
