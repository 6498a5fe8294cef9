"""A player works on their care plan; what a questionnaire says about safety goes on their safety record."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from tta.domain.care_plan import CarePlanCommand
from tta.domain.joint.deciding import AddressedCommand, to
from tta.domain.player import NoPlayer, NoSuchPlayer, Player, agrees
from tta.domain.safety_record import RecordAssessment
from tta.domain.session import ConsentMissing
from tta.domain.targets import AnyTarget, States, care_plan_target, player_target, record_target
from tta.domain.vocabulary import ConsentPurpose


class PlanDecision(NamedTuple):
    """Change a player's care plan, and their safety record with it, both or neither."""

    player_id: UUID
    command: CarePlanCommand

    def targets(self) -> Sequence[AnyTarget]:
        plan, record = care_plan_target(self.player_id), record_target(self.player_id)
        return [plan, record, player_target(self.player_id)]

    def decide(self, states: States, _outside: None, /) -> Sequence[AddressedCommand]:
        """Raises NoSuchPlayer, ConsentMissing."""
        person = states.of(player_target(self.player_id))
        _require_registered(person)
        if not agrees(person, ConsentPurpose.PLAY):
            raise ConsentMissing(f"expected the consent '{ConsentPurpose.PLAY.value}', which is not given")
        return [to(care_plan_target(self.player_id), self.command)]


class AssessmentDecision(NamedTuple):
    """Record what a refused questionnaire says."""

    player_id: UUID
    command: RecordAssessment

    def targets(self) -> Sequence[AnyTarget]:
        return [record_target(self.player_id), player_target(self.player_id)]

    def decide(self, states: States, _outside: None, /) -> Sequence[AddressedCommand]:
        """Raises NoSuchPlayer: there is no safety record of nobody."""
        _require_registered(states.of(player_target(self.player_id)))
        return [to(record_target(self.player_id), self.command)]


def _require_registered(person: Player) -> None:
    if isinstance(person, NoPlayer):
        raise NoSuchPlayer("expected a player, there is none")
