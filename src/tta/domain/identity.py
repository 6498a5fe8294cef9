"""Ids are UUIDs (version 8, RFC 9562) whose first byte names the slot; a player's things share it.

Every id is derived, never drawn, so that a command that is sent again finds what it made the first time.
"""

import hashlib
from uuid import UUID


def derived_id(*parts: str | bytes | UUID) -> UUID:
    """Derive an id from its parts; the same parts give the same id, on every machine, for ever."""
    return _uuid8(_digest(parts))


def owned_id(player_id: UUID, *parts: str | bytes | UUID) -> UUID:
    """Derive the id of something that belongs to a player: same first byte, so the same slot."""
    return _uuid8(player_id.bytes[:1] + _digest((player_id, *parts))[1:])


def _digest(parts: tuple[str | bytes | UUID, ...]) -> bytes:
    digest = hashlib.sha256(b"tta id 1")
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part.bytes if isinstance(part, UUID) else part
        digest.update(len(raw).to_bytes(4, "big") + raw)
    return digest.digest()[:16]


def _uuid8(raw: bytes) -> UUID:
    stamped = bytearray(raw)
    stamped[6] = stamped[6] & 0x0F | 0x80
    stamped[8] = stamped[8] & 0x3F | 0x80
    return UUID(bytes=bytes(stamped))
