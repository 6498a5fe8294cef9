"""A number takes the choice that it counts, and is asked about where it is doubted."""

import pytest

from tests.support.stories.told_places import place
from tta.stories.understanding.meaning import Meaning, meaning_of

OFFERS, CHARACTERS = place("clearing", "clearing")
FIRST, SECOND = (offer.id for offer in OFFERS[:2])


@pytest.mark.parametrize(
    "words", ["2", "2.", "2!", "(2)", "#2", "number 2", "option-2", "the second, please"]
)
def test_a_plain_number_takes_its_choice(words: str):
    assert meaning_of(words, OFFERS, CHARACTERS) == Meaning("choice", SECOND)


@pytest.mark.parametrize(
    "words",
    [
        "no 1",
        "No. 1",
        "no, 1",
        "-1",
        "\u22121",
        "\u20131",
        "--1",
        "- 1",
        "+1",
        "1?",
        "1 ?",
        "\uff11\uff1f",
        "the first?",
    ],
)
def test_a_doubted_number_is_asked_about(words: str):
    assert meaning_of(words, OFFERS, CHARACTERS) == Meaning("unsure", between=(FIRST,))


@pytest.mark.parametrize("words", ["not 1", "don't 1", "never 1", "minus 1", "negative one", "all but 1"])
def test_a_denied_number_takes_nothing(words: str):
    assert meaning_of(words, OFFERS, CHARACTERS).kind == "unsure"
