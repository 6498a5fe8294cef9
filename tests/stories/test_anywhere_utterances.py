"""Sentences that mean no choice wherever they are said, and of those what players say of themselves."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest
from told_places import places

from tta.stories.meaning import meaning_of


class Anywhere(NamedTuple):
    """`but` are the choices that may be meant all the same, by their id or by how they begin."""

    words: str
    kind: str
    held_out: bool
    but: tuple[str, ...] = ()


ANYWHERE = [
    Anywhere(**each) for each in json.loads((Path(__file__).parent / "anywhere_utterances.json").read_text())
]


def test_there_are_enough_of_both_kinds():
    assert len(ANYWHERE) >= 120
    assert {(each.kind, each.held_out) for each in ANYWHERE} == {
        *(("self", True), ("self", False), ("nothing", True), ("nothing", False))
    }
    assert len(places()) >= 250


@pytest.mark.parametrize("said", ANYWHERE, ids=lambda said: said.words)
def test_what_means_no_choice_takes_none_anywhere(said: Anywhere):
    for place in places():
        meant = meaning_of(said.words, place.offers, place.characters)
        assert meant.kind not in {"pause", "quit"}
        assert meant.choice in {"", *said.but}, (place.scene, meant)
