"""The shown passage is a function of story, seed and moves."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.stories.faulty_story import FAULTY
from tta.stories.playing.runtime import (
    ChoiceMove,
    NotOffered,
    Playthrough,
    PlaythroughShelf,
    SceneMove,
    StoryFault,
)
from tta.stories.story import CALM, catalogue

STORIES = [versions[max(versions)] for versions in catalogue().values()]
ONE = UUID(int=7)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
@settings(
    deadline=None, max_examples=40
)  # Each example plays its story again from the start, turn after turn.
@given(st.lists(st.integers(0, 5), max_size=25), st.uuids())
def test_played_again_it_is_the_same_byte_for_byte(story, wishes, session):
    place = Playthrough(story, session)
    moves, shown = [], [place.shown]
    for wish in wishes:
        if place.shown.offers:
            moves.append(ChoiceMove(place.shown.offers[wish % len(place.shown.offers)].id))
            shown.append(place.make(moves[-1]))
    for played in range(len(moves) + 1):
        assert Playthrough(story, session).play(moves[:played]) == shown[played]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
@settings(
    deadline=None, max_examples=40
)  # Each example plays its story again from the start, turn after turn.
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=30), st.integers(1, 4))
def test_from_the_shelf_it_is_the_same_byte_for_byte(story, wishes, places_max):
    shelf = PlaythroughShelf(places_max)
    moves: dict[UUID, list[Any]] = {UUID(int=number): [] for number in range(4)}
    for who, wish in wishes:
        session = UUID(int=who)
        place = shelf.at(story, session, moves[session])
        assert place.shown == Playthrough(story, session).play(moves[session])
        if place.shown.offers:
            moves[session].append(ChoiceMove(place.shown.offers[wish % len(place.shown.offers)].id))


def test_so_many_places_are_kept_and_no_more():
    shelf = PlaythroughShelf(3)
    for number in range(10):
        shelf.at(STORIES[number % len(STORIES)], UUID(int=number), [])
        assert len(shelf._places) == min(number + 1, 3)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
def test_it_may_be_sent_to_the_calm_place_and_goes_on(story):
    place = Playthrough(story, ONE)
    calm = place.make(SceneMove(CALM))
    assert calm.scene == CALM
    assert calm.offers
    assert place.make(ChoiceMove(calm.offers[0].id)).text


def test_what_is_not_offered_cannot_be_chosen():
    with pytest.raises(NotOffered, match="expected one of"):
        Playthrough(STORIES[0], ONE).make(ChoiceMove("nothing_of_the_kind"))


@pytest.mark.parametrize("choice", ["lines", "silent", "called", "long", "through"])
def test_a_move_that_cannot_be_told_is_a_fault_and_changes_nothing(choice: str):
    shelf, other = PlaythroughShelf(), UUID(int=8)
    begun = shelf.at(FAULTY, ONE, []).shown
    rested = shelf.at(FAULTY, other, [ChoiceMove("rest")]).shown
    with pytest.raises(StoryFault):
        shelf.at(FAULTY, ONE, []).make(ChoiceMove(choice))
    assert shelf.at(FAULTY, ONE, []).shown == begun
    assert shelf.at(FAULTY, other, [ChoiceMove("rest")]).shown == rested
    assert shelf.at(FAULTY, ONE, []).make(ChoiceMove("rest")) == rested
