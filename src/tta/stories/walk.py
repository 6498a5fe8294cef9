"""The places of a story that are still to go on from, when it is walked to see what is wrong with it."""

import json
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from tta.stories.playing import Playthrough, Shown


class Place(NamedTuple):
    shown: Shown
    saved: str


class Walk:
    """Places still to go on from: what was never shown before first, then what only the story's memory tells
    apart.
    """

    def __init__(self, states_max: int) -> None:
        self._states_max = states_max
        self._known: set[tuple[Shown, str]] = set()
        self._shown: set[Shown] = set()
        self._first: deque[Place] = deque()
        self._later: deque[Place] = deque()

    def arrive(self, at: Playthrough) -> None:
        """Remember where a playthrough stands, unless that is known, or enough is."""
        saved = at.saved()
        state = (at.shown, json.dumps(json.loads(saved)["variablesState"], sort_keys=True))
        if state not in self._known and len(self._known) < self._states_max:
            self._known.add(state)
            (self._later if at.shown in self._shown else self._first).append(Place(at.shown, saved))
            self._shown.add(at.shown)

    def __iter__(self) -> Iterator[Place]:
        while self._first or self._later:
            yield (self._first or self._later).popleft()
