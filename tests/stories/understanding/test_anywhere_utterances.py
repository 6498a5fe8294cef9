"""Sentences that mean no choice wherever they are said, and of those what players say of themselves."""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.stories.told_places import places
from tta.stories.understanding.meaning import Meaning, meaning_of


class Anywhere(NamedTuple):
    """`but` are the choices that may still be meant, by their id or by their beginning."""

    words: str
    kind: str
    held_out: bool
    but: tuple[str, ...] = ()


SOME = 5  # Of the places every fifth: more than fifty.


ANYWHERE = [
    Anywhere(each.pop("words"), each.pop("kind"), each.pop("held_out"), tuple(each.pop("but", ())))
    for each in json.loads((Path(__file__).parent / "anywhere_utterances.json").read_text())
]


ORDINARY = """
I nod | I smile at her | I continue | I try the door | I keep walking | I step outside
I pick up the lamp | I say yes | I help him | I accept | I promise | I shrug | I grab my coat
I thank her | I wait | I take a deep breath | I look around | I open the door | I follow the light
I listen | I stay here | I tell her the truth | I light the lamp | I climb the stairs | I write it down
I read the letter | I hold my breath | I close my eyes | I turn back | I sit down | I stand up
I drink the tea | I eat the bread | I rest for a while | I would like to sit by the fire
I'd like to hear more | I decide to go on | I start walking | I begin the exercise
I'm going to the kitchen | I check my pockets | I introduce myself | I wave | I apologise
I notice the smell | I hurry | I point at the map | I whisper | I answer | I join them
I approach the house | I cross the bridge | I push the door | I fix the clock | I sort the letters
I should go inside | I have to go on | I need to see the map | I must go
"""
"""Ordinary acts in any story, which are not about the player."""


@cache
def heard(said: Anywhere) -> list[tuple[str, Meaning]]:
    """Return its meaning at every place. Talk about oneself means the same at most places, and is tried
    at some.
    """
    among = places()[:: SOME if said.kind == "self" else 1]
    return [(each.scene, meaning_of(said.words, each.offers, each.characters)) for each in among]


def test_there_are_enough_of_both_kinds():
    assert len(ANYWHERE) >= 120
    assert {(each.kind, each.held_out) for each in ANYWHERE} == {
        *(("self", True), ("self", False), ("nothing", True), ("nothing", False))
    }
    assert len(places()) >= 250


@pytest.mark.parametrize("said", ANYWHERE, ids=lambda said: said.words)
def test_what_means_no_choice_takes_none_anywhere(said: Anywhere):
    for scene, meant in heard(said):
        assert meant.kind not in {"pause", "quit"}
        assert meant.choice in {"", *said.but}, (scene, meant)


def test_what_is_ordinarily_done_is_rarely_taken_for_talk_of_oneself():
    moves = [each.strip() for line in ORDINARY.strip().splitlines() for each in line.split("|")]
    among = places()[::SOME]
    taken = [
        (words, place.scene)
        for words in moves
        for place in among
        if meaning_of(words, place.offers, place.characters).kind == "self"
    ]
    assert len(taken) <= 0.05 * len(moves) * len(among), taken


def test_a_choice_that_one_should_take_is_no_talk_of_oneself():
    said = [(each, place) for place in places()[::SOME] for each in place.offers]
    taken = [
        (offer.text, opening)
        for offer, place in said
        for opening in ("I should", "I need to")
        if meaning_of(f"{opening} {offer.text}", place.offers, place.characters).kind == "self"
    ]
    assert len(taken) <= 0.06 * 2 * len(said), taken


@pytest.mark.parametrize(("held_out", "share_min"), [(False, 0.98), (True, 0.9)])
def test_who_speaks_of_themself_is_heard_so_anywhere(held_out: bool, share_min: float):
    own = [each for each in ANYWHERE if each.kind == "self" and each.held_out == held_out]
    kinds = [(said.words, scene, meant.kind) for said in own for scene, meant in heard(said)]
    missed = [each for each in kinds if each[-1] != "self"]
    share = 1 - len(missed) / len(kinds)
    assert share >= share_min, (share, missed)
