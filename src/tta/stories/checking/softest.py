"""Checks that the most protected player, as in recovery, can always continue and can reach an ending."""

from collections.abc import Iterator
from uuid import UUID

from tta.domain.passages import Wishes
from tta.stories.checking.counts import visits_told_apart
from tta.stories.checking.walk import Walk
from tta.stories.playing.filtering import filter_of, may_go, open_offers
from tta.stories.playing.runtime import ChoiceMove, Playthrough, SceneMove, StoryFault
from tta.stories.story import CALM, Story

SOFTEST = filter_of(Wishes().softened())
STATES_MAX = 1_000  # Takes about a second. New passages come first, so that the rest is repetition.


def soft_problems(story: Story, session: UUID) -> Iterator[tuple[str, str]]:
    """Walk what the most protected player is offered; report where they cannot go on, or find no ending."""
    walk, walker = Walk(STATES_MAX, visits_told_apart(story)), Playthrough(story, session)
    try:
        _led(walker, story)
        walk.arrive(walker)
    except StoryFault as fault:
        yield CALM, f"the way there {fault}"
    broken: set[tuple[str, str]] = set()
    stuck: set[str] = set()
    endings = 0
    for place in walk:
        shown = place.shown
        endings += bool(shown.ending)
        offers = open_offers(story, shown, SOFTEST)
        if not offers and not shown.ending:
            stuck.add(shown.scene)
        for offer in (each for each in offers if each.id and (shown.scene, each.id) not in broken):
            walker.go_back(place.saved, shown)
            try:
                walker.make(ChoiceMove(offer.id))
                _led(walker, story)
                walk.arrive(walker)
            except StoryFault as fault:
                broken.add((shown.scene, offer.id))
                yield shown.scene, f"the choice {offer.id} {fault}"
    yield from ((scene, "leaves the most protected player no choice") for scene in sorted(stuck))
    if not endings:
        yield "", "has no ending that the most protected player can reach"


def _led(walker: Playthrough, story: Story) -> None:
    """Go to the calm place when a session would be led there."""
    shown = walker.shown
    stuck = not open_offers(story, shown, SOFTEST) and not shown.ending
    if stuck or not may_go(story, shown.scene, SOFTEST):
        walker.make(SceneMove(CALM))
