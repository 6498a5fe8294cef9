"""What a player does with their care plan. What a questionnaire says about safety is part of its append."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tta.commands.folding import States
from tta.commands.handle import (
    CommandContext,
    CommandResult,
    Commands,
    Decided,
    KeyReused,
    VersionMismatch,
    handle_over,
)
from tta.commands.player_queues import SenderLeft, TooManyConflicts
from tta.commands.targets import care_plan_target, player_target, record_target
from tta.domain import care_plan, player, safety_record
from tta.domain.base import Event, Refusal
from tta.domain.care_plan import CarePlan, CarePlanCommand, MeasureRecorded, RecordMeasure
from tta.domain.identity import derived_id
from tta.domain.measures import level_of
from tta.domain.player import NoSuchPlayer
from tta.domain.safety_record import RecordAssessment
from tta.domain.session import ConsentMissing
from tta.domain.vocabulary import ConsentPurpose, RiskCategory, RiskLevel
from tta.eventstore.envelope import Causation

ITEM_9 = "phq9.item9"
REFUSED = (Refusal, VersionMismatch, KeyReused, TooManyConflicts, SenderLeft)
"""What says no to a measure; none of them may swallow what its answers say about safety."""


class MeasureResult(NamedTuple):
    """A measure that was taken, and the total it compares with; None for the first of its kind."""

    handled: CommandResult
    first_total: int | None


async def handle_care_plan(
    commands: Commands, player_id: UUID, command: CarePlanCommand, context: CommandContext
) -> CommandResult:
    """Decide on a player's care plan, with their consents as a guard. Raises what `handle_over` raises."""

    def decide(plan: CarePlan) -> Sequence[Event]:
        return care_plan.decide(plan, command)

    return await _decided(commands, player_id, decide, context)


async def record_measure(
    commands: Commands, player_id: UUID, command: RecordMeasure, context: CommandContext
) -> MeasureResult:
    """Record a questionnaire, and on the safety record what it says, both or neither.

    Raises what `handle_over` raises. A measure that is refused is recorded nowhere, but what it says about
    safety is, before the refusal is raised.
    """
    first_total: int | None = None

    def decide(plan: CarePlan) -> Sequence[Event]:
        nonlocal first_total
        before = plan.measured.get(command.measure)
        first_total = None if before is None else before.first_total
        return care_plan.decide(plan, command)

    try:
        handled = await _decided(commands, player_id, decide, context)
    except NoSuchPlayer:
        raise  # There is no safety record of nobody.
    except REFUSED:
        level = level_of(command.measure, command.answers)
        if level is not RiskLevel.NONE:
            await assess_refused(commands, player_id, level, context, at=command.at)
        raise
    return MeasureResult(handled, first_total)


async def _decided(
    commands: Commands,
    player_id: UUID,
    decide: Callable[[CarePlan], Sequence[Event]],
    context: CommandContext,
) -> CommandResult:
    plan, record, person = care_plan_target(player_id), record_target(player_id), player_target(player_id)

    def decision(states: States) -> Decided:
        if ConsentPurpose.PLAY not in _require_existing(states.of(person)).consents:
            raise ConsentMissing(f"expected the consent '{ConsentPurpose.PLAY.value}', which is not given")
        decided = decide(states.of(plan))
        assessed = [event for each in decided for event in _assessment_of(each)]
        return {plan: decided, record: assessed}

    return await handle_over(commands, [plan, record, person], decision, context, player_id=player_id)


def _assessment_of(event: Event) -> Sequence[Event]:
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
    return safety_record.decide(safety_record.initial, command)


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

    record, person = record_target(player_id), player_target(player_id)

    def decision(states: States) -> Decided:
        _require_existing(states.of(person))
        return {record: safety_record.decide(states.of(record), command)}

    await handle_over(
        commands,
        [record, person],
        decision,
        CommandContext(causation),
        player_id=player_id,
        attempts_max=None,
    )


def _require_existing(person: player.Player) -> player.Player:
    """Give a player who is there. Raises NoSuchPlayer: there is no safety record of nobody."""
    if person.status is player.PlayerStatus.ABSENT:
        raise NoSuchPlayer("expected a player, there is none")
    return person
