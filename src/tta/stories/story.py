"""An authored story: its compiled Ink, and what its tags say of it and of every scene.

A story is `authored/<id>/<version>.ink` with its compiled `.json` beside it; see `docs/stories.md`.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

import msgspec
from bink.story import Story as Ink

from tta.domain.passages import READINESS, Readiness
from tta.domain.vocabulary import Approach

CALM = "calm_place"
"""The scene that every story has for when nothing else may be played: intensity 1, no warnings."""
SCENE_TAGS = ("scene", "approach", "intensity", "readiness", "location")
"""Every scene has these, once each; `skill`, `warnings`, `topics` and `characters` where they apply."""
INTENSITIES = range(1, 6)


class Scene(msgspec.Struct, frozen=True):
    """What a scene's tags say. Its id is the name of its knot."""

    id: str
    approach: Approach
    intensity: int
    readiness: Readiness
    location: str
    skill: str | None = None
    warnings: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    characters: tuple[str, ...] = ()


class Story(NamedTuple):
    """A version of a story. `compiled` is Ink's JSON as text."""

    id: str
    version: int
    title: str
    summary: str
    world: str
    language: str
    scenes: Mapping[str, Scene]
    compiled: str

    @property
    def skills(self) -> tuple[str, ...]:
        return tuple(sorted({scene.skill for scene in self.scenes.values() if scene.skill}))

    @property
    def approaches(self) -> tuple[Approach, ...]:
        return tuple(sorted({scene.approach for scene in self.scenes.values()}))

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(sorted({each for scene in self.scenes.values() for each in scene.warnings}))


class StoryBroken(Exception):
    """A story's tags do not say what they must; the message names the story and the place."""


@cache
def catalogue() -> Mapping[str, Mapping[int, Story]]:
    """Every story by id, with its versions in order. Raises StoryBroken."""
    found: dict[str, dict[int, Story]] = {}
    for folder in sorted(authored().iterdir(), key=lambda each: each.name):
        if folder.is_dir() and not folder.name.startswith("_"):
            versions = [each for each in folder.iterdir() if each.name.endswith(".json")]
            for compiled in sorted(versions, key=lambda each: int(each.name.removesuffix(".json"))):
                version = int(compiled.name.removesuffix(".json"))
                story = read_story(folder.name, version, compiled.read_text("utf-8-sig"))
                found.setdefault(folder.name, {})[version] = story
    return found


def versions_had() -> int:
    """How many versions of stories there are here. None is ever removed, so a later release has no fewer."""
    return sum(map(len, catalogue().values()))


def newest(story: str) -> Story | None:
    """Give the newest version of a story; None where there is none of the id."""
    versions = catalogue().get(story)
    return versions[max(versions)] if versions else None


def authored() -> Traversable:
    return resources.files("tta.stories") / "authored"


def read_story(identity: str, version: int, compiled: str) -> Story:
    """Read what a compiled story says of itself. Raises StoryBroken."""
    ink = Ink(compiled)
    told = _tags(ink.get_global_tags(), f"{identity}@{version}")
    where = f"{identity}@{version}"
    if told.get("id") != identity or told.get("version") != str(version):
        raise StoryBroken(f"{where}: says that it is {told.get('id')}@{told.get('version')}")
    scenes = {}
    for knot in knots(compiled):
        tags = _tags(ink.get_tags_for_content_at_path(knot), f"{where}, {knot}")
        if tags:
            scenes[knot] = _scene(knot, tags, f"{where}, {knot}")
    try:
        title, summary, world, language = (told[name] for name in ("title", "summary", "world", "language"))
    except KeyError as error:
        raise StoryBroken(f"{where}: the global tag {error} is missing") from error
    return Story(identity, version, title, summary, world, language, scenes, compiled)


def knots(compiled: str) -> list[str]:
    """The names of a compiled story's knots, functions included, in no order that matters."""
    root: list[Any] = json.loads(compiled)["root"]
    named = root[-1] if isinstance(root[-1], dict) else {}
    return [name for name in named if not name.startswith("#") and name != "global decl"]


def _scene(knot: str, tags: Mapping[str, str], where: str) -> Scene:
    missing = [name for name in SCENE_TAGS if name not in tags]
    if missing:
        raise StoryBroken(f"{where}: the tags {', '.join(missing)} are missing")
    if tags["scene"] != knot:
        raise StoryBroken(f"{where}: says that it is the scene {tags['scene']}")
    if not tags["intensity"].isdecimal() or int(tags["intensity"]) not in INTENSITIES:
        raise StoryBroken(f"{where}: intensity is 1 to 5, got {tags['intensity']}")
    readiness = next((each for each in READINESS if each == tags["readiness"]), None)
    if readiness is None:
        raise StoryBroken(f"{where}: readiness is one of {', '.join(READINESS)}, got {tags['readiness']}")
    if tags["approach"] not in list(Approach):
        raise StoryBroken(f"{where}: approach is one of {', '.join(Approach)}, got {tags['approach']}")
    return Scene(
        id=knot,
        approach=Approach(tags["approach"]),
        intensity=int(tags["intensity"]),
        readiness=readiness,
        location=tags["location"],
        skill=tags.get("skill"),
        warnings=_listed(tags.get("warnings")),
        topics=_listed(tags.get("topics")),
        characters=_listed(tags.get("characters")),
    )


def _tags(tags: Iterable[str], where: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in tags:
        name, colon, value = tag.partition(":")
        if not colon:
            raise StoryBroken(f"{where}: a tag is name: value, got {tag!r}")
        if name.strip() in found:
            raise StoryBroken(f"{where}: the tag {name.strip()} comes twice")
        found[name.strip()] = value.strip()
    return found


def _listed(value: str | None) -> tuple[str, ...]:
    return tuple(each.strip() for each in value.split(",") if each.strip()) if value else ()
