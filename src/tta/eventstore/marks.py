"""Where reactors go on, and whether that is still a place of the log: marks, done and parked positions.

A mark counts only in the history in which its entry stands. Appends move marks (append.lua); this module
reads them, compares them with the log, and puts back those whose entry is gone.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from tta.eventstore.appends import Acknowledgement
from tta.eventstore.envelope import NOWHERE, FingerprintedPosition
from tta.eventstore.errors import StoreUnavailable
from tta.eventstore.layout import Layout
from tta.eventstore.nodes import Nodes
from tta.eventstore.scripts import MARKS, RESUME
from tta.eventstore.subscription import recorded

NO_ENTRY = ""
SETTLE_ATTEMPTS_MAX = 16  # A further attempt is needed only where another process wrote a position meanwhile.


class MarkState(StrEnum):
    """What becomes of a mark that is compared with its slot's log."""

    STANDING = "standing"
    CHANGED = "changed"
    """Its entry is gone: the reactor is put back when it next looks."""
    UNKNOWN = "unknown"
    """The release before wrote it, without a fingerprint. It is believed once: an entry stands there."""


class PutBack(NamedTuple):
    """A mark was of another history, and a reactor began anew further back."""

    was: int
    now: int
    at: datetime


class MarkCheck(NamedTuple):
    """A reactor's mark in one slot, compared with the log."""

    state: MarkState
    position: int
    put_back: PutBack | None
    """The last time."""


class ParkedPosition(NamedTuple):
    place: FingerprintedPosition
    reason: str


class LaneStart(NamedTuple):
    """Where a reactor goes on in a slot; every place stands in the log."""

    mark: FingerprintedPosition
    done: set[int]
    parked: list[ParkedPosition]
    was: int | None
    """The mark before it was put back; None where it stood."""
    forgotten: int
    """How many positions above the mark were of another history."""

    @property
    def is_changed(self) -> bool:
        return self.was is not None or self.forgotten > 0


class Marks:
    """The marks of a store's reactors. Every call may run twice; each raises StoreUnavailable."""

    def __init__(self, nodes: Nodes, layout: Layout) -> None:
        self._nodes = nodes
        self._layout = layout

    async def resume(self, slot: int, reactor: str, was: int | None = None) -> LaneStart:
        """Say where a reactor goes on; put it back first where its history changed.

        `was` is how far it had come in a history that it found gone: that is written down.
        """
        arguments: list[str | bytes | int] = ["" if was is None else was, "own"]
        return _lane_start(await self._nodes.run(RESUME, self._keys(slot, reactor), arguments))

    async def check(self, reactors: Sequence[str]) -> dict[str, dict[int, MarkCheck]]:
        """Compare the marks of reactors with the log: reactor → slot → what was found. Nothing is changed."""
        slots = range(self._layout.slots)
        replies = await asyncio.gather(
            *(self._nodes.run(MARKS, self._all_keys(slot, reactors), []) for slot in slots)
        )
        return {
            name: {slot: _mark_check(reply[n]) for slot, reply in zip(slots, replies, strict=True)}
            for n, name in enumerate(reactors)
        }

    async def settle(self, slot: int, acknowledgement: Acknowledgement) -> bool:
        """Compare what is kept in a slot about another one with that one's log; put it back if it changed.

        Return whether the append that was answered by it should be made again: its places stand.
        """
        assert acknowledgement.source is not None, (
            "what an append keeps about its own slot is compared by its script"
        )
        said = [
            place
            for place in (acknowledgement.position, acknowledgement.mark)
            if place is not None and place != NOWHERE
        ]
        standing = await self._places(acknowledgement.source, [place.position for place in said])
        if any(standing[place.position] != place.fingerprint for place in said):
            return False
        keys = self._keys(slot, acknowledgement.kept_as(slot))
        for _ in range(SETTLE_ATTEMPTS_MAX):
            told: list[str | bytes | int] = ["", "other"]
            for position, fingerprint in (
                await self._places(acknowledgement.source, await self._kept(keys))
            ).items():
                told += [position, fingerprint]
            reply = await self._nodes.run(RESUME, keys, told)
            if reply[0] != b"TELL":
                return True
        raise StoreUnavailable(
            f"what slot {slot} keeps of slot {acknowledgement.source} for {acknowledgement.reactor} changed "
            f"in each of {SETTLE_ATTEMPTS_MAX} attempts to compare it with that slot's log; try again"
        )

    def _keys(self, slot: int, kept_as: str) -> list[str]:
        layout = self._layout
        return [layout.log(slot), layout.at(slot, kept_as), layout.fingerprints(slot, kept_as)]

    def _all_keys(self, slot: int, reactors: Sequence[str]) -> list[str]:
        pairs = [self._keys(slot, name)[1:] for name in reactors]
        return [self._layout.log(slot), *(key for pair in pairs for key in pair)]

    async def _kept(self, keys: Sequence[str]) -> list[int]:
        """Every position that is remembered under these keys."""
        _, at, prints = keys
        fields, mark, places = await self._nodes.pipeline(
            [("HKEYS", at), ("HGET", at, "mark"), ("HKEYS", prints)]
        )
        held = [int(field) for field in fields if field != b"mark"]
        saved = [int(field[1:]) for field in places if field.startswith(b"m")]
        return [*held, *saved, *([int(mark)] if mark else [])]

    async def _places(self, slot: int, positions: Sequence[int]) -> Mapping[int, str]:
        """The fingerprints of what stands at positions of a slot; NO_ENTRY where nothing does."""
        log = self._layout.log(slot)
        replies = await self._nodes.pipeline([("XRANGE", log, each, each) for each in positions])
        found = (recorded(slot, reply[0]).place.fingerprint if reply else NO_ENTRY for reply in replies)
        return dict(zip(positions, found, strict=True))


def _lane_start(reply: list[Any]) -> LaneStart:
    position, fingerprint, was, forgotten = reply[:4]
    mark = FingerprintedPosition(int(position), bytes(fingerprint).decode())
    done, parked = set[int](), []
    held = list(map(bytes, reply[4:]))
    for where, reason, held_as in zip(held[::3], held[1::3], held[2::3], strict=True):
        if reason:
            parked.append(
                ParkedPosition(FingerprintedPosition(int(where), held_as.decode()), reason.decode())
            )
        else:
            done.add(int(where))
    return LaneStart(mark, done, parked, int(was) if was else None, int(forgotten))


def _mark_check(reply: list[bytes]) -> MarkCheck:
    state, mark, back = (bytes(each).decode() for each in reply)
    put_back = None
    if back:
        was, now, ms = map(int, back.split())
        put_back = PutBack(was, now, datetime.fromtimestamp(ms / 1000, UTC))
    return MarkCheck(MarkState(state), int(mark), put_back)
