"""The known skills: those that a story of the catalogue practises."""

from functools import cache

from tta.stories.story import catalogue


@cache
def skills() -> frozenset[str]:
    return frozenset(
        skill for versions in catalogue().values() for story in versions.values() for skill in story.skills
    )
