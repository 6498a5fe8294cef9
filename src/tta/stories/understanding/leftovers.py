"""Finds the words that a choice does not account for: it is taken only if none is left over.

This module has the rule; `phrases` has the words.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from tta.stories.understanding.choice_words import HARDLY_ACTS, ChoiceWords
from tta.stories.understanding.hearing import among, canonical
from tta.stories.understanding.phrases import (
    COURTEOUS,
    DIRECTIONS,
    EMPTY,
    EXCEPTIONS,
    MANNER,
    NEGATIONS,
    TURNED_AWAY,
    TURNING,
    WEAK,
)

ADDRESSED = frozenset({"you", "yourself"})
GOING = frozenset({"go", "goes", "going", "walk", "walking", "head", "heading", "stroll", "hurry"})
"""Going to a bench implies sitting on it; but one may also follow, move or run from things."""


def left_over(said: Sequence[str], choice: ChoiceWords) -> tuple[str, ...]:
    """Return the meaningful words for which a choice does not account.

    These may be left over: manner and courtesy; going to it; going, taking or looking if the choice names no
    other act; saying if the choice is something said; and "up" or "along" if it names no direction.
    """
    excused = set() if choice.acts - HARDLY_ACTS else set(HARDLY_ACTS)
    if choice.spoken:
        excused.add("talk")
    silent = EMPTY | MANNER | NEGATIONS | GOING
    ways = frozenset() if choice.directed else DIRECTIONS
    if not ADDRESSED.isdisjoint(choice.words):
        silent |= {"me"}  # The choice's "people close to you" are "close to me" in the player's words.
    left = []
    for at, word in enumerate(said):
        pairs = {tuple(said[at : at + 2]), tuple(said[max(at - 1, 0) : at + 1])}
        leads = word in ways and at + 1 < len(said)  # "Up the stairs", but "calm down".
        courteous = leads or word in silent or not COURTEOUS.isdisjoint(pairs)
        named = canonical(word)
        if not (courteous or named in excused or among(named, choice.own) or among(word, choice.own)):
            left.append(word)
    return tuple(left)


def contradicts(said: Sequence[str], choice: ChoiceWords) -> bool:
    """Return whether words deny or except something that the choice does not, or contain what it denies."""
    if any(word in EXCEPTIONS and word not in choice.words for word in said):
        return True
    if any(each not in set(_turned(choice.words)) for each in _turned(said)):
        return True
    if TURNED_AWAY.intersection(pairwise(said)) - set(pairwise(choice.words)):
        return True
    theirs, ours = list(_denied(said)), list(_denied(choice.words))
    if len(theirs) > len(ours):
        return True  # "Never 'not yet'" denies what the choice says.
    if any(
        what not in {own for _, own in ours} if what else around not in f" {choice.plain} "
        for around, what in theirs
    ):
        return True
    held = {canonical(word) for word in said} - {what for _, what in theirs} - WEAK
    return any(what in held and what not in _asserted(choice, ours) for _, what in ours)


def _denied(words: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Return each negation with its neighbours and the next meaningful word."""
    for at, word in enumerate(words):
        if word in NEGATIONS:
            around = words[at : at + 2] if at + 1 < len(words) else words[max(at - 1, 0) :]
            yield f" {' '.join(around)} ", _next_telling(words[at + 1 :])


def _turned(words: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Return each word that turns away from something, and from what."""
    return ((word, _next_telling(words[at + 1 :])) for at, word in enumerate(words) if word in TURNING)


def _asserted(choice: ChoiceWords, denied: Iterable[tuple[str, str]]) -> list[str]:
    """Return the words of a choice that it does not deny."""
    told = [canonical(word) for word in choice.words]
    for _, what in denied:
        if what in told:
            told.remove(what)
    return told


def _next_telling(words: Sequence[str]) -> str:
    passed = EMPTY | MANNER | NEGATIONS
    return next((canonical(word) for word in words if word not in passed), "")
