"""Checks a story before it is played. `tta stories check` reports every problem at once.

The check walks every choice of every place, so it really finds dead ends, unreachable scenes and choices
without an id. It plays everything that was shown twice more from the beginning, and compares.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import NamedTuple
from uuid import UUID

from tta.stories.checking.chance import chance_problems, uses_chance
from tta.stories.checking.counts import turn_problems, visits_told_apart
from tta.stories.checking.softest import soft_problems
from tta.stories.checking.walk import Walk
from tta.stories.playing.runtime import (
    ChoiceMove,
    Move,
    NotOffered,
    Playthrough,
    SceneMove,
    ShownPassage,
    StoryFault,
)
from tta.stories.story import CALM, Story, read_leniently
from tta.stories.understanding.avoiding import KIN
from tta.stories.understanding.sensitive import TOPICS, unnamed_topics
from tta.stories.ways import credited, ways_to_nowhere

SCENES_MIN = 20
OFFERS_MAX = 6
STATES_MAX = 5_000  # Walked for each seed. New passages come first, so that the rest is repetition.
SESSIONS = (UUID(int=1), UUID(int=2**128 - 1))
"""Two seeds are tried. A story that depends more on random numbers is walked only with these."""
NAMED = frozenset(
    {tag for tags, _ in KIN for tag in tags} | {name for topic in TOPICS for name in topic.named}
)
"""Every warning and topic for which players have words. Any other is misspelt, or cannot be avoided."""
UNLIKE = "is told differently for the same seed: a session could not be replayed"


class StoryFinding(NamedTuple):
    story: str
    place: str
    problem: str


def check(story: Story) -> list[StoryFinding]:
    """List every problem of a story."""
    named = f"{story.id}@{story.version}"
    return [StoryFinding(named, place, problem) for place, problem in dict.fromkeys(_problems(story))]


def check_compiled(compiled: str) -> tuple[Story, list[StoryFinding]]:
    """Read a story and list every problem, its tags included. Raises StoryBroken if it is not a story."""
    story, problems = read_leniently(compiled)
    named = f"{story.id}@{story.version}"
    found = [StoryFinding(named, place, problem) for place, problem in problems]
    if not story.scenes:
        return story, [*found, StoryFinding(named, "", "has no scenes")]
    return story, [*found, *check(story)]


def _problems(story: Story) -> Iterator[tuple[str, str]]:
    if len(story.scenes) < SCENES_MIN:
        yield "", f"has {len(story.scenes)} scenes, needs {SCENES_MIN}"
    calm = story.scenes.get(CALM)
    if calm is None:
        yield CALM, "is missing: players go there if nothing else is open to them"
    elif calm.intensity != 1 or calm.warnings or calm.topics:
        yield CALM, "has intensity 1, no warnings and no topics"
    yield from (("", problem) for problem in (*chance_problems(story), *turn_problems(story)))
    yield from _of_warnings(story)
    yield from _of_skills(story)
    for scene_id, unknown in ways_to_nowhere(story):
        yield scene_id, f"leads to {unknown}, which is no scene"
    # Without random numbers every session is alike.
    for session in SESSIONS if uses_chance(story) else SESSIONS[:1]:
        try:
            walker = Playthrough(story, session)
        except StoryFault as fault:
            yield "", f"the beginning {fault}"
            return
        yield from _walked(story, session, walker)
        if calm is not None:
            yield from soft_problems(story, session)


def _of_warnings(story: Story) -> Iterator[tuple[str, str]]:
    for scene in story.scenes.values():
        if scene.intensity >= 4 and not scene.warnings:
            yield scene.id, f"has intensity {scene.intensity} and no warnings"
        for tag in (*scene.warnings, *scene.topics):
            if tag not in NAMED:
                near = get_close_matches(tag, NAMED, 1)
                hint = f"did you mean {near[0]}?" if near else "players have no words for it in avoiding.KIN"
                yield scene.id, f"names an unknown warning or topic, {tag}: {hint}"
    for scene_id, topic in unnamed_topics(story):
        yield (
            scene_id,
            f"missing warning: its text touches {topic}, which its warnings and topics do not name",
        )


def _of_skills(story: Story) -> Iterator[tuple[str, str]]:
    practised = sorted(set(credited(story)))
    for place, skill in practised:
        if place not in story.scenes or story.scenes[place].skill != skill:
            yield place, f"credits {skill} as practised, which is not its skill"
    for scene in story.scenes.values():
        if scene.skill and (scene.id, scene.skill) not in practised:
            yield scene.id, f"has the skill {scene.skill} and credits it on no line"


def _walked(story: Story, session: UUID, walker: Playthrough) -> Iterator[tuple[str, str]]:
    walk = Walk(STATES_MAX, visits_told_apart(story))
    walk.arrive(walker)
    broken: set[tuple[str, str]] = set()
    told: set[tuple[str, str]] = set()
    if CALM in story.scenes:
        try:
            walker.make(SceneMove(CALM))
            walk.arrive(walker, (SceneMove(CALM),))
        except StoryFault as fault:
            told.add((CALM, f"the way there {fault}"))
    reached: set[str] = set()
    endings = 0
    for place in walk:
        shown = place.shown
        reached.add(shown.scene)
        endings += bool(shown.ending)
        told.update((shown.scene, problem) for problem in _wrong(shown, story))
        # Detecting a loop takes a second, so each choice is tried once.
        for offer in (each for each in shown.offers if each.id and (shown.scene, each.id) not in broken):
            walker.go_back(place.saved, shown)
            move = ChoiceMove(offer.id)
            try:
                after = walker.make(move)
            except StoryFault as fault:
                broken.add((shown.scene, offer.id))
                told.add((shown.scene, f"the choice {offer.id} {fault}"))
                continue
            if after.scene != (offer.to or shown.scene):
                said = f"leads to {offer.to}" if offer.to else "stays"
                told.add((shown.scene, f"the choice {offer.id} says that it {said}, not {after.scene}"))
            walk.arrive(walker, (*place.moves, move))
    if not endings:
        told.add(("", "has no ending that can be reached"))
    told.update((scene, "cannot be reached") for scene in story.scenes.keys() - reached)
    told.update((scene, UNLIKE) for scene in _told_unlike(story, session, walk.paths()))
    yield from sorted(told)


def _told_unlike(story: Story, session: UUID, paths: Iterable[tuple[Move, ...]]) -> Iterator[str]:
    """Play each path twice from the beginning; return the scenes whose texts differ."""
    for moves in paths:
        one, other = Playthrough(story, session), Playthrough(story, session)
        scene = one.shown.scene
        try:
            if one.shown != other.shown:
                yield scene
            for move in moves:
                scene = one.make(move).scene
                if one.shown != other.make(move):
                    yield scene
        except (NotOffered, StoryFault):
            yield scene


def _wrong(shown: ShownPassage, story: Story) -> Iterator[str]:
    if shown.scene not in story.scenes:
        yield f"is no scene with tags ({shown.text[:60]!r})"
    if not shown.text:
        yield "shows nothing"
    if any("*" in text for text in (shown.text, *(offer.text for offer in shown.offers))):
        yield "says something between *…*: emphasis is written _…_"
    ids = [offer.id for offer in shown.offers]
    if "" in ids:
        yield f"a choice has no id: {shown.offers[ids.index('')].text!r}"
    if len(set(ids)) != len(ids):
        yield f"two choices have one id: {', '.join(ids)}"
    if len(ids) > OFFERS_MAX:
        yield f"offers {len(ids)} choices, at most {OFFERS_MAX} are readable"
    if bool(ids) == bool(shown.ending):
        yield "is a dead end: neither choices nor an ending" if not ids else "is an ending with choices"
