"""The envelope around every event: packed small, chained by hash.

`hash = SHA-256(entry)`, and each entry holds the hash of the one before it in its aggregate: what
the writer knew, as it is stored. Position and `recorded_at` are the server's and stay outside.
"""

import hashlib
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from tta.domain.identity import derived_id

HASH_BYTES = 32
ACTOR_CHARACTERS_MAX = 128
TRACE_BYTES = 25  # Trace id 16, parent id 8, flags 1 (W3C Trace Context, version 00).


class Head(NamedTuple):
    """Where an aggregate stands: its last version, and the hash of its last event."""

    version: int
    hash: bytes


ABSENT = Head(0, b"")
FINGERPRINT_DIGITS = 16


class FingerprintedPosition(NamedTuple):
    """A position of a log, and the fingerprint of the entry that was read there.

    The fingerprint is 16 hexadecimal digits of SHA-1, which the server's scripts can compute, over the entry
    and the time at which it was recorded: the same entry may be recorded again in another history.
    """

    position: int
    fingerprint: str


NOWHERE = FingerprintedPosition(0, "")


class Causation(msgspec.Struct, frozen=True, kw_only=True):
    """Who and what caused the events of one append."""

    actor: UUID | str
    command_id: UUID
    correlation_id: UUID
    causation_id: UUID
    fingerprint: bytes | None = None
    """8 bytes over the command's payload; kept on its first event only."""
    traceparent: str | None = None


class Draft(msgspec.Struct, frozen=True):
    """An event on its way in: its tag, its schema version, and its payload in the store's encoding."""

    type: str
    payload: bytes
    schema: int = 1


class Envelope(msgspec.Struct, frozen=True, array_like=True):
    """What is stored, in this order. An id that equals another is not stored twice (see `pack`)."""

    type: str
    schema: int
    aggregate: Any  # bytes of a UUID, or text (the eventsourcing library allows both)
    version: int
    subject: bytes | bool | None
    actor: Any  # likewise
    command: bytes
    index: int
    fingerprint: bytes | None
    correlation: bytes | None
    causation: bytes | None
    trace: bytes | None
    payload: bytes
    previous: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Envelope).decode


class RecordedEvent:
    """An event as it stands in the log: the server's position and time, and the bytes it was hashed over."""

    def __init__(self, slot: int, position: int, recorded_ms: int, entry: bytes) -> None:
        self.slot = slot
        self.position = position
        self.recorded_ms = recorded_ms
        self.entry = entry
        self.envelope = _decode(entry)
        self.decoded: tuple[object, Any] | None = None
        """The event, with the types by which it was decoded."""

    @property
    def type(self) -> str:
        return self.envelope.type

    @property
    def version(self) -> int:
        return self.envelope.version

    @property
    def payload(self) -> bytes:
        return self.envelope.payload

    @property
    def recorded_at(self) -> datetime:
        return datetime.fromtimestamp(self.recorded_ms / 1000, UTC)

    @cached_property
    def hash(self) -> bytes:
        return hashlib.sha256(self.entry).digest()

    @cached_property
    def place(self) -> FingerprintedPosition:
        """The identity of this entry in the history of its slot."""
        digest = hashlib.sha1(self.entry + str(self.recorded_ms).encode(), usedforsecurity=False)
        return FingerprintedPosition(self.position, digest.hexdigest()[:FINGERPRINT_DIGITS])

    @cached_property
    def aggregate_id(self) -> UUID:
        raw = self.envelope.aggregate
        return UUID(bytes=raw) if isinstance(raw, bytes) else UUID(raw)

    @cached_property
    def subject_id(self) -> UUID | None:
        """The player that the event concerns, if any."""
        raw = self.envelope.subject
        if raw is True:
            return self.aggregate_id
        return UUID(bytes=raw) if isinstance(raw, bytes) else None

    def answered_by(self, reactor: str) -> Causation:
        """What stands around a reactor's answer to this event; the same however often it answers."""
        return Causation(
            actor=f"reactor:{reactor}",
            command_id=derived_id(reactor, self.event_id),
            correlation_id=self.correlation_id,
            causation_id=self.event_id,
            traceparent=self.traceparent,
        )

    @cached_property
    def command_id(self) -> UUID:
        return UUID(bytes=self.envelope.command)

    @cached_property
    def event_id(self) -> UUID:
        return event_id(self.command_id, self.envelope.index)

    @property
    def correlation_id(self) -> UUID:
        raw = self.envelope.correlation
        return self.command_id if raw is None else UUID(bytes=raw)

    @property
    def causation_id(self) -> UUID:
        raw = self.envelope.causation
        return self.command_id if raw is None else UUID(bytes=raw)

    @property
    def actor(self) -> UUID | str:
        raw = self.envelope.actor
        return UUID(bytes=raw) if isinstance(raw, bytes) else raw

    @property
    def traceparent(self) -> str | None:
        raw = self.envelope.trace
        return None if raw is None else f"00-{raw[:16].hex()}-{raw[16:24].hex()}-{raw[24:].hex()}"


def event_id(command_id: UUID, index: int) -> UUID:
    """Derive an event's id from the command that caused it and its place among that command's events."""
    return derived_id("event", command_id, index.to_bytes(4, "big"))


def pack(
    drafts: list[Draft],
    *,
    aggregate: UUID | str,
    subject: UUID | None,
    after: Head,
    first_index: int,
    causation: Causation,
    first_version: int = 1,
) -> tuple[list[bytes], bytes]:
    """Pack drafts that follow `after` into entries; return them with the hash of the last.

    `first_version` is the version of the first event of an aggregate that does not exist yet.
    """
    raw_aggregate = aggregate.bytes if isinstance(aggregate, UUID) else aggregate
    same_subject = subject is not None and subject == aggregate
    raw_subject = True if same_subject else None if subject is None else subject.bytes
    actor = causation.actor.bytes if isinstance(causation.actor, UUID) else causation.actor
    command = causation.command_id.bytes
    correlation = None if causation.correlation_id == causation.command_id else causation.correlation_id.bytes
    caused_by = None if causation.causation_id == causation.command_id else causation.causation_id.bytes
    trace = None if causation.traceparent is None else _trace(causation.traceparent)
    version = after.version if after.hash else first_version - 1
    previous = after.hash
    entries = []
    for index, draft in enumerate(drafts, first_index):
        version += 1
        entry = _encode(
            Envelope(
                draft.type,
                draft.schema,
                raw_aggregate,
                version,
                raw_subject,
                actor,
                command,
                index,
                causation.fingerprint if index == 0 else None,
                correlation,
                caused_by,
                trace,
                draft.payload,
                previous,
            )
        )
        previous = hashlib.sha256(entry).digest()
        entries.append(entry)
    return entries, previous


def _trace(traceparent: str) -> bytes:
    with suppress(ValueError):
        trace = bytes.fromhex(traceparent[3:].replace("-", ""))
        if len(trace) == TRACE_BYTES:
            return trace
    raise ValueError(f"a traceparent is 00-<32>-<16>-<2> hexadecimal digits, got {traceparent!r}")
