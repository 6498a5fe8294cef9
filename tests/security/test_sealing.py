"""A sealed value opens for its player's key, wherever it was copied to, and in no other way."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tta.domain.base import SealedText, personal_fields
from tta.domain.player import PreferencesSet
from tta.domain.session import SessionPaused
from tta.domain.turns import InteractionSubmitted
from tta.domain.vocabulary import AgeBand
from tta.security.sealing import (
    FIELD_AT,
    DataKey,
    SealBroken,
    key_id,
    needs_sealing,
    open_event,
    seal_event,
)

PLAYER = UUID("01020304-0506-8708-890a-0b0c0d0e0f10")
EVENT = UUID("a1a2a3a4-a5a6-8a7a-88a9-aaabacadaeaf")
KEY = DataKey("golden", PLAYER, 7, bytes(range(32)))
BOX = bytes.fromhex(
    "0100000007ef74af361998a93e0a10f652a1a2a3a4a5a68a7a88a9aaabacada"
    "eaf05776f726473bf84272299a1bfc58c8c14ca74f78ba35cd2bc8185969113"
)
"""Written once, to be opened for ever."""

PREFERENCES = PreferencesSet(
    avoid_topics=("spiders", "höhlen"),
    trigger_warnings=(),
    intensity=2,
    approaches=(),
    language="en",
    region="GB",
    time_zone="Etc/UTC",
    age_band=AgeBand.UNDISCLOSED,
    accessibility=(),
    emergency_contact="Alex",
    at=datetime(2026, 3, 20, 12, tzinfo=UTC),
)


def test_a_box_of_the_first_version_opens_for_ever():
    assert KEY.open(SealedText(BOX)) == "Grüße"
    assert key_id(SealedText(BOX)) == 7


def test_a_box_is_laid_out_as_the_format_says():
    assert BOX[:1] == b"\x01"
    assert BOX[1:5] == (7).to_bytes(4, "big")
    assert BOX[17:33] == EVENT.bytes
    assert (FIELD_AT, BOX[33], BOX[34:39]) == (33, 5, b"words")
    assert len(BOX) == 39 + len(b"\xa7" + "Grüße".encode()) + 16


@given(value=st.one_of(st.text(), st.lists(st.text()).map(tuple)))
def test_what_was_sealed_opens(value: str | tuple[str, ...]):
    sealed = KEY.seal(EVENT, "words", value)
    kind = str if isinstance(value, str) else tuple[str, ...]
    assert KEY.open(sealed, kind) == value


def test_the_same_words_are_never_the_same_box():
    assert len({KEY.seal(EVENT, "words", "Hello").box for _ in range(100)}) == 100


def test_words_are_not_in_the_box():
    assert b"Marked" not in KEY.seal(EVENT, "words", "Marked").box


@pytest.mark.parametrize(
    "key",
    [
        DataKey("golden", UUID(int=1), 7, bytes(range(32))),
        DataKey("other", PLAYER, 7, bytes(range(32))),
        DataKey("golden", PLAYER, 7, bytes(32)),
    ],
    ids=["another player", "another store", "another key"],
)
def test_another_key_does_not_open_it(key: DataKey):
    with pytest.raises(SealBroken, match="does not open"):
        key.open(SealedText(BOX))


@pytest.mark.parametrize("index", range(len(BOX)))
def test_a_box_that_was_altered_anywhere_does_not_open(index: int):
    altered = bytearray(BOX)
    altered[index] ^= 1
    with pytest.raises(SealBroken):
        KEY.open(SealedText(bytes(altered)))


@pytest.mark.parametrize("length", range(len(BOX)))
def test_a_box_that_was_cut_short_does_not_open(length: int):
    with pytest.raises(SealBroken):
        KEY.open(SealedText(BOX[:length]))


def test_a_box_cannot_be_moved_to_another_event_or_field():
    other_event = BOX[:17] + UUID(int=3).bytes + BOX[33:]
    other_field = BOX[:34] + b"reply" + BOX[39:]
    for moved in (other_event, other_field):
        with pytest.raises(SealBroken):
            KEY.open(SealedText(moved))


def test_a_value_of_another_type_is_not_taken_for_this_one():
    with pytest.raises(SealBroken):
        KEY.open(SealedText(BOX), tuple[str, ...])


def test_every_personal_field_of_an_event_is_sealed_and_no_other():
    sealed = seal_event(PREFERENCES, KEY, EVENT)
    fields = personal_fields(PreferencesSet).keys()
    assert fields == {"avoid_topics", "trigger_warnings", "emergency_contact"}
    for name in PreferencesSet.__struct_fields__:
        if name in fields:
            assert isinstance(getattr(sealed, name), SealedText)
        else:
            assert getattr(sealed, name) == getattr(PREFERENCES, name)
    assert open_event(sealed, KEY) == PREFERENCES


def test_what_is_sealed_or_absent_stays_so():
    chosen = InteractionSubmitted(turn=1, choice="on", at=PREFERENCES.at)
    assert not needs_sealing(chosen)
    assert seal_event(chosen, KEY, EVENT) == chosen
    assert not needs_sealing(SessionPaused(at=PREFERENCES.at))
    said = InteractionSubmitted(turn=1, words="Hello", at=PREFERENCES.at)
    assert needs_sealing(said)
    sealed = seal_event(said, KEY, EVENT)
    assert not needs_sealing(sealed)
    assert seal_event(sealed, KEY, UUID(int=5)) == sealed
