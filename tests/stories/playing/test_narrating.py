"""The next passage: words are understood or asked about, and wishes are kept."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.told_passages import next_passage
from tta.domain.passages import Wishes
from tta.stories.playing.filtering import filter_of, may_meet, not_met_because
from tta.stories.playing.narrating import opening
from tta.stories.playing.runtime import Offer
from tta.stories.story import CALM, catalogue, newest
from tta.stories.understanding.meaning import Kind, Meaning, meaning_of

STORIES = [versions[max(versions)] for versions in catalogue().values()]
SESSION = UUID(int=5)
DOOR = Offer("door", "Open the red door", "hall")
LAMP = Offer("lamp", "Light the old lamp", "")
SLEEP = Offer("sleep", "Lie down and sleep a little", "")
OFFERS = (DOOR, LAMP, SLEEP)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("Open the red door", "door"),
        ("open the red dor", "door"),
        ("I open the red door.", "door"),
        ("2", "lamp"),
        ("lamp", "lamp"),
        ("LIGHT THE LAMP!", "lamp"),
        ("I want to sleep", "sleep"),
        ("sleep", "sleep"),
    ],
)
def test_a_choice_is_understood(words: str, meant: str):
    assert meaning_of(words, OFFERS) == Meaning("choice", meant)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "9",
        "what?",
        "the old red",
        "I do not know what to do",
    ],
)
def test_what_is_unclear_is_asked_about(words: str):
    assert meaning_of(words, OFFERS).kind == "unsure"


def test_where_two_fit_alike_it_does_not_guess():
    assert (
        meaning_of(
            "door", (Offer("red", "Open the red door", ""), Offer("blue", "Open the blue door", ""))
        ).kind
        == "unsure"
    )


@pytest.mark.parametrize(("words", "kind"), [("look", "look"), ("Look around!", "look"), ("HELP", "help")])
def test_words_about_the_game_are_no_choice(words: str, kind: Kind):
    assert meaning_of(words, OFFERS) == Meaning(kind)


def test_a_story_of_ones_own_life_is_no_choice():
    words = "Yesterday my brother told me that I never open any letters, and I felt small all evening."
    assert meaning_of(words, OFFERS) == Meaning("self")


@given(st.text(max_size=80))
def test_any_words_mean_something_or_are_asked_about(words: str):
    meant = meaning_of(words, OFFERS)
    assert (meant.kind == "choice") == (meant.choice in {each.id for each in OFFERS})


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
@settings(deadline=None)  # Playing takes long where other programs take the cores.
@given(
    st.lists(st.integers(0, 5), max_size=20),
    st.integers(1, 5),
    st.booleans(),
    st.sets(
        st.sampled_from(["Grief", "conflict", "deep water", "loneliness", "Storm", "failure", "darkness"])
    ),
)
def test_nobody_meets_what_they_do_not_want_to_meet(story, wishes, intensity, recovery, avoided):
    kept = Wishes(tuple(sorted(avoided)), intensity)
    kept = kept.softened() if recovery else kept
    told = opening(story, SESSION, kept)
    moves = [*told.passage.moves]
    for wish in wishes:
        scene = story.scenes[told.passage.scene]
        assert scene.id == CALM or may_meet(scene, filter_of(kept))
        if not told.passage.choices:
            assert told.passage.ending, "a way on or an end, never nothing"
            break
        choice = told.passage.choices[wish % len(told.passage.choices)]
        told = next_passage(story, SESSION, moves, kept, choice=choice, words=None)
        moves += told.passage.moves


def test_a_choice_that_is_not_open_moves_nothing():
    story = STORIES[0]
    told = next_passage(story, SESSION, [], Wishes(), choice="no_such_choice", words=None)
    assert told.passage.move is None
    assert told.passage.choices == opening(story, SESSION, Wishes()).passage.choices
    assert told.text.startswith("That is not open from here")


def test_after_the_end_nothing_moves():
    story = STORIES[0]
    moves: list[str] = []
    told = opening(story, SESSION, Wishes())
    for number in range(200):
        if told.passage.ending:
            break
        choice = told.passage.choices[number % len(told.passage.choices)]
        told = next_passage(story, SESSION, moves, Wishes(), choice=choice, words=None)
        moves.append(told.passage.move)
    assert told.passage.ending
    after = next_passage(story, SESSION, moves, Wishes(), choice=None, words="go on")
    assert (after.passage.move, after.passage.choices) == (None, ())


@pytest.mark.parametrize("words", ["look", "help", "hm", "I am so tired of all this"])
def test_who_stands_where_they_may_not_be_any_more_is_led_away(words: str):
    story = newest("storm_keeper")
    assert story is not None
    moves = ["@gallery"]
    stayed = next_passage(story, SESSION, moves, Wishes(), choice=None, words=words)
    assert (stayed.passage.move, stayed.passage.scene) == (None, "gallery")
    led = next_passage(story, SESSION, moves, Wishes().softened(), choice=None, words=words)
    assert (led.passage.move, led.passage.scene) == (f"@{CALM}", CALM)


def test_in_recovery_nothing_confronts_and_nothing_asks_for_steadiness():
    soft = Wishes(("storm",), 5).softened()
    assert soft == Wishes(("storm",), 2, "any") == soft.softened()
    assert Wishes((), 1).softened().intensity == 1
    story = newest("storm_keeper")
    assert story is not None
    for scene in story.scenes.values():
        reasons = not_met_because(scene, filter_of(Wishes().softened()))
        assert (f"intensity {scene.intensity}" in reasons) == (scene.intensity > 2)
        assert (f"readiness {scene.readiness}" in reasons) == (scene.readiness != "any")
