"""Sessions under way are never too many, however many are started at once, and an end makes room."""

import asyncio
from uuid import UUID

import pytest

from tests.support.commands.command_examples import (
    NOON,
    SESSION,
    Machine,
    context,
    hold,
    some_player,
    state_of,
)
from tta.commands.handle import CommandResult, Commands, handle
from tta.commands.player_queues import TooManyConflicts
from tta.commands.sessions import handle_session
from tta.commands.starting import start_session
from tta.domain import session
from tta.domain.joint.facts import Facts
from tta.domain.passages import Wishes
from tta.domain.roster import UNDER_WAY_MAX, Roster, TooManySessions
from tta.domain.session import AbandonSession, CompleteSession, SessionStatus, StartSession
from tta.domain.session import id_of as new_session_id
from tta.domain.targets import Target, roster_target, session_target


async def starts(commands: Commands, player_id: UUID, key: str) -> CommandResult:
    def command(facts: Facts, _: Wishes) -> StartSession:
        return StartSession(
            player_id=player_id, story="clearing", consented=facts.consented, held=facts.held, at=NOON
        )

    around = context(key)
    session_id = new_session_id(player_id, around.causation.command_id)
    return await start_session(commands, session_id, player_id, command, around)


async def ends(commands: Commands, player_id: UUID, session_id: UUID) -> CommandResult:
    around = context(f"end {session_id}")
    return await handle_session(commands, session_id, player_id, CompleteSession(at=NOON), around)


async def full(commands: Commands) -> tuple[UUID, list[UUID]]:
    player_id = await some_player(commands)
    ids = [(await starts(commands, player_id, f"{player_id} {n}")).id for n in range(UNDER_WAY_MAX)]
    return player_id, ids


async def under_way(commands: Commands, player_id: UUID) -> tuple[UUID, ...]:
    state = await state_of(commands, roster_target(player_id))
    assert isinstance(state, Roster)
    return state.under_way


async def test_a_session_that_starts_is_enrolled_and_one_that_ends_is_struck(commands: Commands):
    player_id = await some_player(commands)
    first, second = [await starts(commands, player_id, f"{player_id} {n}") for n in "ab"]
    assert await under_way(commands, player_id) == (first.id, second.id)
    await ends(commands, player_id, first.id)
    assert await under_way(commands, player_id) == (second.id,)
    await handle_session(commands, second.id, player_id, AbandonSession(at=NOON), context(f"end {second.id}"))
    assert await under_way(commands, player_id) == ()


async def test_one_more_than_the_limit_is_refused_until_one_ends(commands: Commands):
    player_id, ids = await full(commands)
    with pytest.raises(TooManySessions, match=f"{UNDER_WAY_MAX} are"):
        await starts(commands, player_id, f"{player_id} more")
    await handle_session(commands, ids[3], player_id, CompleteSession(at=NOON), context("end " + str(ids[3])))
    started = await starts(commands, player_id, f"{player_id} more")
    assert await under_way(commands, player_id) == (*ids[:3], *ids[4:], started.id)


async def test_a_start_sent_again_is_answered_although_the_roster_is_full(commands: Commands):
    player_id, ids = await full(commands)
    again = await starts(commands, player_id, f"{player_id} 0")
    assert (again.id, again.again) == (ids[0], True)


async def test_a_session_that_ended_unseen_by_the_roster_makes_room_all_the_same(commands: Commands):
    player_id, ids = await full(commands)
    for ended in (ids[0], ids[7]):
        over, around = session_target(ended), context(f"x {ended}")
        await handle(commands, over, CompleteSession(at=NOON), around, player_id=player_id)
    assert len(await under_way(commands, player_id)) == UNDER_WAY_MAX
    started = await starts(commands, player_id, f"{player_id} more")
    kept = [each for each in ids if each not in (ids[0], ids[7])]
    assert await under_way(commands, player_id) == (*kept, started.id)


async def test_who_is_held_starts_although_the_roster_is_full(commands: Commands):
    player_id, ids = await full(commands)
    await hold(commands, player_id)
    started = await starts(commands, player_id, f"{player_id} more")
    assert await under_way(commands, player_id) == (*ids, started.id)


async def test_however_many_start_at_once_on_two_processes_there_are_never_too_many(machine: Machine):
    one, other = await machine.process(), await machine.process()
    player_id = await some_player(one)

    async def begins(number: int) -> UUID | None:
        """Start as a client does: sent again while others got in between."""
        commands = (one, other)[number % 2]
        while True:
            try:
                return (await starts(commands, player_id, f"{player_id} {number}")).id
            except TooManyConflicts:
                continue
            except TooManySessions:
                return None

    begun = [each for each in await asyncio.gather(*map(begins, range(UNDER_WAY_MAX * 3))) if each]
    assert len(begun) == UNDER_WAY_MAX
    for commands in (one, other):
        assert set(await under_way(commands, player_id)) == set(begun)
    states = [await state_of(one, Target(SESSION, each)) for each in begun]
    assert {each.status for each in states if isinstance(each, session.StartedSession)} == {
        SessionStatus.OPEN
    }


async def test_ends_and_starts_at_once_leave_on_the_roster_what_is_under_way(machine: Machine):
    one, other = await machine.process(), await machine.process()
    player_id, ids = await full(one)

    async def does(number: int) -> UUID | None:
        commands = (one, other)[number % 2]
        while True:
            try:
                if number >= UNDER_WAY_MAX:
                    return (await starts(commands, player_id, f"{player_id} {number}")).id
                await ends(commands, player_id, ids[number])
            except TooManyConflicts:
                continue
            except TooManySessions:
                return None
            return None

    begun = await asyncio.gather(*map(does, range(UNDER_WAY_MAX * 2)))
    listed = await under_way(other, player_id)
    assert set(listed) == {each for each in begun if each}
    assert len(listed) <= UNDER_WAY_MAX


async def test_a_start_sent_again_is_answered_with_where_its_last_event_stands(machine: Machine):
    one, other = await machine.process(), await machine.process()
    player_id = await some_player(one)
    first = await starts(one, player_id, f"{player_id} a")
    for commands in (one, other, await machine.process()):
        again = await starts(commands, player_id, f"{player_id} a")
        assert (again.again, again.position, again.version) == (True, first.position, first.version)
