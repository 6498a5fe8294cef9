"""A turn is answered by what stands when the answer is appended; an answer may end its session."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from tta.domain.joint.deciding import AddressedCommand, to
from tta.domain.passages import Play
from tta.domain.player import Player, agrees, preferences_at
from tta.domain.safety_record import SafetyRecord
from tta.domain.session import StartedSession, require_started
from tta.domain.targets import (
    AnyTarget,
    States,
    player_target,
    record_target,
    roster_target,
    session_target,
)
from tta.domain.turns import AnswerInteraction, RequestNarration
from tta.domain.vocabulary import Author, ConsentPurpose


class AnswerOvertaken(Exception):
    """The basis of an answer has changed: the answer must be found anew."""


class AnswerBasis(NamedTuple):
    """What an answer is decided by."""

    play: Play
    held: bool
    recovery: bool
    preferences_at: int | None
    """The player's version at which their wishes stand."""


def basis_of(current: StartedSession, record: SafetyRecord, person: Player) -> AnswerBasis:
    return AnswerBasis(current.play, record.held, record.recovery, preferences_at(person))


def agrees_to_models(person: Player) -> bool:
    return agrees(person, ConsentPurpose.MODEL_PROCESSING)


class AnswerDecision(NamedTuple):
    """Answer a turn, or note that a language model is asked. It was found by that basis, outside."""

    session_id: UUID
    player_id: UUID
    command: AnswerInteraction | RequestNarration
    basis: AnswerBasis

    def targets(self) -> Sequence[AnyTarget]:
        played = session_target(self.session_id)
        return [played, roster_target(self.player_id)] if self._ends_session else [played]

    def decide(self, states: States, _outside: None, /) -> Sequence[AddressedCommand]:
        """Raises AnswerOvertaken if the basis has changed, or if a language model's text may not be told any
        more.
        """
        played, person = session_target(self.session_id), states.of(player_target(self.player_id))
        basis = basis_of(require_started(states.of(played)), states.of(record_target(self.player_id)), person)
        if basis != self.basis or (self._is_by_model and not agrees_to_models(person)):
            raise AnswerOvertaken
        return [to(played, self.command)]

    @property
    def _ends_session(self) -> bool:
        return isinstance(self.command, AnswerInteraction) and self.command.then == "end"

    @property
    def _is_by_model(self) -> bool:
        return isinstance(self.command, AnswerInteraction) and self.command.author is Author.MODEL
