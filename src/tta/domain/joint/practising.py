"""Skills whose exercises were done in play are credited on the care plan."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from tta.domain.care_plan import PractiseSkill
from tta.domain.joint.deciding import AddressedCommand, to
from tta.domain.targets import AnyTarget, States, care_plan_target
from tta.domain.turns import InteractionAnswered


class CreditDecision(NamedTuple):
    """Credit each skill that an answer says was practised; a credit happened when its exercise was done."""

    player_id: UUID
    session_id: UUID
    answered: InteractionAnswered

    def targets(self) -> Sequence[AnyTarget]:
        return [care_plan_target(self.player_id)]

    def decide(self, _states: States, _outside: None, /) -> Sequence[AddressedCommand]:
        passage = self.answered.passage
        # If the story was sent on behind a choice, the passage names only the scene that it was sent to.
        scene = None if passage.chosen else passage.scene
        plan, turn, at = care_plan_target(self.player_id), self.answered.turn, self.answered.at
        return [
            to(plan, PractiseSkill(skill=skill, session_id=self.session_id, turn=turn, scene=scene, at=at))
            for skill in passage.practised
        ]
