"""The places of a story that are still to go on from, when it is walked to see what is wrong with it."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tta.stories.playing.runtime import Move, Playthrough, ShownPassage


class WalkPlace(NamedTuple):
    shown: ShownPassage
    saved: str
    moves: tuple[Move, ...]
    """Which led there from the beginning; empty too where nobody asks."""


class Walk:
    """Places still to go on from: what was never shown before first, then where something remembered is new
    there, then what only remembers old things together in a new way.
    """

    def __init__(self, states_max: int, counts_max: int = 1) -> None:
        self._states_max = states_max
        self._counts_max = counts_max
        """Visits beyond this many are one to the story."""
        self._known: set[tuple[ShownPassage, str]] = set()
        self._shown: dict[ShownPassage, tuple[Move, ...]] = {}
        """With the moves that led to each first."""
        self._remembered: set[tuple[ShownPassage, str, str]] = set()
        self._names: set[str] = set()
        self._first: deque[WalkPlace] = deque()
        self._then: deque[WalkPlace] = deque()
        self._later: deque[WalkPlace] = deque()

    def arrive(self, at: Playthrough, moves: tuple[Move, ...] = ()) -> None:
        """Remember where a playthrough stands, unless that is known, or enough is."""
        saved = at.saved()
        memory = _memory(saved, self._counts_max)
        state = (at.shown, json.dumps(memory, sort_keys=True))
        if state in self._known or len(self._known) >= self._states_max:
            return
        self._known.add(state)
        new = self._is_new(at.shown, memory)
        waiting = self._first if at.shown not in self._shown else self._then if new else self._later
        waiting.append(WalkPlace(at.shown, saved, moves))
        self._shown.setdefault(at.shown, moves)

    def paths(self) -> list[tuple[Move, ...]]:
        """Moves on whose way all lies that was shown."""
        begun = {moves[:made] for moves in self._shown.values() for made in range(len(moves))}
        return [moves for moves in self._shown.values() if moves not in begun]

    def __iter__(self) -> Iterator[WalkPlace]:
        while self._first or self._then or self._later:
            yield (self._first or self._then or self._later).popleft()

    def _is_new(self, shown: ShownPassage, memory: Mapping[str, Any]) -> bool:
        """Whether one thing, or its lack, is remembered here for the first time; from now on it is not."""
        self._names |= memory.keys()
        told = {(shown, name, json.dumps(memory.get(name))) for name in self._names}
        is_new = not told <= self._remembered
        self._remembered |= told
        return is_new


def _memory(saved: str, counts_max: int) -> dict[str, Any]:
    """What a story may go by later: its variables, its visits, and what each open choice would return to.

    Ink counts only the visits that a story reads.
    """
    state = json.loads(saved)
    flow = state["flows"][state["currentFlowName"]]
    visits = {f"visits {place}": min(count, counts_max) for place, count in state["visitCounts"].items()}
    returns = [thread["callstack"] for thread in flow.get("choiceThreads", {}).values()]
    return {**state["variablesState"], **visits, "returns": returns}
