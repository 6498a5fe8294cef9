"""Decides what a player's own words mean among the open choices, without a language model.

It never guesses silently: a choice is taken only if it accounts for every meaningful word. If two fit
equally, or a word is left over, the result is `unsure`. Talk about oneself comes before any choice. A command
counts only if nothing else was said: "help me, I want to die" is not a request for instructions.
"""

import re
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, get_args

from tta.domain.passages import NOTHING_ASKED, PassageQuestion
from tta.stories.playing.runtime import Offer
from tta.stories.understanding import phrases
from tta.stories.understanding.choice_words import HARDLY_ACTS, ChoiceWords, read_choice, told_in_order
from tta.stories.understanding.fitting import ChoiceFit, fits
from tta.stories.understanding.hearing import alike, canonical, said_words, telling
from tta.stories.understanding.own_life import LONG, NearestChoice, speaks_of_self, tells_of_self

FIT_MIN = 0.5  # Below this, the player is asked about a choice.
NEAR_MIN = 0.25  # From this value on, a choice is worth asking about.
LEAD_MIN = 0.15  # The lead that the best choice needs over the next.
ASKED_MIN = 3  # This many of a choice's words may end in a question mark, as the choice may.
COURTESIES_MAX = 4  # Around a command: "could you please pause now, thanks".

doubt_pattern = re.compile(r"[?\uff1f\u061f\u00bf]|(?<!\w)[-+~\u00ac\u2010-\u2015\u2212\ufe63\uff0d]\s*\w")
"""A question mark, or a sign before the words: "-1" is ambiguous."""


Kind = Literal[
    "choice", "look", "help", "status", "pause", "quit", "character", "action", "self", "gone", "unsure"
]
"""The possible meanings. `gone` is a choice by an id that is not open."""
KINDS: tuple[Kind, ...] = get_args(Kind)


class Meaning(NamedTuple):
    """A meaning: `choice` is the id of a choice, `character` the one to whom the player speaks."""

    kind: Kind
    choice: str = ""
    character: str = ""
    between: tuple[str, ...] = ()
    """The closest choices, at most two, if the meaning is unsure."""
    confirmed: bool = False
    """A `quit` that was confirmed."""
    by_id: bool = False
    """The choice was sent by its id, not in words."""


COMMANDS: tuple[tuple[Kind, frozenset[str]], ...] = (
    ("look", phrases.LOOK),
    ("help", phrases.HELP),
    ("status", phrases.STATUS),
    ("pause", phrases.PAUSE),
    ("quit", phrases.QUIT),
)


def meaning_of(
    words: str,
    offers: Sequence[Offer],
    characters: Sequence[str] = (),
    *,
    asked: PassageQuestion = NOTHING_ASKED,
    in_exercise: Callable[[], bool] = lambda: False,
) -> Meaning:
    """Decide what words mean among the open choices and the story's characters. Never raises.

    `in_exercise` returns whether an exercise is under way; "stop" then refers to it.
    """
    said = said_words(words)
    plain = " ".join(said)
    if not said:
        return Meaning("help" if set(words.strip()) == {"?"} else "unsure")
    texts = [offer.id for offer in offers if read_choice(offer).plain == plain]
    if texts:
        return Meaning("choice", texts[0]) if len(texts) == 1 else _unsure(texts)
    if asked.to_quit and (plain in phrases.YES or plain in phrases.QUIT or _stops(plain)):
        return Meaning("quit", confirmed=True)
    command = _command(plain, offers, in_exercise)
    if command is not None:
        return Meaning(command)
    asked_for = _without_courtesy(plain)
    for offer in offers:
        if not {read_choice(offer).plain_id, offer.id.casefold()}.isdisjoint(asked_for):
            return Meaning("choice", offer.id)
    between = [each for each in asked.between if each in {offer.id for offer in offers}]
    return (
        _between(plain, between)
        or _numbered(words, said, offers, between)
        or _onward(plain, offers)
        or _fitting(words, said, offers, characters)
    )


def _command(plain: str, offers: Sequence[Offer], in_exercise: Callable[[], bool]) -> Kind | None:
    asked = _without_courtesy(plain)
    if not phrases.PLEAS.isdisjoint(asked):
        return "self"
    # "save" or "stop" may be a word of the story at this place. The five listed ones are always ours.
    is_ours = not phrases.CORE.isdisjoint(asked) or not _is_named(plain, offers)
    for kind, told in COMMANDS:
        if is_ours and not told.isdisjoint(asked):
            return kind
    return "quit" if _stops(plain) and is_ours and not in_exercise() else None


