"""What a player does in a session, with their safety record and their consents as guards."""

from collections.abc import Callable, Sequence
from uuid import UUID

from tta.commands.folding import AnyTarget, States
from tta.commands.handle import CommandContext, CommandResult, Commands, Decided, handle_over
from tta.commands.targets import player_target, record_target, roster_target, session_target
from tta.domain import roster
from tta.domain.joint.acting import ENDS, ActInSession, act
from tta.domain.joint.facts import Facts, admit, require_slot
from tta.domain.joint.starting import start
from tta.domain.session import OVER, Session, StartSession


async def handle_session(
    commands: Commands, session_id: UUID, player_id: UUID, command: ActInSession, context: CommandContext
) -> CommandResult:
    """Do something in a player's session; the roster is kept where that ends it.

    Raises what `handle_over` raises; NoSuchSession also where the session is somebody else's.
    """
    require_slot(session_id, player_id)
    current, listed = session_target(session_id), roster_target(player_id)
    record, person = record_target(player_id), player_target(player_id)
    ends = isinstance(command, ENDS)

    def decide(states: States) -> Decided:
        happens = act(
            states.of(current),
            states.of(record),
            states.of(person),
            states.of(listed) if ends else roster.initial,
            session_id=session_id,
            command=command,
        )
        return {current: happens.session, listed: happens.roster} if ends else {current: happens.session}

    targets: list[AnyTarget] = [current, record, person, *([listed] if ends else [])]
    admits = admitting(player_id, context)
    return await handle_over(commands, targets, decide, context, player_id=player_id, admits=admits)


async def begin_session(
    commands: Commands,
    session_id: UUID,
    command: StartSession,
    context: CommandContext,
    *,
    told_by: Facts,
    over: Sequence[UUID] = (),
) -> CommandResult:
    """Start a session that was told by those facts and enrol it; `over` are others that are over by now.

    Raises FactsChanged, TooManySessions, and what `handle_session` raises.
    """
    player_id = command.player_id
    require_slot(session_id, player_id)
    current, listed = session_target(session_id), roster_target(player_id)
    record, person = record_target(player_id), player_target(player_id)

    def decide(states: States) -> Decided:
        happens = start(
            states.of(current),
            states.of(record),
            states.of(person),
            states.of(listed),
            session_id=session_id,
            command=command,
            told_by=told_by,
            over=over,
        )
        return {current: happens.session, listed: happens.roster}

    targets: list[AnyTarget] = [current, record, person, listed]
    admits = admitting(player_id, context)
    return await handle_over(commands, targets, decide, context, player_id=player_id, admits=admits)


async def sessions_over(commands: Commands, player_id: UUID) -> list[UUID]:
    """Name those on a player's roster that are over, and stay so: what ended them did not strike them."""
    listed = await commands.aggregates.one(roster_target(player_id))
    targets = [session_target(each) for each in listed.state.under_way]
    found = await commands.aggregates.load(targets) if targets else []
    return [target.id for target, each in zip(targets, found, strict=True) if each.state.status in OVER]


def admitting(player_id: UUID, context: CommandContext) -> Callable[[object], None]:
    """Refuse a session of somebody else's before anything is said of it."""

    def admits(state: object) -> None:
        assert isinstance(state, Session), "the session comes first"
        expects_one = context.expected_versions is not None and 0 not in context.expected_versions
        admit(state, player_id, expects_one=expects_one)

    return admits
