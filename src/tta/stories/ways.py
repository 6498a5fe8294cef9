"""Where the scenes of a story lead, and what is practised in them, by their tags: read without playing it."""

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from tta.stories.story import Story, StoryBroken


def ways(story: Story) -> Mapping[str, tuple[str, ...]]:
    """The scenes that each scene's choices lead to, by the `to:` tags within its knot. Raises StoryBroken."""
    named: dict[str, Any] = json.loads(story.compiled)["root"][-1]
    found = {}
    for scene in sorted(story.scenes):
        leads = _told(named[scene], "to")
        unknown = leads - story.scenes.keys()
        if unknown:
            where = f"{story.id}@{story.version}, {scene}"
            raise StoryBroken(f"{where}: leads to {', '.join(sorted(unknown))}, which is no scene")
        found[scene] = tuple(sorted(leads))
    return found


def endings(story: Story) -> Mapping[str, tuple[str, ...]]:
    """The endings that each scene may come to."""
    named: dict[str, Any] = json.loads(story.compiled)["root"][-1]
    return {scene: tuple(sorted(_told(named[scene], "ending"))) for scene in story.scenes}


def reached(begins: Iterable[str], leads: Mapping[str, Iterable[str]], among: Container[str]) -> set[str]:
    """The scenes of some that are come to from the first by way of them alone."""
    found: set[str] = set()
    ahead = list(begins)
    while ahead:
        scene = ahead.pop()
        if scene in among and scene not in found:
            found.add(scene)
            ahead += leads.get(scene, ())
    return found


def credited(story: Story) -> Iterator[tuple[str, str]]:
    """The knots that credit a skill as practised, each with the skill."""
    for knot, content in json.loads(story.compiled)["root"][-1].items():
        yield from ((knot, skill) for skill in sorted(_told(content, "practised")))


def _told(content: Any, name: str) -> set[str]:
    """What the tags of a name say within a container."""
    return {tag.partition(":")[2].strip() for tag in _tags(content) if tag.startswith(f"{name}:")}


def _tags(content: Any) -> Iterator[str]:
    """Every tag of a container, however deep: Ink writes `"#", "^to: hall", "/#"`."""
    if isinstance(content, dict):
        for each in content.values():
            yield from _tags(each)
    elif isinstance(content, list):
        for before, each in zip([None, *content], content, strict=False):
            if before == "#" and isinstance(each, str):
                yield each.removeprefix("^").strip()
            else:
                yield from _tags(each)
