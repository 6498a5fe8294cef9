"""When play is held, how a hold rises, that it is released knowingly; and recovery, which is beside it."""

import hypothesis
import pytest
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.domain.given import NOON, given, play
from tta.domain import safety_record
from tta.domain.base import personal_fields
from tta.domain.safety_record import (
    EVIDENCE_MAX,
    HOLD_LEVELS,
    REASON_MAX,
    EnterRecovery,
    HoldNeedsRisk,
    LeaveRecovery,
    NotInRecovery,
    PlaceSafetyHold,
    PlayIsNotHeld,
    RecordAssessment,
    RecoveryEntered,
    RecoveryLeft,
    ReleaseSafetyHold,
    RiskAssessed,
    SafetyHoldPlaced,
    SafetyHoldReleased,
    TooMuchEvidence,
)
from tta.domain.vocabulary import RiskCategory, RiskLevel, Role
from tta.domain.words import CatalogueIdMalformed, WordsEmpty, WordsTooLong

WORRY = "said goodbye to everyone in the village"
SAFE = "spoke with them by telephone, they are with family"

PLACED = SafetyHoldPlaced(reason=WORRY, level=RiskLevel.HIGH, by=Role.SERVICE, at=NOON)
RELEASED = SafetyHoldReleased(reason=SAFE, by=Role.THERAPIST, at=NOON)

ASSESSED = RiskAssessed(
    level=RiskLevel.LOW, category=RiskCategory.SUICIDE, source="phq9.item9", evidence=("m1",), at=NOON
)

PLACE = PlaceSafetyHold(reason=WORRY, level=RiskLevel.HIGH, by=Role.SERVICE, at=NOON)
RELEASE = ReleaseSafetyHold(reason=SAFE, by=Role.THERAPIST, at=NOON)
ASSESS = RecordAssessment(
    level=RiskLevel.LOW, category=RiskCategory.SUICIDE, source="phq9.item9", evidence=("m1",), at=NOON
)

ENTERED = RecoveryEntered(by=Role.SERVICE, at=NOON)
LEFT = RecoveryLeft(by=Role.THERAPIST, at=NOON)
ENTER = EnterRecovery(by=Role.SERVICE, at=NOON)
LEAVE = LeaveRecovery(by=Role.THERAPIST, at=NOON)


def test_a_player_nobody_worried_about_is_not_held():
    assert not safety_record.initial.held


def test_a_hold_is_placed_and_released():
    given(safety_record).when(PLACE).then(PLACED)
    assert given(safety_record, PLACED).state.held
    given(safety_record, PLACED).when(RELEASE).then(RELEASED)
    assert not given(safety_record, PLACED, RELEASED).state.held
    given(safety_record, PLACED, RELEASED).when(PLACE).then(PLACED)


@pytest.mark.parametrize("standing", HOLD_LEVELS[1:])
@pytest.mark.parametrize("level", HOLD_LEVELS[1:])
def test_a_hold_that_stands_is_only_raised(standing: RiskLevel, level: RiskLevel):
    held = given(safety_record, replace(PLACED, level=standing)).when(replace(PLACE, level=level))
    if HOLD_LEVELS.index(level) > HOLD_LEVELS.index(standing):
        held.then(replace(PLACED, level=level))
    else:
        held.then_nothing()


def test_what_is_unknown_ranks_between_moderate_and_high():
    unknown = replace(PLACED, level=RiskLevel.UNKNOWN)
    given(safety_record, unknown).when(replace(PLACE, level=RiskLevel.MODERATE)).then_nothing()
    given(safety_record, unknown).when(PLACE).then(PLACED)
    assert set(RiskLevel) == set(HOLD_LEVELS)


def test_a_hold_needs_a_risk():
    given(safety_record).when(replace(PLACE, level=RiskLevel.NONE)).then_refused(HoldNeedsRisk)


def test_only_a_hold_that_stands_is_released():
    given(safety_record).when(RELEASE).then_refused(PlayIsNotHeld)
    given(safety_record, PLACED, RELEASED).when(RELEASE).then_refused(PlayIsNotHeld)


def test_placing_and_releasing_need_a_reason():
    longest = "é" * REASON_MAX
    given(safety_record).when(replace(PLACE, reason=longest)).then(replace(PLACED, reason=longest))
    given(safety_record).when(replace(PLACE, reason=longest + "é")).then_refused(WordsTooLong, "got 2001")
    given(safety_record).when(replace(PLACE, reason=" ")).then_refused(WordsEmpty)
    given(safety_record, PLACED).when(replace(RELEASE, reason=longest + "é")).then_refused(WordsTooLong)
    given(safety_record, PLACED).when(replace(RELEASE, reason="")).then_refused(WordsEmpty)


