"""Who a player is, what they agreed to, and the bounds of what they may tell us."""

from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.domain.given import NOON, given, play
from tta.domain import player
from tta.domain.base import personal_fields
from tta.domain.player import (
    CONSENT_VERSION_MAX,
    CONTACT_MAX,
    NAME_MAX,
    TOPIC_MAX,
    TOPICS_MAX,
    ConsentGiven,
    ConsentVersionOutOfRange,
    ConsentWithdrawn,
    GiveConsent,
    IntensityOutOfRange,
    LanguageMalformed,
    NoSuchPlayer,
    PlayerExists,
    PlayerRegistered,
    PreferencesSet,
    RegionMalformed,
    RegisterPlayer,
    SetPreferences,
    TimeZoneMalformed,
    TooManyTopics,
    WithdrawConsent,
)
from tta.domain.vocabulary import AccessibilityNeed, AgeBand, Approach, ConsentPurpose
from tta.domain.words import WordsEmpty, WordsTooLong

PLACE: dict[str, Any] = {
    "language": "en-GB",
    "region": "GB",
    "time_zone": "Europe/London",
    "age_band": AgeBand.FROM_25_TO_64,
}
PREFERRED: dict[str, Any] = {
    "avoid_topics": ("deep water",),
    "trigger_warnings": ("loss",),
    "intensity": 2,
    "approaches": (Approach.CBT, Approach.MINDFULNESS),
    "accessibility": (AccessibilityNeed.LARGE_TEXT,),
    "emergency_contact": "Ada, my sister, +44 20 7946 0000",
}

REGISTERED = PlayerRegistered(name="Robin", **PLACE, at=NOON)
GIVEN = ConsentGiven(purpose=ConsentPurpose.PLAY, version=1, at=NOON)
WITHDRAWN = ConsentWithdrawn(purpose=ConsentPurpose.PLAY, at=NOON)
PREFERENCES = PreferencesSet(**PREFERRED, **PLACE, at=NOON)

REGISTER = RegisterPlayer(name="Robin", **PLACE, at=NOON)
GIVE = GiveConsent(purpose=ConsentPurpose.PLAY, version=1, at=NOON)
WITHDRAW = WithdrawConsent(purpose=ConsentPurpose.PLAY, at=NOON)
PREFER = SetPreferences(**PREFERRED, **PLACE, at=NOON)


def test_a_player_registers_once():
    given(player).when(REGISTER).then(REGISTERED)
    given(player, REGISTERED).when(REGISTER).then_refused(PlayerExists, "registered")


@pytest.mark.parametrize("command", [GIVE, WITHDRAW, PREFER])
def test_nothing_happens_to_a_player_who_never_registered(command):
    given(player).when(command).then_refused(NoSuchPlayer)


def test_a_consent_is_given_once_per_version():
    given(player, REGISTERED).when(GIVE).then(GIVEN)
    given(player, REGISTERED, GIVEN).when(GIVE).then_nothing()
    given(player, REGISTERED, GIVEN).when(replace(GIVE, version=2)).then(replace(GIVEN, version=2))


def test_a_consent_to_one_purpose_is_none_to_another():
    research = ConsentPurpose.RESEARCH
    given(player, REGISTERED, GIVEN).when(replace(GIVE, purpose=research)).then(
        replace(GIVEN, purpose=research)
    )
    given(player, REGISTERED, GIVEN).when(replace(WITHDRAW, purpose=research)).then_nothing()


def test_a_consent_is_withdrawn_and_given_again():
    given(player, REGISTERED, GIVEN).when(WITHDRAW).then(WITHDRAWN)
    given(player, REGISTERED).when(WITHDRAW).then_nothing()
    given(player, REGISTERED, GIVEN, WITHDRAWN).when(WITHDRAW).then_nothing()
    given(player, REGISTERED, GIVEN, WITHDRAWN).when(GIVE).then(GIVEN)


@pytest.mark.parametrize("version", [0, -1, CONSENT_VERSION_MAX + 1, 2**70])
def test_a_consent_names_a_version_that_may_exist(version: int):
    given(player, REGISTERED).when(replace(GIVE, version=version)).then_refused(
        ConsentVersionOutOfRange, f"got {version}"
    )


def test_the_last_consent_version_may_be_given():
    last = CONSENT_VERSION_MAX
    given(player, REGISTERED).when(replace(GIVE, version=last)).then(replace(GIVEN, version=last))


def test_preferences_are_set_as_often_as_they_are_sent():
    given(player, REGISTERED).when(PREFER).then(PREFERENCES)
    given(player, REGISTERED, PREFERENCES).when(PREFER).then(PREFERENCES)


def test_preferences_may_be_few():
    few = {"avoid_topics": (), "trigger_warnings": (), "approaches": (), "accessibility": ()}
    given(player, REGISTERED).when(replace(PREFER, **few, emergency_contact=None)).then(
        replace(PREFERENCES, **few, emergency_contact=None)
    )


def test_what_is_chosen_twice_counts_once():
    given(player, REGISTERED).when(
        replace(
            PREFER,
            approaches=(Approach.MINDFULNESS, Approach.CBT, Approach.MINDFULNESS),
            accessibility=(AccessibilityNeed.LARGE_TEXT,) * 1_000,
        )
    ).then(PREFERENCES)


