"""A copy of a story stands where the original stood, byte for byte, and goes the same ways from there."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.told_passages import next_passage
from tta.domain.passages import Wishes
from tta.stories.playing.filtering import filter_of, may_meet
from tta.stories.playing.narrating import ToldPassage, moves_before_end, opening
from tta.stories.story import CALM, Story, catalogue

STORIES = [versions[max(versions)] for versions in catalogue().values()]
SESSIONS = st.uuids()
WAYS = st.lists(st.integers(0, 5), max_size=30)


def played(story: Story, session_id: UUID, ways: Sequence[int]) -> list[tuple[tuple[str, ...], ToldPassage]]:
    """Play at random; give what was told at the beginning and after each move, with the moves so far."""
    told = opening(story, session_id, Wishes())
    moves = told.passage.moves
    found = [(moves, told)]
    for way in ways:
        if not told.passage.choices:
            break
        choice = told.passage.choices[way % len(told.passage.choices)]
        told = next_passage(story, session_id, moves, Wishes(), choice=choice, words=None)
        moves = (*moves, *told.passage.moves)
        found.append((moves, told))
    return found


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
@settings(deadline=None)  # Playing takes long where other programs take the cores.
@given(SESSIONS, WAYS, st.integers(0, 30))
def test_a_copy_stands_where_its_source_stood(story: Story, session_id: UUID, ways: list[int], turn: int):
    source = played(story, session_id, ways)
    moves, told = source[min(turn, len(source) - 1)]
    copy = opening(story, session_id, Wishes(), moves)
    assert copy.text.encode() == told.text.encode()
    assert copy.choice_texts == told.choice_texts
    assert (copy.passage.scene, copy.passage.skill) == (told.passage.scene, told.passage.skill)
    assert (copy.passage.choices, copy.passage.ending) == (told.passage.choices, told.passage.ending)
    assert copy.passage.move is None
    assert not copy.passage.practised or not moves


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
@settings(deadline=None)  # Playing takes long where other programs take the cores.
@given(SESSIONS, WAYS, WAYS, st.integers(0, 30))
def test_a_copy_goes_on_as_its_source_would(
    story: Story, session_id: UUID, ways: list[int], more: list[int], turn: int
):
    source = played(story, session_id, ways)
    moves, _ = source[min(turn, len(source) - 1)]
    for way in more:
        # The copy is played beside another session, so that nothing is left from the move before.
        opening(story, UUID(int=way), Wishes())
        choices = opening(story, session_id, Wishes(), moves).passage.choices
        if not choices:
            break
        choice = choices[way % len(choices)]
        one = next_passage(story, session_id, moves, Wishes(), choice=choice, words=None)
        opening(story, session_id, Wishes())
        assert one == next_passage(story, session_id, moves, Wishes(), choice=choice, words=None)
        moves = (*moves, *one.passage.moves)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
@settings(deadline=None)  # Playing takes long where other programs take the cores.
@given(SESSIONS, WAYS)
def test_what_is_kept_of_an_ended_story_has_a_way_on(story: Story, session_id: UUID, ways: list[int]):
    moves, told = played(story, session_id, ways)[-1]
    kept = moves_before_end(story, session_id, moves)
    assert opening(story, session_id, Wishes(), moves[:kept]).passage.choices
    assert kept == (len(moves) - 1 if told.passage.ending else len(moves))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
@settings(deadline=None)  # Playing takes long where other programs take the cores.
@given(SESSIONS, WAYS, st.integers(1, 5))
def test_a_copy_is_told_under_the_wishes_of_today(
    story: Story, session_id: UUID, ways: list[int], intensity: int
):
    moves, _ = played(story, session_id, ways)[-1]
    wishes = Wishes(("grief", "loneliness", "storm"), intensity)
    moves = moves[: moves_before_end(story, session_id, moves)]
    told = opening(story, session_id, wishes, moves)
    scene = story.scenes[told.passage.scene]
    assert scene.id == CALM or may_meet(scene, filter_of(wishes))
    assert told.passage.choices
