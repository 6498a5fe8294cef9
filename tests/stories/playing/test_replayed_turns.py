"""Playing the recorded moves again gives what the player was told, turn by turn."""

import json
from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.told_passages import next_passage
from tta.domain.passages import Play, Wishes
from tta.stories.playing.filtering import filter_of, may_meet, open_offers
from tta.stories.playing.narrating import LEFT_OUT, SHELF, ToldPassage, opening
from tta.stories.playing.runtime import ChoiceMove, Move, Playthrough, SceneMove, ShownPassage
from tta.stories.story import CALM, Story, catalogue, newest
from tta.stories.understanding.avoiding import avoided, known_topics

STORIES = [versions[max(versions)] for versions in catalogue().values()]
TOPICS = ("debt", "death", "conflict", "deep water", "being alone", "storms", "failure", "the dark", "shame")
CALMLY = f"@{CALM}"
SESSION = UUID(int=5)
AT_THE_TABLE = ["@drawing_table", "lines", "today"]


def move_of(recorded: str) -> Move:
    return SceneMove(recorded.removeprefix("@")) if recorded.startswith("@") else ChoiceMove(recorded)


def variables(played: Playthrough) -> str:
    saved = json.loads(played.saved())
    return json.dumps([saved["variablesState"], saved["visitCounts"]], sort_keys=True)


def must_be_replayed(story: Story, told: ToldPassage, made: list[ShownPassage], wishes: Wishes) -> None:
    """Check that the passage is the result of these moves, one after the other, with these wishes."""
    last, led = made[-1], told.passage.move == CALMLY
    text = "\n\n".join([*(each.text for each in made[:-1]), *[LEFT_OUT] * led, last.text])
    assert told.text == text
    offers = open_offers(story, last, filter_of(wishes))
    assert told.passage.choices == tuple(each.id for each in offers)
    assert told.choice_texts == tuple(each.text for each in offers)
    assert told.passage.practised == tuple(dict.fromkeys(each for one in made for each in one.practised))
    assert (told.passage.scene, told.passage.ending) == (last.scene, last.ending or None)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
@settings(max_examples=40, deadline=None)  # Playing takes long where other programs take the cores.
@given(
    st.uuids(), st.lists(st.integers(0, 5), max_size=30), st.sets(st.sampled_from(TOPICS)), st.integers(1, 5)
)
def test_each_turn_is_told_as_its_recorded_moves_are_played(
    story: Story, session_id: UUID, ways: list[int], topics: set[str], intensity: int
):
    wishes = Wishes(tuple(sorted(topics)), intensity)
    kept = filter_of(wishes)
    told, again = opening(story, session_id, wishes), Playthrough(story, session_id)
    begun = again.shown
    made = [begun, *(again.make(move_of(each)) for each in told.passage.moves)]
    # A beginning that may not be met is not told, only where the story goes instead.
    must_be_replayed(story, told, made if may_meet(story.scenes[begun.scene], kept) else made[1:], wishes)
    play = Play().after(told.passage)
    for way in ways:
        if not told.passage.choices:
            assert told.passage.ending, "a way on or an end, never nothing"
            break
        choice = told.passage.choices[way % len(told.passage.choices)]
        told = next_passage(story, session_id, play.moves, wishes, choice=choice, words=None)
        assert told.passage.moves[0] == choice, "what was chosen is recorded"
        assert told.passage.moves[1:] in {(), (CALMLY,)}
        made = [again.make(move_of(each)) for each in told.passage.moves]
        assert all(each.scene == CALM or may_meet(story.scenes[each.scene], kept) for each in made)
        must_be_replayed(story, told, made, wishes)
        play = play.after(told.passage)
        afresh = Playthrough(story, session_id)
        afresh.play(map(move_of, play.moves))
        stands = SHELF.at(story, session_id, [*map(move_of, play.moves)])
        assert variables(afresh) == variables(stands) == variables(again)
        looked = next_passage(story, session_id, play.moves, wishes, choice=None, words="look")
        assert told.text.endswith(looked.text)
        if told.passage.choices:
            assert (looked.passage.choices, looked.choice_texts) == (told.passage.choices, told.choice_texts)


def led_away(
    story: Story | None, moves: Sequence[str], wishes: Wishes, choice: str
) -> tuple[ToldPassage, str]:
    """Take a choice; give what is told, and how the calm place alone is told then."""
    assert story is not None
    told = next_passage(story, SESSION, moves, wishes, choice=choice, words=None)
    assert (told.passage.move, told.passage.scene) == (CALMLY, CALM)
    again = Playthrough(story, SESSION)
    return told, again.play(map(move_of, (*moves, *told.passage.moves))).text


def test_a_choice_behind_which_nothing_is_left_is_told_credited_and_recorded():
    told, calm = led_away(newest("the_cartographers_debt"), AT_THE_TABLE, Wishes(("debt",)), "along")
    said, *rest = told.text.split(f"\n\n{LEFT_OUT}\n\n")
    assert said.startswith("You go over the pencil in ink: three lines")
    assert rest == [calm]
    assert told.passage.practised == ("committed_action",)
    assert told.passage.moves == ("along", CALMLY)


def test_why_a_way_is_left_out_is_said_without_naming_what_is_avoided():
    assert not any(avoided([word]).meets(tag) for word in LEFT_OUT.split() for tag in known_topics())


def test_a_choice_that_lies_tells_nothing_of_the_scene_that_is_not_met():
    story = newest("the_night_post")
    assert story is not None
    lying = story._replace(
        id="lying", compiled=story.compiled.replace("^to: first_letter", "^to: calm_place")
    )
    moves = ["ask_case", "thought_seen", "share", "stove"]
    told, calm = led_away(lying, moves, Wishes((), 1), "only_watch")
    whole = Playthrough(lying, SESSION).play(map(move_of, (*moves, "only_watch"))).text
    said, *rest = told.text.split(f"\n\n{LEFT_OUT}\n\n")
    assert said.startswith("You watch it breathe twice.")
    assert rest == [calm]
    assert whole.startswith(f"{said}\n\nThe first envelope")


def test_a_choice_that_would_stay_where_they_may_not_be_any_more_is_not_made():
    story = newest("storm_keeper")
    assert story is not None
    (stays, *_) = (
        each for each in Playthrough(story, SESSION).make(SceneMove("gallery")).offers if not each.to
    )
    told, calm = led_away(story, ["@gallery"], Wishes().softened(), stays.id)
    assert (told.text, told.passage.moves) == (f"{LEFT_OUT}\n\n{calm}", (CALMLY,))


def test_what_is_too_long_for_one_reply_leaves_out_the_choices_own_text_and_nothing_else():
    story = newest("the_cartographers_debt")
    assert story is not None
    compiled = story.compiled.replace("You can see the end of it from here.", "Far. " * 1_200)
    long = story._replace(id="long", compiled=compiled)
    told, calm = led_away(long, AT_THE_TABLE, Wishes(("debt",)), "along")
    assert told.text == f"{LEFT_OUT}\n\n{calm}"
    assert (told.passage.moves, told.passage.practised) == (("along", CALMLY), ("committed_action",))
