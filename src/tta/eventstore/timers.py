"""The index of timers: per slot a sorted set of what is to fall due, by its moment. The log is the truth.

A member is a timer and the version of the event that scheduled it, so what a slow process does late touches
no other schedule. A member too many is found out when it falls due, so putting one in late does no harm.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from tta.eventstore.scripts import DUE
from tta.eventstore.store import EventStore

WHOLE = b"whole"  # Scored beyond every moment; gone with the set, so that a set that was lost is noticed.
PUT_MAX = 500
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Entry(NamedTuple):
    """One schedule of one timer: `version` is the timer's when it was scheduled."""

    timer: UUID
    version: int


class DueTimers(NamedTuple):
    """What a slot's index says, at a moment that both the server's clock and the asker's have reached."""

    now: datetime
    is_whole: bool
    """False where the index was never built, or was lost."""
    scheduled: int
    due: list[Entry]
    """The earliest first."""


class TimerIndex:
    """The sorted sets of one store. Every call may run twice; each raises StoreUnavailable."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    async def look(self, slot: int, due_max: int, *, now: datetime) -> DueTimers:
        """Say what is due now, at most `due_max` of it, by the server's clock and by the asker's."""
        reply = await self._store.nodes.run(DUE, [self._key(slot)], [due_max, WHOLE, _score(now)])
        now_us, is_whole, members, due = reply
        return DueTimers(
            EPOCH + int(now_us) * MICROSECOND,
            bool(is_whole),
            members - is_whole,
            [_entry(each) for each in due],
        )

    async def put(self, slot: int, entries: Sequence[tuple[Entry, datetime]]) -> None:
        """Enter schedules, each with the moment at which it falls due."""
        for first in range(0, len(entries), PUT_MAX):
            words: list[str | bytes | int] = []
            for entry, due_at in entries[first : first + PUT_MAX]:
                words += [_score(due_at), _member(entry)]
            await self._store.nodes.call("ZADD", self._key(slot), *words)

    async def remove(self, slot: int, entry: Entry) -> None:
        await self._store.nodes.call("ZREM", self._key(slot), _member(entry))

    async def put_off(self, slot: int, entry: Entry, until: datetime) -> None:
        """Let a schedule that is still there be looked at again only then."""
        await self._store.nodes.call("ZADD", self._key(slot), "XX", _score(until), _member(entry))

    async def mark_doubtful(self, slot: int) -> None:
        """Say that the index may not be as the log has it; what it holds falls due meanwhile."""
        await self._store.nodes.call("ZREM", self._key(slot), WHOLE)

    async def mark_whole(self, slot: int) -> None:
        """Say that every schedule that stands in the log has been entered."""
        await self._store.nodes.call("ZADD", self._key(slot), "+inf", WHOLE)

    def _key(self, slot: int) -> str:
        return self._store.layout.timers(slot)


def _score(moment: datetime) -> int:
    """Microseconds, as a moment has them: exact in a score until the year 2255."""
    return (moment - EPOCH) // MICROSECOND


def _member(entry: Entry) -> bytes:
    return entry.timer.bytes + entry.version.to_bytes(4, "big")


def _entry(member: bytes) -> Entry:
    raw = bytes(member)
    return Entry(UUID(bytes=raw[:16]), int.from_bytes(raw[16:], "big"))
