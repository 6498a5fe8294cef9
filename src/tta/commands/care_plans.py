"""What a player does with their care plan. What a questionnaire says about safety is part of its append."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tta.commands.folding import Target, decider
from tta.commands.handle import (
    Asked,
    Commands,
    Handled,
    KeyReused,
    TooManyConflicts,
    VersionMismatch,
    handle_over,
)
from tta.domain import care_plan, player, safety_record
from tta.domain.base import Event, Refusal
from tta.domain.care_plan import CarePlan, CarePlanCommand, MeasureRecorded, RecordMeasure
from tta.domain.identity import care_plan_id, derived_id, safety_record_id
from tta.domain.measures import level_of
from tta.domain.player import NoSuchPlayer
from tta.domain.safety_record import RecordAssessment
from tta.domain.session import ConsentMissing
from tta.domain.vocabulary import ConsentPurpose, RiskCategory, RiskLevel
from tta.eventstore.envelope import Context

ITEM_9 = "phq9.item9"
REFUSED = (Refusal, VersionMismatch, KeyReused, TooManyConflicts)
"""What says no to a measure; none of them may swallow what its answers say about safety."""


class Measuring(NamedTuple):
    """A measure that was taken, and the total it compares with; None for the first of its kind."""

    handled: Handled
    first_total: int | None


async def handle_care_plan(
    commands: Commands, player_id: UUID, command: CarePlanCommand, asked: Asked
) -> Handled:
    """Decide on a player's care plan, with their consents as a guard. Raises what `handle_over` raises."""

    def decide(plan: CarePlan) -> Sequence[Sequence[Event]]:
        return [care_plan.decide(plan, command), []]

    return await _decided(commands, player_id, decide, asked)


async def record_measure(
    commands: Commands, player_id: UUID, command: RecordMeasure, asked: Asked
) -> Measuring:
    """Record a questionnaire, and on the safety record what it says, both or neither.

    Raises what `handle_over` raises. A measure that is refused is recorded nowhere, but what it says about
    safety is, before the refusal is raised.
    """
    first_total: int | None = None

    def decide(plan: CarePlan) -> Sequence[Sequence[Event]]:
        nonlocal first_total
        before = plan.measured.get(command.measure)
        first_total = None if before is None else before.first_total
        decided = care_plan.decide(plan, command)
        return [decided, [event for each in decided for event in _assessment_of(each)]]

    try:
        handled = await _decided(commands, player_id, decide, asked)
    except NoSuchPlayer:
        raise  # There is no safety record of nobody.
    except REFUSED:
        level = level_of(command.measure, command.answers)
        if level is not RiskLevel.NONE:
            await assess_refused(commands, player_id, level, asked, at=command.at)
        raise
    return Measuring(handled, first_total)


async def _decided(
    commands: Commands,
    player_id: UUID,
    decide: Callable[[CarePlan], Sequence[Sequence[Event]]],
    asked: Asked,
) -> Handled:
    def decision(states: list[object]) -> Sequence[Sequence[Event]]:
        plan, record, person = states
        assert isinstance(plan, CarePlan), "the care plan comes first"
        assert isinstance(record, safety_record.SafetyRecord), "the safety record comes second"
        if ConsentPurpose.PLAY not in _require_existing(person).consents:
            raise ConsentMissing(f"expected the consent '{ConsentPurpose.PLAY.value}', which is not given")
        return [*decide(plan), []]

    targets = [
        Target(decider(care_plan), care_plan_id(player_id)),
        Target(decider(safety_record), safety_record_id(player_id)),
        Target(decider(player), player_id),
    ]
    return await handle_over(commands, targets, decision, asked, player_id=player_id)


def _assessment_of(event: Event) -> Sequence[Event]:
    """Give what the safety record says of a measure; nothing where it says nothing."""
    assert isinstance(event, MeasureRecorded), "a measure is one event"
    command = RecordAssessment(
        level=event.level,
        category=RiskCategory.SUICIDE,
        source=ITEM_9,
        evidence=(str(event.measure_id),),
        at=event.at,
    )
    return safety_record.decide(safety_record.initial, command)


async def assess_refused(
    commands: Commands, player_id: UUID, level: RiskLevel, asked: Asked, *, at: datetime
) -> None:
    """Record what a refused measure says, once however often it is sent; its answers stay unrecorded.

    Raises NoSuchPlayer, and what the event store raises.
    """
    about = asked.context
    # Other answers under the same key are refused too, and are another assessment.
    assessment_id = derived_id("assessment of refused", about.command_id, about.fingerprint or b"")
    command = RecordAssessment(level=level, category=RiskCategory.SUICIDE, source=ITEM_9, at=at)
    context = Context(
        actor=about.actor,
        command_id=assessment_id,
        correlation_id=about.correlation_id,
        causation_id=about.command_id,
        traceparent=about.traceparent,
    )

    def decision(states: list[object]) -> Sequence[Sequence[Event]]:
        record, person = states
        assert isinstance(record, safety_record.SafetyRecord), "the safety record comes first"
        _require_existing(person)
        return [safety_record.decide(record, command), []]

    targets = [
        Target(decider(safety_record), safety_record_id(player_id)),
        Target(decider(player), player_id),
    ]
    await handle_over(commands, targets, decision, Asked(context), player_id=player_id)


def _require_existing(person: object) -> player.Player:
    """See a state as a player who is there. Raises NoSuchPlayer: there is no safety record of nobody."""
    assert isinstance(person, player.Player), "a player is loaded as one"
    if person.status is player.Status.ABSENT:
        raise NoSuchPlayer("expected a player, there is none")
    return person
