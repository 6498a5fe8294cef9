"""An authored story: its compiled Ink, and the tags of the story and of every scene.

A story is `authored/<id>/<version>.ink` with its compiled `.json` beside it; see `docs/stories.md`.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple, TypeVar

import msgspec
from bink.story import Story as Ink

from tta.domain.passages import READINESS, Readiness
from tta.domain.vocabulary import Approach

CALM = "calm_place"
"""The scene of every story for a player to whom nothing else is open: intensity 1, no warnings."""
STORY_TAGS = ("id", "version", "title", "summary", "world", "language")
SCENE_TAGS = ("scene", "approach", "intensity", "readiness", "location")
"""Every scene has each of these once."""
SOME_SCENES_TAGS = ("skill", "warnings", "topics", "characters")
WITHIN_TAGS = ("id", "to", "practised", "ending")
"""The tags of choices and lines within a scene."""
INTENSITIES = range(1, 6)
Word = TypeVar("Word", bound=str)


class Scene(msgspec.Struct, frozen=True):
    """A scene, from its tags. Its id is the name of its knot."""

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
    """A story's tags are wrong or missing; the message names the story and each place."""


class WrittenStory(NamedTuple):
    """A version of a story as its author left it, not read yet."""

    id: str
    version: int
    compiled: str


Problems = list[tuple[str, str]]
"""A place in a story (empty: the whole story), and what is wrong there."""


@cache
def catalogue() -> Mapping[str, Mapping[int, Story]]:
    """Every story by id, with its versions in order. Raises StoryBroken."""
    found: dict[str, dict[int, Story]] = {}
    for identity, version, compiled in written():
        found.setdefault(identity, {})[version] = read_story(identity, version, compiled)
    return found


def written() -> Iterator[WrittenStory]:
    """Every version of every story that comes with this TTA, in order."""
    for folder in sorted(authored().iterdir(), key=lambda each: each.name):
        if folder.is_dir() and not folder.name.startswith("_"):
            versions = [each for each in folder.iterdir() if each.name.endswith(".json")]
            for compiled in sorted(versions, key=_version_of):
                yield WrittenStory(folder.name, _version_of(compiled), compiled.read_text("utf-8-sig"))


def _version_of(compiled: Traversable) -> int:
    return int(compiled.name.removesuffix(".json"))


def versions_had() -> int:
    """Return the number of versions of stories. None is ever removed, so a later release has no fewer."""
    return sum(map(len, catalogue().values()))


def newest(story: str) -> Story | None:
    """Return the newest version of a story; None if the id is unknown."""
    versions = catalogue().get(story)
    return versions[max(versions)] if versions else None


def authored() -> Traversable:
    return resources.files("tta.stories") / "authored"


def read_story(identity: str, version: int, compiled: str) -> Story:
    """Read the tags of a compiled story. Raises StoryBroken, which lists every problem."""
    story, problems = read_leniently(compiled)
    if (story.id, story.version) != (identity, version):
        problems.insert(0, ("", f"says that it is {story.id}@{story.version}"))
    if problems:
        said = (f"{identity}@{version}{place and f', {place}'}: {problem}" for place, problem in problems)
        raise StoryBroken("; ".join(said))
    return story


def read_leniently(compiled: str) -> tuple[Story, Problems]:
    """Read a story, and list every problem with its tags. A missing tag gets a default, so that the rest can
    be checked. Raises StoryBroken if this is not compiled Ink.
    """
    try:
        ink = Ink(compiled)
        root: list[Any] = json.loads(compiled)["root"]
    except (RuntimeError, ValueError) as error:
        raise StoryBroken(f"this is not compiled Ink: {error}") from error
    problems: Problems = []
    said = _TagProblems("", problems.append)
    told = said.named(ink.get_global_tags(), STORY_TAGS)
    said.complete(told, STORY_TAGS)
    scenes = {}
    for knot in knots(compiled):
        said = _TagProblems(knot, problems.append)
        begins = list(ink.get_tags_for_content_at_path(knot))
        said.placed(begins, list(tags_of(root[-1][knot])))
        if begins:
            scenes[knot] = _scene(knot, said.named(begins, (*SCENE_TAGS, *SOME_SCENES_TAGS)), said)
    version = told.get("version", "0")
    if not (version.isascii() and version.isdecimal()):
        problems.append(("", f"version is a number, got {version}"))
    identity, title, summary, world, language = (
        told.get(name, "") for name in STORY_TAGS if name != "version"
    )
    numbered = int(version) if version.isdecimal() else 0
    return Story(identity, numbered, title, summary, world, language, scenes, compiled), problems


