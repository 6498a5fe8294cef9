"""The read model of a player: what each event makes of their row."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.support.projections.histories import (
    NOON,
    NOON_MS,
    PLAYER_STATE,
    SAM,
    Happened,
    after,
    folded,
    log_of,
    sam_log,
)
from tta.domain import player
from tta.domain.base import Event, SealedText
from tta.domain.player import ConsentGiven, ConsentWithdrawn, PlayerRegistered, PreferencesSet
from tta.domain.safety_record import RecoveryEntered, RecoveryLeft, SafetyHoldPlaced, SafetyHoldReleased
from tta.domain.safety_record import id_of as safety_record_id
from tta.domain.vocabulary import AccessibilityNeed, AgeBand, Approach, ConsentPurpose, RiskLevel, Role
from tta.projections.player_state import PLAYER_BY_ID, PlayerState, apply
from tta.projector.read_model import Fact, Key

NAME, TOPICS, WARNINGS, CONTACT = (SealedText(box) for box in (b"\x01n", b"\x01t", b"\x01w", b"\x01c"))
REGISTERED = PlayerRegistered(
    name=NAME,
    language="en",
    region="GB",
    time_zone="Europe/London",
    age_band=AgeBand.FROM_25_TO_64,
    at=NOON,
)
PREFERRED = PreferencesSet(
    avoid_topics=TOPICS,
    trigger_warnings=WARNINGS,
    intensity=4,
    approaches=(Approach.ACT, Approach.CBT),
    language="de",
    region="CH",
    time_zone="Europe/Zurich",
    age_band=AgeBand.FROM_65,
    accessibility=(AccessibilityNeed.LARGE_TEXT,),
    emergency_contact=CONTACT,
    at=after(1),
)
AGREED = ConsentGiven(purpose=ConsentPurpose.PLAY, version=1, at=after(1))
AGREED_ANEW = ConsentGiven(purpose=ConsentPurpose.PLAY, version=2, at=after(2))
SHARED = ConsentGiven(purpose=ConsentPurpose.RESEARCH, version=1, at=after(3))
WITHDRAWN = ConsentWithdrawn(purpose=ConsentPurpose.PLAY, at=after(4))
HELD = SafetyHoldPlaced(reason=NAME, level=RiskLevel.HIGH, by=Role.THERAPIST, at=after(5))
RELEASED = SafetyHoldReleased(reason=NAME, by=Role.THERAPIST, at=after(6))
RECOVERING = RecoveryEntered(by=Role.SERVICE, at=after(7))
RECOVERED = RecoveryLeft(by=Role.THERAPIST, at=after(8))
REGISTERED_ROW = PlayerState(
    id=str(SAM),
    version=1,
    name=NAME.box,
    language="en",
    region="GB",
    time_zone="Europe/London",
    age_band="25_64",
    registered_ms=NOON_MS,
    changed_ms=NOON_MS,
)


def row(*events: Event) -> PlayerState:
    (found,) = folded(PLAYER_STATE, sam_log(*events, aggregate=SAM))[0].values()
    assert isinstance(found, PlayerState)
    return found


def test_a_registration_shows_all_but_the_name_in_the_clear():
    assert row(REGISTERED) == REGISTERED_ROW


def test_preferences_replace_what_was_there():
    assert row(REGISTERED, PREFERRED) == replace(
        REGISTERED_ROW,
        version=2,
        language="de",
        region="CH",
        time_zone="Europe/Zurich",
        age_band="65_plus",
        preferences_set=True,
        avoid_topics=TOPICS.box,
        trigger_warnings=WARNINGS.box,
        emergency_contact=CONTACT.box,
        intensity=4,
        approaches=("act", "cbt"),
        accessibility=("large_text",),
        changed_ms=NOON_MS + 1_000,
    )


def test_a_contact_that_is_left_out_is_gone():
    gone = replace(PREFERRED, emergency_contact=None, approaches=(), at=after(2))
    found = row(REGISTERED, PREFERRED, gone)
    assert (found.emergency_contact, found.approaches) == (None, ())


def test_each_purpose_has_the_version_agreed_to_last():
    found = row(REGISTERED, AGREED, AGREED_ANEW, SHARED)
    assert (found.consents, found.version) == (("play:2", "research:1"), 4)


def test_a_withdrawn_consent_is_gone():
    assert row(REGISTERED, AGREED_ANEW, SHARED, WITHDRAWN).consents == ("research:1",)


def test_a_hold_is_shown_without_changing_the_version():
    record = safety_record_id(SAM)
    told = [Happened(SAM, REGISTERED, SAM), Happened(record, HELD, SAM)]
    (held,) = folded(PLAYER_STATE, log_of(told))[0].values()
    assert held == replace(REGISTERED_ROW, held=True)
    (released,) = folded(PLAYER_STATE, log_of([*told, Happened(record, RELEASED, SAM)]))[0].values()
    assert released == REGISTERED_ROW


def test_recovery_is_shown_beside_the_hold():
    record = safety_record_id(SAM)
    told = [Happened(SAM, REGISTERED, SAM), Happened(record, HELD, SAM), Happened(record, RECOVERING, SAM)]
    (soft,) = folded(PLAYER_STATE, log_of(told))[0].values()
    assert soft == replace(REGISTERED_ROW, held=True, recovery=True)
    left = [*told, Happened(record, RELEASED, SAM), Happened(record, RECOVERED, SAM)]
    (found,) = folded(PLAYER_STATE, log_of(left))[0].values()
    assert found == REGISTERED_ROW


def test_every_event_of_a_player_every_hold_and_recovery_are_handled():
    shown = (SafetyHoldPlaced, SafetyHoldReleased, RecoveryEntered, RecoveryLeft)
    assert (*player.EVENTS, *shown) == PLAYER_STATE.HANDLES


@pytest.mark.parametrize(
    "clear",
    [
        replace(REGISTERED, name="Sam"),
        replace(PREFERRED, avoid_topics=("spiders",)),
        replace(PREFERRED, trigger_warnings=("loss",)),
        replace(PREFERRED, emergency_contact="Ada"),
    ],
)
def test_clear_personal_text_is_our_mistake(clear: Any):
    recorded = sam_log(REGISTERED, aggregate=SAM)[-1]
    with pytest.raises(AssertionError, match="sealed"):
        apply(Key(PlayerState, str(SAM)), REGISTERED_ROW, Fact(clear, recorded))


def test_the_query_returns_each_field_of_the_row():
    for field in PlayerState.__struct_fields__:
        assert f"p.{field} AS {field}" in PLAYER_BY_ID
