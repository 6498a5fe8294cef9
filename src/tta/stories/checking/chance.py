"""Checks the random numbers of a compiled story: all must come from the session's seed."""

import json
from collections.abc import Iterator
from typing import Any

from tta.stories.playing.runtime import SEED
from tta.stories.story import Story

CHANCE = frozenset({"rnd", "seq", "lrnd"})
"""The compiled forms of `RANDOM`, shuffles and `LIST_RANDOM`."""
SEEDING = "srnd"
SEEDED = ["ev", {"VAR?": SEED}, SEEDING]
"""The compiled form of `~ SEED_RANDOM(seed)`."""


def uses_chance(story: Story) -> bool:
    return not CHANCE.isdisjoint(commands(json.loads(story.compiled)["root"]))


def chance_problems(story: Story) -> Iterator[str]:
    """Report random numbers that are not seeded, or seeded too late, with another value, or twice."""
    root = json.loads(story.compiled)["root"]
    used = list(commands(root))
    if "lrnd" in used:
        # The runtime orders items of equal value arbitrarily, so the seed does not determine the result.
        yield "uses LIST_RANDOM, which the seed does not determine: use RANDOM and a switch"
    if SEEDING in used and not (_begins_seeded(root) and used.count(SEEDING) == 1):
        yield (
            "seeds chance other than by one `~ SEED_RANDOM(seed)`, first of all, with `VAR seed`: "
            "a session's chance would not be its own"
        )
    elif SEEDING not in used and not CHANCE.isdisjoint(used):
        yield "uses chance without `~ SEED_RANDOM(seed)`: a session could not be replayed"


def _begins_seeded(root: list[Any]) -> bool:
    """Return whether a story, after its global tags, first seeds its random numbers."""
    named = root[-1] if isinstance(root[-1], dict) else {}
    if SEED not in _assigned(named.get("global decl", [])) or not isinstance(root[0], list):
        return False
    first: list[Any] = root[0]
    at, in_tag = 0, False
    while at < len(first):
        each = first[at]
        if each in ("#", "/#"):
            in_tag = each == "#"
        elif not in_tag and each != "\n":
            break
        at += 1
    return first[at : at + len(SEEDED)] == SEEDED


def _assigned(content: object) -> Iterator[str]:
    """Return the global variables that a container sets."""
    if isinstance(content, dict):
        for name, each in content.items():
            if name == "VAR=" and isinstance(each, str):
                yield each
            else:
                yield from _assigned(each)
    elif isinstance(content, list):
        for each in content:
            yield from _assigned(each)


def commands(content: object) -> Iterator[str]:
    """Return every control command of a container, at any depth. Texts begin with ^."""
    if isinstance(content, dict):
        for each in content.values():
            if not isinstance(each, str):
                yield from commands(each)
    elif isinstance(content, list):
        for each in content:
            if isinstance(each, str):
                yield each
            else:
                yield from commands(each)
