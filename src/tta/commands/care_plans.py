"""What a player does with their care plan. What a questionnaire says about safety is part of its append."""

from typing import NamedTuple
from uuid import UUID

from tta.commands.handle import CommandContext, CommandResult, Commands
from tta.commands.joint import handle_joint
from tta.domain.care_plan import CarePlanCommand, RecordMeasure
from tta.domain.joint.measuring import PlanDecision
from tta.domain.targets import care_plan_target


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

    Raises what `handle_joint` raises.
    """
    result = await handle_care_plan(commands, player_id, command, context)
    found = await commands.aggregates.at_hand(care_plan_target(player_id))
    before = found.state.measured.get(command.measure)
    return MeasureResult(result, before.first_total if before is not None and before.times > 1 else None)
