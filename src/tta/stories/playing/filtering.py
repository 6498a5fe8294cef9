"""Which scenes and choices of a story are open to a player, by their wishes."""

from typing import NamedTuple

from tta.domain.passages import READINESS, Readiness, Wishes
from tta.stories.playing.runtime import Offer, ShownPassage
from tta.stories.story import CALM, Scene, Story
from tta.stories.understanding.avoiding import AvoidedStems, avoided


class Filter(NamedTuple):
    """A player's wishes, prepared for comparison with scenes. It is created once for a turn or a request and
    passed on, because reading wishes takes time, and no wish may stay in the process afterwards.
    """

    avoids: AvoidedStems
    intensity: int
    readiness: Readiness


def filter_of(wishes: Wishes) -> Filter:
    return Filter(avoided(wishes.avoid), wishes.intensity, wishes.readiness)


def may_meet(scene: Scene, wishes: Filter) -> bool:
    """Return whether a scene is open to a player with these wishes."""
    return not not_met_because(scene, wishes)


def not_met_because(scene: Scene, wishes: Filter) -> tuple[str, ...]:
    """Return why a scene is left out, in the scene's own words; empty if it is open."""
    told = dict.fromkeys((*scene.warnings, *scene.topics))
    because = [each for each in told if wishes.avoids.meets(each)]
    if scene.intensity > wishes.intensity:
        because.append(f"intensity {scene.intensity}")
    if READINESS.index(scene.readiness) > READINESS.index(wishes.readiness):
        because.append(f"readiness {scene.readiness}")
    return tuple(because)


def may_go(story: Story, scene: str, wishes: Filter) -> bool:
    """Return whether a player may be led to a scene or stay there. The calm place is always open."""
    if not scene or scene == CALM or scene not in story.scenes:
        return True
    return may_meet(story.scenes[scene], wishes)


def open_offers(story: Story, shown: ShownPassage, wishes: Filter) -> tuple[Offer, ...]:
    """Return the offered choices that neither lead to nor stay in a scene that is left out."""
    return tuple(offer for offer in shown.offers if may_go(story, offer.to or shown.scene, wishes))
