"""A new session is told by the facts and wishes that stand when it is appended, and makes room for itself."""

from collections.abc import Callable
from uuid import UUID

from tta.commands.handle import CommandContext, CommandResult, Commands
from tta.commands.joint import handle_joint_by
from tta.commands.wishes import wishes_as_set
from tta.domain.joint.facts import Facts, facts_of
from tta.domain.joint.starting import StartDecision
from tta.domain.passages import Wishes
from tta.domain.session import StartSession
from tta.domain.targets import States, player_target, record_target

Start = Callable[[Facts, Wishes | None], StartSession]
"""Tell what begins, by facts and by the wishes that the player set last. The wishes are None if they
do not open: then nothing may be told yet.
"""


async def start_session(
    commands: Commands, session_id: UUID, player_id: UUID, start: Start, context: CommandContext
) -> CommandResult:
    """Start a session and enrol it in one append.

    Raises TooManySessions, and what `handle_joint_by` and `wishes_as_set` raise.
    """

    async def begins(states: States) -> StartSession:
        return start(*await facts_and_wishes(commands, player_id, states))

    return await handle_joint_by(commands, StartDecision(session_id, player_id), begins, context)


async def facts_and_wishes(
    commands: Commands, player_id: UUID, states: States
) -> tuple[Facts, Wishes | None]:
    """Give what a session is told by. Raises what `wishes_as_set` raises."""
    facts = facts_of(states.of(record_target(player_id)), states.of(player_target(player_id)))
    return facts, await wishes_as_set(commands, player_id, facts.wished_at)
