"""The words of a choice, analysed once: what it says, what it does, and which way it leads."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from tta.stories.playing.runtime import Offer
from tta.stories.understanding.hearing import REMEMBERED_MAX, canonical, said_words, telling
from tta.stories.understanding.phrases import BEGINNINGS, DIRECTIONS, EMPTY, MANNER, NEGATIONS, words_of

SPEECH = ("'", '"', "“", "‘", "«")
HARDLY_ACTS = frozenset({"go", "take", "look"})
"""Going to a thing, taking it and looking at it hardly count as acts."""
BESIDE = MANNER | words_of(
    "i we you it is am are that this a an the to will would like want us me please just really can could"
)
compound_pattern = re.compile(r"(\w+)-(?=\w)")
clause_pattern = re.compile(r"[.,:;!?()]|\band\b|\bthen\b")


class ChoiceWords(NamedTuple):
    """The words of a choice. All but the plain ones are replaced by the shared names of synonyms."""

    plain: str
    plain_id: str
    words: tuple[str, ...]
    """The words of its text and its id, unchanged."""
    text: tuple[str, ...]
    named: tuple[str, ...]
    own: frozenset[str]
    """The shared names of all its words, meaningful or not."""
    acts: frozenset[str]
    """Its acts, including going, taking and looking."""
    clauses: tuple[tuple[str, ...], ...]
    """The meaningful words of each part, in order."""
    lines: tuple[tuple[str, ...], ...]
    """The words of each part without courtesy."""
    parts: frozenset[str]
    """Words that only begin a compound: the sea of sea-glass."""
    directed: bool
    spoken: bool
    """Whether the choice is something said."""
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
    """Return the meaningful words without manner, with one name for every negation."""
    told = (word for word in words if word not in EMPTY and word not in MANNER)
    return tuple("not" if word in NEGATIONS else canonical(word) for word in told)


def as_told(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words without courtesy and without phrases of wishing."""
    return tuple(word for word in words if word not in BESIDE)
