"""Skills whose exercises were done in play are credited on the care plan."""

from uuid import UUID

from tta.domain import care_plan
from tta.domain.care_plan import CarePlan, CarePlanEvent, PractiseSkill
from tta.domain.turns import InteractionAnswered


def credit(plan: CarePlan, *, session_id: UUID, answered: InteractionAnswered) -> list[CarePlanEvent]:
    """Credit each skill that an answer says was practised; a credit happened when its exercise was done.

    Where the story was sent on behind a choice, the passage names only the scene that it was sent to.
    """
    credited: list[CarePlanEvent] = []
    for skill in answered.passage.practised:
        command = PractiseSkill(
            skill=skill,
            session_id=session_id,
            turn=answered.turn,
            scene=None if answered.passage.chosen else answered.passage.scene,
            at=answered.at,
        )
        for each in care_plan.decide(plan, command):
            plan = care_plan.evolve(plan, each)
            credited.append(each)
    return credited
