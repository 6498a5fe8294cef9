"""What a consistency token names: one entry of the log, by its place and by how its hash begins."""

from typing import NamedTuple

from tta.eventstore.subscription import Mark

HASH_BYTES = 8


class ConsistencyToken(NamedTuple):
    """What a reader must have seen: an entry of a slot's log."""

    slot: int
    position: int
    hash: bytes | None
    """How the entry's hash begins (8 bytes); None in a token of the release before, which has none."""

    @classmethod
    def of(cls, slot: int, mark: Mark) -> "ConsistencyToken":
        return cls(slot, mark.position, mark.hash[:HASH_BYTES].ljust(HASH_BYTES, b"\x00"))

    def stands_as(self, found: Mark | None) -> bool:
        """Say whether the entry that stands at its position now is the one that the token names."""
        return found is not None and self == ConsistencyToken.of(self.slot, found)
