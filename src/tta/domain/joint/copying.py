"""A new session that goes on from where another one of the player's stood."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from tta.domain.joint.deciding import AddressedCommand, to
from tta.domain.joint.starting import sessions_of_full_roster, strikes
from tta.domain.session import StartSession
from tta.domain.targets import AnyTarget, States, roster_target, session_target
from tta.domain.turns import TurnOutOfOrder


class CopyBeginning(NamedTuple):
    """How a copy begins, and the last turn of its source that was answered."""

    command: StartSession
    last_turn: int


class CopyDecision(NamedTuple):
    """Start a copy as the source stood after a turn (None: the last that was answered)."""

    session_id: UUID
    source_id: UUID
    player_id: UUID
    until_turn: int | None

    def targets(self) -> Sequence[AnyTarget]:
        copied, source = session_target(self.session_id), session_target(self.source_id)
        return [copied, source, roster_target(self.player_id)]

    def further(self, states: States) -> Sequence[AnyTarget]:
        return sessions_of_full_roster(states, self.player_id)

    def decide(self, states: States, begins: CopyBeginning, /) -> Sequence[AddressedCommand]:
        """Raises TurnOutOfOrder."""
        if self.until_turn is not None and self.until_turn > begins.last_turn:
            raise TurnOutOfOrder(f"expected turn 0 to {begins.last_turn}, got {self.until_turn}")
        begin = to(session_target(self.session_id), begins.command)
        return [*strikes(states, self.player_id, begins.command.at), begin]
