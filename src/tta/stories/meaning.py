"""What a player's own words mean among the choices that are open, without a language model.

It never guesses silently: where two choices fit alike, or none fits well, it says that it is unsure.
"""

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal, NamedTuple

from tta.stories.playing import Offer

LOOK = {"look", "look around", "where am i", "again", "repeat"}
HELP = {"help", "what can i do", "commands", "options", "how do i play"}
LIKE_MIN = 0.84  # Of difflib's ratio: a typo in a word of five letters or more is let through.
SHARE_MIN = 0.5  # Of a choice's telling words that must come.
LEAD_MIN = 0.2  # By which the best choice must be ahead of the next.
EMPTY = frozenset(
    """
    a an and are at be by do for from go he her his i in into is it its let me my of on one or out she so take
    that the their them then there they this to up want was we what will with you your
    """.split()  # noqa: SIM905 - Read as a list of words, not of strings.
)

word_pattern = re.compile(r"[^\W_]+")


class Meaning(NamedTuple):
    """What was meant; `choice` is the id where it is one."""

    kind: Literal["choice", "look", "help", "gone", "unsure"]
    choice: str = ""


def meaning_of(words: str, offers: Sequence[Offer]) -> Meaning:
    """Find out what words mean among the choices that are open."""
    said = _words(words)
    plain = " ".join(said)
    if plain in LOOK:
        return Meaning("look")
    if plain in HELP:
        return Meaning("help")
    if plain.isdecimal() and 1 <= int(plain) <= len(offers):
        return Meaning("choice", offers[int(plain) - 1].id)
    for offer in offers:
        if plain in {" ".join(_words(offer.text)), " ".join(_words(offer.id))}:
            return Meaning("choice", offer.id)
    ranked = sorted(((_fit(said, offer), index) for index, offer in enumerate(offers)), reverse=True)
    if ranked and ranked[0][0] >= SHARE_MIN:
        lead = ranked[0][0] - (ranked[1][0] if len(ranked) > 1 else 0)
        if lead >= LEAD_MIN:
            return Meaning("choice", offers[ranked[0][1]].id)
    return Meaning("unsure")


def _fit(said: Sequence[str], offer: Offer) -> float:
    """The share of a choice's telling words that were said, or nearly so."""
    telling = {word for word in (*_words(offer.text), *_words(offer.id)) if word not in EMPTY}
    heard = {word for word in said if word not in EMPTY}
    if not telling or not heard:
        return 0.0
    found = sum(any(_alike(word, each) for each in heard) for word in telling)
    # Whoever says little may say just the word that counts; whoever says much else means something else.
    meant = sum(any(_alike(word, each) for word in telling) for each in heard)
    return (found / len(telling) + meant / len(heard)) / 2


@lru_cache(maxsize=10_000)
def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    shorter = min(len(one), len(other))
    if shorter < 4 or abs(len(one) - len(other)) > 2 or len(set(one) & set(other)) < shorter - 3:
        return False  # Most pairs; the ratio is slow.
    return SequenceMatcher(None, one, other).ratio() >= LIKE_MIN


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return word_pattern.findall("".join(each for each in folded if not unicodedata.combining(each)))
