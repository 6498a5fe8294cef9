"""The queue of places when a story is walked for the check."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tta.stories.playing.runtime import Move, Playthrough, ShownPassage


class WalkPlace(NamedTuple):
    shown: ShownPassage
    saved: str
    moves: tuple[Move, ...]
    """The moves from the beginning; empty if they are not recorded."""


class Walk:
    """The places still to walk, in this order: new passages, places with something new in memory, and places
    with a new combination of known memory.
    """

    def __init__(self, states_max: int, counts_max: int = 1) -> None:
        self._states_max = states_max
        self._counts_max = counts_max
        """More visits than this make no difference to the story."""
        self._known: set[tuple[ShownPassage, str]] = set()
        self._shown: dict[ShownPassage, tuple[Move, ...]] = {}
        """Each with the moves that first led there."""
        self._remembered: set[tuple[ShownPassage, str, str]] = set()
        self._names: set[str] = set()
        self._first: deque[WalkPlace] = deque()
        self._then: deque[WalkPlace] = deque()
        self._later: deque[WalkPlace] = deque()

    def arrive(self, at: Playthrough, moves: tuple[Move, ...] = ()) -> None:
        """Add a playthrough's place, unless it is known or the limit is reached."""
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
        """Paths that together cover everything that was shown."""
        begun = {moves[:made] for moves in self._shown.values() for made in range(len(moves))}
        return [moves for moves in self._shown.values() if moves not in begun]

    def __iter__(self) -> Iterator[WalkPlace]:
        while self._first or self._then or self._later:
            yield (self._first or self._then or self._later).popleft()

    def _is_new(self, shown: ShownPassage, memory: Mapping[str, Any]) -> bool:
        """Return whether a value in memory is seen here for the first time, and record it."""
        self._names |= memory.keys()
        told = {(shown, name, json.dumps(memory.get(name))) for name in self._names}
        is_new = not told <= self._remembered
        self._remembered |= told
        return is_new


def _memory(saved: str, counts_max: int) -> dict[str, Any]:
    """Return what a story may depend on later: its variables, its visits, and where each choice returns to.

    Ink counts only the visits that a story reads.
    """
    state = json.loads(saved)
    flow = state["flows"][state["currentFlowName"]]
    visits = {f"visits {place}": min(count, counts_max) for place, count in state["visitCounts"].items()}
    returns = [thread["callstack"] for thread in flow.get("choiceThreads", {}).values()]
    return {**state["variablesState"], **visits, "returns": returns}
