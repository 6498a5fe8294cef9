"""The places of a story that are still to go on from, when it is walked to see what is wrong with it."""

import json
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from tta.stories.playing import Move, Playthrough, Shown


class Place(NamedTuple):
    shown: Shown
    saved: str
    moves: tuple[Move, ...]
    """Which led there from the beginning; empty too where nobody asks."""


class Walk:
    """Places still to go on from: what was never shown before first, then what only the story's memory tells
    apart.
    """

    def __init__(self, states_max: int) -> None:
        self._states_max = states_max
        self._known: set[tuple[Shown, str]] = set()
        self._shown: dict[Shown, tuple[Move, ...]] = {}
        """With the moves that led to each first."""
        self._first: deque[Place] = deque()
        self._later: deque[Place] = deque()

    def arrive(self, at: Playthrough, moves: tuple[Move, ...] = ()) -> None:
        """Remember where a playthrough stands, unless that is known, or enough is."""
        saved = at.saved()
        state = (at.shown, json.dumps(json.loads(saved)["variablesState"], sort_keys=True))
        if state not in self._known and len(self._known) < self._states_max:
            self._known.add(state)
            (self._later if at.shown in self._shown else self._first).append(Place(at.shown, saved, moves))
            self._shown.setdefault(at.shown, moves)

    def paths(self) -> list[tuple[Move, ...]]:
        """Moves on whose way all lies that was shown."""
        begun = {moves[:made] for moves in self._shown.values() for made in range(len(moves))}
        return [moves for moves in self._shown.values() if moves not in begun]

    def __iter__(self) -> Iterator[Place]:
        while self._first or self._later:
            yield (self._first or self._later).popleft()
