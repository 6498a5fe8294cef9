"""What a player does in a session. The facts come from their safety record and their consents, as guards."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from tta.commands.folding import Target, decider
from tta.commands.handle import Asked, Commands, Handled, handle_over
from tta.domain import player, safety_record, session
from tta.domain.identity import owned_id, safety_record_id
from tta.domain.session import Session, SessionCommand, SessionEvent, Status
from tta.domain.session_refusals import NoSuchSession
from tta.domain.vocabulary import ConsentPurpose


class Facts(NamedTuple):
    """What a session cannot know by itself, as it stands when the decision is appended."""

    held: bool
    consented: bool
    recovery: bool


def new_session_id(player_id: UUID, command_id: UUID) -> UUID:
    """Derive a session's id from the command that starts it: a retry finds the same one."""
    return owned_id(player_id, "session", command_id)


async def handle_session(
    commands: Commands,
    session_id: UUID,
    player_id: UUID,
    command: Callable[[Facts], SessionCommand],
    asked: Asked,
) -> Handled:
    """Decide on a player's session with their safety record and their consents as guards.

    Raises what `handle_over` raises; NoSuchSession also where the session is somebody else's.
    """
    if session_id.bytes[0] != player_id.bytes[0]:
        raise NoSuchSession("expected a session, there is none")

    def admits(state: object) -> None:
        assert isinstance(state, Session), "the session comes first"
        expects_one = asked.expected_version is not None and asked.expected_version > 0
        if state.player_id != player_id and (state.status is not Status.ABSENT or expects_one):
            raise NoSuchSession("expected a session, there is none")

    def decide(states: list[object]) -> list[list[SessionEvent]]:
        current, record, person = states
        assert isinstance(current, Session), "the session comes first"
        assert isinstance(record, safety_record.SafetyRecord), "the safety record comes second"
        assert isinstance(person, player.Player), "the player comes third"
        consented = ConsentPurpose.PLAY in person.consents
        facts = Facts(held=record.held, consented=consented, recovery=record.recovery)
        return [session.decide(current, command(facts)), [], []]

    targets = [
        Target(decider(session), session_id),
        Target(decider(safety_record), safety_record_id(player_id)),
        Target(decider(player), player_id),
    ]
    return await handle_over(commands, targets, decide, asked, player_id=player_id, admits=admits)
