"""A new session from the choices of a past one: it stands where that stood, and may go another way."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from tta.commands.folding import Aggregates
from tta.commands.handle import CommandContext, CommandResult, Commands
from tta.commands.joint import handle_joint_by
from tta.commands.starting import facts_and_wishes
from tta.commands.told_turns import turns_after
from tta.domain import session
from tta.domain.joint.copying import CopyBeginning, CopyDecision
from tta.domain.joint.facts import Facts
from tta.domain.passages import NOTHING_ASKED, Beginning, CopyOrigin, Play, Wishes
from tta.domain.session import StartSession, require_started
from tta.domain.session import id_of as new_session_id
from tta.domain.targets import States, session_target
from tta.domain.turns import TURNS_MAX

Shorten = Callable[[Play], int]
"""How many moves of a play to keep, so that there is somewhere to go on to."""
Tell = Callable[[Play, Wishes], Beginning]
"""Tell where a play stands."""


class PlayPosition(NamedTuple):
    """Where a session stood after a turn."""

    turn: int
    play: Play


async def copy_session(
    commands: Commands,
    source_id: UUID,
    player_id: UUID,
    context: CommandContext,
    *,
    until_turn: int | None,
    at: datetime,
    shorten: Shorten,
    tell: Tell,
) -> CommandResult:
    """Start a copy of a session of the player's, as it stood after a turn (None: the last that is answered).

    Raises TurnOutOfOrder if that turn is not answered, and what `start_session` raises.
    """
    session_id = new_session_id(player_id, context.causation.command_id)
    decision = CopyDecision(session_id, source_id, player_id, until_turn)

    async def begins(states: States) -> CopyBeginning:
        positions = await _positions(commands.aggregates, source_id)
        reached = _kept(positions, until_turn, shorten)
        facts, wishes = await facts_and_wishes(commands, player_id, states)
        command = StartSession(
            player_id=player_id,
            story=reached.play.story,
            begins=_beginning(reached.play, facts, wishes, tell),
            copied=_origin(source_id, reached),
            at=at,
        )
        return CopyBeginning(command, positions[-1].turn)

    return await handle_joint_by(commands, decision, begins, context)


def _beginning(play: Play, facts: Facts, wishes: Wishes | None, tell: Tell) -> Beginning:
    """Tell where a copy stands, by what holds when it is appended. On hold, and by wishes that do not open,
    the story stands still.
    """
    if facts.held or wishes is None:
        return Beginning(version=play.version)
    return tell(play, wishes.softened() if facts.recovery else wishes)


def _origin(source_id: UUID, reached: PlayPosition) -> CopyOrigin:
    assert reached.play.seed is not None, "a copy has the seed of its origin"
    return CopyOrigin(
        session_id=source_id, turns=reached.turn, moves=reached.play.moves, seed=reached.play.seed
    )


async def _positions(aggregates: Aggregates, source_id: UUID) -> list[PlayPosition]:
    """Read where a session stood at its beginning and after each turn that was answered."""
    found = await aggregates.at_hand(session_target(source_id))
    told = await turns_after(aggregates, source_id, 0, head=found.head.version, turns_max=TURNS_MAX * 2)
    assert told.started is not None, "a session begins with SessionStarted"
    play = require_started(session.evolve(session.initial, told.started)).play
    play = replace(play, seed=play.seed or source_id)
    reached = [PlayPosition(0, play)]
    for each in told.turns:
        if each.answer is not None:
            play = play.after(each.answer.passage)
            reached.append(PlayPosition(each.said.turn, play))
    return reached


def _kept(stood: Sequence[PlayPosition], until_turn: int | None, shorten: Shorten) -> PlayPosition:
    """Choose where the copy stands: after that turn, or before it where nothing could follow there."""
    last = stood[-1].turn if until_turn is None else min(until_turn, stood[-1].turn)
    play = stood[last].play
    moves = play.moves[: shorten(play)]
    turn = max((each.turn for each in stood[: last + 1] if len(each.play.moves) <= len(moves)), default=0)
    return PlayPosition(turn, replace(play, moves=moves, asked=NOTHING_ASKED))
