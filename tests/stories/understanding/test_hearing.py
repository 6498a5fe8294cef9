"""Only a limited part of an utterance is read, because no deadline ends a process that only computes."""

import pytest

from tta.stories.understanding.hearing import CHARACTERS_MAX, WORDS_MAX, said_words


@pytest.mark.parametrize("letter", ["x", "é", "\ufdfa", "ß"], ids=["plain", "accent", "eighteen", "two"])
def test_a_long_word_is_read_to_its_bound(letter: str):
    assert sum(map(len, said_words(letter * 48_000))) == sum(map(len, said_words(letter * CHARACTERS_MAX)))


def test_so_many_words_are_read_and_no_more():
    assert len(said_words("a " * 48_000)) == WORDS_MAX
