"""What an event of one aggregate means for another one of the same player, in the same append."""

from uuid import UUID

from tta.domain.base import Command, Event
from tta.domain.care_plan import MeasureRecorded
from tta.domain.roster import EnrolSession, StrikeSession
from tta.domain.safety_record import RecordAssessment
from tta.domain.session import SessionAbandoned, SessionCompleted, SessionStarted
from tta.domain.targets import AnyTarget, record_target, roster_target
from tta.domain.vocabulary import RiskCategory

ITEM_9 = "phq9.item9"


def consequences(player_id: UUID, aggregate_id: UUID, event: Event) -> list[tuple[AnyTarget, Command]]:
    """Give the commands that follow from an event: the roster keeps the sessions that are under way, and the
    safety record what a questionnaire says.
    """
    match event:
        case SessionStarted():
            enrol = EnrolSession(session_id=aggregate_id, held=event.held, at=event.at)
            return [(roster_target(player_id), enrol)]
        case SessionCompleted() | SessionAbandoned():
            strike = StrikeSession(session_id=aggregate_id, at=event.at)
            return [(roster_target(player_id), strike)]
        case MeasureRecorded():
            assessment = RecordAssessment(
                level=event.level,
                category=RiskCategory.SUICIDE,
                source=ITEM_9,
                evidence=(str(event.measure_id),),
                at=event.at,
            )
            return [(record_target(player_id), assessment)]
        case _:
            return []
