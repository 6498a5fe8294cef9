"""From one session of a player to another: the one is paused and the other goes on, in one append."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tta.commands.folding import AnyTarget, States
from tta.commands.handle import CommandContext, CommandResult, Commands, Decided, handle_over
from tta.commands.sessions import admitting
from tta.commands.targets import player_target, record_target, session_target
from tta.domain.joint.facts import require_slot
from tta.domain.joint.switching import switch


class SwitchResult(NamedTuple):
    result: CommandResult
    to_version: int | None
    """The version of the other session; None where it was open already, so that nothing happened to it."""


async def switch_session(
    commands: Commands,
    session_id: UUID,
    to_id: UUID,
    player_id: UUID,
    context: CommandContext,
    *,
    at: datetime,
) -> SwitchResult:
    """Pause an open session and have another one go on. Both are to be the player's.

    Raises SessionIsPaused where the first is not open, SessionIsOver where one is over, and otherwise as
    `handle_session` does.
    """
    assert session_id != to_id, "one switches to another session"
    require_slot(session_id, player_id)
    require_slot(to_id, player_id)

    leaves, goes_on = session_target(session_id), session_target(to_id)
    record, person = record_target(player_id), player_target(player_id)

    def decide(states: States) -> Decided:
        happens = switch(
            states.of(leaves),
            states.of(goes_on),
            states.of(record),
            states.of(person),
            player_id=player_id,
            at=at,
        )
        return {leaves: happens.left, goes_on: happens.other}

    # The first is what the path names.
    targets: list[AnyTarget] = [leaves, goes_on, record, person]
    result = await handle_over(
        commands, targets, decide, context, player_id=player_id, admits=admitting(player_id, context)
    )
    (found,) = commands.aggregates.cached([goes_on]) or await commands.aggregates.load([goes_on])
    receipt = found.recent.get(context.causation.command_id.bytes)
    return SwitchResult(result, None if receipt is None else receipt.last_version)
