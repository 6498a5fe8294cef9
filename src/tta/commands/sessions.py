"""What a player does in one of their sessions."""

from uuid import UUID

from tta.commands.handle import CommandContext, CommandResult, Commands
from tta.commands.joint import handle_joint
from tta.domain.joint.acting import ActDecision, ActInSession


async def handle_session(
    commands: Commands, session_id: UUID, player_id: UUID, command: ActInSession, context: CommandContext
) -> CommandResult:
    """Do something in a player's session; if that ends it, it is struck from the roster.

    Raises what `handle_joint` raises.
    """
    return await handle_joint(commands, ActDecision(session_id, player_id, command), context)
