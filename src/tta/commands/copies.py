"""A new session from the choices of a past one: it stands where that stood, and may go another way."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from tta.commands.folding import AnyTarget, States
from tta.commands.handle import CommandContext, CommandResult, Commands, Decided, handle_over
from tta.commands.sessions import admitting
from tta.commands.starting import start_as_wished
from tta.commands.targets import player_target, record_target, roster_target, session_target
from tta.commands.told_turns import turns_after
from tta.domain import session
from tta.domain.joint.copying import copy
from tta.domain.joint.facts import Facts, require_own, require_slot
from tta.domain.passages import NOTHING_ASKED, Beginning, CopyOrigin, Play, Wishes
from tta.domain.session import StartSession
from tta.domain.session import id_of as new_session_id
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

    Raises TurnOutOfOrder where that turn is not answered, and what `start_session` raises.
    """
    stood = await _reached(commands, source_id, player_id)
    reached = _kept(stood, until_turn, shorten)
    copied = _Copy(source_id, player_id, until_turn, stood[-1].turn, reached, tell, at)

    async def attempt(
        by: Commands, command: StartSession, told_by: Facts, over: Sequence[UUID]
    ) -> CommandResult:
        return await copied.handled(by, context, command, told_by, over)

    return await start_as_wished(commands, player_id, copied.start, attempt)


class _Copy(NamedTuple):
    """What is to be copied, and how it is told."""

    source_id: UUID
    player_id: UUID
    until_turn: int | None
    last_turn: int
    """The last that is answered."""
    reached: PlayPosition
    tell: Tell
    at: datetime

    async def handled(
        self,
        commands: Commands,
        context: CommandContext,
        command: StartSession,
        told_by: Facts,
        over: Sequence[UUID],
    ) -> CommandResult:
        session_id = new_session_id(self.player_id, context.causation.command_id)
        current, source = session_target(session_id), session_target(self.source_id)
        record, person = record_target(self.player_id), player_target(self.player_id)
        listed = roster_target(self.player_id)

        def decide(states: States) -> Decided:
            happens = copy(
                states.of(current),
                states.of(source),
                states.of(record),
                states.of(person),
                states.of(listed),
                session_id=session_id,
                player_id=self.player_id,
                until_turn=self.until_turn,
                last_turn=self.last_turn,
                command=command,
                told_by=told_by,
                over=over,
            )
            return {current: happens.session, listed: happens.roster}

        targets: list[AnyTarget] = [current, source, record, person, listed]
        admits = admitting(self.player_id, context)
        return await handle_over(commands, targets, decide, context, player_id=self.player_id, admits=admits)

    def _begins(self, facts: Facts, wishes: Wishes | None) -> Beginning:
        """Tell where it stands, by what holds when it is appended. On hold, and by wishes that do not open,
        the story stands still.
        """
        if facts.held or wishes is None:
            return Beginning(version=self.reached.play.version)
        return self.tell(self.reached.play, wishes.softened() if facts.recovery else wishes)

    def start(self, facts: Facts, wishes: Wishes | None) -> StartSession:
        play = self.reached.play
        assert play.seed is not None, "a copy has the seed of its origin"
        return StartSession(
            player_id=self.player_id,
            story=play.story,
            begins=self._begins(facts, wishes),
            copied=CopyOrigin(
                session_id=self.source_id, turns=self.reached.turn, moves=play.moves, seed=play.seed
            ),
            consented=facts.consented,
            held=facts.held,
            at=self.at,
        )


async def _reached(commands: Commands, source_id: UUID, player_id: UUID) -> list[PlayPosition]:
    """Read where a session stood at its beginning and after each turn that was answered."""
    require_slot(source_id, player_id)
    found = await commands.aggregates.one(session_target(source_id))
    require_own(found.state, player_id)
    told = await turns_after(
        commands.aggregates, source_id, 0, head=found.head.version, turns_max=TURNS_MAX * 2
    )
    assert told.started is not None, "a session begins with SessionStarted"
    play = session.evolve(session.initial, told.started).play
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
