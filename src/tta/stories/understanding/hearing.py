"""Words as they are heard: folded, bounded, without what tells nothing, and alike but for a typo or so.

Owns no meaning.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from difflib import SequenceMatcher
from functools import cache, lru_cache

from tta.stories.story import catalogue
from tta.stories.understanding.contractions import APOSTROPHES, spelled_out
from tta.stories.understanding.phrases import EMPTY, SYNONYMS

CHARACTERS_MAX = 600  # Read of an utterance; whoever says more tells something and chooses nothing.
WORDS_MAX = 80
LIKE_MIN = 0.84  # Of difflib's ratio: a typo in a word of five letters or more is let through.
REMEMBERED_MAX = 20_000  # Pairs of words and texts of choices, which come again and again.

word_pattern = re.compile(r"[^\W_]+")
whole_pattern = re.compile(rf"\w+(?:[{APOSTROPHES}]\w+)*")
double_pattern = re.compile(r"(.)\1")
told_pattern = re.compile(r'"\^((?:[^"\\]|\\.)*)"')


def said_words(text: str) -> list[str]:
    """Split into folded words, without accents; "don't" and "dont" are two words, "do not"."""
    folded = unicodedata.normalize("NFKD", text[:CHARACTERS_MAX]).casefold()
    plain = "".join(each for each in folded if not unicodedata.combining(each))
    return word_pattern.findall(spelled_out(plain))[:WORDS_MAX]


def telling(words: Iterable[str]) -> tuple[str, ...]:
    """Keep the words that tell something, once each, under the one name that their synonyms share."""
    return tuple(dict.fromkeys(canonical(each) for each in words if each not in EMPTY))


@lru_cache(maxsize=REMEMBERED_MAX)
def canonical(word: str) -> str:
    """The name under which a word and its synonyms go."""
    return _synonyms_by_form().get(word) or _stem(word)


@cache
def _synonyms_by_form() -> dict[str, str]:
    """Every synonym in every form, as stems would not do: "not" has that of "note", "stars" of "stare"."""
    found = {form: name for word, name in SYNONYMS.items() for form in _forms(word)}
    return found | dict(SYNONYMS)


def _forms(word: str) -> Iterator[str]:
    if len(word) > 2:
        yield from (word + ending for ending in ("s", "es", "ed", "ing"))
        base = word[:-1] if word.endswith("e") and word[-2] != "e" else word + word[-1]
        yield from (base + ending for ending in ("ed", "ing"))


@lru_cache(maxsize=REMEMBERED_MAX)
def alike(one: str, other: str) -> bool:
    """Say whether two words are one but for a typo. Two that our stories use both are two."""
    if one == other:
        return True
    shorter = min(len(one), len(other))
    if one[0] != other[0] or (one in known_words() and other in known_words()):
        return False  # Hearth, heart; who slips seldom does so in the first letter.
    if shorter > 2 and double_pattern.sub(r"\1", one) == double_pattern.sub(r"\1", other):
        return True  # Dor, door.
    if shorter < 4 or abs(len(one) - len(other)) > 2 or len(set(one) & set(other)) < shorter - 3:
        return False  # Most pairs; the ratio is slow.
    if sorted(one) == sorted(other):
        return True  # Two letters exchanged.
    # Words of four letters have too many neighbours that are words: down, drown.
    return shorter > 4 and SequenceMatcher(None, one, other).ratio() >= LIKE_MIN


def among(word: str, others: Collection[str]) -> bool:
    """Say whether a word is one of others, but for a typo."""
    return word in others or any(alike(word, each) for each in others)


@cache
def known_words() -> frozenset[str]:
    """Every word that our stories tell, and the names under which they go."""
    # Each once before it is spelled out: our stories say everything ten times.
    told = {
        whole
        for versions in catalogue().values()
        for story in versions.values()
        for text in told_pattern.findall(story.compiled)
        for whole in whole_pattern.findall(text.casefold())
    }
    words = word_pattern.findall(spelled_out(" ".join(told)))
    return frozenset(name for word in words for name in (word, canonical(word)))


def _stem(word: str) -> str:
    """Cut off the ending of a noun's or a verb's form; what is left need be no word."""
    for ending in ("ing", "ed", "s"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3 and not word.endswith("ss"):
            if ending != "s" and stem[-1] == stem[-2] and stem[-1] not in "lsz" and len(stem) > 3:
                stem = stem[:-1]
            word = stem
            break
    return word.removesuffix("e") if len(word) > 3 else word
