"""From one session of a player to another: the one is paused, and the other goes on."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tta.domain.joint.deciding import AddressedCommand, to
from tta.domain.session import (
    PauseSession,
    ResumeSession,
    SessionIsOver,
    SessionIsPaused,
    SessionStatus,
    StartedSession,
    require_started,
)
from tta.domain.targets import AnyTarget, States, session_target


class SwitchDecision(NamedTuple):
    session_id: UUID
    to_id: UUID
    player_id: UUID
    at: datetime

    def targets(self) -> Sequence[AnyTarget]:
        return [session_target(self.session_id), session_target(self.to_id)]

    def decide(self, states: States, _outside: None, /) -> Sequence[AddressedCommand]:
        """Raises SessionIsPaused if the first is not open, SessionIsOver if it is over."""
        leaves = session_target(self.session_id)
        _require_open(require_started(states.of(leaves)))
        # The pause comes first, however the other stands: by it a retry is recognised.
        resume = to(session_target(self.to_id), ResumeSession(at=self.at))
        return [to(leaves, PauseSession(at=self.at)), resume]


def _require_open(left: StartedSession) -> None:
    if left.status is SessionStatus.PAUSED:
        raise SessionIsPaused("expected an open session to switch from, this one is paused")
    if left.status is not SessionStatus.OPEN:
        raise SessionIsOver(f"expected an open session to switch from, this one is {left.status.value}")
