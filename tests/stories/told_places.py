"""A place in a story, as players' words are tried there."""

from functools import cache
from uuid import UUID

from tta.stories.playing import Offer, Playthrough, Sent
from tta.stories.standing import characters_of
from tta.stories.story import newest


@cache
def place(story: str, scene: str) -> tuple[tuple[Offer, ...], tuple[str, ...]]:
    """Give what is offered at a scene, and who appears in its story."""
    found = newest(story)
    assert found is not None
    played = Playthrough(found, UUID(int=1))
    return played.make(Sent(scene)).offers, characters_of(found)
