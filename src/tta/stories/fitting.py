"""How well words fit each of the choices that are open, and which two fit alike. Executes nothing."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from tta.stories.hearing import REMEMBERED_MAX, alike, said_words, telling
from tta.stories.phrases import NEGATIONS, WEAK
from tta.stories.playing import Offer

UNMATCHED_WEAK_WEIGHT = 0.1  # "Take the pen" and "look at the pen" are both about the pen.
WEAK_WEIGHT = 0.35  # Of a verb that any choice might hold: it says how, hardly which.


class Fit(NamedTuple):
    """How well words fit a choice, 0 to 1, and which of the words said it does not account for."""

    score: float
    choice: str
    unmatched: tuple[str, ...]


class Choice(NamedTuple):
    """A choice's own words, read once."""

    plain: str
    plain_id: str
    text: tuple[str, ...]
    named: tuple[str, ...]
    negated: bool
    asks: bool


@lru_cache(maxsize=REMEMBERED_MAX)
def read_choice(offer: Offer) -> Choice:
    words, named = said_words(offer.text), said_words(offer.id)
    return Choice(
        " ".join(words),
        " ".join(named),
        telling(words) or tuple(words),
        telling(named) or tuple(named),
        not NEGATIONS.isdisjoint(words),
        "?" in offer.text or "ask" in words,
    )


def fits(said: Sequence[str], offers: Sequence[Offer]) -> list[Fit]:
    """Every choice with how well the words fit it, best first."""
    choices = [read_choice(offer) for offer in offers]
    heard = telling(said)
    negated = not NEGATIONS.isdisjoint(said)
    found = []
    for offer, choice in zip(offers, choices, strict=True):
        own = {*choice.text, *choice.named}
        matched = {word for word in heard if _among(word, own)}
        unmatched = tuple(word for word in heard if word not in matched)
        score = _score(heard, matched, choice, choices)
        if negated and not choice.negated:
            score = 0.0  # "Not the gate" holds every word of the gate.
        elif choice.negated and not negated:
            score *= 0.9
        found.append(Fit(score, offer.id, unmatched))
    return sorted(found, key=lambda fit: -fit.score)


def _score(heard: Sequence[str], matched: set[str], choice: Choice, choices: Sequence[Choice]) -> float:
    if not matched:
        return 0.0
    weights = {word: _weight(word, choices) for word in {*choice.text, *choice.named}}
    matched_weight = sum(WEAK_WEIGHT if word in WEAK else 1.0 for word in matched)
    missed_weight = sum(
        UNMATCHED_WEAK_WEIGHT if word in WEAK else 1.0 for word in heard if word not in matched
    )
    understood = matched_weight / (matched_weight + missed_weight)
    # The id is the choice's name in short: who says all of that has said enough.
    recalled = max(_recalled(own, weights, matched) for own in (choice.text, choice.named))
    # Words that several choices share tell none of them apart.
    telling_apart = max((_weight(word, choices) for word in matched), default=0.0)
    if telling_apart <= WEAK_WEIGHT:
        return 0.45 * understood
    return min(1.0, (understood + recalled) / 2 + 0.15 * (understood == 1.0)) * (0.6 + 0.4 * telling_apart)


def _recalled(own: Sequence[str], weights: dict[str, float], matched: set[str]) -> float:
    total = sum(weights[word] for word in own)
    return sum(weights[word] for word in own if _among(word, matched)) / total if total else 0.0


def _weight(word: str, choices: Sequence[Choice]) -> float:
    holding = sum(_among(word, (*each.text, *each.named)) for each in choices)
    return (WEAK_WEIGHT if word in WEAK else 1.0) / max(1, holding)


def _among(word: str, others: Sequence[str] | set[str]) -> bool:
    return word in others or any(alike(word, each) for each in others)
