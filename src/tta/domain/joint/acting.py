"""What a player does in a session of theirs: pause it, go on, say something, end it."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from tta.domain.joint.deciding import AddressedCommand, to
from tta.domain.session import AbandonSession, CompleteSession, PauseSession, ResumeSession
from tta.domain.targets import AnyTarget, States, roster_target, session_target
from tta.domain.turns import SubmitInteraction

ActInSession = SubmitInteraction | PauseSession | ResumeSession | CompleteSession | AbandonSession
ENDS = (CompleteSession, AbandonSession)
"""The commands that change the roster too."""


class ActDecision(NamedTuple):
    session_id: UUID
    player_id: UUID
    command: ActInSession

    def targets(self) -> Sequence[AnyTarget]:
        played = session_target(self.session_id)
        return [played, roster_target(self.player_id)] if isinstance(self.command, ENDS) else [played]

    def decide(self, _states: States, _outside: None, /) -> Sequence[AddressedCommand]:
        return [to(session_target(self.session_id), self.command)]
