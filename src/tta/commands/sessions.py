"""What a player does in a session. The facts come from their safety record and their consents, as guards."""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from tta.commands.folding import AnyTarget, States
from tta.commands.handle import CommandContext, CommandResult, Commands, Decided, handle_over
from tta.commands.targets import player_target, record_target, roster_target, session_target
from tta.domain import roster, session
from tta.domain.base import Event
from tta.domain.roster import EnrolSession, Roster, RosterCommand, RosterEvent, StrikeSession
from tta.domain.session import (
    OVER,
    NoSuchSession,
    Session,
    SessionAbandoned,
    SessionCommand,
    SessionCompleted,
    SessionStarted,
    SessionStatus,
)
from tta.domain.vocabulary import ConsentPurpose


class Facts(NamedTuple):
    """What a session cannot know by itself, as it stands when the decision is appended."""

    held: bool
    consented: bool
    recovery: bool
    wished_at: int | None = None
    """The player's version at which their preferences were set last."""


async def handle_session(
    commands: Commands,
    session_id: UUID,
    player_id: UUID,
    command: Callable[[Facts], SessionCommand],
    context: CommandContext,
) -> CommandResult:
    """Decide on a player's session with their safety record and their consents as guards.

    Raises what `handle_over` raises; NoSuchSession also where the session is somebody else's.
    """
    return await _handled(commands, session_id, player_id, command, context)


async def handle_enrolled(
    commands: Commands,
    session_id: UUID,
    player_id: UUID,
    command: Callable[[Facts], SessionCommand],
    context: CommandContext,
    *,
    over: Sequence[UUID] = (),
) -> CommandResult:
    """Start or end a session and keep the roster in one append; `over` are others that are over by now.

    Raises TooManySessions, and what `handle_session` raises.
    """
    return await _handled(commands, session_id, player_id, command, context, enrols=True, over=over)


async def sessions_over(commands: Commands, player_id: UUID) -> list[UUID]:
    """Name those on a player's roster that are over, and stay so: whoever ended them did not strike them."""
    listed = await commands.aggregates.one(roster_target(player_id))
    targets = [session_target(each) for each in listed.state.under_way]
    found = await commands.aggregates.load(targets) if targets else []
    return [target.id for target, each in zip(targets, found, strict=True) if each.state.status in OVER]


def roster_events(
    current: Roster, session_id: UUID, happens: Sequence[Event], *, over: Sequence[UUID] = ()
) -> list[RosterEvent]:
    """Say what befalls the roster with what happens to a session; `over` are others that are over by now.

    Whoever may start or end a session appends it in the same step. Raises TooManySessions.
    """
    decided: list[RosterEvent] = []
    for event in happens:
        follow: list[RosterCommand] = []
        if isinstance(event, SessionStarted):
            follow = [StrikeSession(session_id=each, at=event.at) for each in over]
            follow.append(EnrolSession(session_id=session_id, held=event.held, at=event.at))
        elif isinstance(event, SessionCompleted | SessionAbandoned):
            follow = [StrikeSession(session_id=session_id, at=event.at)]
        for command in follow:
            for each in roster.decide(current, command):
                current = roster.evolve(current, each)
                decided.append(each)
    return decided


def facts_of(states: States, player_id: UUID) -> Facts:
    """Read the facts from a player and their safety record, which are among the states."""
    record, person = states.of(record_target(player_id)), states.of(player_target(player_id))
    consented = ConsentPurpose.PLAY in person.consents
    return Facts(record.held, consented, record.recovery, person.preferences_at)


def require_own(current: Session, player_id: UUID) -> Session:
    """Give a session of the player's. Raises NoSuchSession where there is none, or it is somebody else's."""
    if current.player_id != player_id:
        raise NoSuchSession("expected a session, there is none")
    return current


def require_slot(session_id: UUID, player_id: UUID) -> None:
    """Refuse what cannot be the player's: theirs shares their slot. Raises NoSuchSession."""
    if session_id.bytes[0] != player_id.bytes[0]:
        raise NoSuchSession("expected a session, there is none")


def admitting(player_id: UUID, context: CommandContext) -> Callable[[object], None]:
    """Refuse a session of somebody else's; one that is not there yet is for the rules to judge."""

    def admits(state: object) -> None:
        assert isinstance(state, Session), "the session comes first"
        expects_one = context.expected_versions is not None and 0 not in context.expected_versions
        if state.player_id != player_id and (state.status is not SessionStatus.ABSENT or expects_one):
            raise NoSuchSession("expected a session, there is none")

    return admits


async def _handled(
    commands: Commands,
    session_id: UUID,
    player_id: UUID,
    command: Callable[[Facts], SessionCommand],
    context: CommandContext,
    *,
    enrols: bool = False,
    over: Sequence[UUID] = (),
) -> CommandResult:
    require_slot(session_id, player_id)
    current, listed = session_target(session_id), roster_target(player_id)

    def decide(states: States) -> Decided:
        happens = session.decide(states.of(current), command(facts_of(states, player_id)))
        if not enrols:
            return {current: happens}
        return {current: happens, listed: roster_events(states.of(listed), session_id, happens, over=over)}

    targets: list[AnyTarget] = [current, record_target(player_id), player_target(player_id)]
    if enrols:
        targets.append(listed)
    admits = admitting(player_id, context)
    return await handle_over(commands, targets, decide, context, player_id=player_id, admits=admits)
