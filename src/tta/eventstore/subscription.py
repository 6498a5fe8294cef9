"""Following the log: catch up from any position, then live, over many slots, at the reader's own pace.

Publications are hints; the truth is XRANGE from one's own position, with a bounded poll behind
the hint. Each read begins at the last entry already seen, whose hash must still be the same: so
a reader notices when what it read before was replaced (a promoted replica, an edited log) instead
of mixing two histories.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from redis.exceptions import RedisError

from tta.eventstore.backoff import Backoff
from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.errors import HistoryChanged, StoreUnavailable
from tta.eventstore.layout import Layout
from tta.eventstore.nodes import Nodes
from tta.eventstore.topology import ServerAddress
from tta.eventstore.writer import ended
from tta.telemetry.outages import Attempts, Outage

if TYPE_CHECKING:
    from collections.abc import Callable

POLL_S = 1.0
ROUND_EVENTS_MAX = 1_000
SLOT_EVENTS_MIN = 16
BACKOFF_S_MIN, BACKOFF_S_MAX = 0.05, 2.0


class Mark(NamedTuple):
    """How far a slot's log has been read: the last position, the hash of the entry there, and when it was
    recorded.

    The time counts too: after a loss, an append that is sent again may put the same entry at the same
    position behind other ones. 0 says that it is not known, as in what the release before wrote.
    """

    position: int
    hash: bytes
    recorded_ms: int = 0

    @classmethod
    def of(cls, recorded: RecordedEvent) -> "Mark":
        return cls(recorded.position, recorded.hash, recorded.recorded_ms)

    def stands_as(self, found: "Mark | None") -> bool:
        """Say whether what stands at its position now is the entry that was read."""
        if found is None or found.hash != self.hash:
            return False
        return self.recorded_ms in (0, found.recorded_ms)


START = Mark(0, b"")


class Batch(NamedTuple):
    """Events of one slot in order, and the mark behind them."""

    slot: int
    events: list[RecordedEvent]
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
        last = Mark.of(events[-1]) if events else mark
        batches.append((Batch(slot, events, last), len(events) == count))
    return batches


def recorded(slot: int, raw: Any) -> RecordedEvent:
    """Read one stream entry. Raises HistoryChanged when it is not an event's."""
    try:
        identity, (event, entry, time, ms) = raw
        if (event, time, identity[-2:]) != (b"e", b"t", b"-0"):
            raise ValueError("the fields of an event are e and t")  # noqa: TRY301 - One error for all that is wrong.
        return RecordedEvent(slot, int(identity[:-2]), int(ms), entry)
    except (ValueError, TypeError) as error:
        raise HistoryChanged(f"slot {slot} holds an entry that is no event: {raw!r:.200}", slot) from error


def _checked(slot: int, mark: Mark, entries: list[Any]) -> list[RecordedEvent]:
    events = [recorded(slot, raw) for raw in entries]
    if mark.position:
        seen = events.pop(0) if events else None
        if seen is None or seen.position != mark.position:
            there = f"position {seen.position}" if seen else "the log's end"
            raise HistoryChanged(
                f"slot {slot}: expected position {mark.position} to stand, got {there}", slot
            )
        if not mark.stands_as(Mark.of(seen)):
            raise HistoryChanged(
                f"slot {slot}: position {mark.position} held {mark.hash.hex()[:12]} ({mark.recorded_ms} ms), "
                f"now holds {seen.hash.hex()[:12]} ({seen.recorded_ms} ms)",
                slot,
            )
    expected = mark.position + 1
    for event in events:
        if event.position != expected:
            raise HistoryChanged(f"slot {slot}: expected position {expected}, got {event.position}", slot)
        expected += 1
    return events


