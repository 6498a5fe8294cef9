"""A choice's own words, read once: what it says, what it does, which way it leads. Compares nothing."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from tta.stories.playing.runtime import Offer
from tta.stories.understanding.hearing import REMEMBERED_MAX, canonical, said_words, telling
from tta.stories.understanding.phrases import BEGINNINGS, DIRECTIONS, EMPTY, MANNER, NEGATIONS, words_of

SPEECH = ("'", '"', "“", "‘", "«")
HARDLY_ACTS = frozenset({"go", "take", "look"})
"""Going to a thing, taking it and looking at it are hardly acts of their own."""
BESIDE = MANNER | words_of(
    "i we you it is am are that this a an the to will would like want us me please just really can could"
)
compound_pattern = re.compile(r"(\w+)-(?=\w)")
clause_pattern = re.compile(r"[.,:;!?()]|\band\b|\bthen\b")


class ChoiceWords(NamedTuple):
    """A choice's own words; all but the plain ones under the names that synonyms share."""

    plain: str
    plain_id: str
    words: tuple[str, ...]
    """Of its text and its id, as they are."""
    text: tuple[str, ...]
    named: tuple[str, ...]
    own: frozenset[str]
    """What its words are called, of those that tell something and those that do not."""
    acts: frozenset[str]
    """What it does, going, taking and looking among it."""
    clauses: tuple[tuple[str, ...], ...]
    """What each part of it tells, in order."""
    lines: tuple[tuple[str, ...], ...]
    """Each part as it is told, courtesy aside."""
    parts: frozenset[str]
    """What is but the beginning of a compound: the sea of sea-glass."""
    directed: bool
    spoken: bool
    """It is something said."""
    asks: bool


@lru_cache(maxsize=REMEMBERED_MAX)
def read_choice(offer: Offer) -> ChoiceWords:
    words, named = said_words(offer.text), said_words(offer.id)
    own = frozenset(canonical(word) for word in (*words, *named))
    clauses = [said_words(clause) for clause in clause_pattern.split(offer.text)]
    return ChoiceWords(
        plain=" ".join(words),
        plain_id=" ".join(named),
        words=(*words, *named),
        text=telling(words) or tuple(words),
        named=telling(named) or tuple(named),
        own=own,
        acts=frozenset(canonical(word) for each in clauses for word in each[:1] if word in BEGINNINGS),
        clauses=tuple(told for each in clauses if (told := told_in_order(each))),
        lines=tuple(map(as_told, clauses)),
        parts=frozenset(map(canonical, said_words(" ".join(compound_pattern.findall(offer.text))))),
        directed=not DIRECTIONS.isdisjoint(words),
        spoken=offer.text.startswith(SPEECH),
        asks="?" in offer.text or "ask" in words,
    )


def told_in_order(words: Sequence[str]) -> tuple[str, ...]:
    """Give what words tell, manner aside, with one name for every negation."""
    told = (word for word in words if word not in EMPTY and word not in MANNER)
    return tuple("not" if word in NEGATIONS else canonical(word) for word in told)


def as_told(words: Sequence[str]) -> tuple[str, ...]:
    """Give words as they are, but for courtesy and who wishes."""
    return tuple(word for word in words if word not in BESIDE)
