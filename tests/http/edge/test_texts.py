"""Texts are bounded, normalised, and the same text is the same payload however it is composed."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.http.api_examples import NEW_PLAYER, PREFERENCES, Api, Caller, problem
from tta.domain import player, turns
from tta.domain.vocabulary import Role
from tta.domain.words import WordsTooLong
from tta.http.edge.texts import JOINER, NON_STARTERS_MAX, clean_text, composed

ORDERED_LAST = "a" + "\u0301\u0323" * 4_000
"""Marks that have to be put in order, the more the longer it takes."""
SPELLINGS = ("Caf\u00e9 \u1ec7", "Cafe\u0301 \u1ec7", "Cafe\u0301 e\u0323\u0302", "Caf\u00e9 e\u0302\u0323")


def cleaned(text: str) -> str:
    return clean_text(text, 10_000)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_no_line_end_makes_words_grow_together(end: str):
    assert cleaned(f"I am{end}well{end}{end}") == "I am\nwell\n\n"


@pytest.mark.parametrize("space", ["\u00a0", "\u2003", "\u2009", "\u202f", "\u205f"])
def test_every_space_is_one_that_people_type(space: str):
    assert cleaned(f"I{space}am{space}well") == "I am well"


@pytest.mark.parametrize(
    "unseen", ["\u200b", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u2066", "\u200f", "\x00"]
)
def test_what_nobody_sees_is_no_part_of_a_word(unseen: str):
    assert cleaned(f"he{unseen}lp me{unseen}") == "help me"


@given(st.text(st.characters(categories=["Cc", "Cf", "Zs", "Zl", "Zp", "Ll"])))
def test_what_was_cleaned_stays_as_it_is(text: str):
    assert cleaned(cleaned(text)) == cleaned(text)


def test_cleaning_keeps_what_people_write():
    for text in ("Grüße", "मैं ठीक हूँ", "أنا بخير", "👩‍👩‍👧 – “quoted”", "a\nb\tc"):
        assert cleaned(text) == text


@given(st.text(st.characters(categories=["Mn", "Cf", "Ll", "Lo"]), max_size=200))
def test_what_was_cleaned_is_composed(text: str):
    assert unicodedata.is_normalized("NFC", cleaned(text))
    assert cleaned(cleaned(text)) == cleaned(text)


@given(st.text(st.characters(categories=["Mn", "Lu", "Lo", "Po"]), max_size=40))
def test_a_text_that_somebody_could_write_is_composed_as_unicode_has_it(text: str):
    if composed(text).count(JOINER) == text.count(JOINER):
        assert composed(text) == unicodedata.normalize("NFC", text)


def test_an_accent_behind_something_unseen_joins_its_letter():
    assert cleaned("cafe\u200b\u0301") == "caf\u00e9"


@pytest.mark.parametrize("marks", [NON_STARTERS_MAX - 1, NON_STARTERS_MAX])
def test_as_many_marks_as_a_letter_may_have_stay_together(marks: int):
    text = "x" + ("\u0301\u0323" * marks)[:marks]
    assert composed(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    "text",
    [ORDERED_LAST, "\u0301\u0323" * 4_000, "a" + "\u0301" * 4_000 + "\u0323" * 4_000, "\U0001d160" * 8_000],
)
def test_work_grows_with_the_length_and_not_with_its_square(text: str):
    """Compared with a text that is as long and needs no order, so that no machine is too slow for it."""

    def took(each: str) -> float:
        began = time.thread_time()
        for _ in range(5):
            composed(each)
        return time.thread_time() - began

    took("e\u0301" * 4_000)
    assert took(text) < 20 * took("e\u0301" * 4_000)


def test_length_is_asked_of_what_was_sent():
    with pytest.raises(WordsTooLong, match="at most 10 characters, got 12"):
        clean_text("e\u0301" * 6, 10)


async def test_what_is_too_long_as_it_was_sent_is_refused(api: Api):
    caller, path = await api.session()
    own = f"/v1/players/{caller.player_id}"
    admin = api.caller(Role.ADMIN)
    for text in ("x", "e\u0301"):
        for refused in (
            await caller.post(f"{path}/interactions", {"text": text * (turns.WORDS_MAX // len(text) + 1)}),
            await admin.post(
                "/v1/players", {**NEW_PLAYER, "name": text * (player.NAME_MAX // len(text) + 1)}
            ),
            await caller.put(
                f"{own}/preferences",
                {**PREFERENCES, "avoid_topics": [text * (player.TOPIC_MAX // len(text) + 1)]},
                If_Match="*",
            ),
        ):
            problem(refused, 422, "words-too-long")


async def test_a_filter_that_is_too_long_is_not_normalised(api: Api):
    caller = await api.player()
    for text in ("e\u0301" * 33, "a" + "%CC%81%CC%A3" * 2_000):
        refused = await caller.get(f"/v1/stories?world={text}")
        assert problem(refused, 422, "invalid-request")["errors"][0]["pointer"] == "/world"


async def says(caller: Caller, path: str, text: str) -> tuple[int, str]:
    said = await caller.post(f"{path}/interactions", {"text": text}, key="k")
    return said.status_code, said.headers.get("Idempotency-Replayed", "")


@pytest.mark.parametrize("first", SPELLINGS)
async def test_a_text_composed_otherwise_is_the_same_payload(api: Api, first: str):
    """A client that retries after an update, or on another system, may spell an accent in another way."""
    caller, path = await api.session()
    assert await says(caller, path, first) == (200, "")
    for again in SPELLINGS:
        assert await says(caller, path, again) == (200, "true")
    assert (await says(caller, path, "Cafe"))[0] == 422
    admin = api.caller(Role.ADMIN)
    ids = {
        (await admin.post("/v1/players", {**NEW_PLAYER, "name": each}, key="k")).json()["id"]
        for each in SPELLINGS
    }
    assert len(ids) == 1
