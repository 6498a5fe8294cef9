"""Prepares words for comparison: folded, limited in length, without meaningless words, tolerant of typos."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from difflib import SequenceMatcher
from functools import cache, lru_cache

from tta.stories.story import catalogue
from tta.stories.understanding.contractions import APOSTROPHES, spelled_out
from tta.stories.understanding.phrases import EMPTY, SYNONYMS

CHARACTERS_MAX = 600  # Read of an utterance. A longer one tells something and takes no choice.
WORDS_MAX = 80
LIKE_MIN = 0.84  # Of difflib's ratio: a typo in a word of five or more letters is accepted.
REMEMBERED_MAX = 20_000  # Pairs of words and of choices' texts, which recur often.

word_pattern = re.compile(r"[^\W_]+")
whole_pattern = re.compile(rf"\w+(?:[{APOSTROPHES}]\w+)*")
double_pattern = re.compile(r"(.)\1")
told_pattern = re.compile(r'"\^((?:[^"\\]|\\.)*)"')


def said_words(text: str) -> list[str]:
    """Split into folded words without accents. "don't" and "dont" become two words, "do not"."""
    folded = unicodedata.normalize("NFKD", text[:CHARACTERS_MAX]).casefold()
    plain = "".join(each for each in folded if not unicodedata.combining(each))
    return word_pattern.findall(spelled_out(plain))[:WORDS_MAX]


def telling(words: Iterable[str]) -> tuple[str, ...]:
    """Return the meaningful words, once each, under the shared name of their synonyms."""
    return tuple(dict.fromkeys(canonical(each) for each in words if each not in EMPTY))


@lru_cache(maxsize=REMEMBERED_MAX)
def canonical(word: str) -> str:
    """Return the shared name of a word and its synonyms."""
    return _synonyms_by_form().get(word) or _stem(word)


@cache
def _synonyms_by_form() -> dict[str, str]:
    """Return every form of every synonym. Stems are not enough: "not" and "note", "stars" and "stare"
    collide.
    """
    found = {form: name for word, name in SYNONYMS.items() for form in _forms(word)}
    return found | dict(SYNONYMS)


def _forms(word: str) -> Iterator[str]:
    if len(word) > 2:
        yield from (word + ending for ending in ("s", "es", "ed", "ing"))
        base = word[:-1] if word.endswith("e") and word[-2] != "e" else word + word[-1]
        yield from (base + ending for ending in ("ed", "ing"))


@lru_cache(maxsize=REMEMBERED_MAX)
def alike(one: str, other: str) -> bool:
    """Return whether two words are equal except for a typo. Two words that our stories use are different."""
    if one == other:
        return True
    shorter = min(len(one), len(other))
    if one[0] != other[0] or (one in known_words() and other in known_words()):
        return False  # Hearth, heart. A typo is seldom in the first letter.
    if shorter > 2 and double_pattern.sub(r"\1", one) == double_pattern.sub(r"\1", other):
        return True  # Dor, door.
    if shorter < 4 or abs(len(one) - len(other)) > 2 or len(set(one) & set(other)) < shorter - 3:
        return False  # This excludes most pairs, because the ratio is slow.
    if sorted(one) == sorted(other):
        return True  # Two exchanged letters.
    # Words of four letters are too similar to other words: down, drown.
    return shorter > 4 and SequenceMatcher(None, one, other).ratio() >= LIKE_MIN


def among(word: str, others: Collection[str]) -> bool:
    """Return whether a word is among others, except for a typo."""
    return word in others or any(alike(word, each) for each in others)


@cache
def known_words() -> frozenset[str]:
    """Return every word of our stories, and their shared names."""
    # Collect each word once before it is spelled out: our stories use every word about ten times.
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
    """Cut off the ending of a noun's or verb's form. The rest need not be a word."""
    for ending in ("ing", "ed", "s"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3 and not word.endswith("ss"):
            if ending != "s" and stem[-1] == stem[-2] and stem[-1] not in "lsz" and len(stem) > 3:
                stem = stem[:-1]
            word = stem
            break
    return word.removesuffix("e") if len(word) > 3 else word
