"""Sentences that no word list was made for: none takes a choice wrongly, and most are understood."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.stories.told_places import place
from tta.stories.playing.runtime import Offer
from tta.stories.story import catalogue
from tta.stories.understanding.hearing import canonical, said_words
from tta.stories.understanding.meaning import Meaning, meaning_of

UNDERSTOOD_MIN = 0.75
SELF_MIN = 0.9
COMMANDS = {"look", "help", "status", "pause", "quit"}


class HeldOut(NamedTuple):
    """`why` says why words take no choice; of `ordinary` ones `choice` is the one that they mean."""

    story: str
    scene: str
    why: str
    choice: str
    words: str


HELD_OUT = [
    HeldOut(**each) for each in json.loads((Path(__file__).parent / "held_out_utterances.json").read_text())
]
ORDINARY = [each for each in HELD_OUT if each.why == "ordinary"]
OTHERWISE = [each for each in HELD_OUT if each.why != "ordinary"]


def heard(said: HeldOut, words: str = "") -> Meaning:
    return meaning_of(words or said.words, *place(said.story, said.scene))


def test_there_are_enough_of_every_kind():
    assert len(HELD_OUT) >= 150
    assert len(OTHERWISE) >= 70
    assert {each.story for each in ORDINARY} == {each.story for each in OTHERWISE} == set(catalogue())
    whys = {"crisis", "excepting", "negated", "hostile", "self", "third_person", "question", "quote"}
    assert {each.why for each in OTHERWISE} == whys | {"other_sense"}
    for each in ORDINARY:
        assert each.choice in {offer.id for offer in place(each.story, each.scene)[0]}, each


@pytest.mark.parametrize("said", OTHERWISE, ids=lambda said: f"{said.scene}: {said.words}")
def test_what_says_something_else_takes_no_choice_and_obeys_no_command(said: HeldOut):
    assert heard(said).kind not in {"choice", *COMMANDS}


@pytest.mark.parametrize("said", ORDINARY, ids=lambda said: f"{said.scene}: {said.words}")
def test_no_choice_is_taken_that_was_not_meant(said: HeldOut):
    meant = heard(said)
    assert meant.kind not in COMMANDS
    assert meant.choice in {"", said.choice}


def test_most_of_what_is_ordinary_is_understood():
    asked = [each for each in ORDINARY if heard(each).choice != each.choice]
    share = 1 - len(asked) / len(ORDINARY)
    assert share >= UNDERSTOOD_MIN, "\n".join(f"{share:.3f} {said} {heard(said)}" for said in asked)


def test_most_that_speaks_of_harm_is_heard_as_words_of_oneself():
    crisis = [each for each in OTHERWISE if each.why == "crisis"]
    missed = [each for each in crisis if heard(each).kind != "self"]
    assert len(missed) <= (1 - SELF_MIN) * len(crisis), missed


UNKNOWN = [
    "bathtub",
    "knife",
    "pills",
    "razor",
    "bridge",
    "bleach",
    "rifle",
    "engine",
    "banana",
    "lawyer",
    "invoice",
    "tractor",
    "volcano",
    "senator",
    "mortgage",
    "dentist",
    "spaghetti",
    "helicopter",
    "parliament",
    "toothbrush",
    "zebra",
    "concrete",
    "algebra",
    "guitar",
    "printer",
    "weasel",
    "disgusting",
    "screaming",
    "vomit",
    "crushing",
    "burning",
    "hates",
    "explodes",
    "weeping",
    "yesterday",
    "elsewhere",
    "underneath",
]
TAKING = [each for each in ORDINARY if heard(each).kind == "choice"]


def told_by(offers: Sequence[Offer]) -> set[str]:
    return {canonical(word) for each in offers for word in said_words(f"{each.text} {each.id}")}


@settings(deadline=None)  # Playing takes long where other programs take the cores.
@given(st.sampled_from(TAKING), st.sampled_from(UNKNOWN), st.integers(0, 20))
def test_a_word_more_that_tells_something_takes_no_choice_silently(said: HeldOut, unknown: str, at: int):
    offers, _ = place(said.story, said.scene)
    assume(canonical(unknown) not in told_by(offers))
    words = said.words.split()
    words.insert(min(at, len(words)), unknown)
    assert heard(said, " ".join(words)).kind in {"unsure", "self", "action", "character"}


@settings(deadline=None)  # Playing takes long where other programs take the cores.
@given(
    st.sampled_from(TAKING),
    st.sampled_from(["don't", "never", "anything but", "not", "I won't", "nobody should"]),
)
def test_what_is_denied_or_excepted_takes_no_choice(said: HeldOut, denial: str):
    assert heard(said, f"{denial} {said.words}").kind != "choice"


OFFERED = [
    (each.story, each.scene, offer)
    for each in {(each.story, each.scene): each for each in HELD_OUT}.values()
    for offer in place(each.story, each.scene)[0]
]


@settings(deadline=None)  # Playing takes long where other programs take the cores.
@given(st.sampled_from(OFFERED), st.sampled_from(UNKNOWN), st.booleans())
def test_a_choices_own_text_and_a_word_more_is_asked_about(offered, unknown: str, before: bool):
    story, scene, offer = offered
    offers, characters = place(story, scene)
    assume(canonical(unknown) not in told_by(offers))
    words = f"{unknown} {offer.text}" if before else f"{offer.text} {unknown}"
    assert meaning_of(words, offers, characters).kind != "choice"


@pytest.mark.parametrize(
    ("story", "scene", "words"),
    [
        ("clearing", "clearing", "he asks the snail"),
        ("clearing", "clearing", "you go to the path"),
        ("clearing", "clearing", "let her sit"),
        ("clearing", "clearing", "sit up"),
        ("clearing", "clearing", "no one"),
        ("clearing", "crossing", "go left"),
        ("clearing", "crossing", "calm down"),
        ("clearing", "oak", "I'm not okay"),
        ("clearing", "glasshouse", "the window is open"),
        ("storm_keeper", "gallery", "let go of the lever"),
        ("storm_keeper", "calm_place", "I'm falling"),
        ("the_cartographers_debt", "dawn_camp", "open my chest"),
        ("the_cartographers_debt", "storm", "shut up"),
        ("the_night_post", "tea", "I worry"),
        ("the_night_post", "tea", "something"),
    ],
)
def test_a_choices_words_in_another_sense_take_nothing(story: str, scene: str, words: str):
    assert meaning_of(words, *place(story, scene)).kind != "choice"


@pytest.mark.parametrize(
    ("scene", "words", "choice"),
    [
        ("clearing", "I'll take the path", "path"),
        ("clearing", "I'd rather take the path", "path"),
        ("clearing", "I'll go with the second one", "snail"),
        ("clearing", "could we please ask the snail, thank you", "snail"),
        ("clearing", "down the path", "path"),
    ],
)
def test_short_and_courteous_words_are_understood(scene: str, words: str, choice: str):
    assert meaning_of(words, *place("clearing", scene)) == Meaning("choice", choice)
