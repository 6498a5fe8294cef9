"""What a choice does not account for in the words said: it is taken only where nothing is left over.

Owns the rule, not the words: those are in `phrases`.
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
"""One goes to a bench to sit on it; one may also follow, move or run from things."""


def left_over(said: Sequence[str], choice: ChoiceWords) -> tuple[str, ...]:
    """Give the words said that tell something for which a choice does not account.

    Manner and courtesy may be left over; so may a going to it, any going, taking or looking where the choice
    names no other act, saying where it is something said, and "up" or "along" where it names no direction.
    """
    excused = set() if choice.acts - HARDLY_ACTS else set(HARDLY_ACTS)
    if choice.spoken:
        excused.add("talk")
    silent = EMPTY | MANNER | NEGATIONS | GOING
    ways = frozenset() if choice.directed else DIRECTIONS
    if not ADDRESSED.isdisjoint(choice.words):
        silent |= {"me"}  # "People close to you" are close to me.
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
    """Say whether words deny or except what a choice does not, or hold what it denies."""
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
    """Each negation, within its neighbours, with the next word that tells something."""
    for at, word in enumerate(words):
        if word in NEGATIONS:
            around = words[at : at + 2] if at + 1 < len(words) else words[max(at - 1, 0) :]
            yield f" {' '.join(around)} ", _next_telling(words[at + 1 :])


def _turned(words: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Each word that turns away from something, and from what."""
    return ((word, _next_telling(words[at + 1 :])) for at, word in enumerate(words) if word in TURNING)


def _asserted(choice: ChoiceWords, denied: Iterable[tuple[str, str]]) -> list[str]:
    """What stands in a choice without being denied."""
    told = [canonical(word) for word in choice.words]
    for _, what in denied:
        if what in told:
            told.remove(what)
    return told


def _next_telling(words: Sequence[str]) -> str:
    passed = EMPTY | MANNER | NEGATIONS
    return next((canonical(word) for word in words if word not in passed), "")
