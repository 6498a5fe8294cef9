"""Freshness: may a read model's answer be taken for what a caller has been told?

Positions come from this process's own projectors, else from the graph. A position is nothing without its
entry: before an answer is called fresh, the log must still hold the token's entry and the checkpoint's
entry, each with its hash.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from typing import NamedTuple

from tta.eventstore.consistency_token import ConsistencyToken
from tta.eventstore.errors import StoreUnavailable
from tta.eventstore.store import EventStore
from tta.eventstore.subscription import Mark
from tta.graph.engine import Graph, GraphRefused, GraphUnavailable
from tta.projector.checkpoints import ABSENT_LANE, Checkpoints, LaneState, lane_states
from tta.telemetry.outages import Outage

POLL_S = 0.01
REMEMBERED_S = 1.0  # How long an answer without a token may rest on what was found out about its lane.

MOVES_WITHIN_S = 0.1  # How soon to look again at a lane whose rows are being removed, or not made yet.
NEXT_MOVE = -1

COMPARED_WITHIN_S = 0.5  # So long a query without a token waits for a store that hangs, once a second.

Lane = tuple[str, int]
"""A read model's name and a slot."""
Place = tuple[int, int]
"""A slot and a position in its log."""
Found = dict[Place, Mark | None] | None


class Consistency(Enum):
    """What an answer is worth."""

    FRESH = "fresh"
    STALE = "stale"
    """The read models have not seen the token's entry yet, or nobody can say now whether they have."""
    LOST = "lost"
    """The token's entry no longer stands in the log."""
    FILLING = "filling"
    """A read model has not yet reached what was the log's end when its rows were made or forgotten."""
    STOPPED = "stopped"
    """A read model stopped at an event that it cannot follow, or its checkpoint's entry is gone."""

    @property
    def word(self) -> str:
        """The word of the `Consistency` header."""
        return "unknown" if self in {Consistency.FILLING, Consistency.STOPPED} else self.value


NEVER = (0.0, Consistency.FRESH)


