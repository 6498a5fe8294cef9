"""Joint decisions on a real store: two rounds of targets, what is gathered again, and who was erased."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from tests.support.commands.command_examples import (
    NOON,
    Machine,
    context,
    log_of,
    some_id,
    some_player,
    some_session,
    start,
)
from tests.support.domain.joint_examples import examples
from tta.commands.handle import Commands
from tta.commands.joint import handle_joint, handle_joint_by
from tta.commands.sessions import handle_session
from tta.domain.joint.deciding import AddressedCommand, all_targets, to
from tta.domain.roster import EnrolSession
from tta.domain.session import PauseSession, SessionStatus, require_started
from tta.domain.session import id_of as new_session_id
from tta.domain.targets import (
    AnyTarget,
    States,
    player_target,
    record_target,
    roster_target,
    session_target,
)
from tta.security.keyring import PlayerErased


class PauseListed(NamedTuple):
    """Enrol a session, and pause those that the roster named before, if they are open."""

    player_id: UUID
    session_id: UUID

    def targets(self) -> Sequence[AnyTarget]:
        # The first round has no session in it, so the facts are named here.
        return [
            roster_target(self.player_id),
            record_target(self.player_id),
            player_target(self.player_id),
        ]

    def further(self, states: States) -> Sequence[AnyTarget]:
        return [session_target(each) for each in states.of(roster_target(self.player_id)).under_way]

    def decide(self, states: States, seen: list[SessionStatus], /) -> Sequence[AddressedCommand]:
        listed = roster_target(self.player_id)
        seen += [
            require_started(states.of(session_target(each))).status for each in states.of(listed).under_way
        ]
        enrol = EnrolSession(session_id=self.session_id, held=False, at=NOON)
        named = [session_target(each) for each in states.of(listed).under_way]
        return [to(listed, enrol), *(to(each, PauseSession(at=NOON)) for each in named)]


async def listed_session(commands: Commands) -> tuple[UUID, UUID]:
    """A player with a session that is on their roster."""
    player_id = await some_player(commands)
    around = context(f"listed {player_id}")
    begun = await start(commands, player_id, around)

    async def nothing(_: States) -> list[SessionStatus]:
        return []

    await handle_joint_by(commands, PauseListed(player_id, begun.id), nothing, context(f"list {begun.id}"))
    return player_id, begun.id


async def test_what_the_first_states_name_is_a_guard_too_and_facts_are_gathered_again(machine: Machine):
    commands = await machine.process()
    player_id, play = await listed_session(commands)
    gathered: list[list[SessionStatus]] = []

    async def gather(states: States) -> list[SessionStatus]:
        if not gathered:
            pause = context(f"pause {play}")
            machine.elsewhere(
                lambda other: handle_session(other, play, player_id, PauseSession(at=NOON), pause)
            )
        gathered.append([require_started(states.of(session_target(play))).status])
        return []

    decision = PauseListed(player_id, some_id())
    handled = await handle_joint_by(commands, decision, gather, context("pause all"))
    assert gathered == [[SessionStatus.OPEN], [SessionStatus.PAUSED]]
    assert handled.version == 2
    assert [each.type for each in await log_of(commands, play)] == ["SessionStarted", "SessionPaused"]


async def test_a_roster_that_names_another_session_meanwhile_is_asked_again(machine: Machine):
    commands = await machine.process()
    player_id, first = await listed_session(commands)
    second = await start(commands, player_id, context(f"second {player_id}"))
    rounds: list[int] = []

    async def gather(states: States) -> list[SessionStatus]:
        async def nothing(_: States) -> list[SessionStatus]:
            return []

        if not rounds:
            decision = PauseListed(player_id, second.id)
            machine.elsewhere(
                lambda other: handle_joint_by(other, decision, nothing, context("enrol second"))
            )
        rounds.append(len(states.targets))
        return []

    await handle_joint_by(commands, PauseListed(player_id, some_id()), gather, context("pause all"))
    assert rounds == [4, 5]
    for each in (first, second.id):
        assert [event.type for event in await log_of(commands, each)] == ["SessionStarted", "SessionPaused"]


async def test_a_retry_is_answered_with_the_last_event_even_on_what_was_found(machine: Machine):
    one, other = await machine.process(), await machine.process()
    player_id, play = await listed_session(one)

    async def nothing(_: States) -> list[SessionStatus]:
        return []

    decision = PauseListed(player_id, some_id())
    first = await handle_joint_by(one, decision, nothing, context("pause all"))
    assert [each.position for each in await log_of(one, play)][-1] == first.position
    for commands in (one, other, await machine.process()):
        again = await handle_joint_by(commands, decision, nothing, context("pause all"))
        assert (again.again, again.mark, again.version) == (True, first.mark, first.version)


async def test_nothing_is_recorded_of_a_player_who_was_erased(commands: Commands):
    player_id, play = await some_session(commands)
    keyring = commands.keyring
    await keyring.nodes.call("HSET", keyring.entry(player_id), "destroyed", "1")
    keyring.forget()
    second = new_session_id(player_id, some_id())
    owned = await commands.aggregates.store.owned(player_id)
    for index, (decision, outside) in enumerate(examples(player_id, play, second)):

        async def gather(_: States, found: Any = outside) -> Any:
            return found

        with pytest.raises(PlayerErased):
            await handle_joint_by(commands, decision, gather, context(f"{player_id} {index}"))
        if outside is None:
            with pytest.raises(PlayerErased):
                await handle_joint(commands, decision, context(f"{player_id} {index}"))
        assert all(target.id.bytes[0] == player_id.bytes[0] for target in all_targets(decision))
    assert await commands.aggregates.store.owned(player_id) == owned
    assert len(await log_of(commands, play)) == 1