def _stops(plain: str) -> bool:
    """Return whether the words are only "stop" or "end", in one of their forms."""
    if plain in phrases.NO_END_OF_A_STORY:
        return False
    asked = _without_courtesy(plain)
    return not phrases.STOP.isdisjoint(asked) or any(alike(each, "stop") for each in asked if " " not in each)


def _is_named(plain: str, offers: Sequence[Offer]) -> bool:
    """Return whether every word belongs to an open choice."""
    named = {word for offer in offers for word in said_words(f"{offer.text} {offer.id}")}
    return set(plain.split()) <= named


def _without_courtesy(plain: str) -> set[str]:
    """Yield the words, and the words without surrounding courtesies."""
    found = {plain}
    for _ in range(COURTESIES_MAX):
        shorter = {each.removeprefix(f"{before} ") for each in found for before in phrases.COURTESY}
        shorter |= {each.removesuffix(f" {after}") for each in found for after in phrases.COURTESY_AFTER}
        if shorter <= found:
            break
        found |= shorter
    return found


def _between(plain: str, between: Sequence[str]) -> Meaning | None:
    """Read an answer to "Do you mean …, or …?"."""
    said = _without_courtesy(plain)
    if len(between) == 1 and not phrases.AGREED.isdisjoint(said):
        return Meaning("choice", between[0])
    if len(between) == 2 and not phrases.FORMER.isdisjoint(said):
        return Meaning("choice", between[0])
    if len(between) == 2 and not phrases.LATTER.isdisjoint(said):
        return Meaning("choice", between[1])
    return _unsure(between) if between and not phrases.AGREED.isdisjoint(said) else None


def _numbered(
    words: str, said: Sequence[str], offers: Sequence[Offer], between: Sequence[str]
) -> Meaning | None:
    """Read a number or an ordinal. The player is asked if it is also a word of another choice, or is doubted,
    or if "the second" may refer to the two in the last question or to all choices.
    """
    left = [word for word in said if word not in phrases.AROUND_NUMBERS]
    if len(left) == 2 and left[1] in {"one", "option", "choice"}:
        left = left[:1]
    if len(left) == 2 and left[0] == "no" and left[1].isdecimal():
        left = left[1:]
    if len(left) != 1 or (left == ["one"] and not phrases.BEFORE_ONE.issuperset(said)):
        return None
    (word,) = left
    if word.isdecimal() and len(word) <= 3:
        number = int(word)
    else:
        number = phrases.ORDINALS.get(word) or phrases.CARDINALS.get(word) or 0
    if not number:
        return None if not word.isdecimal() else Meaning("unsure")
    if number > len(offers):
        return Meaning("unsure")
    counted = offers[number - 1 if number > 0 else len(offers) - 1]
    holding = [each for each in offers if word in said_words(f"{each.text} {each.id}") and each != counted]
    if holding and not word.isdecimal():
        return _unsure([counted.id, holding[0].id])
    if len(between) == 2 and not word.isdecimal() and number <= 2:
        among = between[number - 1 if number > 0 else 1]
        if among != counted.id:
            return _unsure([among, counted.id])
    is_doubted = "no" in said or doubt_pattern.search(words) is not None
    return _unsure([counted.id]) if is_doubted else Meaning("choice", counted.id)


def _onward(plain: str, offers: Sequence[Offer]) -> Meaning | None:
    """If only one choice leads on, words of going on mean it."""
    if plain not in phrases.ONWARD:
        return None
    return Meaning("choice", offers[0].id) if len(offers) == 1 else _unsure(())


def _fitting(words: str, said: Sequence[str], offers: Sequence[Offer], characters: Sequence[str]) -> Meaning:
    ranked = fits(said, offers) or [ChoiceFit(0.0, "", tuple(said))]
    best = ranked[0]
    lead = best.score - (ranked[1].score if len(ranked) > 1 else 0.0)
    fitting = (
        best.named and best.score >= FIT_MIN and lead >= LEAD_MIN and not best.left and len(said) <= LONG
    )
    asks = bool(best.choice) and _asks(words, said, best, offers)
    taken = fitting and not asks
    act, to = _act(said), _spoken_to(said, characters)
    acts_otherwise = bool(act) and act not in phrases.WEAK and act in telling(best.left)
    near = _near(best, offers, asks=asks)
    if speaks_of_self(said, near):
        meant = Meaning("self")
    elif taken and not to.only:
        meant = Meaning("choice", best.choice)
    elif to.only or (to.character and best.score < FIT_MIN):
        meant = Meaning("character", character=to.character)
    elif not words.rstrip().endswith("?") and tells_of_self(said, near):
        meant = Meaning("self")
    elif acts_otherwise or (act in telling(best.left) and best.score < NEAR_MIN):
        meant = Meaning("action")
    else:
        asked_min = max(NEAR_MIN, best.score - LEAD_MIN)
        meant = _unsure([fit.choice for fit in ranked[:2] if fit.score >= asked_min])
    return meant


