"""A relation is asked of what stands in the log, and what it was read from guards the append."""

from uuid import UUID

import pytest

from tests.support.commands.command_examples import (
    NOON,
    Machine,
    ask_player,
    context,
    some_id,
    some_player,
    some_session,
)
from tta.commands.assessments import assess_refused
from tta.commands.handle import Commands, handle_over
from tta.commands.permissions import RULES, RelationRule, permission_of
from tta.commands.sessions import owner_of
from tta.domain import safety_record
from tta.domain.assessment import Assessment
from tta.domain.joint.deciding import Decided
from tta.domain.player import GiveConsent, RegisteredPlayer, WithdrawConsent
from tta.domain.safety_record import EnterRecovery
from tta.domain.targets import States, player_target, record_target
from tta.domain.vocabulary import ConsentPurpose, RiskCategory, RiskLevel, Role
from tta.security.policy import Action, ActionForbidden, NotTheirs, Relation
from tta.security.tokens import Principal

SHARE = GiveConsent(purpose=ConsentPurpose.CLINICAL_SHARING, version=1, at=NOON)
WITHDRAW = WithdrawConsent(purpose=ConsentPurpose.CLINICAL_SHARING, at=NOON)


def is_shared(_principal: Principal, player_id: UUID | None, states: States) -> bool:
    assert player_id is not None
    person = states.of(player_target(player_id))
    return isinstance(person, RegisteredPlayer) and ConsentPurpose.CLINICAL_SHARING in person.consents


SHARED = RelationRule(
    is_shared, lambda _principal, player_id: () if player_id is None else (player_target(player_id),)
)
"""Holds while the player shares what they play; as a care team's relation will, it is read from the log."""
SHARING = {**RULES, Relation.OWN: SHARED}


def principal(*roles: Role, player_id: UUID | None) -> Principal:
    return Principal("somebody", player_id, frozenset(roles), 0)


async def test_a_player_reaches_their_own_only(commands: Commands):
    player_id, other_id = some_id(), some_id()
    sam = principal(Role.PLAYER, player_id=player_id)
    found = await permission_of(commands.aggregates, sam, Action.SESSION_READ, player_id)
    assert found.targets == (), "what is told from the caller alone needs no guard"
    with pytest.raises(NotTheirs):
        await permission_of(commands.aggregates, sam, Action.SESSION_READ, other_id)


async def test_what_the_caller_alone_tells_is_found_without_loading_anything(commands: Commands):
    player_id = some_id()

    def unasked(_principal: Principal, _player_id: UUID | None, _states: States) -> bool:
        raise AssertionError("the relation that needs loading is not asked")

    loaded = RelationRule(unasked, lambda _principal, _player_id: (player_target(player_id),))
    sam = principal(Role.PLAYER, Role.ADMIN, player_id=None)
    rules = {**RULES, Relation.UNLINKED: loaded}
    found = await permission_of(commands.aggregates, sam, Action.PLAYER_REGISTER, None, rules=rules)
    assert found.targets == ()
    assert commands.aggregates.cached([player_target(player_id)]) is None


async def test_a_relation_does_not_stand_in_for_a_role(commands: Commands):
    player_id = some_id()
    admin = principal(Role.ADMIN, player_id=player_id)
    with pytest.raises(NotTheirs):
        await permission_of(commands.aggregates, admin, Action.SESSION_READ, player_id)


async def test_where_nobody_is_concerned_there_is_nothing_to_hide(commands: Commands):
    nobody, sam = principal(Role.PLAYER, player_id=None), principal(Role.PLAYER, player_id=some_id())
    with pytest.raises(ActionForbidden, match="plays as nobody yet"):
        await permission_of(commands.aggregates, nobody, Action.SESSION_START, None)
    with pytest.raises(ActionForbidden, match="plays as somebody already"):
        await permission_of(commands.aggregates, sam, Action.PLAYER_REGISTER, None)


