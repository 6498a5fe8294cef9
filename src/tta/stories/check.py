"""What a story must be before anybody plays it. `tta stories check` says all that is wrong at once.

The story is walked, every choice of every place, so a dead end, a scene that nobody can reach and a choice
without an id are found, not guessed.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from tta.stories.playing import Chosen, Playthrough, Sent, Shown
from tta.stories.sensitive import unnamed_topics
from tta.stories.softest import soft_problems
from tta.stories.story import CALM, Story
from tta.stories.walk import Walk

SCENES_MIN = 20
OFFERS_MAX = 6
TEXT_MAX = 8_000  # Characters: what a reply may have.
STATES_MAX = 5_000  # Walked per seed. What was never shown before goes first, so that the rest repeats.
SESSIONS = (UUID(int=1), UUID(int=2**128 - 1))
"""Chance is tried with two seeds; a story whose ways depend on it more is walked only along them."""

chance_pattern = re.compile(r'"(?:rnd|seq)"')
seeding_pattern = re.compile(r'"srnd"')


class Finding(NamedTuple):
    story: str
    place: str
    problem: str


def check(story: Story) -> list[Finding]:
    """Say all that is wrong with a story; nothing where all is well."""
    return [Finding(f"{story.id}@{story.version}", place, problem) for place, problem in _problems(story)]


def _problems(story: Story) -> Iterator[tuple[str, str]]:
    if len(story.scenes) < SCENES_MIN:
        yield "", f"has {len(story.scenes)} scenes, needs {SCENES_MIN}"
    calm = story.scenes.get(CALM)
    if calm is None:
        yield CALM, "is missing: where a player goes when nothing else may be played"
    elif calm.intensity != 1 or calm.warnings or calm.topics:
        yield CALM, "has intensity 1, no warnings and no topics"
    if chance_pattern.search(story.compiled) and not seeding_pattern.search(story.compiled):
        yield "", "uses chance without `~ SEED_RANDOM(seed)`: a session could not be played again"
    for scene in story.scenes.values():
        if scene.intensity >= 4 and not scene.warnings:
            yield scene.id, f"has intensity {scene.intensity} and no warnings"
    for scene_id, topic in unnamed_topics(story):
        yield (
            scene_id,
            f"missing warning: its text touches {topic}, which its warnings and topics do not name",
        )
    # Without chance every session goes alike.
    for session in SESSIONS if chance_pattern.search(story.compiled) else SESSIONS[:1]:
        yield from _walked(story, session)
        if calm is not None:
            yield from soft_problems(story, session)


def _walked(story: Story, session: UUID) -> Iterator[tuple[str, str]]:
    walk, walker = Walk(STATES_MAX), Playthrough(story, session)
    walk.arrive(walker)
    if CALM in story.scenes:
        walker.make(Sent(CALM))
        walk.arrive(walker)
    reached: set[str] = set()
    told: set[tuple[str, str]] = set()
    endings = 0
    for place in walk:
        shown = place.shown
        reached.add(shown.scene)
        endings += bool(shown.ending)
        told.update((shown.scene, problem) for problem in _wrong(shown, story))
        for offer in (each for each in shown.offers if each.id):
            walker.go_back(place.saved, shown)
            after = walker.make(Chosen(offer.id))
            if after.scene != (offer.to or shown.scene):
                said = f"leads to {offer.to}" if offer.to else "stays"
                told.add((shown.scene, f"the choice {offer.id} says that it {said}, not {after.scene}"))
            walk.arrive(walker)
    if not endings:
        told.add(("", "has no ending that can be reached"))
    told.update((scene, "cannot be reached") for scene in story.scenes.keys() - reached)
    yield from sorted(told)


def _wrong(shown: Shown, story: Story) -> Iterator[str]:
    if shown.scene not in story.scenes:
        yield f"is no scene with tags ({shown.text[:60]!r})"
    if not shown.text:
        yield "shows nothing"
    if len(shown.text) > TEXT_MAX:
        yield f"shows {len(shown.text)} characters, at most {TEXT_MAX} go into a reply"
    ids = [offer.id for offer in shown.offers]
    if "" in ids:
        yield f"a choice has no id: {shown.offers[ids.index('')].text!r}"
    if len(set(ids)) != len(ids):
        yield f"two choices have one id: {', '.join(ids)}"
    if len(ids) > OFFERS_MAX:
        yield f"offers {len(ids)} choices, at most {OFFERS_MAX} are readable"
    if bool(ids) == bool(shown.ending):
        yield "is a dead end: neither choices nor an ending" if not ids else "is an ending with choices"
