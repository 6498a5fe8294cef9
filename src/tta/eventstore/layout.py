"""Where things are: slots, keys, and the packed head. Changing anything here makes a new layout."""

import re
import struct
from typing import NamedTuple
from uuid import UUID

from tta.eventstore.errors import StoreMismatch

LAYOUT = 1
SLOTS_DEFAULT = 64
SLOTS_MAX = 256
HEADER = struct.Struct(">II32s")
"""A head's fixed part: last version, first hot version, hash of the last event; 6-byte positions follow."""
POSITION_BYTES = 6

name_pattern = re.compile(r"[A-Za-z0-9_-]{1,64}")


def check_name(name: str) -> None:
    """Raises StoreMismatch for what is no store's name: it stands in every key and every sealed value."""
    if not name_pattern.fullmatch(name):
        raise StoreMismatch(f"a store's name has up to 64 ASCII letters, digits, - and _ only, got {name!r}")


class Layout(NamedTuple):
    """The names of a store's keys. A slot's keys share a hash tag, so a cluster keeps them together."""

    name: str
    slots: int

    def slot_of(self, aggregate: UUID) -> int:
        """The slot that an id's first byte names."""
        return aggregate.bytes[0] % self.slots

    def tag(self, slot: int) -> str:
        return f"{{{self.name}:{slot:02x}}}:"

    @property
    def record(self) -> str:
        """The key that says what store this is."""
        return f"{{{self.name}}}:store"

    @property
    def reacting(self) -> str:
        """Who reacts: names by when they spoke last."""
        return f"{{{self.name}}}:reacting"

    def log(self, slot: int) -> str:
        return f"{self.tag(slot)}log"

    def wake(self, slot: int) -> str:
        """The channel on which each append publishes its last position: a hint, never the truth."""
        return f"{self.tag(slot)}wake"

    def steps(self, slot: int) -> str:
        """The channel on which turns under way tell their steps: never the truth, and never kept."""
        return f"{self.tag(slot)}progress"

    def head(self, slot: int, aggregate: UUID | str) -> str:
        return f"{self.tag(slot)}head:{aggregate}"

    def own(self, slot: int, player: UUID) -> str:
        return f"{self.tag(slot)}own:{player}"

    def snap(self, slot: int, aggregate: UUID | str) -> str:
        return f"{self.tag(slot)}snap:{aggregate}"

    def at(self, slot: int, reactor: str) -> str:
        return f"{self.tag(slot)}at:{reactor}"

    def fingerprints(self, slot: int, reactor: str) -> str:
        """Of the entries at a reactor's marks and positions: it stands beside `at`, which keeps its form."""
        return f"{self.tag(slot)}fingerprints:{reactor}"

    def fence(self, slot: int, lease: str) -> str:
        return f"{self.tag(slot)}fence:{lease}"

    def timers(self, slot: int) -> str:
        """What is to fall due, by its moment in µs: an index of the log, never the truth."""
        return f"{self.tag(slot)}timers"

    def beat(self, slot: int, whose: UUID) -> str:
        """Says that something lives: it goes by itself once nobody renews it."""
        return f"{self.tag(slot)}beat:{whose}"

    def snapshots(self, slot: int, originator: UUID | str) -> str:
        """Every snapshot of an aggregate, for the eventsourcing library: a hash from version to entry."""
        return f"{self.tag(slot)}snapshots:{originator}"

    def tracked(self, slot: int, application: str) -> str:
        """How far a view of the eventsourcing library has followed an application: a hash."""
        return f"{self.tag(slot)}tracked:{application}"

    def tracking(self, slot: int) -> str:
        """The channel on which each step of a view is published: a hint."""
        return f"{self.tag(slot)}tracking"

    def view(self, slot: int, name: str) -> str:
        """What a view of the eventsourcing library keeps of its own."""
        return f"{self.tag(slot)}view:{name}"
