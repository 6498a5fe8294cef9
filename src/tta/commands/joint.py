"""Handles joint decisions: loads what they are over, gathers what they need from outside, and appends.

Owns no rule: what holds for every joint decision is in tta.domain.joint.deciding.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar
from uuid import UUID

from tta.commands.handle import (
    ATTEMPTS_MAX,
    CommandContext,
    CommandResult,
    Commands,
    HandledDecision,
    handle_decision,
    require_key,
)
from tta.domain.joint.deciding import (
    Decided,
    JointDecision,
    TwoRoundDecision,
    admit,
    all_targets,
    decided,
    further_targets,
)
from tta.domain.targets import States
from tta.eventstore.appends import Acknowledgement
from tta.security.keyring import KeyringIncomplete

OutsideT = TypeVar("OutsideT")
Gather = Callable[[States], Awaitable[OutsideT]]
"""Gathers what a decision needs from outside, by the states that it is over; again after each conflict."""


async def handle_joint(
    commands: Commands,
    decision: JointDecision[None],
    context: CommandContext,
    *,
    acknowledgement: Acknowledgement | None = None,
    attempts_max: int | None = ATTEMPTS_MAX,
) -> CommandResult:
    """Append what a joint decision gives, with every aggregate that it is over as a guard.

    Raises NoSuchSession, PlayerErased, and what `handle_decision` and the decision raise.
    """

    async def decide(states: States) -> Decided:
        return decided(decision, states, None)

    await require_unerased(commands, decision.player_id)
    return await handle_decision(
        commands,
        _handled(decision, decide, context),
        context,
        player_id=decision.player_id,
        acknowledgement=acknowledgement,
        attempts_max=attempts_max,
    )


async def handle_joint_by(
    commands: Commands,
    decision: JointDecision[OutsideT],
    gather: Gather[OutsideT],
    context: CommandContext,
) -> CommandResult:
    """As `handle_joint`, for a decision that needs something from outside.

    What is gathered is as old as the states: if one of them moved before the append, it is gathered again.
    Raises what `gather` raises, too.
    """

    async def decide(states: States) -> Decided:
        return decided(decision, states, await gather(states))

    await require_unerased(commands, decision.player_id)
    handled = _handled(decision, decide, context)._replace(is_costly=True)
    return await handle_decision(commands, handled, context, player_id=decision.player_id)


async def require_unerased(commands: Commands, player_id: UUID) -> None:
    """Raise PlayerErased if the player was erased; most events hold nothing that has to be sealed, so that
    only the keyring tells. A player that never was is for the rules.

    Raises KeyringIncomplete and StoreUnavailable, too.
    """
    try:
        await commands.keyring.newest(player_id)
    except KeyringIncomplete:
        await require_key(commands, player_id)


def _handled(
    decision: JointDecision[OutsideT], decide: Callable[[States], Awaitable[Decided]], context: CommandContext
) -> HandledDecision:
    expects_one = context.expected_versions is not None and 0 not in context.expected_versions

    def admits(states: States) -> None:
        admit(decision, states, expects_one=expects_one)

    handled = HandledDecision(all_targets(decision), decide, admit=admits)
    if not isinstance(decision, TwoRoundDecision):
        return handled
    return handled._replace(further=partial(further_targets, decision))
