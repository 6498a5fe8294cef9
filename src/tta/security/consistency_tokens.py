"""Consistency tokens: which entry of the log a reader must have seen, sealed for one account.

A token is `02 | AES-SIV(slot, position, beginning of the entry's hash)` in base64url. Sealing is
deterministic, so a retried command gets the same token. The account is associated data: another account's
token does not open, so it reveals nothing about other players.
"""

import base64
import hmac
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from tta.eventstore.consistency_token import HASH_BYTES, ConsistencyToken

FORMAT = b"\x02"
FORMAT_BEFORE = b"\x01"
SEALED = struct.Struct(f">BHI{HASH_BYTES}s")  # Slot, then the position's upper 16 and lower 32 bits.
UNSEALED_BEFORE = struct.Struct(">BBQ")
"""A token of the previous release: format, slot and position in the clear."""
CHARACTERS_MAX = 64


class TokenMalformed(Exception):
    """It is not a consistency token of this store and account."""


class TokenSeal:
    """Seals and opens the tokens of one store."""

    def __init__(self, command_key: bytes, store: str) -> None:
        self._cipher = AESSIV(hmac.digest(command_key, b"tta consistency token", "sha512"))
        self._store = store.encode()

    def seal(self, account: str, token: ConsistencyToken) -> str:
        """Write a token for an account."""
        high, low = divmod(token.position, 1 << 32)
        packed = SEALED.pack(token.slot, high, low, token.hash or b"")
        sealed = self._cipher.encrypt(packed, [self._store, account.encode()])
        return base64.urlsafe_b64encode(FORMAT + sealed).decode().rstrip("=")

    def open(self, account: str, raw: str, *, slots: int) -> ConsistencyToken:
        """Read an account's token back. Raises TokenMalformed."""
        try:
            if len(raw) > CHARACTERS_MAX:
                raise ValueError(f"a token has at most {CHARACTERS_MAX} characters")  # noqa: TRY301 - One error for all that is wrong.
            packed = base64.b64decode(raw + "=" * (-len(raw) % 4), altchars=b"-_", validate=True)
            token = self._unpacked(account, packed)
        except (ValueError, InvalidTag, struct.error) as error:
            raise TokenMalformed("it is not a token that this account received") from error
        if token.slot >= slots:
            raise TokenMalformed(f"expected a slot below {slots}, got {token.slot}")
        return token

    def _unpacked(self, account: str, packed: bytes) -> ConsistencyToken:
        if packed[:1] == FORMAT_BEFORE:
            _, slot, position = UNSEALED_BEFORE.unpack(packed)
            return ConsistencyToken(slot, position, None)
        if packed[:1] != FORMAT:
            raise ValueError(f"expected format {FORMAT.hex()}, got {packed[:1].hex()}")
        clear = self._cipher.decrypt(packed[1:], [self._store, account.encode()])
        slot, high, low, digest = SEALED.unpack(clear)
        return ConsistencyToken(slot, (high << 32) + low, digest)