async def test_what_another_process_withdrew_is_seen_at_once(machine: Machine):
    one, other = await machine.process(), await machine.process()
    player_id = await some_player(one)
    carer = principal(Role.PLAYER, player_id=some_id())
    await ask_player(one, player_id, SHARE, context("share"))
    found = await permission_of(one.aggregates, carer, Action.SESSION_READ, player_id, rules=SHARING)
    assert found.targets == (player_target(player_id),)
    await ask_player(other, player_id, WITHDRAW, context("withdraw"))
    with pytest.raises(NotTheirs):
        await permission_of(one.aggregates, carer, Action.SESSION_READ, player_id, rules=SHARING)


@pytest.mark.parametrize("withdrawn", [True, False])
async def test_what_is_withdrawn_while_a_command_is_decided_keeps_it_from_standing(
    machine: Machine, withdrawn: bool
):
    commands = await machine.process()
    player_id = await some_player(commands)
    carer, record = principal(Role.PLAYER, player_id=some_id()), record_target(player_id)
    await ask_player(commands, player_id, SHARE, context("share"))
    permission = await permission_of(
        commands.aggregates, carer, Action.SESSION_PLAY, player_id, rules=SHARING
    )
    changes = WITHDRAW if withdrawn else GiveConsent(purpose=ConsentPurpose.RESEARCH, version=1, at=NOON)
    attempts = 0

    def decide(states: States) -> Decided:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            machine.elsewhere(lambda by: ask_player(by, player_id, changes, context("meanwhile")))
        command = EnterRecovery(by=Role.THERAPIST, at=NOON)
        return {record: safety_record.decide(states.of(record), command)}

    around = context("enter")._replace(permission=permission)
    if withdrawn:
        with pytest.raises(NotTheirs):
            await handle_over(commands, [record], decide, around, player_id=player_id)
        assert (await commands.aggregates.one(record)).head.version == 0
    else:
        await handle_over(commands, [record], decide, around, player_id=player_id)
        assert attempts == 2, "any change of what it was read from is looked at"
        assert (await commands.aggregates.one(record)).head.version == 1


async def test_what_a_refused_text_says_is_not_recorded_once_the_permission_is_withdrawn(machine: Machine):
    commands = await machine.process()
    player_id = await some_player(commands)
    carer = principal(Role.PLAYER, player_id=some_id())
    await ask_player(commands, player_id, SHARE, context("share"))
    permission = await permission_of(
        commands.aggregates, carer, Action.SESSION_PLAY, player_id, rules=SHARING
    )
    await ask_player(commands, player_id, WITHDRAW, context("withdraw"))
    found = Assessment(RiskLevel.MODERATE, RiskCategory.SUICIDE, "rule")
    around = context("refused")._replace(permission=permission)
    with pytest.raises(NotTheirs):
        await assess_refused(commands, player_id, found, around, at=NOON)
    assert (await commands.aggregates.one(record_target(player_id))).head.version == 0


async def test_a_refusal_for_want_of_a_permission_is_judged_on_what_stands(machine: Machine):
    stale, current = await machine.process(), await machine.process()
    player_id = await some_player(stale)
    carer, record = principal(Role.PLAYER, player_id=some_id()), record_target(player_id)
    await ask_player(current, player_id, SHARE, context("share"))
    permission = await permission_of(current.aggregates, carer, Action.SESSION_PLAY, player_id, rules=SHARING)

    def decide(states: States) -> Decided:
        command = EnterRecovery(by=Role.THERAPIST, at=NOON)
        return {record: safety_record.decide(states.of(record), command)}

    around = context("enter")._replace(permission=permission)
    assert (await handle_over(stale, [record], decide, around, player_id=player_id)).version == 1


async def test_the_owner_of_a_session_is_told_by_the_log(machine: Machine):
    one, other = await machine.process(), await machine.process()
    player_id, session_id = await some_session(one)
    assert await owner_of(one.aggregates, session_id) == player_id
    assert await owner_of(other.aggregates, session_id) == player_id
    assert await owner_of(other.aggregates, some_id()) is None
