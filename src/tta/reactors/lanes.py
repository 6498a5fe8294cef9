"""One slot's part of a reactor: which positions are done, up to where all are, and what is under way.

Owns the bookkeeping only; what a reaction does and how it is tried again is reactor.py's.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from uuid import UUID

from tta.eventstore.envelope import NOWHERE, FingerprintedPosition, RecordedEvent

HELD_MAX = 1_000  # Positions of one slot under way or done above its mark; the store refuses from 1,024 on.


class Lane:
    """Takes positions in order and finishes them in any; `room` says whether it may take in more."""

    def __init__(
        self,
        slot: int,
        mark: FingerprintedPosition = NOWHERE,
        *,
        done: Iterable[int] = (),
        parked: Iterable[int] = (),
    ) -> None:
        self.slot = slot
        self.mark = mark
        """Every position up to it is done, is parked, or asked for nothing."""
        self.saved = mark
        self.queues: dict[UUID, deque[RecordedEvent]] = {}
        """Per aggregate what is still to be dealt with; its first is under way."""
        self.tasks: set[asyncio.Task[None]] = set()
        self.leaving = False
        self.changed = asyncio.Event()
        """The log is not the one that was read: nothing that is remembered here counts any more."""
        self.reason = ""
        self.room = asyncio.Event()
        aside = set(parked)
        self._done = {position for position in {*done, *aside} if position > mark.position}
        self._places: dict[int, FingerprintedPosition] = {}
        """What was taken in above the mark, as it was read."""
        # The store keeps the parked ones for ever, and counts them.
        self._held_max = max(HELD_MAX - len(aside), 1)
        self._reached = mark.position
        self._make_room()

    def take(self, place: FingerprintedPosition) -> bool:
        """Take a position in; say whether it is still to be dealt with."""
        position = place.position
        assert position == self._reached + 1, f"slot {self.slot}: took {position} after {self._reached}"
        self._reached = position
        self._places[position] = place
        self._make_room()
        return position not in self._done

    def finish(self, position: int) -> None:
        """A position is done, or asked for nothing: the mark moves over all that are."""
        self._done.add(position)
        while (following := self.mark.position + 1) in self._done and following in self._places:
            self.mark = self._places.pop(following)
            self._done.discard(following)
        self._make_room()

    def mark_with(self, position: int) -> FingerprintedPosition:
        """The mark as it will be once a position is done."""
        mark = self.mark
        while (following := mark.position + 1) in self._places and (
            following == position or following in self._done
        ):
            mark = self._places[following]
        return mark

    def end(self, reason: str) -> None:
        """Say that the log has changed; the first reason counts."""
        self.reason = self.reason or reason
        self.changed.set()

    def keep_under_way(self) -> None:
        """Leave to others what has not begun, and what fails from now on."""
        self.leaving = True
        for queue in self.queues.values():
            while len(queue) > 1:
                queue.pop()

    def _make_room(self) -> None:
        if self._reached - self.mark.position < self._held_max:
            self.room.set()
        else:
            self.room.clear()
