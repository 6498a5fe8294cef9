"""Replies that do not move the story, and pausing and ending in words."""

from uuid import UUID

import pytest
from msgspec.structs import replace

from tests.support.told_passages import next_passage
from tta.domain.passages import Passage, PassageQuestion, Play, Wishes
from tta.stories.playing.filtering import filter_of
from tta.stories.playing.narrating import ToldPassage, opening, told, understood
from tta.stories.story import newest

STORY = newest("storm_keeper")
assert STORY is not None
SESSION = UUID(int=5)
FREE = Wishes()
KEPT = filter_of(FREE)
FRESH = Play()


def said(words: str, play: Play = FRESH, wishes: Wishes = FREE) -> ToldPassage:
    assert STORY is not None
    return next_passage(STORY, SESSION, play.moves, wishes, choice=None, words=words, asked=play.asked)


OPENING = opening(STORY, SESSION, FREE)


@pytest.mark.parametrize(
    "words",
    ["look", "help", "status", "quit", "kick the boat", "I feel so tired", "hello Maren", "hm"],
)
def test_the_story_stands_still_and_its_ways_stay_open(words: str):
    answer = said(words)
    assert answer.passage.move is None
    assert (answer.passage.scene, answer.passage.choices) == (OPENING.passage.scene, OPENING.passage.choices)
    assert answer.choice_texts == OPENING.choice_texts
    assert answer.text


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("pause", "pause"),
        ("nervous", "choice"),
        ("I feel so tired", "self"),
        ("hm", "unsure"),
        ("look", "look"),
    ],
)
def test_what_words_meant_is_remembered(words: str, meant: str):
    assert said(words).passage.meant == meant


def test_a_choice_by_its_id_is_no_understanding():
    assert STORY is not None
    taken = next_passage(STORY, SESSION, [], FREE, choice="fine", words=None)
    assert (taken.passage.move, taken.passage.meant) == ("fine", None)


def test_a_pause_is_asked_for():
    assert said("pause").then == "pause"
    assert said("pause").passage == Passage(meant="pause"), "nothing is offered, and nothing taken back"
    assert "right here" in said("pause").text


def test_a_story_ends_only_when_it_was_asked_and_answered():
    play = Play().after(said("quit").passage)
    assert said("quit").then == ""
    assert "for good" in said("quit").text
    assert play.asked.to_quit
    for words in ("quit", "yes", "end the story"):
        assert said(words, play).then == "end"
    for words in ("no", "look", "nervous", "pause"):
        after = said(words, play)
        assert after.then != "end"
        assert not play.after(after.passage).asked.to_quit


def test_yes_ends_nothing_that_was_not_asked():
    assert said("yes").then == ""
    assert said("yes", Play().after(Passage())).then == ""


def test_who_is_there_listens_and_who_is_not_is_said_to_be_elsewhere():
    assert said("hello Maren").text.startswith("Maren listens, and waits.")
    assert said("talk to Tobin").text.startswith("Tobin is not here.")


def test_what_is_unclear_names_the_two_that_fit():
    assert STORY is not None
    moves = ["fine", "water"]
    answer = next_passage(STORY, SESSION, moves, FREE, choice=None, words="line")
    assert answer.passage.move is None
    assert "Do you mean “" in answer.text
    assert "”, or “" in answer.text


TWO_FIT = Play(moves=("fine", "water"))


def asked_between() -> Play:
    return TWO_FIT.after(said("line", TWO_FIT).passage)


@pytest.mark.parametrize("words", ["yes", "Yes, please!", "that one", "ok", "I do"])
def test_yes_takes_the_one_that_was_asked_about(words: str):
    asked = FRESH.after(said("2?").passage)
    assert "Do you mean “" in said("2?").text
    assert said("2?").passage.between == (OPENING.passage.choices[1],)
    assert said(words, asked).passage.move == OPENING.passage.choices[1]


@pytest.mark.parametrize("words", ["no", "no, not that", "hm", "I do not know"])
def test_anything_else_takes_nothing_of_what_was_asked_about(words: str):
    assert said(words, FRESH.after(said("2?").passage)).passage.move is None


def test_what_was_asked_about_is_forgotten_with_the_next_answer():
    later = FRESH.after(said("2?").passage)
    later = later.after(said("look", later).passage)
    assert said("yes", later).passage.move is None


def test_of_two_that_were_asked_about_yes_means_neither_and_the_latter_one():
    asked = asked_between()
    former, latter = asked.asked.between
    assert said("yes", asked).passage.between == (former, latter)
    assert said("the former", asked).passage.move == former
    assert said("the latter, please", asked).passage.move == latter


def test_an_ordinal_that_may_be_of_two_lists_is_asked_about():
    offered = said("look", TWO_FIT).passage.choices
    asked = replace(TWO_FIT, asked=PassageQuestion(between=(offered[1], offered[0])))
    assert said("the first", asked).passage.between == (offered[1], offered[0])
    assert said("the last", asked).passage.move is None
    assert said("1", asked).passage.move == offered[0]
    asked = replace(TWO_FIT, asked=PassageQuestion(between=(offered[0], offered[1])))
    assert said("the first", asked).passage.move == offered[0]


def test_what_was_asked_about_is_not_taken_where_it_is_not_open_any_more():
    asked = replace(FRESH, asked=PassageQuestion(between=("gone",)))
    assert said("yes", asked).passage.move is None


def test_who_speaks_of_themself_hears_of_people_and_may_go_on():
    text = said("I can't sleep and my day was bad").text
    assert all(each in text for each in ("program", "whom you trust", "help", "(1)"))


def test_the_status_says_what_was_practised():
    story = newest("the_night_post")
    assert story is not None
    moves = ["watch_valley", "thought_seen", "share", "stove", "full_count", "three_more"]
    answer = next_passage(story, SESSION, moves, FREE, choice=None, words="status")
    assert story.title in answer.text
    assert "breathing 478" in answer.text
    assert "No exercise" in said("status").text


def test_what_is_understood_and_then_told_is_the_next_passage():
    assert STORY is not None
    for words in ("nervous", "quit", "hm", "I feel low"):
        meaning = understood(STORY, SESSION, [], KEPT, choice=None, words=words)
        assert told(STORY, SESSION, [], KEPT, meaning) == said(words)


def test_a_meaning_that_is_not_open_any_more_moves_nothing():
    assert STORY is not None
    meaning = understood(STORY, SESSION, [], KEPT, choice=None, words="nervous")
    answer = told(STORY, SESSION, ["fine"], KEPT, meaning)
    assert answer.passage.move is None
    assert answer.text.startswith("That is not open from here")
