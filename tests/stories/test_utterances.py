"""What players' own words mean, over sentences that were labelled by hand for all our stories."""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tta.stories.meaning import KINDS, Meaning, meaning_of
from tta.stories.playing import Playthrough, Sent
from tta.stories.standing import characters_of
from tta.stories.story import newest

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


@cache
def place(story: str, scene: str) -> tuple[Playthrough, tuple[str, ...]]:
    found = newest(story)
    assert found is not None
    played = Playthrough(found, UUID(int=1))
    played.make(Sent(scene))
    return played, characters_of(found)


def heard(said: Labelled) -> Meaning:
    played, characters = place(said.story, said.scene)
    return meaning_of(said.words, played.shown.offers, characters)


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


@settings(deadline=None)  # Playing takes long where other programs take the cores.
@given(places, sentences, st.booleans())
def test_any_words_mean_something_that_is_open_or_are_asked_about(at, words: str, asked_to_quit: bool):
    played, characters = place(*at)
    meant = meaning_of(words, played.shown.offers, characters, asked_to_quit=asked_to_quit)
    ids = {each.id for each in played.shown.offers}
    assert (meant.choice in ids) == (meant.kind == "choice")
    assert (meant.character in characters) == (meant.kind == "character")
    assert set(meant.between) <= ids
    assert not meant.confirmed or asked_to_quit


@settings(deadline=None)  # Playing takes long where other programs take the cores.
@given(places, st.integers(0, 5), st.booleans())
def test_a_choices_own_words_always_mean_it(at, index: int, asked_to_quit: bool):
    played, characters = place(*at)
    offers = played.shown.offers
    offer = offers[index % len(offers)]
    for words in (offer.text, offer.text.upper(), f"  {offer.text} ", offer.text.rstrip(".!")):
        meant = meaning_of(words, offers, characters, asked_to_quit=asked_to_quit)
        assert meant == Meaning("choice", offer.id)


@settings(deadline=None)  # Playing takes long where other programs take the cores.
@given(places, st.sampled_from(UTTERANCES))
def test_whatever_is_said_where_it_was_not_meant_for_ends_or_pauses_nothing(at, said: Labelled):
    played, characters = place(*at)
    meant = meaning_of(said.words, played.shown.offers, characters)
    if meant.kind in {"pause", "quit"}:
        assert said.kind == meant.kind


@pytest.mark.parametrize("words", ["x" * 100_000, "the path " * 20_000, "\u0301" * 50_000, "’" * 9_999])
def test_of_very_long_words_only_the_beginning_is_read(words: str):
    played, characters = place("clearing", "clearing")
    assert meaning_of(words, played.shown.offers, characters).kind != "choice"
