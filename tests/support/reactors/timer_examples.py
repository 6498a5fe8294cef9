"""Helpers of the timers' tests: timers of players, processes with clocks, and the outcome of each timer."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.support.reactors.reactor_examples import SLOT, SLOTS, TYPES, Machine, reacting, some_id
from tta.clock import now
from tta.commands.handle import Commands
from tta.domain import timer
from tta.domain.timer import CancelTimer, ScheduleTimer, TimerCancelled, TimerDue, TimerScheduled
from tta.domain.timer import id_of as timer_id
from tta.domain.vocabulary import TimerPurpose
from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.errors import StoreUnavailable
from tta.eventstore.timers import TimerIndex
from tta.reactors.reactor import RunningReactor
from tta.reactors.timer_clock import TimerClock
from tta.reactors.timer_index import TimersReactor

LOOK_EVERY_S = 0.02
HOUR = timedelta(hours=1)
IDLE = TimerPurpose.SESSION_IDLE
TAGS = {event.__name__ for event in timer.EVENTS}


def keeping_time(commands: Commands) -> tuple[RunningReactor, TimerClock]:
    """The timer parts of a process that reacts."""
    return (
        reacting(commands.aggregates.store, TimersReactor(commands.aggregates.store)),
        TimerClock(commands, look_every_s=LOOK_EVERY_S),
    )


async def schedule(machine: Machine, away: timedelta, *, slot: int = SLOT, again: UUID | None = None) -> UUID:
    """Schedule a timer of a new player, or move that of player `again`; return the player."""
    player_id = again or some_id(slot)
    at = now()
    wanted = ScheduleTimer(purpose=IDLE, about=player_id, due_at=at + away, player_id=player_id, at=at)
    await machine.ask(timer, timer_of(player_id), wanted, player_id)
    return player_id


async def call_off(machine: Machine, player_id: UUID) -> None:
    await machine.ask(timer, timer_of(player_id), CancelTimer(at=datetime.now(UTC)), player_id)


def timer_of(player_id: UUID) -> UUID:
    return timer_id(player_id, IDLE, player_id)


async def histories(machine: Machine) -> dict[UUID, list[RecordedEvent]]:
    """Return the log's events of each timer."""
    found: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    for slot in range(SLOTS):
        for recorded in await machine.log(slot):
            if recorded.type in TAGS:
                found[recorded.aggregate_id].append(recorded)
    return found


async def all_came(machine: Machine) -> bool:
    """Return whether nothing is scheduled any more."""
    try:
        return all(each[-1].type != TimerScheduled.__name__ for each in (await histories(machine)).values())
    except StoreUnavailable:
        return False


async def must_have_come_once(machine: Machine) -> tuple[int, int]:
    """Check that each schedule ended once: moved, cancelled, or due at its time or later.

    Return how many fell due and how many were cancelled.
    """
    due = cancelled = 0
    for entries in (await histories(machine)).values():
        standing: TimerScheduled | None = None
        for recorded in entries:
            event = TYPES.event(recorded)
            if isinstance(event, TimerScheduled):
                standing = event
                continue
            assert standing is not None, "an end without a schedule"
            if isinstance(event, TimerDue):
                assert event.due_at == standing.due_at
                assert event.due_at <= event.at <= recorded.recorded_at + timedelta(milliseconds=1)
                assert recorded.subject_id == standing.player_id
                due += 1
            else:
                assert isinstance(event, TimerCancelled), f"a timer knows no {recorded.type}"
                cancelled += 1
            standing = None
        assert standing is None, f"never fell due: {standing}"
    return due, cancelled


async def indexed(machine: Machine) -> int:
    """Return the number of members of the index, without the marker."""
    index = TimerIndex(machine.store)
    return sum([(await index.look(slot, 1, now=now())).scheduled for slot in range(SLOTS)])
