"""Questionnaires, and their events in the log."""

from uuid import UUID

from msgspec.structs import replace

from tests.support.commands.command_examples import (
    NOON,
)
from tta.commands.handle import Commands
from tta.domain.assessment import Assessment
from tta.domain.care_plan import MeasureRecorded, RecordMeasure
from tta.domain.care_plan import id_of as care_plan_id
from tta.domain.identity import derived_id
from tta.domain.joint.consequences import ITEM_9
from tta.domain.measures import MeasureKind
from tta.domain.safety_record import RiskAssessed
from tta.domain.safety_record import id_of as safety_record_id
from tta.domain.vocabulary import RiskCategory, RiskLevel
from tta.eventstore.envelope import ABSENT, RecordedEvent
from tta.eventstore.store import LoadRequest

WORRYING = RecordMeasure(
    id=derived_id("command", "m"), measure=MeasureKind.PHQ9, answers=(1,) * 8 + (2,), difficulty=1, at=NOON
)
ORDINARY = replace(WORRYING, answers=(3,) * 8 + (0,))

SAID = Assessment(RiskLevel.MODERATE, RiskCategory.SUICIDE, ITEM_9)
"""The level of the positive questionnaire."""


async def stands(commands: Commands, aggregate_id: UUID) -> list[RecordedEvent]:
    (loaded,) = await commands.aggregates.store.load([LoadRequest(aggregate_id, ABSENT, b"")])
    return loaded.events


async def measures(commands: Commands, player_id: UUID) -> list[tuple[int, MeasureRecorded]]:
    """Each with its position in the log."""
    found = []
    for recorded in await stands(commands, care_plan_id(player_id)):
        event = commands.aggregates.types.event(recorded)
        assert isinstance(event, MeasureRecorded)
        found.append((recorded.position, event))
    return found


async def assessments(commands: Commands, player_id: UUID) -> list[tuple[int, RiskAssessed]]:
    found = []
    for recorded in await stands(commands, safety_record_id(player_id)):
        event = commands.aggregates.types.event(recorded)
        assert isinstance(event, RiskAssessed)
        found.append((recorded.position, event))
    return found
