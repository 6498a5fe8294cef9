"""A new session is told under the wishes that stand when it is appended, and makes room for itself."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from uuid import UUID

from tta.commands.handle import CommandContext, CommandResult, Commands, turn_of
from tta.commands.sessions import Facts, handle_enrolled, sessions_over
from tta.commands.targets import player_target
from tta.commands.wishes import wishes_of
from tta.domain.passages import Wishes
from tta.domain.roster import TooManySessions
from tta.domain.session import StartSession


class WishesChanged(Exception):
    """The player has set other preferences than those that were opened."""


Start = Callable[[Facts, Wishes | None], StartSession]
"""Say what begins, by what stands when it is appended and by the wishes that the player set last; None where
they do not open, so that nothing may be told yet.
"""
Begin = Callable[[Facts], StartSession]
"""The same by wishes that were opened. Raises WishesChanged where they are not those that stand."""
Attempt = Callable[[Commands, Begin, Sequence[UUID]], Awaitable[CommandResult]]
"""Append what begins, with the player as a guard; the ids are of sessions that are over by now."""


async def start_session(
    commands: Commands, session_id: UUID, player_id: UUID, start: Start, context: CommandContext
) -> CommandResult:
    """Start a session and enrol it in one append.

    Raises TooManySessions, and what `handle_session` and `wishes_of` raise.
    """

    async def attempt(by: Commands, begin: Begin, over: Sequence[UUID]) -> CommandResult:
        return await handle_enrolled(by, session_id, player_id, begin, context, over=over)

    return await start_as_wished(commands, player_id, start, attempt)


async def start_as_wished(
    commands: Commands, player_id: UUID, start: Start, attempt: Attempt
) -> CommandResult:
    """Attempt what `start` says, until the wishes that it is told by are those that stand there.

    From the second attempt on, the player's other commands wait: a player who keeps changing their wishes
    would keep it from ever coming about.
    """
    over: Sequence[UUID] = ()
    async with AsyncExitStack() as stack:
        while True:
            try:
                return await _attempted(commands, player_id, start, attempt, over)
            except WishesChanged:
                pass
            except TooManySessions:
                if over or not (over := await sessions_over(commands, player_id)):
                    raise
            await stack.enter_async_context(turn_of(commands, player_id, bounded=False))
            commands = commands._replace(queues=None)


async def _attempted(
    commands: Commands, player_id: UUID, start: Start, attempt: Attempt, over: Sequence[UUID]
) -> CommandResult:
    """Attempt it once. Raises WishesChanged, TooManySessions, and what `attempt` raises."""
    # Whoever begins has just set their wishes, perhaps on another process: look.
    await commands.aggregates.one(player_target(player_id))
    wishes, wished_at = await wishes_of(commands, player_id)

    def begin(facts: Facts) -> StartSession:
        if facts.wished_at != wished_at:
            raise WishesChanged
        return start(facts, wishes)

    return await attempt(commands, begin, over)
