"""The record that says what store a name has: the process that opens it first writes it, all others compare.

The store awaits the server's replies, the library's recorders do not, and both must ask the same: a generator
gives the commands and takes the replies, and does no I/O of its own.
"""

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from tta.eventstore.errors import ForeignStore, StoreMismatch
from tta.eventstore.layout import LAYOUT, Layout

Conversation = Generator[list[tuple[str, ...]], list[Any], None]
"""Gives commands that may be sent at once, and takes their replies in the same order."""


def claim(layout: Layout, created_ms: int) -> Conversation:
    """Write down what store this is, or compare with what is written.

    Two processes may open a new store at once, and one may end between two writes: the next one adds what is
    missing. Raises StoreMismatch (other slots or layout), or ForeignStore for a key of somebody else, which
    it leaves as it is.
    """
    key = layout.record
    ours = {"layout": str(LAYOUT), "slots": str(layout.slots)}
    (fields,) = yield [("HKEYS", key)]
    if fields and not {b"layout", b"created_ms"} & set(fields):
        raise ForeignStore(f"{key}: expected the record of an event store, got fields {fields!r:.200}")
    if not {field.encode() for field in ours} <= set(fields):
        for field, value in {"created_ms": str(created_ms), **ours}.items():
            yield [("HSETNX", key, field, value)]
    (told,) = yield [("HMGET", key, *ours)]
    must_match(layout.name, ours, told)
    logs = [layout.log(slot) for slot in range(layout.slots)]
    kinds = yield [("TYPE", name) for name in logs]
    for name, kind in zip(logs, kinds, strict=True):
        must_be_a_log(name, kind)


def must_match(name: str, expected: Mapping[str, str], told: Sequence[bytes | None]) -> None:
    """Compare fields of the record with those that are expected. Raises StoreMismatch."""
    for (field, value), there in zip(expected.items(), told, strict=True):
        if there != value.encode():
            raise StoreMismatch(
                f"store {name}: expected {field} {value}, got {(there or b'nothing').decode()}"
            )


def must_be_a_log(key: str, kind: bytes) -> None:
    """Raises ForeignStore for a key of another type than a log has."""
    if kind not in (b"none", b"stream"):
        raise ForeignStore(f"{key}: expected a stream, got {kind.decode()}")