@pytest.mark.parametrize("level", RiskLevel)
def test_every_level_above_none_is_recorded(level: RiskLevel):
    asked = given(safety_record).when(replace(ASSESS, level=level))
    if level is RiskLevel.NONE:
        asked.then_nothing()
    else:
        asked.then(replace(ASSESSED, level=level))


def test_an_assessment_changes_no_hold():
    assert given(safety_record, ASSESSED).state == safety_record.initial
    assert given(safety_record, PLACED, ASSESSED).state.hold is RiskLevel.HIGH


def test_an_assessment_names_ids_and_no_words():
    given(safety_record).when(replace(ASSESS, source="said goodbye")).then_refused(CatalogueIdMalformed)
    given(safety_record).when(replace(ASSESS, evidence=("said bye",))).then_refused(CatalogueIdMalformed)
    many = ("a",) * EVIDENCE_MAX
    given(safety_record).when(replace(ASSESS, evidence=many)).then(replace(ASSESSED, evidence=many))
    given(safety_record).when(replace(ASSESS, evidence=(*many, "b"))).then_refused(TooMuchEvidence, "got 21")
    assert not personal_fields(RiskAssessed)


def test_recovery_is_entered_and_left():
    given(safety_record).when(ENTER).then(ENTERED)
    assert given(safety_record, ENTERED).state.recovery
    given(safety_record, ENTERED).when(LEAVE).then(LEFT)
    assert not given(safety_record, ENTERED, LEFT).state.recovery
    given(safety_record, ENTERED, LEFT).when(ENTER).then(ENTERED)


def test_entering_recovery_twice_changes_nothing():
    given(safety_record, ENTERED).when(replace(ENTER, by=Role.THERAPIST)).then_nothing()


def test_only_who_is_in_recovery_leaves_it():
    given(safety_record).when(LEAVE).then_refused(NotInRecovery)
    given(safety_record, ENTERED, LEFT).when(LEAVE).then_refused(NotInRecovery)


def test_a_hold_and_recovery_do_not_touch_each_other():
    both = given(safety_record, PLACED, ENTERED).state
    assert (both.hold, both.recovery) == (RiskLevel.HIGH, True)
    assert given(safety_record, ENTERED, PLACED, RELEASED).state.recovery
    assert given(safety_record, PLACED, ENTERED, LEFT).state.held


def test_reasons_are_sealed():
    assert {"reason"} == set(personal_fields(SafetyHoldPlaced)) == set(personal_fields(SafetyHoldReleased))


places = st.builds(
    PlaceSafetyHold,
    reason=st.just(WORRY),
    level=st.sampled_from(RiskLevel),
    by=st.sampled_from(Role),
    at=st.just(NOON),
)
runs = st.lists(places | places | st.sampled_from([RELEASE, ASSESS, ENTER, LEAVE]), max_size=20)


@hypothesis.given(runs)
def test_a_hold_rises_until_it_is_released(commands):
    _, happened = play(safety_record, commands)
    standing = RiskLevel.NONE
    for event in happened:
        if isinstance(event, SafetyHoldPlaced):
            assert HOLD_LEVELS.index(event.level) > HOLD_LEVELS.index(standing)
            standing = event.level
        elif isinstance(event, SafetyHoldReleased):
            assert standing is not RiskLevel.NONE
            standing = RiskLevel.NONE


@hypothesis.given(runs, places)
def test_whoever_asks_for_a_hold_has_one(commands, place):
    hypothesis.assume(place.level is not RiskLevel.NONE)
    state, _ = play(safety_record, [*commands, place])
    assert state.held
    assert HOLD_LEVELS.index(state.hold) >= HOLD_LEVELS.index(place.level)


@hypothesis.given(runs)
def test_recovery_is_entered_and_left_in_turns(commands):
    state, happened = play(safety_record, commands)
    turns = [event for event in happened if isinstance(event, RecoveryEntered | RecoveryLeft)]
    assert [type(each) for each in turns] == [RecoveryEntered, RecoveryLeft] * (len(turns) // 2) + (
        [RecoveryEntered] * (len(turns) % 2)
    )
    assert state.recovery == bool(len(turns) % 2)
