"""What a player does with their care plan. What a questionnaire says about safety is part of its append."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tta.commands.handle import CommandContext, CommandResult, Commands, KeyReused, VersionMismatch
from tta.commands.joint import handle_joint
from tta.commands.player_queues import SenderLeft, TooManyConflicts
from tta.domain.base import Refusal
from tta.domain.care_plan import CarePlanCommand, RecordMeasure
from tta.domain.identity import derived_id
from tta.domain.joint.consequences import ITEM_9
from tta.domain.joint.measuring import AssessmentDecision, PlanDecision
from tta.domain.measures import level_of
from tta.domain.player import NoSuchPlayer
from tta.domain.safety_record import RecordAssessment
from tta.domain.targets import care_plan_target
from tta.domain.vocabulary import RiskCategory, RiskLevel
from tta.eventstore.envelope import Causation

REFUSED = (Refusal, VersionMismatch, KeyReused, TooManyConflicts, SenderLeft)
"""What says no to a measure; none of them may swallow what its answers say about safety."""


class MeasureResult(NamedTuple):
    """A measure that was taken, and the total it compares with; None for the first of its kind."""

    result: CommandResult
    first_total: int | None


async def handle_care_plan(
    commands: Commands, player_id: UUID, command: CarePlanCommand, context: CommandContext
) -> CommandResult:
    """Decide on a player's care plan, with their consents as a guard. Raises what `handle_joint` raises."""
    return await handle_joint(commands, PlanDecision(player_id, command), context)


async def record_measure(
    commands: Commands, player_id: UUID, command: RecordMeasure, context: CommandContext
) -> MeasureResult:
    """Record a questionnaire, and on the safety record what it says, both or neither.

    Raises what `handle_joint` raises. A measure that is refused is recorded nowhere, but what it says about
    safety is, before the refusal is raised.
    """
    try:
        result = await handle_care_plan(commands, player_id, command, context)
    except NoSuchPlayer:
        raise  # There is no safety record of nobody.
    except REFUSED:
        level = level_of(command.measure, command.answers)
        if level is not RiskLevel.NONE:
            await assess_refused(commands, player_id, level, context, at=command.at)
        raise
    found = await commands.aggregates.at_hand(care_plan_target(player_id))
    before = found.state.measured.get(command.measure)
    return MeasureResult(result, before.first_total if before is not None and before.times > 1 else None)


async def assess_refused(
    commands: Commands, player_id: UUID, level: RiskLevel, context: CommandContext, *, at: datetime
) -> None:
    """Record what a refused measure says, once however often it is sent; its answers stay unrecorded.

    It is tried until it stands, however many others write and whether or not its sender still waits. Raises
    NoSuchPlayer, and what the event store raises.
    """
    about = context.causation
    # Other answers under the same key are refused too, and are another assessment.
    assessment_id = derived_id("assessment of refused", about.command_id, about.fingerprint or b"")
    command = RecordAssessment(level=level, category=RiskCategory.SUICIDE, source=ITEM_9, at=at)
    causation = Causation(
        actor=about.actor,
        command_id=assessment_id,
        correlation_id=about.correlation_id,
        causation_id=about.command_id,
        traceparent=about.traceparent,
    )
    await handle_joint(
        commands, AssessmentDecision(player_id, command), CommandContext(causation), attempts_max=None
    )
