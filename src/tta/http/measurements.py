"""What health and metrics measure in the store and the graph, shared by all callers that ask at once.

Both routes are open to anybody, and one measurement takes hundreds of reads. So at most one of each kind is
under way, and its result is given again for a moment.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextvars import Context
from typing import Any, Generic, TypeVar

import msgspec

from tta.eventstore.errors import StoreError
from tta.eventstore.heartbeats import members
from tta.eventstore.marks import MarkCheck
from tta.eventstore.store import EventStore
from tta.projector.checkpoints import Checkpoints
from tta.projector.lag import Lag, lags

CHECK_TIMEOUT_S = 2.0
UNKNOWN_S_MAX = 30.0  # What cannot be measured for longer may be anything: that is a trouble of its own.
REUSED_S = 0.5  # From the start of a measurement. Probes ask every few seconds and lose nothing by it.

Result = TypeVar("Result")


class ParkedEvent(msgspec.Struct, frozen=True):
    """An event that a reactor keeps aside after it failed again and again; it is tried now and then."""

    reactor: str
    slot: int
    position: int
    reason: str


class SharedMeasurement(Generic[Result]):
    """Gives one result to all that ask while it is under way or fresh; a failed one is not given again."""

    def __init__(
        self,
        measure: Callable[[], Coroutine[Any, Any, Result]],
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._measure = measure
        self._clock_s = clock_s
        self._began_at = 0.0
        self._task: asyncio.Task[Result] | None = None

    async def result(self) -> Result:
        """Measure, or share what was measured. A caller that leaves ends it for nobody else."""
        task = self._task
        if task is None or not self._is_shared(task):
            self._began_at = self._clock_s()
            # It is nobody's in particular: its log lines bear no request.
            task = self._task = asyncio.create_task(self._measure(), name="measurement", context=Context())
        return await asyncio.shield(task)

    def _is_shared(self, task: asyncio.Task[Result]) -> bool:
        if not task.done():
            return True
        failed = task.cancelled() or task.exception() is not None
        return not failed and self._clock_s() - self._began_at < REUSED_S


class Measurements:
    """What this process measures for its health and metrics."""

    def __init__(
        self,
        store: EventStore,
        checkpoints: Sequence[Checkpoints],
        reactors: Sequence[str],
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._clock_s = clock_s
        self._unknown_since: dict[str, float] = {}
        self._checkpoints = checkpoints
        self._reactors = reactors
        self._lags = SharedMeasurement(self._measure_lags, clock_s)
        self._parked = SharedMeasurement(self._measure_parked, clock_s)
        self._marks = SharedMeasurement(self._measure_marks, clock_s)
        self._reacting = SharedMeasurement(self._measure_reacting, clock_s)

    async def lags(self) -> Sequence[Lag]:
        """Say how far each read model is behind."""
        return await self._lags.result()

    async def parked(self) -> Sequence[ParkedEvent] | None:
        """Say what reactors keep aside; None if the store does not tell."""
        return await self._parked.result()

    async def marks(self) -> Mapping[str, Mapping[int, MarkCheck]]:
        """Compare the marks of all reactors with the log; empty if the store does not tell."""
        return await self._marks.result()

    async def reacting(self) -> int | None:
        """Say how many processes react; None if the store does not tell."""
        return await self._reacting.result()

    def unknown(self) -> list[str]:
        """Name what could not be measured for UNKNOWN_S_MAX, however often it was asked for."""
        now_s = self._clock_s()
        return [what for what, since_s in self._unknown_since.items() if now_s - since_s >= UNKNOWN_S_MAX]

    def _note(self, what: str, *, is_known: bool) -> None:
        if is_known:
            self._unknown_since.pop(what, None)
        else:
            self._unknown_since.setdefault(what, self._clock_s())

    async def _measure_lags(self) -> Sequence[Lag]:
        found = await lags(self._store, self._checkpoints)
        self._note("how far read models are", is_known=all(lag.events_behind is not None for lag in found))
        return found

    async def _measure_parked(self) -> Sequence[ParkedEvent] | None:
        found: list[ParkedEvent] = []
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                for name in self._reactors:
                    standing = await self._store.parked(name)
                    found += [
                        ParkedEvent(name, slot, position, reason)
                        for slot, positions in standing.items()
                        for position, reason in positions.items()
                    ]
        except (StoreError, TimeoutError):
            self._note("what reactors keep aside", is_known=False)
            return None
        self._note("what reactors keep aside", is_known=True)
        return found

    async def _measure_marks(self) -> Mapping[str, Mapping[int, MarkCheck]]:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                found = await self._store.marks.check(self._reactors)
        except (StoreError, TimeoutError):
            self._note("how far reactors are", is_known=False)
            return {}
        self._note("how far reactors are", is_known=True)
        return found

    async def _measure_reacting(self) -> int | None:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                return len(await members(self._store))
        except (StoreError, TimeoutError):
            return None
