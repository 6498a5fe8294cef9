"""A player who says stop or end wants to leave, and is asked; within an exercise, stop belongs to it."""

from uuid import UUID

import pytest

from tta.domain.passages import PassageQuestion, Wishes
from tta.stories.playing.filtering import filter_of
from tta.stories.playing.narrating import told, understood
from tta.stories.story import Story, newest
from tta.stories.understanding.meaning import Meaning

SESSION = UUID(int=1)
EVERYTHING = filter_of(Wishes())
STOPS = [
    *("stop", "Stop!", "STOP", "end", "End.", "please stop", "stop please", "I want to stop"),
    *("can we stop now?", "could you please stop", "I'd like to stop now", "let's stop here", "stop it"),
    *("stop this now", "stpo", "stopp", "please end", "can we end here", "ok, end now", "that's enough"),
    *("enough", "goodbye", "the end", "I said stop"),
]


def story(name: str) -> Story:
    found = newest(name)
    assert found is not None
    return found


def means(words: str, name: str = "clearing", *moves: str, asked: PassageQuestion | None = None) -> Meaning:
    return understood(
        story(name), SESSION, moves, EVERYTHING, choice=None, words=words, asked=asked or PassageQuestion()
    )


@pytest.mark.parametrize("words", STOPS)
@pytest.mark.parametrize("moves", [(), ("path",)], ids=["at the beginning", "on the way"])
def test_outside_an_exercise_they_mean_to_leave(words: str, moves: tuple[str, ...]):
    meant = means(words, "clearing", *moves)
    assert meant == Meaning("quit")
    asks = told(story("clearing"), SESSION, moves, EVERYTHING, meant)
    assert asks.then == "", "it is asked about first"


@pytest.mark.parametrize("words", STOPS)
def test_said_again_they_are_meant(words: str):
    assert means(words, asked=PassageQuestion(to_quit=True)) == Meaning("quit", confirmed=True)


@pytest.mark.parametrize("words", STOPS)
@pytest.mark.parametrize("moves", [("sit",), ("sit", "room"), ("sit", "room", "feet")])
def test_within_an_exercise_they_do_not(words: str, moves: tuple[str, ...]):
    assert means(words, "clearing", *moves).kind in {"choice", "unsure"} | {"self", "action"}


def test_an_exercise_that_offers_to_stop_is_stopped():
    assert means("stop", "clearing", "sit") == Meaning("choice", "stop")


def test_what_leaves_always_does_so_within_an_exercise_too():
    for words in ("quit", "exit", "stop the story", "end the session"):
        assert means(words, "clearing", "sit") == Meaning("quit")


@pytest.mark.parametrize("words", ["I want to end", "I want to end it", "I must end", "end it all", "end me"])
def test_who_speaks_of_their_own_end_is_not_asked_about_the_story(words: str):
    assert means(words).kind != "quit"


@pytest.mark.parametrize("words", ["don't stop", "stop the snail", "the end of the path", "stop and look"])
def test_more_than_that_is_something_else(words: str):
    assert means(words).kind != "quit"
