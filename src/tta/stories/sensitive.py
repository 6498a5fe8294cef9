"""Sensitive topics, and the words by which a text touches them: a net for what an author forgot to name.

It finds words, not meanings: a scene may touch a topic in none of these words, so reading stays the author's.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tta.stories.story import Scene, Story


class Topic(NamedTuple):
    """A topic that many want to avoid. A scene names it by one of `named`, the first at best."""

    named: tuple[str, ...]
    words: re.Pattern[str]
    mentions_min: int = 1
    """How many mentions are more than a turn of phrase. In a scene's id or location, one is."""


def _topic(*named: str, words: str, mentions_min: int = 1) -> Topic:
    return Topic(named, re.compile(rf"\b(?:{words})\b", re.IGNORECASE), mentions_min)


TOPICS = (
    _topic("blood", "injury", words=r"blood\w*|bleed\w*|wounds?"),
    _topic("death", "grief", "loss", "bereavement", words=r"funerals?|graves?|coffins?|corpses?|died"),
    _topic("deep_water", "drowning", words=r"drown\w*"),
    _topic("fire", words=r"ablaze|wildfires?|in flames|burn(?:s|t|ed|ing) down"),
    _topic("heights", words=r"cliff[- ](?:top|edge)|precipice|vertigo|abyss"),
    _topic("storm", words=r"storms?|thunder\w*|lightning|hurricanes?", mentions_min=2),
    _topic("spiders", words=r"spiders?|tarantulas?", mentions_min=2),
    _topic("snakes", words=r"snakes?|vipers?", mentions_min=2),
    _topic("alcohol", words=r"wine|beer|whisk(?:e?y|ies)|brandy|rum|vodka|drunkards?|hangover"),
    _topic("hospital", "illness", words=r"hospitals?|surger(?:y|ies)|surgeons?|ambulances?|cancer|tumou?rs?"),
    _topic("violence", words=r"guns?|pistols?|stab(?:s|bed|bing)|strangl\w*"),
    _topic("suicide", "self_harm", words=r"suicid\w*|kill(?:s|ed|ing)? (?:him|her|my|your|them)sel\w*"),
)


def unnamed_topics(story: Story) -> Iterator[tuple[str, str]]:
    """Name each scene that touches a topic which neither its warnings nor its topics name, with the topic.

    What is no scene, as a function, has no tags: what it says is met in any scene, so it touches none.
    """
    told = _texts(story.compiled)
    for scene in story.scenes.values():
        for topic in TOPICS:
            if not {*scene.warnings, *scene.topics}.intersection(topic.named) and _touches(
                scene, told.get(scene.id, ""), topic
            ):
                yield scene.id, topic.named[0]
    for knot in sorted(told.keys() - story.scenes.keys()):
        for topic in TOPICS:
            if topic.words.search(told[knot]):
                yield knot, topic.named[0]


def _touches(scene: Scene, text: str, topic: Topic) -> bool:
    place = f"{scene.id} {scene.location}".replace("_", " ")
    return bool(topic.words.search(place)) or len(topic.words.findall(text)) >= topic.mentions_min


def _texts(compiled: str) -> dict[str, str]:
    """All that each knot may say, in the order of its parts, without its tags."""
    root: list[Any] = json.loads(compiled)["root"]
    knots = root[-1] if isinstance(root[-1], dict) else {}
    return {name: "\n".join(_said(content)) for name, content in knots.items()}


def _said(content: object) -> Iterator[str]:
    if isinstance(content, dict):
        for each in content.values():
            yield from _said(each)
    elif isinstance(content, list):
        yield from _said_in(content)


def _said_in(content: Iterable[object]) -> Iterator[str]:
    in_tag = False
    for each in content:
        if not isinstance(each, str):
            yield from _said(each)
        elif each in {"#", "/#"}:
            in_tag = each == "#"
        elif each.startswith("^") and not in_tag:
            yield each[1:]
