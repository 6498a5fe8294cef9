"""A player works on their care plan; what a questionnaire says about safety goes on their safety record."""

from collections.abc import Sequence
from typing import NamedTuple

from tta.domain import care_plan, safety_record
from tta.domain.care_plan import CarePlan, CarePlanCommand, CarePlanEvent, MeasureRecorded
from tta.domain.player import NoSuchPlayer, Player, PlayerStatus
from tta.domain.safety_record import RecordAssessment, SafetyRecord, SafetyRecordEvent
from tta.domain.session import ConsentMissing
from tta.domain.vocabulary import ConsentPurpose, RiskCategory

ITEM_9 = "phq9.item9"


class PlanEvents(NamedTuple):
    plan: Sequence[CarePlanEvent]
    record: Sequence[SafetyRecordEvent] = ()


def change_plan(plan: CarePlan, record: SafetyRecord, person: Player, command: CarePlanCommand) -> PlanEvents:
    """Decide on the plan, and on the record what a questionnaire says, both or neither.

    Raises NoSuchPlayer, ConsentMissing, and what the plan refuses.
    """
    if ConsentPurpose.PLAY not in require_existing(person).consents:
        raise ConsentMissing(f"expected the consent '{ConsentPurpose.PLAY.value}', which is not given")
    decided = care_plan.decide(plan, command)
    assessed = [each for event in decided for each in _assessment_of(record, event)]
    return PlanEvents(decided, assessed)


def assess(record: SafetyRecord, person: Player, command: RecordAssessment) -> list[SafetyRecordEvent]:
    """Record what a refused questionnaire says. Raises NoSuchPlayer: there is no safety record of nobody."""
    require_existing(person)
    return safety_record.decide(record, command)


def require_existing(person: Player) -> Player:
    if person.status is PlayerStatus.ABSENT:
        raise NoSuchPlayer("expected a player, there is none")
    return person


def _assessment_of(record: SafetyRecord, event: CarePlanEvent) -> Sequence[SafetyRecordEvent]:
    """Give what the safety record says of a measure; nothing of all else, and where that says nothing."""
    if not isinstance(event, MeasureRecorded):
        return ()
    command = RecordAssessment(
        level=event.level,
        category=RiskCategory.SUICIDE,
        source=ITEM_9,
        evidence=(str(event.measure_id),),
        at=event.at,
    )
    return safety_record.decide(record, command)
