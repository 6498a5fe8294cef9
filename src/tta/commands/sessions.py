"""What a player does in one of their sessions."""

from uuid import UUID

from tta.commands.folding import Aggregates
from tta.commands.handle import CommandContext, CommandResult, Commands
from tta.commands.joint import handle_joint
from tta.domain.joint.acting import ActDecision, ActInSession
from tta.domain.session import NoSession
from tta.domain.targets import session_target


async def handle_session(
    commands: Commands, session_id: UUID, player_id: UUID, command: ActInSession, context: CommandContext
) -> CommandResult:
    """Do something in a player's session; if that ends it, it is struck from the roster.

    Raises what `handle_joint` raises.
    """
    return await handle_joint(commands, ActDecision(session_id, player_id, command), context)


async def owner_of(aggregates: Aggregates, session_id: UUID) -> UUID | None:
    """Name the player whose session it is. What is remembered will do, as an owner never changes. Returns
    None if there is no such session. Raises OtherKind, and what the event store raises.
    """
    target = session_target(session_id)
    found = await aggregates.at_hand(target)
    if isinstance(found.state, NoSession):  # It may have begun on another process since.
        found = await aggregates.one(target)
    return None if isinstance(found.state, NoSession) else found.state.player_id
