"""The connections between a story's scenes, and the skills they practise, read from the tags without
playing.
"""

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from tta.stories.story import Story, StoryBroken, tags_of


def ways(story: Story) -> Mapping[str, tuple[str, ...]]:
    """Return the scenes to which each scene's choices lead, by the `to:` tags of its knot. Raises
    StoryBroken.
    """
    for scene, unknown in ways_to_nowhere(story):
        raise StoryBroken(f"{story.id}@{story.version}, {scene}: leads to {unknown}, which is no scene")
    return _told_by_scenes(story, "to")


def ways_to_nowhere(story: Story) -> Iterator[tuple[str, str]]:
    """Return the scenes with a `to:` tag that names no scene, each with that name."""
    for scene, leads in _told_by_scenes(story, "to").items():
        yield from ((scene, to) for to in leads if to not in story.scenes)


def endings(story: Story) -> Mapping[str, tuple[str, ...]]:
    """Return the endings that each scene may reach."""
    return _told_by_scenes(story, "ending")


def reached(begins: Iterable[str], leads: Mapping[str, Iterable[str]], among: Container[str]) -> set[str]:
    """Return which of some scenes can be reached from the first through these scenes only."""
    found: set[str] = set()
    ahead = list(begins)
    while ahead:
        scene = ahead.pop()
        if scene in among and scene not in found:
            found.add(scene)
            ahead += leads.get(scene, ())
    return found


def credited(story: Story) -> Iterator[tuple[str, str]]:
    """Return the knots that credit a skill as practised, each with the skill."""
    for knot, content in _knots(story).items():
        yield from ((knot, skill) for skill in _told(content, "practised"))


def _told_by_scenes(story: Story, name: str) -> Mapping[str, tuple[str, ...]]:
    knots = _knots(story)
    return {scene: _told(knots[scene], name) for scene in sorted(story.scenes)}


def _knots(story: Story) -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(story.compiled)["root"][-1]
    return found


def _told(content: Any, name: str) -> tuple[str, ...]:
    """Return the values of a container's tags with a given name."""
    told = {tag.partition(":")[2].strip() for tag in tags_of(content) if tag.startswith(f"{name}:")}
    return tuple(sorted(told))