class Positions:
    """How far this process's own projectors are, and who waits for a position."""

    def __init__(self) -> None:
        self._held: dict[str, dict[int, LaneState]] = {}
        self._waiting: dict[Lane, dict[asyncio.Future[None], int]] = {}

    def holds(self, model: str, lanes: Mapping[int, LaneState]) -> None:
        """Tell which slots a projector holds from now on, and up to where their rows are committed."""
        self._held[model] = dict(lanes)
        for slot, state in lanes.items():
            self.seen((model, slot), state.mark.position)

    def moved(self, model: str, slot: int, mark: Mark) -> None:
        """Tell that the rows of a slot that is held are committed up to an entry."""
        held = self._held.get(model, {})
        if slot in held:
            held[slot] = held[slot]._replace(mark=mark)
            self.seen((model, slot), mark.position)

    def stopped(self, model: str, slot: int, position: int) -> None:
        """Tell behind which position a slot that is held goes on no more; NOWHERE: it goes on again."""
        held = self._held.get(model, {})
        if slot in held:
            held[slot] = held[slot]._replace(stopped_at=position)

    def doubted(self, model: str, slots: Iterable[int]) -> None:
        """Take the graph's word for these slots until their projector has looked at it again."""
        for slot in slots:
            self._held.get(model, {}).pop(slot, None)

    def left(self, model: str) -> None:
        self._held.pop(model, None)

    def state(self, lane: Lane) -> LaneState | None:
        """Say how a lane stands, if a projector of this process holds it."""
        model, slot = lane
        return self._held.get(model, {}).get(slot)

    def seen(self, lane: Lane, position: int) -> None:
        """Wake those who wait for a position up to this one."""
        waiting = self._waiting.get(lane, {})
        for future in [future for future, awaited in waiting.items() if awaited <= position]:
            if not future.done():
                future.set_result(None)

    def until(self, lane: Lane, position: int) -> asyncio.Future[None]:
        """Give what is done once a slot is seen at a position; cancel it to wait no longer."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(lane, {})[future] = position
        future.add_done_callback(lambda done: self._forget(lane, done))
        return future

    def waited_for(self) -> list[Lane]:
        return list(self._waiting)

    def _forget(self, lane: Lane, future: "asyncio.Future[None]") -> None:
        del self._waiting[lane][future]
        if not self._waiting[lane]:
            del self._waiting[lane]


class Look(NamedTuple):
    """What one look at graph and log found."""

    worst: Consistency
    awaited: dict[Lane, int]
    """Where each lane that is behind the token, or is being filled, is worth another look."""


class Freshness:
    """Judges answers, and waits until read models have seen a token's entry. However many callers wait, one
    reads the graph for all.
    """

    def __init__(
        self, store: EventStore, graph: Graph, positions: Positions, checkpoints: Sequence[Checkpoints]
    ) -> None:
        self._store = store
        self._graph = graph
        self._positions = positions
        self._checkpoints = {each.model: each for each in checkpoints}
        self._remembered: dict[Lane, tuple[float, Consistency]] = {}
        self._doubts = 0
        """How often something that was remembered was doubted."""
        self._outage = Outage("the log that answers are compared with")
        self._asked: set[Lane] = set()
        self._next: asyncio.Task[dict[Lane, LaneState]] | None = None
        self._reading = asyncio.Lock()
        self._polling: asyncio.Task[None] | None = None

    async def of(
        self,
        models: Sequence[str],
        token: ConsistencyToken | None,
        *,
        slots: Iterable[int] = (),
        wait_s: float = 0.0,
    ) -> Consistency:
        """Judge what a query of these models will answer that concerns `slots`, after waiting at most
        `wait_s` for the token's entry.

        A query made after FRESH sees everything up to the token. Without a token FRESH says only that no lane
        is stopped or being filled. Raises GraphUnavailable and StoreUnavailable.
        """
        if token is None:
            return await self._remembering([(model, slot) for model in models for slot in slots])
        lanes = [(model, slot) for model in models for slot in {token.slot, *slots}]
        ends_at = time.monotonic() + wait_s
        while True:
            look = await self._look(lanes, token)
            remaining_s = ends_at - time.monotonic()
            if look.worst in {Consistency.LOST, Consistency.STOPPED} or not look.awaited:
                return look.worst
            if remaining_s <= 0:
                return Consistency.STALE if look.worst is Consistency.FRESH else look.worst
            await self._wait(look.awaited, remaining_s)

    def doubt(self, models: Iterable[str], slots: Sequence[int]) -> None:
        """Believe nothing of what is remembered of these lanes: their rows were forgotten just now."""
        self._doubts += 1
        for model in models:
            self._positions.doubted(model, slots)
            for slot in slots:
                self._remembered.pop((model, slot), None)

    async def now(self, models: Sequence[str], slots: Iterable[int]) -> Consistency:
        """Judge without a token, and from what stands now."""
        return (await self._look([(model, slot) for model in models for slot in slots], None)).worst

    async def _remembering(self, lanes: Sequence[Lane]) -> Consistency:
        now, doubts = time.monotonic(), self._doubts
        known = {
            lane: found
            for lane, (until, found) in ((lane, self._remembered.get(lane, NEVER)) for lane in lanes)
            if until > now
        }
        unknown = [lane for lane in lanes if lane not in known]
        if unknown:
            judged, _ = await self._judged(await self._states(unknown), within_s=COMPARED_WITHIN_S)
            known |= judged
            if doubts == self._doubts:
                until = time.monotonic() + REMEMBERED_S
                self._remembered |= {lane: (until, found) for lane, found in judged.items()}
        return _worst(known.values())

    async def _look(self, lanes: Sequence[Lane], token: ConsistencyToken | None) -> Look:
        """Compare the lanes, and the token, with the log as it stands now."""
        states = await self._states(lanes)
        judged, of_token = await self._judged(states, token)
        worst = _worst([of_token, *judged.values()])
        awaited = {}
        for lane, state in states.items():
            if judged[lane] is Consistency.FILLING:
                awaited[lane] = NEXT_MOVE if state.is_forgotten or state is ABSENT_LANE else state.fills_to
            elif token is not None and lane[1] == token.slot and state.mark.position < token.position:
                awaited[lane] = token.position
        return Look(worst, awaited)

    async def _judged(
        self,
        states: Mapping[Lane, LaneState],
        token: ConsistencyToken | None = None,
        *,
        within_s: float | None = None,
    ) -> tuple[dict[Lane, Consistency], Consistency]:
        """Judge each lane, and the token, by one read of the log."""
        places = [(slot, state.mark.position) for (_, slot), state in states.items()]
        nexts = [(slot, state.mark.position + 1) for (_, slot), state in states.items() if state.is_filling]
        asked = [*places, *nexts]
        if token is not None and token.hash is not None:
            asked.append((token.slot, token.position))
        found = await self._found(asked, within_s)
        judged = {lane: _judged_lane(lane[1], state, found) for lane, state in states.items()}
        if token is None:
            return judged, Consistency.FRESH
        if found is None or token.hash is None:
            return judged, Consistency.STALE
        stands = token.stands_as(found[token.slot, token.position])
        return judged, Consistency.FRESH if stands else Consistency.LOST

    async def _found(self, places: Sequence[Place], within_s: float | None) -> Found:
        """Read what stands at places now; None where the store does not answer (in time)."""
        try:
            async with asyncio.timeout(within_s):
                found = dict(zip(places, await self._store.marks_now(places), strict=True))
        except (StoreUnavailable, TimeoutError) as error:
            self._outage.failed(self, str(error) or "no answer in time")
            return None
        self._outage.worked(self)
        return found

    async def _states(self, lanes: Sequence[Lane]) -> dict[Lane, LaneState]:
        """Find out how far lanes are now: of this process's own projectors, else of the graph."""
        elsewhere = [lane for lane in lanes if self._positions.state(lane) is None]
        read = await self._shared(elsewhere) if elsewhere else {}
        # Our own projectors may have moved, or taken the slot over, while the graph was asked.
        return {lane: self._positions.state(lane) or read.get(lane, ABSENT_LANE) for lane in lanes}

    async def _wait(self, awaited: Mapping[Lane, int], wait_s: float) -> None:
        """Wait until all lanes are where they are awaited, for a moment at least."""
        if NEXT_MOVE in awaited.values():
            await asyncio.sleep(min(wait_s, MOVES_WITHIN_S))
            return
        waits = [self._positions.until(lane, position) for lane, position in awaited.items()]
        for lane in awaited:
            # It may have moved since it was looked at, and would not tell again.
            state = self._positions.state(lane)
            if state is not None:
                self._positions.seen(lane, state.mark.position)
        if self._polling is None or self._polling.done():
            self._polling = asyncio.create_task(self._poll(), name="freshness")
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await asyncio.gather(*waits)
        finally:
            for wait in waits:
                wait.cancel()

    async def _poll(self) -> None:
        """Ask the graph about what other processes project, for as long as anybody waits."""
        while lanes := self._positions.waited_for():
            elsewhere = [lane for lane in lanes if self._positions.state(lane) is None]
            if elsewhere:
                # Callers are answered when their time is over.
                with suppress(GraphUnavailable, GraphRefused):
                    for lane, state in (await self._read(elsewhere)).items():
                        self._positions.seen(lane, state.mark.position)
            await asyncio.sleep(POLL_S)

    async def _shared(self, lanes: Iterable[Lane]) -> dict[Lane, LaneState]:
        """Read how far slots are now; those who ask while a read is under way share the next one."""
        self._asked.update(lanes)
        if self._next is None:
            self._next = asyncio.create_task(self._read_next())
        return await asyncio.shield(self._next)

    async def _read_next(self) -> dict[Lane, LaneState]:
        async with self._reading:
            asked, self._asked, self._next = self._asked, set(), None
            return await self._read(asked)

    async def _read(self, lanes: Iterable[Lane]) -> dict[Lane, LaneState]:
        ids = {self._checkpoints[model].id(slot): (model, slot) for model, slot in lanes}
        return {ids[name]: state for name, state in (await lane_states(self._graph, sorted(ids))).items()}


def _judged_lane(slot: int, state: LaneState, found: Found) -> Consistency:
    position = state.mark.position
    # What is below its aim is being filled, unless the log itself no longer reaches further.
    is_filling = state.is_filling and (found is None or found[slot, position + 1] is not None)
    if state.is_forgotten or is_filling:
        return Consistency.FILLING
    if state.is_stopped or (found is not None and not state.mark.stands_as(found[slot, position])):
        return Consistency.STOPPED
    return Consistency.FRESH


def _worst(found: Iterable[Consistency]) -> Consistency:
    """Several may apply: lost is said before unknown, and unknown before anything else."""
    order = (Consistency.LOST, Consistency.STOPPED, Consistency.FILLING, Consistency.STALE)
    there = set(found)
    return next((each for each in order if each in there), Consistency.FRESH)