@pytest.mark.parametrize("intensity", [0, 6, -1, 2**70])
def test_intensity_has_a_scale(intensity: int):
    given(player, REGISTERED).when(replace(PREFER, intensity=intensity)).then_refused(
        IntensityOutOfRange, f"expected 1 to 5, got {intensity}"
    )


@pytest.mark.parametrize("intensity", [1, 5])
def test_the_ends_of_the_intensity_scale_are_on_it(intensity: int):
    given(player, REGISTERED).when(replace(PREFER, intensity=intensity)).then(
        replace(PREFERENCES, intensity=intensity)
    )


@pytest.mark.parametrize("topics", ["avoid_topics", "trigger_warnings"])
def test_topics_are_limited_in_number_and_length(topics: str):
    allowed = tuple("é" * TOPIC_MAX for _ in range(TOPICS_MAX))
    registered = given(player, REGISTERED)
    registered.when(replace(PREFER, **{topics: allowed})).then(replace(PREFERENCES, **{topics: allowed}))
    registered.when(replace(PREFER, **{topics: (*allowed, "one more")})).then_refused(TooManyTopics, "got 51")
    registered.when(replace(PREFER, **{topics: ("é" * (TOPIC_MAX + 1),)})).then_refused(
        WordsTooLong, "got 101"
    )
    registered.when(replace(PREFER, **{topics: ("loss", " ")})).then_refused(WordsEmpty)


def test_an_emergency_contact_is_none_or_some_words():
    registered = given(player, REGISTERED)
    registered.when(replace(PREFER, emergency_contact="é" * CONTACT_MAX)).then(
        replace(PREFERENCES, emergency_contact="é" * CONTACT_MAX)
    )
    registered.when(replace(PREFER, emergency_contact="é" * (CONTACT_MAX + 1))).then_refused(WordsTooLong)
    registered.when(replace(PREFER, emergency_contact="")).then_refused(WordsEmpty)


def test_a_name_is_some_words():
    given(player).when(replace(REGISTER, name="é" * NAME_MAX)).then(replace(REGISTERED, name="é" * NAME_MAX))
    given(player).when(replace(REGISTER, name="é" * (NAME_MAX + 1))).then_refused(WordsTooLong, "got 101")
    given(player).when(replace(REGISTER, name=" ")).then_refused(WordsEmpty)


@pytest.mark.parametrize(
    ("field", "wrong", "refusal"),
    [
        ("language", "", LanguageMalformed),
        ("language", "english please", LanguageMalformed),
        ("language", "en" + "-abcdefgh" * 3 + "-abcdef", LanguageMalformed),
        ("region", "", RegionMalformed),
        ("region", "gb", RegionMalformed),
        ("region", "GB\n", RegionMalformed),
        ("time_zone", "", TimeZoneMalformed),
        ("time_zone", "../etc/passwd", TimeZoneMalformed),
        ("time_zone", "at my mother's", TimeZoneMalformed),
    ],
)
def test_where_a_player_is_has_the_shape_of_its_standard(field, wrong, refusal):
    given(player).when(replace(REGISTER, **{field: wrong})).then_refused(refusal)
    given(player, REGISTERED).when(replace(PREFER, **{field: wrong})).then_refused(refusal)


@pytest.mark.parametrize(
    ("field", "right"),
    [
        ("language", "de"),
        ("language", "zh-Hant-TW"),
        ("language", "en" + "-abcdefgh" * 3 + "-abcde"),
        ("region", "US-CA"),
        ("time_zone", "UTC"),
        ("time_zone", "Etc/GMT-14"),
        ("time_zone", "America/Argentina/ComodRivadavia"),
    ],
)
def test_where_a_player_is_may_be_anywhere(field, right):
    given(player).when(replace(REGISTER, **{field: right})).then(replace(REGISTERED, **{field: right}))


def test_what_only_the_player_should_know_is_sealed():
    assert {"name"} == set(personal_fields(PlayerRegistered))
    assert {"avoid_topics", "trigger_warnings", "emergency_contact"} == set(personal_fields(PreferencesSet))


purposes = st.sampled_from(ConsentPurpose)
gives = st.builds(GiveConsent, purpose=purposes, version=st.integers(0, 3), at=st.just(NOON))
withdraws = st.builds(WithdrawConsent, purpose=purposes, at=st.just(NOON))
runs = st.lists(gives | withdraws | st.sampled_from([REGISTER, PREFER]), max_size=30)


@hypothesis.given(st.booleans(), runs)
def test_the_consents_that_stand_are_the_last_ones_said(registered_first, run):
    commands = [REGISTER, *run] if registered_first else run
    state, happened = play(player, commands)
    said: dict[ConsentPurpose, int | None] = {}
    if REGISTER in commands:
        for command in commands[commands.index(REGISTER) :]:
            if isinstance(command, GiveConsent) and command.version > 0:
                said[command.purpose] = command.version
            if isinstance(command, WithdrawConsent):
                said[command.purpose] = None
    assert {purpose: version for purpose, version in said.items() if version} == getattr(
        state, "consents", {}
    )
    assert [PlayerRegistered] * bool(happened) == [type(event) for event in happened][:1]
    assert happened.count(REGISTERED) <= 1


@hypothesis.given(runs)
def test_what_is_said_again_at_once_is_not_recorded_again(run):
    _, once = play(player, [REGISTER, *run])
    consents = (GiveConsent, WithdrawConsent)
    doubled = [again for command in run for again in [command] * (1 + isinstance(command, consents))]
    assert once == play(player, [REGISTER, *doubled])[1]
