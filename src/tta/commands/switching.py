"""From one session of a player to another: the one is paused and the other goes on, in one append."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tta.commands.handle import CommandContext, CommandResult, Commands
from tta.commands.joint import handle_joint
from tta.domain.joint.switching import SwitchDecision
from tta.domain.targets import session_target


class SwitchResult(NamedTuple):
    result: CommandResult
    to_version: int | None
    """The version of the other session; None if it was open already, so that nothing happened to it."""


async def switch_session(
    commands: Commands,
    session_id: UUID,
    to_id: UUID,
    player_id: UUID,
    context: CommandContext,
    *,
    at: datetime,
) -> SwitchResult:
    """Pause an open session and have another one go on. Both must be the player's.

    Raises SessionIsPaused if the first is not open, SessionIsOver if one is over, and otherwise what
    `handle_joint` raises.
    """
    assert session_id != to_id, "one switches to another session"
    result = await handle_joint(commands, SwitchDecision(session_id, to_id, player_id, at), context)
    found = await commands.aggregates.at_hand(session_target(to_id))
    receipt = found.recent.get(context.causation.command_id.bytes)
    return SwitchResult(result, None if receipt is None else receipt.last_version)
