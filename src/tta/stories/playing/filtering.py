"""What of a story one player may meet: their wishes, read once, held against its scenes and choices."""

from typing import NamedTuple

from tta.domain.passages import READINESS, Readiness, Wishes
from tta.stories.playing.runtime import Offer, ShownPassage
from tta.stories.story import CALM, Scene, Story
from tta.stories.understanding.avoiding import AvoidedStems, avoided


class Filter(NamedTuple):
    """A player's wishes as scenes are held against them. Made once for a turn or a request, and passed on:
    reading wishes takes time, and nothing that a player said may stay behind in a process.
    """

    avoids: AvoidedStems
    intensity: int
    readiness: Readiness


def filter_of(wishes: Wishes) -> Filter:
    return Filter(avoided(wishes.avoid), wishes.intensity, wishes.readiness)


def may_meet(scene: Scene, wishes: Filter) -> bool:
    """Say whether a scene is one that a player wants to meet."""
    return not not_met_because(scene, wishes)


def not_met_because(scene: Scene, wishes: Filter) -> tuple[str, ...]:
    """Say why a player does not want to meet a scene, in the scene's own words; empty where they do."""
    told = dict.fromkeys((*scene.warnings, *scene.topics))
    because = [each for each in told if wishes.avoids.meets(each)]
    if scene.intensity > wishes.intensity:
        because.append(f"intensity {scene.intensity}")
    if READINESS.index(scene.readiness) > READINESS.index(wishes.readiness):
        because.append(f"readiness {scene.readiness}")
    return tuple(because)


def may_go(story: Story, scene: str, wishes: Filter) -> bool:
    """Say whether a player may be led to a scene, or stay there; to the calm place always."""
    if not scene or scene == CALM or scene not in story.scenes:
        return True
    return may_meet(story.scenes[scene], wishes)


def open_offers(story: Story, shown: ShownPassage, wishes: Filter) -> tuple[Offer, ...]:
    """Those of the offered choices that lead to nothing which the player does not want to meet, and stay in
    no such scene.
    """
    return tuple(offer for offer in shown.offers if may_go(story, offer.to or shown.scene, wishes))