def _near(best: ChoiceFit, offers: Sequence[Offer], *, asks: bool) -> NearestChoice:
    """Return what the best choice says itself; the rest may be about the player's own life."""
    if best.score < NEAR_MIN:
        return NearestChoice()
    choice = next(read_choice(offer) for offer in offers if offer.id == best.choice)
    fits = best.named and best.score >= FIT_MIN
    explains = fits and not best.left and not asks
    return NearestChoice(choice.plain, choice.words, fits, explains, choice.spoken, acts=bool(choice.acts))


def _asks(words: str, said: Sequence[str], best: ChoiceFit, offers: Sequence[Offer]) -> bool:
    """Return whether words ask or tell about a choice instead of taking it."""
    choice = read_choice(next(offer for offer in offers if offer.id == best.choice))
    if f" {' '.join(said)} " in f" {choice.plain} ":
        return len(said) < ASKED_MIN and words.rstrip().endswith("?")
    begun = said[next((at for at, word in enumerate(said) if word not in phrases.BEFORE_FIRST), 0) :]
    if begun[0] in phrases.DOUBTS or " ".join(begun[:2]) in phrases.REPORTS:
        return " ".join(begun[:2]) not in choice.plain
    if _states(begun, choice):
        return True
    if begun[0] in phrases.OTHERS or (begun[0] in phrases.NEGATIONS and begun[1:2] == ["you"]):
        return True
    if choice.asks or tuple(begun[:2]) in phrases.REQUESTS:
        return False
    return begun[0] in phrases.NOT_THE_PLAYER_FIRST or words.rstrip().endswith("?")


def _states(begun: Sequence[str], choice: ChoiceWords) -> bool:
    """Return whether words describe something or somebody, while the choice is an act."""
    if choice.spoken or f" {' '.join(begun)} " in f" {choice.plain} ":
        return False
    if begun[:2] == ["i", "am"]:
        acts = choice.acts | HARDLY_ACTS
        told = told_in_order(begun[2:])
        # "I am shaking" is a state, "I am sitting down" an act.
        doing = not acts.isdisjoint(told[:1]) and (len(told) > 1 or told in choice.clauses)
        return "am" not in choice.words and not doing
    return bool(choice.acts) and not phrases.STATEMENTS.isdisjoint((begun[0], " ".join(begun[:2])))


class _SpokenWords(NamedTuple):
    character: str = ""
    only: bool = False
    """Return whether only a name was said, perhaps with a verb of speech, or the name came first."""


def _spoken_to(said: Sequence[str], characters: Sequence[str]) -> _SpokenWords:
    """Return the one addressed character: after a verb of speech, or named first."""
    speech = [index for index, word in enumerate(said) if canonical(word) == "talk"]
    found = []
    for character in characters:
        names = [name for name in said_words(character) if len(name) > 2]
        at = [index for index, word in enumerate(said) if any(alike(word, name) for name in names)]
        spoken = at and speech and speech[0] < at[-1]
        called = at and at[0] == 0 and len(said) > 1
        sought = at and said[:2] in (["who", "is"], ["where", "is"])
        if spoken or called or sought:
            others = [w for index, w in enumerate(said) if index not in at and telling([w])]
            only = all(canonical(word) == "talk" for word in others)
            found.append(_SpokenWords(character, bool(sought or (only and speech) or (called and others))))
    return found[0] if len(found) == 1 else _SpokenWords()


def _act(said: Sequence[str]) -> str:
    """Return the act with which the words begin, if it is an act in the world."""
    first = next((word for word in said if word not in phrases.EMPTY and word not in {"try", "can"}), "")
    acts = first in phrases.ACTS and len(said) > 1 and said[0] not in phrases.NOT_THE_PLAYER_FIRST
    return canonical(first) if acts else ""


def _unsure(between: Sequence[str]) -> Meaning:
    return Meaning("unsure", between=tuple(between[:2]))
