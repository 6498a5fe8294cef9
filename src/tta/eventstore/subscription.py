"""Following the log: catch up from any position, then live, over many slots, at the reader's own pace.

Publications are hints; the truth is XRANGE from one's own position, with a bounded poll behind
the hint. Each read begins at the last entry already seen, whose hash must still be the same: so
a reader notices when what it read before was replaced (a promoted replica, an edited log) instead
of mixing two histories.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from redis.exceptions import RedisError

from tta.eventstore.envelope import Recorded
from tta.eventstore.errors import HistoryChanged, StoreUnavailable
from tta.eventstore.layout import Layout
from tta.eventstore.nodes import Nodes

if TYPE_CHECKING:
    from collections.abc import Callable

POLL_S = 1.0
ROUND_EVENTS_MAX = 1_000
SLOT_EVENTS_MIN = 16
BACKOFF_S_MAX = 2.0

log = structlog.get_logger(__name__)


class Mark(NamedTuple):
    """How far a slot's log has been read: the last position, and the hash of the entry there."""

    position: int
    hash: bytes


START = Mark(0, b"")


class Batch(NamedTuple):
    """Events of one slot in order, and the mark behind them."""

    slot: int
    events: list[Recorded]
    mark: Mark


async def read_slots(
    nodes: Nodes, layout: Layout, after: Mapping[int, Mark], count: int
) -> list[tuple[Batch, bool]]:
    """Read on from each mark, at most `count` events a slot; the flag says that there may be more.

    Raises HistoryChanged where the marked entry is not what it was, or a position is missing.
    """
    commands: list[tuple[str | bytes | int, ...]] = [
        ("XRANGE", layout.log(slot), mark.position or "-", "+", "COUNT", count + (mark.position > 0))
        for slot, mark in after.items()
    ]
    replies = await nodes.pipeline(commands)
    batches = []
    for (slot, mark), entries in zip(after.items(), replies, strict=True):
        events = _checked(slot, mark, entries)
        last = Mark(events[-1].position, events[-1].hash) if events else mark
        batches.append((Batch(slot, events, last), len(events) == count))
    return batches


def recorded(slot: int, raw: Any) -> Recorded:
    """Read one stream entry. Raises HistoryChanged when it is not an event's."""
    try:
        identity, (_, entry, _, ms) = raw
        return Recorded(slot, int(identity[:-2]), int(ms), entry)
    except (ValueError, TypeError) as error:
        raise HistoryChanged(f"slot {slot} holds an entry that is no event: {raw!r:.200}") from error


def _checked(slot: int, mark: Mark, entries: list[Any]) -> list[Recorded]:
    events = [recorded(slot, raw) for raw in entries]
    if mark.position:
        seen = events.pop(0) if events else None
        if seen is None or seen.position != mark.position:
            there = f"position {seen.position}" if seen else "the log's end"
            raise HistoryChanged(f"slot {slot}: expected position {mark.position} to stand, got {there}")
        if seen.hash != mark.hash:
            raise HistoryChanged(
                f"slot {slot}: position {mark.position} held {mark.hash.hex()[:12]}, "
                f"now holds {seen.hash.hex()[:12]}"
            )
    expected = mark.position + 1
    for event in events:
        if event.position != expected:
            raise HistoryChanged(f"slot {slot}: expected position {expected}, got {event.position}")
        expected += 1
    return events


class Wakeups:
    """One listener per server for the whole process; whoever follows slots registers an event to be set."""

    def __init__(self, nodes: Nodes, layout: Layout) -> None:
        self._nodes = nodes
        self._layout = layout
        self._followers: set[Callable[[int], None]] = set()
        self._task: asyncio.Task[None] | None = None

    def add(self, woken: "Callable[[int], None]") -> None:
        """Call `woken(slot)` on every publication."""
        self._followers.add(woken)
        if self._task is None:
            self._task = asyncio.create_task(self._listen(), name="wake-ups")

    def remove(self, woken: "Callable[[int], None]") -> None:
        self._followers.discard(woken)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _listen(self) -> None:
        backoff_s = 0.05
        while True:
            try:
                channels = [self._layout.wake(slot) for slot in range(self._layout.slots)]
                async with asyncio.TaskGroup() as group:
                    for make, held in self._nodes.connections(channels).values():
                        group.create_task(self._listen_to(make, held))
            except* (RedisError, OSError, StoreUnavailable) as errors:
                log.info("wake-ups interrupted, polling meanwhile", error=str(errors.exceptions[0]))
            await asyncio.sleep(backoff_s)
            backoff_s = min(backoff_s * 2, BACKOFF_S_MAX)

    async def _listen_to(self, make: "Callable[[], Any]", channels: list[str]) -> None:
        connection = make()
        slots = {self._layout.wake(slot).encode(): slot for slot in range(self._layout.slots)}
        try:
            await connection.connect()
            for channel in channels:
                await connection.send_command("SSUBSCRIBE", channel)
            while True:
                kind, channel, _ = await connection.read_response(disable_decoding=True)
                if kind == b"sunsubscribe":
                    raise StoreUnavailable("a slot moved to another server")
                for woken in tuple(self._followers):
                    woken(slots[channel])
        finally:
            await connection.disconnect(nowait=True)


class Following:
    """What one follower still has to look at."""

    def __init__(self, slots: Iterable[int]) -> None:
        self.slots = set(slots)
        self.due = set(self.slots)
        self.changed = asyncio.Event()

    def woken(self, slot: int) -> None:
        if slot in self.slots:
            self.due.add(slot)
            self.changed.set()


async def follow(
    nodes: Nodes, layout: Layout, wakeups: Wakeups, after: Mapping[int, Mark], *, events_max: int
) -> AsyncIterator[list[Batch]]:
    """Yield rounds of batches, each slot in order, at most `events_max` events a round, for ever.

    Nothing is read ahead of the caller: who is slow is waited for. While the server is away it
    keeps trying, with back-off. Raises HistoryChanged.
    """
    marks = dict(after)
    following = Following(marks)
    wakeups.add(following.woken)
    backoff_s = 0.0
    try:
        while True:
            if not following.due:
                following.changed.clear()
                try:
                    async with asyncio.timeout(POLL_S):
                        await following.changed.wait()
                except TimeoutError:
                    following.due = set(following.slots)
            count = max(SLOT_EVENTS_MIN, events_max // len(following.due))
            chosen = sorted(following.due)[: max(1, events_max // count)]
            following.due.difference_update(chosen)
            try:
                read = await read_slots(nodes, layout, {slot: marks[slot] for slot in chosen}, count)
                backoff_s = 0.0
            except StoreUnavailable as error:
                following.due.update(chosen)
                backoff_s = min(max(backoff_s * 2, 0.05), BACKOFF_S_MAX)
                log.warning("the log cannot be read, trying again", error=str(error), in_s=backoff_s)
                await asyncio.sleep(backoff_s)
                continue
            following.due.update(batch.slot for batch, more in read if more)
            batches = [batch for batch, _ in read if batch.events]
            marks |= {batch.slot: batch.mark for batch in batches}
            if batches:
                yield batches
    finally:
        wakeups.remove(following.woken)
