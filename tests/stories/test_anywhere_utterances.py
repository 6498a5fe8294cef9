"""Sentences that mean no choice wherever they are said, and of those what players say of themselves."""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from told_places import places

from tta.stories.meaning import Meaning, meaning_of


class Anywhere(NamedTuple):
    """`but` are the choices that may be meant all the same, by their id or by how they begin."""

    words: str
    kind: str
    held_out: bool
    but: tuple[str, ...] = ()


SOME = 5  # Of the places every fifth: more than fifty.


ANYWHERE = [
    Anywhere(each.pop("words"), each.pop("kind"), each.pop("held_out"), tuple(each.pop("but", ())))
    for each in json.loads((Path(__file__).parent / "anywhere_utterances.json").read_text())
]


@cache
def heard(said: Anywhere) -> list[tuple[str, Meaning]]:
    """What it means at every place; what players say of themselves is alike at most, and tried at some."""
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


@pytest.mark.parametrize(("held_out", "share_min"), [(False, 0.98), (True, 0.9)])
def test_who_speaks_of_themself_is_heard_so_anywhere(held_out: bool, share_min: float):
    own = [each for each in ANYWHERE if each.kind == "self" and each.held_out == held_out]
    kinds = [(said.words, scene, meant.kind) for said in own for scene, meant in heard(said)]
    missed = [each for each in kinds if each[-1] != "self"]
    share = 1 - len(missed) / len(kinds)
    assert share >= share_min, (share, missed)
