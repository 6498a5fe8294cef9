"""A new session is told by what stands when it is appended, and makes room for itself."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from uuid import UUID

from tta.commands.handle import CommandContext, CommandResult, Commands, turn_of
from tta.commands.sessions import begin_session, sessions_over
from tta.commands.targets import player_target, record_target
from tta.commands.wishes import wishes_of
from tta.domain.joint.facts import Facts, facts_of
from tta.domain.joint.starting import FactsChanged
from tta.domain.passages import Wishes
from tta.domain.roster import TooManySessions
from tta.domain.session import StartSession

Start = Callable[[Facts, Wishes | None], StartSession]
"""Tell what begins, by facts and by the wishes that the player set last. The wishes are None if they
do not open: then nothing may be told yet.
"""
Attempt = Callable[[Commands, StartSession, Facts, Sequence[UUID]], Awaitable[CommandResult]]
"""Append what begins if the facts stand by which it was told; the ids are of sessions that are over."""


async def start_session(
    commands: Commands, session_id: UUID, player_id: UUID, start: Start, context: CommandContext
) -> CommandResult:
    """Start a session and enrol it in one append.

    Raises TooManySessions, and what `handle_session` and `wishes_of` raise.
    """

    async def attempt(
        by: Commands, command: StartSession, told_by: Facts, over: Sequence[UUID]
    ) -> CommandResult:
        return await begin_session(by, session_id, command, context, told_by=told_by, over=over)

    return await start_as_wished(commands, player_id, start, attempt)


async def start_as_wished(
    commands: Commands, player_id: UUID, start: Start, attempt: Attempt
) -> CommandResult:
    """Attempt what `start` tells, until the facts and wishes that it is told by are those that stand there.

    From the second attempt on, the player's other commands wait: a player who keeps changing their wishes
    would keep it from ever coming about.
    """
    over: Sequence[UUID] = ()
    async with AsyncExitStack() as stack:
        while True:
            try:
                return await _attempted(commands, player_id, start, attempt, over)
            except FactsChanged:
                pass
            except TooManySessions:
                if over or not (over := await sessions_over(commands, player_id)):
                    raise
            await stack.enter_async_context(turn_of(commands, player_id, bounded=False))
            commands = commands._replace(queues=None)


async def _attempted(
    commands: Commands, player_id: UUID, start: Start, attempt: Attempt, over: Sequence[UUID]
) -> CommandResult:
    """Attempt it once. Raises FactsChanged, TooManySessions, and what `attempt` raises."""
    # A player who begins has just set their wishes, perhaps on another process: look.
    record, person = await commands.aggregates.load([record_target(player_id), player_target(player_id)])
    facts = facts_of(record.state, person.state)
    wishes, wished_at = await wishes_of(commands, player_id)
    if facts.wished_at != wished_at:
        raise FactsChanged
    return await attempt(commands, start(facts, wishes), facts, over)
