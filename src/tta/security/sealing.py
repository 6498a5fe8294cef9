"""Sealing: personal values under a player's data key, AES-256-GCM, before they reach any store.

A sealed value (box) is `01 | key id (4 bytes) | nonce (12) | event id (16) | field length (1) | field |
ciphertext and tag`. Associated data binds it to store, player, event and field. It carries event id and
field, so it opens wherever it is copied (state, snapshot, read model, archive), but only as that field. The
format is final.
"""

import secrets
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec.structs import replace

from tta.domain.base import Event, SealedText, personal_fields

VERSION = b"\x01"
NONCE_BYTES = 12
FIELD_AT = 1 + 4 + NONCE_BYTES + 16


AnyEvent = TypeVar("AnyEvent", bound=Event)


class SealBroken(Exception):
    """A box does not open: it was altered or moved to another player, or its key is not the one it names."""


class DataKey:
    """One player's key, in memory. `generation` is the key id that boxes carry."""

    def __init__(self, store: str, player_id: UUID, generation: int, key: bytes) -> None:
        self.player_id = player_id
        self.generation = generation
        self._cipher = AESGCM(key)
        self._bound = b"tta sealed 1\x00" + store.encode() + b"\x00" + player_id.bytes

    def seal(self, event_id: UUID, field: str, value: Any) -> SealedText:
        """Seal a value (of any type msgpack knows) as that field of that event."""
        nonce, name = secrets.token_bytes(NONCE_BYTES), field.encode()
        head = (
            VERSION + self.generation.to_bytes(4, "big") + nonce + event_id.bytes + bytes([len(name)]) + name
        )
        clear = msgspec.msgpack.encode(value)
        return SealedText(head + self._cipher.encrypt(nonce, clear, self._bound + head))

    def open(self, sealed: SealedText, kind: Any = str) -> Any:
        """Open a box to the type it held. Raises SealBroken."""
        box = sealed.box
        try:
            if box[:1] != VERSION:
                raise SealBroken(f"expected a box of version 1, got {box[:1].hex() or 'nothing'}")
            head_end = FIELD_AT + 1 + box[FIELD_AT]
            nonce, head = box[5 : 5 + NONCE_BYTES], box[:head_end]
            return msgspec.msgpack.decode(
                self._cipher.decrypt(nonce, box[head_end:], self._bound + head), type=kind
            )
        except (InvalidTag, IndexError, ValueError) as error:
            raise SealBroken(f"a box of key {key_id(sealed)} of {self.player_id} does not open") from error


def key_id(sealed: SealedText) -> int:
    """Return the number of the data key that sealed a box."""
    return int.from_bytes(sealed.box[1:5], "big")


def needs_sealing(event: Event) -> bool:
    """Return whether an event carries a personal value in the clear."""
    return any(_is_clear(getattr(event, field)) for field in personal_fields(type(event)))


def seal_event(event: Event, key: DataKey, event_id: UUID) -> Event:
    """Seal every personal field that is in the clear."""
    sealed = {
        field: key.seal(event_id, field, value)
        for field in personal_fields(type(event))
        if _is_clear(value := getattr(event, field))
    }
    return replace(event, **sealed)


def open_event(event: AnyEvent, key: DataKey) -> AnyEvent:
    """Open every sealed field with one key, for a reader who may see it. Raises SealBroken."""
    opened = {
        field: key.open(value, kind)
        for field, kind in personal_fields(type(event)).items()
        if isinstance(value := getattr(event, field), SealedText)
    }
    return replace(event, **opened)


def _is_clear(value: Any) -> bool:
    return value is not None and not isinstance(value, SealedText)
