"""Sensitive topics of a text are found by its words, with few false alarms."""

import json

import pytest
from msgspec.structs import replace

from tta.domain.vocabulary import Approach
from tta.stories.story import Scene, Story, newest
from tta.stories.understanding.sensitive import TOPICS, unnamed_topics

PLAIN = Scene("a", Approach.CBT, 1, "any", "here")


def touched(text: str, scene: Scene = PLAIN) -> set[str]:
    """The topics that a scene of this text touches and does not name."""
    compiled = json.dumps({"root": [{scene.id: [f"^{text}"]}]})
    story = Story("s", 1, "T", "S", "W", "en", {scene.id: scene}, compiled)
    return {topic for _, topic in unnamed_topics(story)}


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("He hanged himself with a rope.", {"suicide"}),
        ("There had been an overdose of pills.", {"suicide"}),
        ("She wanted to end her own life.", {"suicide"}),
        ("You cut your arms with a razor.", {"suicide"}),
        ("He hurts himself when nobody looks.", {"suicide"}),
        ("Your father beat you and abused you.", {"abuse"}),
        ("He raped her.", {"sexual_violence"}),
        ("It was sexual abuse, and nobody said so.", {"sexual_violence", "abuse"}),
        ("He slapped her and kicked her.", {"violence"}),
        ("You starve yourself.", {"eating_disorder"}),
        ("Afterwards you vomit.", {"eating_disorder"}),
        ("She was ill with a terrible illness.", {"hospital"}),
        ("He fell ill in March.", {"hospital"}),
        ("He lay dying.", {"death"}),
        ("My mother is dead.", {"death"}),
        ("She passed away at noon.", {"death"}),
        ("The widow said nothing.", {"death"}),
        ("A squall came, and then another squall.", {"storm"}),
        ("At school they bullied him.", {"bullying"}),
        ("They divorced in spring.", {"divorce"}),
    ],
)
def test_what_a_text_touches_is_found(text, topics):
    assert touched(text) == topics
    named = replace(PLAIN, topics=tuple(topics))
    assert touched(text, named) == set()


@pytest.mark.parametrize(
    "text",
    [
        "A dead end, and a dead letter in it.",
        "The sea was dead calm. You go dead slow.",
        "You cut the bread with a knife, and cut yourself a slice.",
        "He hung the coat on a hook and killed the light.",
        "She beat the drum. You beat him to it.",
        "I'm starving, says the goat. The soup is good.",
        "He felt ill at ease.",
        "It takes all your time.",
        "A squall, far off.",
        "The grapes are ripe and the path is broad.",
        "She weighs the letter and loses count.",
    ],
)
def test_a_turn_of_phrase_touches_nothing(text):
    assert touched(text) == set()


def test_a_place_counts_by_itself():
    assert touched("You sit.", replace(PLAIN, location="roof")) == {"heights"}
    assert touched("You sit under the roof.") == set()


def test_each_name_is_of_one_topic():
    names = [name for topic in TOPICS for name in topic.named]
    assert sorted(names) == sorted(set(names))


def test_a_topic_that_a_text_touches_is_named():
    story = newest("storm_keeper")
    assert story is not None
    assert list(unnamed_topics(story)) == []
    bare = {each.id: replace(each, warnings=(), topics=()) for each in story.scenes.values()}
    found = set(unnamed_topics(story._replace(scenes=bare)))
    assert {("gallery", "storm"), ("lamp_falter", "storm"), ("bell_house", "death")} <= found
    assert ("pantry", "storm") not in found, "one mention in passing"


def test_what_is_no_scene_touches_no_topic():
    story = newest("the_cartographers_debt")
    assert story is not None
    assert '"^kindly"' in story.compiled
    touching = story._replace(compiled=story.compiled.replace('"^kindly"', '"^as if nobody had died"'))
    assert list(unnamed_topics(touching)) == [("man", "death")]


@pytest.mark.parametrize("told", [{"location": "cliff top"}, {"id": "the_graves"}])
def test_a_place_that_says_it_touches_a_topic_names_it(told):
    story = newest("clearing")
    assert story is not None
    scene = replace(story.scenes["mere"], **told)
    found = [
        topic for at, topic in unnamed_topics(story._replace(scenes={scene.id: scene})) if at == scene.id
    ]
    assert found == [{"location": "heights", "id": "death"}[next(iter(told))]]
