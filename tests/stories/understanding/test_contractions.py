"""A contraction means what it does spelled out, and 's what its word does without."""

import pytest

from tests.support.stories.told_places import where
from tta.stories.understanding.contractions import spelled_out
from tta.stories.understanding.meaning import Meaning, meaning_of

SEEN = '"They will see at once that I am no good at this."'


@pytest.mark.parametrize(
    ("contracted", "told"),
    [
        ("i'm here, and you’re not", "i am here, and you are not"),
        ("don't, dont, can't, cannot", "do not, do not, can not, can not"),
        ("won't they've i'd she'll", "will not they have i would she will"),
        ("it's what's left", "it is what is left"),
        ("the keeper's lamp, my mind's away", "the keeper lamp, my mind away"),
        ("ill, its, well, were, hers", "ill, its, well, were, hers"),
        ("five o'clock", "five oclock"),
    ],
)
def test_contractions_are_spelled_out(contracted: str, told: str):
    assert spelled_out(contracted) == told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("My mind's wandered", "my mind wandered"),
        ("My mind's wandered", "My mind has wandered"),
        ("My mind's wandered", "my minds wandered"),
        (SEEN, "they'll see at once that I'm no good at this"),
        (SEEN, "that im no good at this"),
        ("KNOWS WHAT THEY'RE THINKING.", "knows what they are thinking"),
        ("KNOWS WHAT THEY'RE THINKING.", "knows what theyre thinking"),
        ("I can't make it out", "I cannot make it out"),
        ("It is something that is still to come", "it's something that's still to come"),
        ("'I don't really know how I am'", "I do not really know how I am"),
    ],
)
def test_a_choice_is_meant_however_its_words_are_contracted(text: str, words: str):
    _, _, offers, characters = where(text)
    choice = next(each.id for each in offers if each.text == text)
    assert meaning_of(words, offers, characters) == Meaning("choice", choice)
