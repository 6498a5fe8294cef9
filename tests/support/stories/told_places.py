"""Places in stories, to test players' words there."""

from functools import cache
from typing import NamedTuple
from uuid import UUID

from tta.stories.playing.runtime import ChoiceMove, Offer, Playthrough, SceneMove, ShownPassage
from tta.stories.playing.standing import characters_of
from tta.stories.story import Story, catalogue, newest


class Place(NamedTuple):
    story: str
    scene: str
    offers: tuple[Offer, ...]
    characters: tuple[str, ...]


@cache
def place(story: str, scene: str) -> tuple[tuple[Offer, ...], tuple[str, ...]]:
    """Return the choices of a scene, and the characters of its story."""
    found = newest(story)
    assert found is not None
    played = Playthrough(found, UUID(int=1))
    return played.make(SceneMove(scene)).offers, characters_of(found)


@cache
def places() -> tuple[Place, ...]:
    """Return all sets of choices that are offered together, at and after the beginning of each scene."""
    return tuple(
        Place(id_, shown.scene, shown.offers, characters_of(story))
        for id_, versions in sorted(catalogue().items())
        for story in (versions[max(versions)],)
        for shown in _offering(story)
    )


def where(text: str) -> Place:
    """Return the place that offers the choice with this text."""
    return next(each for each in places() if text in {offer.text for offer in each.offers})


def _offering(story: Story) -> list[ShownPassage]:
    played = Playthrough(story, UUID(int=1))
    found: dict[tuple[Offer, ...], ShownPassage] = {}
    for scene in story.scenes:
        ahead = [(played.make(SceneMove(scene)), played.saved())]
        while ahead:
            shown, saved = ahead.pop()
            if not shown.offers or shown.offers in found:
                continue
            found[shown.offers] = shown
            for offer in (each for each in shown.offers if not each.to):
                played.go_back(saved, shown)
                ahead.append((played.make(ChoiceMove(offer.id)), played.saved()))
    return list(found.values())
