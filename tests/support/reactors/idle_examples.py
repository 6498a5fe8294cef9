"""Idle sessions, and the timers that end them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.support.reactors.reactor_examples import (
    AGREE,
    REGISTER,
    SLOT,
    SLOTS,
    TYPES,
    Machine,
    around,
    reacting,
    some_id,
)
from tests.support.reactors.timer_examples import HOUR, LOOK_EVERY_S
from tta.commands.handle import Commands, handle
from tta.domain import player
from tta.domain.base import Event
from tta.domain.session import SessionAbandoned, StartSession
from tta.domain.session import id_of as new_session_id
from tta.domain.targets import session_target
from tta.domain.timer import TimerScheduled
from tta.domain.timer import id_of as timer_id
from tta.domain.vocabulary import TimerPurpose
from tta.reactors.idle_sessions import IdleSessions
from tta.reactors.reactor import RunningReactor
from tta.reactors.timer_clock import TimerClock
from tta.reactors.timer_index import TimersReactor

LONG_AGO = datetime.now(UTC) - 10 * HOUR


def leaving(commands: Commands, idle: timedelta | None = HOUR) -> tuple[RunningReactor | TimerClock, ...]:
    """The reactor that abandons idle sessions in a process, and its clock."""
    store = commands.aggregates.store
    return (
        reacting(store, IdleSessions(commands, idle)),
        reacting(store, TimersReactor(store)),
        TimerClock(commands, look_every_s=LOOK_EVERY_S),
    )


async def begun(machine: Machine, at: datetime = LONG_AGO, slot: int = SLOT) -> tuple[UUID, UUID]:
    """A player who began a session at a given time."""
    player_id = some_id(slot)
    await machine.ask(player, player_id, REGISTER, player_id)
    await machine.ask(player, player_id, AGREE, player_id)

    asked = around()
    play = new_session_id(player_id, asked.causation.command_id)
    command = StartSession(player_id=player_id, story="clearing", consented=True, held=False, at=at)
    await handle(machine.commands, session_target(play), command, asked, player_id=player_id)
    return player_id, play


async def events(machine: Machine, aggregate_id: UUID) -> list[Event]:
    log = await machine.log(aggregate_id.bytes[0] % SLOTS)
    return [TYPES.event(each) for each in log if each.aggregate_id == aggregate_id]


async def timers(machine: Machine, who: tuple[UUID, UUID]) -> list[str]:
    """Return the events of the session's timer, by their names without `Timer`."""
    told = await events(machine, timer_id(who[0], TimerPurpose.SESSION_IDLE, who[1]))
    return [type(each).__name__.removeprefix("Timer") for each in told]


async def scheduled(machine: Machine, who: tuple[UUID, UUID]) -> TimerScheduled:
    told = await events(machine, timer_id(who[0], TimerPurpose.SESSION_IDLE, who[1]))
    assert isinstance(told[-1], TimerScheduled)
    return told[-1]


async def left(machine: Machine, who: tuple[UUID, UUID]) -> bool:
    return isinstance((await events(machine, who[1]))[-1], SessionAbandoned)


async def timer_is(machine: Machine, who: tuple[UUID, UUID], *became: str) -> bool:
    return await timers(machine, who) == list(became)
