"""Players' own words are understood: sentences labelled by hand for all our stories."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.stories.told_places import place
from tta.domain.passages import PassageQuestion
from tta.stories.understanding.meaning import KINDS, Meaning, meaning_of

ACCURACY_MIN = 0.9
COMMANDS = {"look", "help", "status", "pause", "quit"}


class Labelled(NamedTuple):
    story: str
    scene: str
    words: str
    kind: str
    choice: str = ""
    character: str = ""


UTTERANCES = [
    Labelled(**each) for each in json.loads((Path(__file__).parent / "utterances.json").read_text())
]


def heard(said: Labelled) -> Meaning:
    return meaning_of(said.words, *place(said.story, said.scene))


def is_right(said: Labelled, meant: Meaning) -> bool:
    return (said.kind, said.choice, said.character) == (meant.kind, meant.choice, meant.character)


def test_there_are_enough_of_every_kind():
    assert len(UTTERANCES) >= 150
    assert {each.story for each in UTTERANCES} == {
        "clearing",
        "storm_keeper",
        "the_cartographers_debt",
        "the_night_post",
    }
    assert {each.kind for each in UTTERANCES} == set(KINDS) - {"gone"}
    assert len({(each.scene, each.words) for each in UTTERANCES}) == len(UTTERANCES)


@pytest.mark.parametrize("said", UTTERANCES, ids=lambda said: f"{said.scene}: {said.words}")
def test_nothing_is_done_that_was_not_meant(said: Labelled):
    meant = heard(said)
    if meant.kind == "choice" or meant.kind in COMMANDS:
        assert is_right(said, meant), f"expected {said.kind} {said.choice}, got {meant}"


def test_most_are_understood():
    wrong = [(each, heard(each)) for each in UTTERANCES if not is_right(each, heard(each))]
    share = 1 - len(wrong) / len(UTTERANCES)
    assert share >= ACCURACY_MIN, "\n".join(f"{share:.3f} {said} {meant}" for said, meant in wrong)


PIECES = sorted({word for each in UTTERANCES for word in each.words.split()})
sentences = st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join) | st.text(max_size=200)
places = st.sampled_from(sorted({(each.story, each.scene) for each in UTTERANCES}))
choices = st.sampled_from(sorted({each.choice for each in UTTERANCES if each.choice}))
asked_before = st.builds(PassageQuestion, st.booleans(), st.lists(choices, max_size=2).map(tuple))


@settings(deadline=None)  # Playing takes long where other programs take the cores.
@given(places, sentences, asked_before)
def test_any_words_mean_something_that_is_open_or_are_asked_about(at, words: str, asked: PassageQuestion):
    offers, characters = place(*at)
    meant = meaning_of(words, offers, characters, asked=asked)
    ids = {each.id for each in offers}
    assert (meant.choice in ids) == (meant.kind == "choice")
    assert (meant.character in characters) == (meant.kind == "character")
    assert set(meant.between) <= ids
    assert not meant.confirmed or asked.to_quit


@settings(deadline=None)  # Playing takes long where other programs take the cores.
@given(places, st.integers(0, 5), asked_before)
def test_a_choices_own_words_always_mean_it(at, index: int, asked: PassageQuestion):
    offers, characters = place(*at)
    offer = offers[index % len(offers)]
    for words in (offer.text, offer.text.upper(), f"  {offer.text} ", offer.text.rstrip(".!")):
        meant = meaning_of(words, offers, characters, asked=asked)
        assert meant == Meaning("choice", offer.id)


LEAVES_ELSEWHERE = "stop"
"""Belongs to an exercise of `gallery`; where no exercise asks for it, who says it wants to leave."""


@settings(deadline=None)  # Playing takes long where other programs take the cores.
@given(places, st.sampled_from(UTTERANCES))
def test_whatever_is_said_where_it_was_not_meant_for_ends_or_pauses_nothing(at, said: Labelled):
    meant = meaning_of(said.words, *place(*at))
    if meant.kind in {"pause", "quit"} and said.words != LEAVES_ELSEWHERE:
        assert said.kind == meant.kind


@pytest.mark.parametrize("words", ["x" * 100_000, "the path " * 20_000, "\u0301" * 50_000, "’" * 9_999])
def test_of_very_long_words_only_the_beginning_is_read(words: str):
    offers, characters = place("clearing", "clearing")
    assert meaning_of(words, offers, characters).kind != "choice"
