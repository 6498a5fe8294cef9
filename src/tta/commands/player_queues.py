"""One queue per player: within a process the commands of one player are handled one after another.

Commands of one player would otherwise race for the same aggregates, and all but one would lose each round.
Other processes still race, so that appends keep their version checks: a queue saves attempts and decides
nothing.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

from tta.eventstore.errors import OutcomeUnknown, StoreUnavailable
from tta.telemetry.metrics import COMMANDS_REFUSED, COMMANDS_WAITING

WAITING_MAX = 256  # Per player and process.
RUN_MAX = 16
"""So many commands in a row, then a rest: a process that remembers a player's state needs one round trip for
an append, others need two and would lose every race against a queue that never pauses.
"""
REST_SHARE = 0.25  # Of the time that the run took: four commands' worth, enough to load, decide and append.

log = structlog.get_logger(__name__)
Left = Callable[[], Awaitable[None]]
"""Returns once the sender of a command has gone and no longer waits for an answer."""


class TooManyConflicts(Exception):
    """Too many others change the same player's data at once; nothing was written. It may be tried again."""


class SenderLeft(Exception):
    """The sender went away while the command waited in the queue; nothing was written."""


class _Queue:
    """The commands that wait behind the one that is being handled."""

    def __init__(self, began_s: float) -> None:
        self.places: deque[asyncio.Future[None]] = deque()
        self.patient: set[asyncio.Future[None]] = set()
        """The places of those that are not bounded."""
        self.run, self.run_began_s = 1, began_s
        self.refused = 0


class PlayerQueues:
    """The queues of this process; a player without a command under way has none."""

    def __init__(self, waiting_max: int = WAITING_MAX) -> None:
        self._waiting_max = waiting_max
        self._queues: dict[UUID, _Queue] = {}

    def is_busy(self, player_id: UUID) -> bool:
        """Whether a command of that player would have to wait now."""
        return player_id in self._queues

    def waiting(self, player_id: UUID) -> int:
        """Count the commands of that player that wait now."""
        queue = self._queues.get(player_id)
        return 0 if queue is None else len(queue.places)

    @asynccontextmanager
    async def turn(
        self, player_id: UUID, *, left: Left | None = None, bounded: bool = True
    ) -> AsyncIterator[None]:
        """Wait until every earlier command of the player has been handled, and keep later ones waiting.

        Commands get their turn in the order in which they came. Raises TooManyConflicts if as many wait
        already as may wait, unless the caller is not `bounded`; SenderLeft if `left` returns first;
        StoreUnavailable if the store failed the command whose turn it was: each of those that wait would
        find it away for as long, one after another. Callers that are not bounded go on if the store was not
        away, and an append only was not confirmed in time.
        """
        queue = self._queues.get(player_id)
        if queue is None:
            queue = self._queues[player_id] = _Queue(_now_s())
        else:
            if bounded:
                self._require_room(player_id, queue)
            await self._wait(player_id, queue, left, bounded=bounded)
        try:
            yield
        except (StoreUnavailable, OutcomeUnknown) as error:
            spared = queue.patient if isinstance(error, OutcomeUnknown) else frozenset()
            failed = [place for place in queue.places if place not in spared]
            queue.places = deque(place for place in queue.places if place in spared)
            for place in failed:
                place.set_exception(StoreUnavailable(f"an earlier command failed: {error}"))
            raise
        finally:
            self._end_turn(player_id, queue)

    def _require_room(self, player_id: UUID, queue: _Queue) -> None:
        waiting = len(queue.places)
        if waiting < self._waiting_max:
            return
        COMMANDS_REFUSED.labels("queue-full").inc()
        queue.refused += 1
        if queue.refused == 1:
            log.warning(
                "a player's queue is full, commands are refused", player=str(player_id), waiting=waiting
            )
        raise TooManyConflicts(f"{player_id}: {waiting} commands wait already")

    async def _wait(self, player_id: UUID, queue: _Queue, left: Left | None, *, bounded: bool) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.places.append(place)
        if not bounded:
            queue.patient.add(place)
        COMMANDS_WAITING.inc()
        leaving = asyncio.ensure_future(left()) if left is not None else None
        try:
            await asyncio.wait(
                [place, leaving] if leaving is not None else [place], return_when=asyncio.FIRST_COMPLETED
            )
        except asyncio.CancelledError:
            if place.done() and place.exception() is None:
                # It was called up in the same moment, and nobody else is.
                self._end_turn(player_id, queue)
            raise
        finally:
            COMMANDS_WAITING.dec()
            queue.patient.discard(place)
            if leaving is not None:
                leaving.cancel()
            if not place.done():
                queue.places.remove(place)
        if place.done():
            place.result()
        elif leaving is not None:
            COMMANDS_REFUSED.labels("sender-left").inc()
            leaving.result()
            raise SenderLeft(f"{player_id}: the sender left its place in the queue")

    def _end_turn(self, player_id: UUID, queue: _Queue) -> None:
        """Call up the next command; after a long run let other processes go first."""
        if queue.places and queue.run >= RUN_MAX:
            rest_s = REST_SHARE * (_now_s() - queue.run_began_s)
            asyncio.get_running_loop().call_later(rest_s, self._begin_run, player_id, queue)
            return
        self._call_up(player_id, queue)

    def _begin_run(self, player_id: UUID, queue: _Queue) -> None:
        queue.run, queue.run_began_s = 0, _now_s()
        self._call_up(player_id, queue)

    def _call_up(self, player_id: UUID, queue: _Queue) -> None:
        if queue.places:
            queue.run += 1
            queue.places.popleft().set_result(None)
            return
        del self._queues[player_id]
        if queue.refused:
            log.info("a player's queue is empty again", player=str(player_id), refused=queue.refused)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