def knots(compiled: str) -> list[str]:
    """Return the names of a compiled story's knots, functions included, in any order."""
    root: list[Any] = json.loads(compiled)["root"]
    named = root[-1] if isinstance(root[-1], dict) else {}
    return [name for name in named if not name.startswith("#") and name != "global decl"]


def tags_of(content: Any) -> Iterator[str]:
    """Return every tag of a container, at any depth: Ink writes `"#", "^to: hall", "/#"`."""
    if isinstance(content, dict):
        for each in content.values():
            yield from tags_of(each)
    elif isinstance(content, list):
        for before, each in zip([None, *content], content, strict=False):
            if before == "#" and isinstance(each, str):
                yield each.removeprefix("^").strip()
            else:
                yield from tags_of(each)


class _TagProblems(NamedTuple):
    """Collects the problems with the tags of one place."""

    place: str
    tell: Callable[[tuple[str, str]], None]

    def wrong(self, problem: str) -> None:
        self.tell((self.place, problem))

    def named(self, tags: Iterable[str], known: Iterable[str]) -> dict[str, str]:
        """Return the values by name, and report names that are unknown or repeated."""
        found: dict[str, str] = {}
        for tag in tags:
            name, colon, value = (part.strip() for part in tag.partition(":"))
            if not colon:
                self.wrong(f"a tag is name: value, got {tag!r}")
            elif name not in known:
                self.wrong(f"there is no tag {name}: it is one of {', '.join(known)}")
            elif name in found:
                self.wrong(f"the tag {name} comes twice")
            else:
                found[name] = value
        return found

    def complete(self, told: Mapping[str, str], names: Iterable[str]) -> None:
        missing = [name for name in names if not told.get(name)]
        if missing:
            self.wrong(f"the tags {', '.join(missing)} are missing")

    def one_of(self, told: Mapping[str, str], name: str, values: Iterable[Word]) -> Word:
        """Return the allowed value of a tag; if it is wrong, report it and return the first."""
        known = list(values)
        if name in told and told[name] not in known:
            self.wrong(f"{name} is one of {', '.join(known)}, got {told[name]}")
        return next((each for each in known if each == told.get(name)), known[0])

    def placed(self, begins: Iterable[str], tags: Iterable[str]) -> None:
        """Report unknown tags within a knot, and a scene's tags in a place where they have no effect."""
        later = Counter(tags) - Counter(tag.strip() for tag in begins)
        for tag in later:
            name = tag.partition(":")[0].strip()
            if name in SCENE_TAGS or name in SOME_SCENES_TAGS:
                self.wrong(f"the tag {name} stands after the scene's first words, where it has no effect")
            elif ":" not in tag or name not in WITHIN_TAGS:
                self.wrong(f"within a scene a tag is one of {', '.join(WITHIN_TAGS)}: value, got {tag!r}")


def _scene(knot: str, tags: Mapping[str, str], said: _TagProblems) -> Scene:
    said.complete(tags, SCENE_TAGS)
    if tags.get("scene", knot) != knot:
        said.wrong(f"says that it is the scene {tags['scene']}")

    intensity = tags.get("intensity", "1")
    if not (intensity.isascii() and intensity.isdecimal()) or int(intensity) not in INTENSITIES:
        said.wrong(f"intensity is 1 to 5, got {intensity}")
        intensity = "1"
    return Scene(
        id=knot,
        approach=said.one_of(tags, "approach", Approach),
        intensity=int(intensity),
        readiness=said.one_of(tags, "readiness", READINESS),
        location=tags.get("location", ""),
        skill=tags.get("skill"),
        warnings=_listed(tags.get("warnings")),
        topics=_listed(tags.get("topics")),
        characters=_listed(tags.get("characters")),
    )


def _listed(value: str | None) -> tuple[str, ...]:
    return tuple(each.strip() for each in value.split(",") if each.strip()) if value else ()
