"""How far a stream has told its session: the id of its events, opaque to callers.

It names a version of the session and of the player's safety record, each with the beginning of the hash
that stood there: so a stream knows whether it goes on from the same history. No position is needed for that.
"""

import base64
import struct
from typing import NamedTuple

from tta.eventstore.envelope import Head, RecordedEvent

FORMAT = 1
HASH_BYTES = 6  # Enough to notice another history; nobody gains by forging their own place.
PACKED = struct.Struct(f">BI{HASH_BYTES}sI{HASH_BYTES}s")
CHARACTERS_MAX = 64


class AggregatePosition(NamedTuple):
    """A version of one aggregate, and how its hash begins; version 0 where there is nothing yet."""

    version: int
    hash: bytes

    @classmethod
    def of(cls, head: Head) -> "AggregatePosition":
        return cls(head.version, head.hash[:HASH_BYTES].ljust(HASH_BYTES, b"\x00"))

    def is_followed_by(self, recorded: RecordedEvent) -> bool:
        """Say whether that event is the very next one."""
        previous = recorded.envelope.previous[:HASH_BYTES].ljust(HASH_BYTES, b"\x00")
        return recorded.version == self.version + 1 and previous == self.hash


class OtherFormat(ValueError):
    """An id that another release may have given: well-formed, and not of this version."""


class NotNext(Exception):
    """An event that does not follow on what a stream has told: something is missing, or was replaced."""


class StreamPosition(NamedTuple):
    """Where a stream stands: places of the session and of the safety record."""

    session: AggregatePosition
    record: AggregatePosition

    def __str__(self) -> str:
        packed = PACKED.pack(FORMAT, *self.session, *self.record)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    def after(self, recorded: RecordedEvent, *, of_session: bool) -> "StreamPosition | None":
        """Where a stream stands once it has told an event; None where it has told it already.

        Raises NotNext.
        """
        place = self.session if of_session else self.record
        if recorded.version <= place.version:
            return None
        if not place.is_followed_by(recorded):
            raise NotNext(f"expected the event after version {place.version}, got version {recorded.version}")
        reached = AggregatePosition(recorded.version, recorded.hash[:HASH_BYTES])
        return self._replace(session=reached) if of_session else self._replace(record=reached)

    @classmethod
    def read(cls, raw: str) -> "StreamPosition":
        """Read an id back. Raises OtherFormat for another release's, ValueError for what is no id at all."""
        if len(raw) > CHARACTERS_MAX:
            raise ValueError(f"an id has at most {CHARACTERS_MAX} characters, got {len(raw)}")
        packed = base64.b64decode(raw + "=" * (-len(raw) % 4), altchars=b"-_", validate=True)
        if packed[:1] not in {b"", b"\x00", bytes([FORMAT])}:
            raise OtherFormat(f"expected an id of format {FORMAT}, got {packed[0]}")
        if len(packed) != PACKED.size or packed[0] != FORMAT:
            raise ValueError("it is not an id of a stream")
        _, version, start, record_version, record_start = PACKED.unpack(packed)
        return cls(AggregatePosition(version, start), AggregatePosition(record_version, record_start))
