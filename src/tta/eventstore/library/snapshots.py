"""Snapshots of the eventsourcing library: every one is kept, and found by version.

Not the store's own snapshots (`EventStore.save_snapshot`), of which only the newest matters. Their versions
leave gaps and are no chain: losing one loses nothing.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import msgspec
from eventsourcing.persistence import AggregateRecorder, IntegrityError, StoredEvent

from tta.eventstore.appends import APPEND_BYTES_MAX
from tta.eventstore.library.errors import InsertTooLarge
from tta.eventstore.library.inserts import INSERT_EVENTS_MAX
from tta.eventstore.library.slot import OpenSlot
from tta.eventstore.scripts import KEEP, KEPT


class StoredSnapshot(msgspec.Struct, frozen=True, array_like=True):
    """A snapshot as it is stored; the token tells this very insert from an equal one."""

    token: bytes
    topic: str
    state: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(StoredSnapshot).decode


class StoreSnapshotRecorder(AggregateRecorder):
    """Keeps snapshots in a hash per aggregate."""

    def __init__(self, slot: OpenSlot) -> None:
        self._slot = slot

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Keep snapshots, all or none. Raises IntegrityError where a version is kept already."""
        self._slot.must_be_writable()
        if not stored_events:
            return None
        keys: list[str] = []
        arguments: list[str | bytes | int] = []
        token, size = uuid4().bytes, 0
        for stored in stored_events:
            keys.append(self._slot.layout.snapshots(self._slot.slot, stored.originator_id))
            entry = _encode(StoredSnapshot(token, stored.topic, stored.state))
            arguments += [stored.originator_version, entry]
            size += len(entry)
        versions = set(zip(keys, arguments[::2], strict=True))
        if len(versions) < len(keys):
            raise IntegrityError(f"versions come twice: {sorted(map(str, versions))!r:.200}")
        if len(keys) > INSERT_EVENTS_MAX or size > APPEND_BYTES_MAX:
            raise InsertTooLarge(
                f"an insert holds at most {INSERT_EVENTS_MAX} snapshots of {APPEND_BYTES_MAX} bytes, "
                f"got {len(keys)} of {size}"
            )
        reply, _lost = self._slot.server.write(KEEP, keys, arguments)
        if reply[0] == b"CONFLICT":
            raise IntegrityError(f"{reply[1].decode()}: version {reply[2].decode()} is kept already")
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        arguments: list[str | bytes | int] = [
            "" if gt is None else gt,
            "" if lte is None else lte,
            "last" if desc else "first",
            "" if limit is None else limit,
        ]
        key = self._slot.layout.snapshots(self._slot.slot, originator_id)
        reply = self._slot.server.run(KEPT, [key], arguments)
        kept = ((int(version), _decode(raw)) for version, raw in zip(reply[::2], reply[1::2], strict=True))
        return [StoredEvent(originator_id, version, one.topic, one.state) for version, one in kept]