class Wakeups:
    """One listener per server for the whole process; who follows slots is called for each publication.

    The same listener hears what turns under way tell of their progress, for whoever wants to hear that.
    """

    def __init__(self, nodes: Nodes, layout: Layout) -> None:
        self._topology = nodes.topology
        self._slots = {layout.wake(slot): slot for slot in range(layout.slots)}
        self._channels = [*self._slots, *(layout.steps(slot) for slot in range(layout.slots))]
        self._followers: set[Callable[[int], None]] = set()
        self._hearers: set[Callable[[bytes], None]] = set()
        self._outage = Outage("the connection for wake-ups, without which the log is polled")
        self._task: asyncio.Task[None] | None = None

    def add(self, woken: "Callable[[int], None]") -> None:
        """Call `woken(slot)` on every publication."""
        self._followers.add(woken)
        self._start()

    def remove(self, woken: "Callable[[int], None]") -> None:
        self._followers.discard(woken)

    def hear(self, told: "Callable[[bytes], None]") -> None:
        """Call `told(message)` with every message on a progress channel; some get lost."""
        self._hearers.add(told)
        self._start()

    def unhear(self, told: "Callable[[bytes], None]") -> None:
        self._hearers.discard(told)

    async def close(self) -> None:
        if self._task is not None:
            await ended(self._task)

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._listen(), name="wake-ups")

    async def _listen(self) -> None:
        """Listen to whichever servers hold the slots; begin anew whenever that changes or one is lost.

        Who holds what is learnt by the followers, who read meanwhile.
        """
        backoff = Backoff(BACKOFF_S_MIN, BACKOFF_S_MAX)
        while True:
            began = asyncio.get_running_loop().time()
            try:
                async with asyncio.TaskGroup() as group:
                    for server, channels in self._topology.grouped(self._channels).items():
                        group.create_task(self._listen_to(server, channels))
            except* (RedisError, OSError, StoreUnavailable) as errors:
                self._outage.failed(self, repr(errors.exceptions[0]))
            if asyncio.get_running_loop().time() - began > BACKOFF_S_MAX:
                backoff.reset()
            await asyncio.sleep(backoff.next_s())

    async def _listen_to(self, server: ServerAddress, channels: list[str]) -> None:
        connection = self._topology.connection(server)
        try:
            await connection.connect()
            for channel in channels:
                await connection.send_command("SSUBSCRIBE", channel)
            while True:
                kind, channel, message = await connection.read_response(disable_decoding=True)
                self._outage.worked(self)
                slot = self._slots.get(channel.decode())
                if slot is not None:
                    # A confirmed subscription counts as a publication: something may have come before it.
                    for woken in tuple(self._followers):
                        woken(slot)
                elif kind == b"smessage":
                    for told in tuple(self._hearers):
                        told(message)
                if kind == b"sunsubscribe":
                    raise StoreUnavailable(f"{channel.decode()} moved to another server")
        finally:
            await connection.disconnect(nowait=True)


class Following:
    """What one follower still has to look at, in the order in which it became due."""

    def __init__(self, slots: Iterable[int]) -> None:
        self._slots = frozenset(slots)
        self._due = dict.fromkeys(sorted(self._slots))
        self._changed = asyncio.Event()
        self._polled_at = asyncio.get_running_loop().time()

    def woken(self, slot: int) -> None:
        if slot in self._slots:
            self._due[slot] = None
            self._changed.set()

    async def next(self, events_max: int) -> tuple[list[int], int]:
        """Wait for slots to look at; return them, and how many events to read of each.

        Each slot is looked at every POLL_S even if nothing calls: wake-ups may be lost.
        """
        loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._polled_at + POLL_S):
                while not self._due:
                    self._changed.clear()
                    await self._changed.wait()
        # A wait that timed out with nothing due has waited long enough, whatever the clock says: uvloop's has
        # whole milliseconds, and shortly before each power of two the sum is rounded to above what it shows.
        if not self._due or loop.time() >= self._polled_at + POLL_S:
            self._polled_at = loop.time()
            self._due |= dict.fromkeys(self._slots)
        count = max(SLOT_EVENTS_MIN, events_max // len(self._due))
        chosen = list(self._due)[: max(1, events_max // count)]
        for slot in chosen:
            del self._due[slot]
        return chosen, min(count, events_max)

    def again(self, slots: Iterable[int]) -> None:
        """These have more to read: they come after those that wait already."""
        self._due |= dict.fromkeys(slots)


class LogReads(Protocol):
    """How a follower reads."""

    outage: Outage

    async def read(
        self, after: Mapping[int, Mark], count: int, begun: AbstractSet[int]
    ) -> list[tuple[Batch, bool]]:
        """Read on as `read_slots` does. Slots that this follower has not `begun` to read come from the log
        itself; of others it may be given what another follower read before.
        """


async def follow(
    reads: LogReads, wakeups: Wakeups, after: Mapping[int, Mark], *, events_max: int
) -> AsyncGenerator[list[Batch]]:
    """Yield rounds of batches, each slot in order, at most `events_max` events a round, for ever.

    Nothing is read ahead of the caller: who is slow is waited for. While the server is away it
    keeps trying, with back-off. Raises HistoryChanged.
    """
    if not after:
        raise ValueError("following needs at least one slot")
    marks, most = dict(after), events_max
    following = Following(marks)
    wakeups.add(following.woken)
    backoff = Backoff(BACKOFF_S_MIN, BACKOFF_S_MAX)
    attempts = Attempts(reads.outage)
    begun: set[int] = set()
    try:
        while True:
            slots, count = await following.next(most)
            try:
                read = await reads.read({slot: marks[slot] for slot in slots}, count, begun)
                begun |= set(slots)
                most = min(most * 2, events_max)
                backoff.reset()
                attempts.worked()
            except StoreUnavailable as error:
                # Events may be so large that a round of them does not come through in time.
                most = max(most // 2, 1)
                following.again(slots)
                attempts.failed(f"the log cannot be read: {error}")
                await asyncio.sleep(backoff.next_s())
                continue
            following.again(batch.slot for batch, more in read if more)
            batches = [batch for batch, _ in read if batch.events]
            marks |= {batch.slot: batch.mark for batch in batches}
            if batches:
                yield batches
    finally:
        attempts.worked()
        wakeups.remove(following.woken)
