"""Idle sessions: one that nobody plays is abandoned, one that is played, held or over is left alone."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.support.reactors.idle_examples import (
    LONG_AGO,
    begun,
    events,
    leaving,
    left,
    scheduled,
    timer_is,
    timers,
)
from tests.support.reactors.reactor_examples import (
    SLOT,
    SLOTS,
    Machine,
    reacting,
    replier,
    running,
    until,
)
from tests.support.reactors.timer_examples import HOUR
from tta.domain import safety_record, session, timer
from tta.domain.base import Command
from tta.domain.safety_record import ReleaseSafetyHold
from tta.domain.safety_record import id_of as safety_record_id
from tta.domain.session import CompleteSession, PauseSession
from tta.domain.timer import FallDue, TimerDue
from tta.domain.timer import id_of as timer_id
from tta.domain.turns import SubmitInteraction
from tta.domain.vocabulary import Role, TimerPurpose
from tta.reactors.reactor import RunningReactor
from tta.reactors.timer_clock import TimerClock

RELEASE = ReleaseSafetyHold(reason="Spoke with them.", by=Role.THERAPIST, at=LONG_AGO)


async def ask(machine: Machine, who: tuple[UUID, UUID], command: Command) -> None:
    await machine.ask(session, who[1], command, who[0])


async def all_left(machine: Machine, sessions: list[tuple[UUID, UUID]]) -> bool:
    return all([await left(machine, each) for each in sessions])


async def more_than(machine: Machine, who: tuple[UUID, UUID], count: int) -> bool:
    return len(await timers(machine, who)) > count


async def has_caught_up(machine: Machine, reactor: RunningReactor | TimerClock) -> bool:
    assert isinstance(reactor, RunningReactor), "a clock follows no log"
    return all(reactor.lanes[slot].mark.position == end for slot, end in (await machine.ends()).items())


async def test_a_session_that_nobody_plays_is_abandoned(machine: Machine):
    who = await begun(machine)
    async with running(*leaving(machine.commands)):
        await until(lambda: left(machine, who))
    assert await timers(machine, who) == ["Scheduled", "Due"]
    told = {each.type: each for each in await machine.log(SLOT)}
    due, abandoned = told["TimerDue"], told["SessionAbandoned"]
    assert (abandoned.actor, abandoned.causation_id) == ("reactor:idle", due.event_id)


async def test_a_session_that_is_played_goes_on(machine: Machine):
    who, now = await begun(machine), datetime.now(UTC)
    async with running(*leaving(machine.commands, 11 * HOUR)):
        await until(lambda: timer_is(machine, who, "Scheduled"))
        await ask(machine, who, PauseSession(at=now))
    async with running(*leaving(machine.commands)):
        await until(lambda: timer_is(machine, who, "Scheduled"))
    assert (await scheduled(machine, who)).due_at == LONG_AGO + 11 * HOUR
    assert not await left(machine, who)


async def test_a_timer_that_falls_due_in_a_session_that_was_played_meanwhile_is_moved_once(machine: Machine):
    who, now = await begun(machine), datetime.now(UTC)
    watching, *keeping = leaving(machine.commands)
    async with running(watching):
        await until(lambda: timer_is(machine, who, "Scheduled"))
    async with running(*keeping):
        await until(lambda: timer_is(machine, who, "Scheduled", "Due"))
    await ask(machine, who, PauseSession(at=now))
    async with running(*leaving(machine.commands)):
        await until(lambda: timer_is(machine, who, "Scheduled", "Due", "Scheduled"))
    assert (await scheduled(machine, who)).due_at == now + HOUR
    assert not await left(machine, who)


@pytest.mark.parametrize("ahead", [2 * HOUR, timedelta(days=31), timedelta(days=365)])
async def test_a_timer_that_fell_due_at_a_moment_ahead_abandons_nothing(machine: Machine, ahead: timedelta):
    """As a process whose clock had jumped lets it, or one of the release before."""
    began = datetime.now(UTC)
    who = await begun(machine, began)
    async with running(leaving(machine.commands)[0]):
        await until(lambda: timer_is(machine, who, "Scheduled"))
        falls = FallDue(at=datetime.now(UTC) + ahead)
        await machine.ask(timer, timer_id(who[0], TimerPurpose.SESSION_IDLE, who[1]), falls, who[0])
        await until(lambda: timer_is(machine, who, "Scheduled", "Due", "Scheduled"))
    assert (await scheduled(machine, who)).due_at == began + HOUR
    assert not await left(machine, who)


@pytest.mark.parametrize("ahead", [HOUR, timedelta(days=31), timedelta(days=365)])
async def test_a_session_that_was_played_at_a_moment_ahead_is_watched(machine: Machine, ahead: timedelta):
    before = datetime.now(UTC)
    who = await begun(machine, before + ahead)
    async with running(leaving(machine.commands)[0]):
        await until(lambda: timer_is(machine, who, "Scheduled"))
    assert before + HOUR <= (await scheduled(machine, who)).due_at <= datetime.now(UTC) + HOUR


async def test_a_paused_session_is_abandoned_too(machine: Machine):
    who = await begun(machine)
    await ask(machine, who, PauseSession(at=LONG_AGO + HOUR))
    async with running(*leaving(machine.commands)):
        await until(lambda: left(machine, who))


async def test_a_session_that_ended_is_not_watched(machine: Machine):
    soon, other = await begun(machine, datetime.now(UTC)), await begun(machine)
    over = await begun(machine)
    await ask(machine, over, CompleteSession(at=LONG_AGO))
    async with running(*leaving(machine.commands)):
        await until(lambda: timer_is(machine, soon, "Scheduled"))
        await ask(machine, soon, CompleteSession(at=datetime.now(UTC)))
        await until(lambda: timer_is(machine, soon, "Scheduled", "Cancelled"))
        await until(lambda: left(machine, other))
    assert await timers(machine, over) == []


async def test_a_held_player_s_session_is_never_abandoned(machine: Machine):
    who = await begun(machine)
    await machine.hold(who[0])
    async with running(*leaving(machine.commands)):
        await until(lambda: timer_is(machine, who, "Scheduled", "Due", "Scheduled"))
    told = await events(machine, timer_id(who[0], TimerPurpose.SESSION_IDLE, who[1]))
    due = told[1]
    assert isinstance(due, TimerDue)
    assert (await scheduled(machine, who)).due_at == due.at + HOUR
    assert not await left(machine, who)


async def test_released_it_is_abandoned_as_any_other(machine: Machine):
    who = await begun(machine)
    await machine.hold(who[0])
    idle = timedelta(seconds=0.3)
    async with running(*leaving(machine.commands, idle)):
        await until(lambda: more_than(machine, who, 4))
        assert not await left(machine, who)
        await machine.ask(safety_record, safety_record_id(who[0]), RELEASE, who[0])
        await until(lambda: left(machine, who))


async def test_the_last_words_are_answered_before_it_is_abandoned(machine: Machine):
    who = await begun(machine)
    words = SubmitInteraction(words="Hello", held=False, consented=True, at=LONG_AGO)
    await ask(machine, who, words)
    idle = timedelta(seconds=0.3)
    reply = reacting(machine.store, replier(machine.commands))
    async with running(*leaving(machine.commands, idle)):
        await until(lambda: more_than(machine, who, 2))
        assert not await left(machine, who)
        async with running(reply):
            await until(lambda: left(machine, who))
    told = [type(each).__name__ for each in await events(machine, who[1])]
    assert told[-2:] == ["InteractionAnswered", "SessionAbandoned"]


async def test_with_no_idle_time_none_is_watched_or_abandoned(machine: Machine):
    watched = await begun(machine)
    async with running(leaving(machine.commands)[0]):
        await until(lambda: timer_is(machine, watched, "Scheduled"))
    unwatched = await begun(machine)
    async with running(*(parts := leaving(machine.commands, None))):
        await until(lambda: timer_is(machine, watched, "Scheduled", "Due"))
        await until(lambda: has_caught_up(machine, parts[0]))
    assert await timers(machine, unwatched) == []
    assert not any([await left(machine, each) for each in (watched, unwatched)])


async def test_an_erased_player_s_sessions_are_left_alone(machine: Machine):
    who = await begun(machine)
    keyring = machine.commands.keyring
    await keyring.nodes.call("HSET", keyring.entry(who[0]), "destroyed", "1")
    other = await begun(machine)
    async with running(*(parts := leaving(await machine.process()))):
        await until(lambda: left(machine, other))
        await until(lambda: has_caught_up(machine, parts[0]))
    assert await timers(machine, who) == []


async def test_two_at_once_that_are_stopped_in_the_middle_abandon_each_once(machine: Machine):
    sessions = [await begun(machine, slot=slot) for slot in range(SLOTS) for _ in range(3)]
    commands, chance = [await machine.process() for _ in range(2)], random.Random(10)
    for _ in range(10):
        async with running(*(part for each in commands for part in leaving(each))):
            await asyncio.sleep(chance.uniform(0, 0.03))
    async with running(*(parts := leaving(commands[0]))):
        await until(lambda: all_left(machine, sessions))
        await until(lambda: has_caught_up(machine, parts[0]))
    for who in sessions:
        told = [type(each).__name__ for each in await events(machine, who[1])]
        assert told == ["SessionStarted", "SessionAbandoned"]
        assert await timers(machine, who) == ["Scheduled", "Due"]
