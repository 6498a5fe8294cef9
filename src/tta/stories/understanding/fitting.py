"""Measures how well words fit each open choice, and which two fit equally."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from tta.stories.playing.runtime import Offer
from tta.stories.understanding.choice_words import ChoiceWords, as_told, read_choice, told_in_order
from tta.stories.understanding.hearing import among, canonical, telling
from tta.stories.understanding.leftovers import contradicts, left_over
from tta.stories.understanding.phrases import DIRECTIONS, VAGUE, WEAK

UNMATCHED_WEAK_WEIGHT = 0.1  # "Take the pen" and "look at the pen" are both about the pen.
WEAK_WEIGHT = (
    0.35  # The weight of a verb that any choice may contain, because it hardly distinguishes choices.
)
VERBATIM_MIN = 4  # This many consecutive words of a choice name it, even if each of them says little.


class ChoiceFit(NamedTuple):
    """How well words fit a choice, from 0 to 1, and which of them it accounts for."""

    score: float
    choice: str
    left: tuple[str, ...] = ()
    """The words that the choice does not account for. If there are any, the player is asked."""
    named: bool = False
    """The words fit only this choice, and enough of it."""


def fits(said: Sequence[str], offers: Sequence[Offer]) -> list[ChoiceFit]:
    """Return every choice with its fit, the best first."""
    choices = [read_choice(offer) for offer in offers]
    heard = telling(said)
    found = []
    for offer, choice in zip(offers, choices, strict=True):
        own = {*choice.text, *choice.named}
        matched = {word for word in heard if among(word, own)}
        left = left_over(said, choice)
        # "Not the gate" contains every word of "the gate".
        denied = contradicts(said, choice)
        score = 0.0 if denied else _score(telling(left), heard, matched, choice, choices)
        found.append(ChoiceFit(score, offer.id, left, _names(said, matched, choice, choices)))
    return sorted(found, key=lambda fit: -fit.score)


def _names(
    said: Sequence[str], matched: set[str], choice: ChoiceWords, choices: Sequence[ChoiceWords]
) -> bool:
    """Return whether a word distinguishes this choice from all others, or the words begin one of its
    parts.
    """
    if any(word not in _vague() | choice.parts and _weight(word, choices) == 1.0 for word in matched):
        return True
    told = told_in_order(said)
    begun = [each for each in choices if any(part[: len(told)] == told for part in each.clauses)]
    if len(said) >= VERBATIM_MIN and f" {' '.join(said)} " in f" {choice.plain} ":
        return True
    if begun != [choice] or not told:
        return False
    if (_vague() | WEAK).issuperset(told):
        return _begins(as_told(said), choice, whole=len(told) == 1)
    return len(told) > 1 or told in choice.clauses


def _begins(said: Sequence[str], choice: ChoiceWords, *, whole: bool) -> bool:
    """Return whether a part of a choice begins with the words. A single word must be its first part."""
    lines = choice.lines[:1] if len(said) == 1 else choice.lines
    return any(line == said or (line[: len(said)] == said and not whole) for line in lines)


def _score(
    left: Sequence[str],
    heard: Sequence[str],
    matched: set[str],
    choice: ChoiceWords,
    choices: Sequence[ChoiceWords],
) -> float:
    if not matched:
        return 0.0
    weights = {word: _weight(word, choices) for word in {*choice.text, *choice.named}}
    matched_weight = sum(WEAK_WEIGHT if word in WEAK else 1.0 for word in matched)
    missed_weight = sum(_missed(word, left) for word in heard if word not in matched)
    understood = matched_weight / (matched_weight + missed_weight)
    # The id is a short name of the choice, so its words are enough.
    recalled = max(_recalled(own, weights, matched) for own in (choice.text, choice.named))
    # Words that several choices share distinguish none of them.
    telling_apart = max((_weight(word, choices) for word in matched), default=0.0)
    if telling_apart <= WEAK_WEIGHT:
        return 0.45 * understood
    return min(1.0, (understood + recalled) / 2 + 0.15 * (understood == 1.0)) * (0.6 + 0.4 * telling_apart)


def _missed(word: str, left: Sequence[str]) -> float:
    if word in WEAK:
        return UNMATCHED_WEAK_WEIGHT
    return 1.0 if word in left else WEAK_WEIGHT * (word in DIRECTIONS)


def _recalled(own: Sequence[str], weights: dict[str, float], matched: set[str]) -> float:
    total = sum(weights[word] for word in own)
    return sum(weights[word] for word in own if among(word, matched)) / total if total else 0.0


def _weight(word: str, choices: Sequence[ChoiceWords]) -> float:
    holding = sum(among(word, (*each.text, *each.named)) for each in choices)
    return (WEAK_WEIGHT if word in WEAK else 1.0) / max(1, holding)


@cache
def _vague() -> frozenset[str]:
    return frozenset(map(canonical, VAGUE))
