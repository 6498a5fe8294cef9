"""The story catalogue, as its graph has it, and how a story fits the player who asks."""

import re
from typing import NamedTuple

import msgspec
from starlette.responses import Response

from tta.commands.handle import require_key
from tta.domain.passages import Wishes
from tta.domain.words import catalogue_id_pattern
from tta.http.edge.calls import Call, PlayerOf, Route, shown
from tta.http.edge.pages import opaque_tag, wrong
from tta.http.edge.problems import INVALID, NOT_FOUND, Problem
from tta.http.edge.texts import composed
from tta.projections import player_state
from tta.projections.catalogue import authored_content
from tta.projections.catalogue_answers import (
    SceneShown,
    SkillListed,
    StoryFilter,
    StoryListed,
    StoryWhole,
    skills_listed,
    stories_found,
    story_whole,
)
from tta.projections.player_state import player_by_id
from tta.security.policy import Action
from tta.stories.names import plain
from tta.stories.playing.filtering import Filter, not_met_because
from tta.stories.story import CALM, Scene
from tta.stories.understanding.avoiding import known_topics, read_wish, readings, together, unknown
from tta.stories.ways import reached

FILTER_CHARACTERS_MAX = 64  # As of every id in the catalogue.

PLAIN_FILTERS = tuple(name for name in StoryFilter._fields if name != "free_of")
"""Filters that are compared as they are said, but for case and `_`."""

filter_pattern = re.compile(rf"\w[\w '’.:-]{{0,{FILTER_CHARACTERS_MAX - 1}}}")


class StoriesShown(msgspec.Struct, frozen=True):
    """All that meet the filters: the catalogue comes with TTA and is small, so there are no pages."""

    stories: tuple[StoryListed, ...]


class SkillsShown(msgspec.Struct, frozen=True):
    skills: tuple[SkillListed, ...]


class SceneFiltered(msgspec.Struct, frozen=True):
    scene: str
    because: tuple[str, ...]


class Fit(msgspec.Struct, frozen=True):
    """What of a story a player will not be offered, as they set their preferences, and why."""

    scenes_open: int
    filtered: tuple[SceneFiltered, ...]
    share_open: float
    """Of all scenes, 0 to 1, with three decimals."""
    endings_open: int
    """Of the story's endings, those of scenes to which open scenes lead. At most so many can be reached: what
    a story remembers may close a way as well."""
    endings_total: int
    approaches_met: tuple[str, ...]
    """Of the approaches that the player prefers, those of scenes that are open to them."""
    approaches_unmet: tuple[str, ...]
    unknown: tuple[str, ...]
    """Of the topics and warnings that the player avoids, in their words, those that name nothing which any
    story knows: they leave nothing out, of this story or another."""


class StoryShown(msgspec.Struct, frozen=True):
    story: StoryListed
    scenes: tuple[SceneShown, ...]
    locations: tuple[str, ...]
    characters: tuple[str, ...]
    skills: tuple[str, ...]
    fit: Fit | None
    """Null where the account plays as nobody."""
    unreadable: tuple[str, ...] = ()
    """`/fit` where the player's preferences do not open: nothing may be said to fit as if nothing were
    avoided.
    """


async def list_stories(call: Call) -> Response:
    await call.query.be_fresh()
    story_filter = StoryFilter(**{name: _asked(call, name) for name in PLAIN_FILTERS}, free_of=_spared(call))
    digest = authored_content().digest
    found = await stories_found(call.query.graph, digest, story_filter)
    return shown(call, StoriesShown(found), f'"stories.{digest}"')


async def list_skills(call: Call) -> Response:
    await call.query.be_fresh()
    digest = authored_content().digest
    return shown(call, SkillsShown(await skills_listed(call.query.graph, digest)), f'"skills.{digest}"')


async def show_story(call: Call) -> Response:
    name, digest = call.request.path_params["story_id"], authored_content().digest
    if catalogue_id_pattern.fullmatch(name) is None:
        raise Problem(NOT_FOUND)
    whole = await story_whole(call.query.graph, digest, name)
    if whole is None:
        raise Problem(NOT_FOUND)
    asks, unreadable = await _asks(call)
    scenes = whole.scenes
    answer = StoryShown(
        whole.listed,
        scenes,
        tuple(sorted({scene.location for scene in scenes})),
        tuple(sorted({each for scene in scenes for each in scene.characters})),
        whole.listed.skills,
        None if asks is None else _fit(whole, asks),
        unreadable,
    )
    # The fit has a part of its own: two players may stand at one version.
    version = 0 if asks is None else asks.version
    return shown(call, answer, opaque_tag(f"story.{name}.{digest}", version, [answer.fit, unreadable]))


def _asked(call: Call, name: str) -> str:
    """Read a filter, folded; empty where it is not asked for. Raises the problem `invalid-request`."""
    given = call.request.query_params.get(name)
    if given is None:
        return ""
    # Its length is asked first, of what was sent: normalising costs time.
    name_given = composed(given) if len(given) <= FILTER_CHARACTERS_MAX else ""
    if filter_pattern.fullmatch(name_given) is None:
        raise wrong(name, f"expected a name of 1 to {FILTER_CHARACTERS_MAX} letters, digits and - _ ' . :")
    return plain(name_given)


def _spared(call: Call) -> tuple[str, ...]:
    """Read `free_of`: the warnings and topics that it leaves out, as it would where a player avoids it; none
    where it is not asked for. Raises the problem `invalid-request`.
    """
    word = _asked(call, "free_of")
    if not word:
        return ()
    avoids = read_wish(word)
    named = tuple(sorted({plain(tag) for tag in known_topics() if avoids.meets(tag)}))
    if not named:
        raise wrong("free_of", "expected a word for a warning or a topic that stories know, this names none")
    return named


class Asks(NamedTuple):
    """What a player asks of a story, and the version of the player at which it stands."""

    wishes: Wishes
    approaches: tuple[str, ...]
    version: int


async def _asks(call: Call) -> tuple[Asks | None, tuple[str, ...]]:
    """Read what the player asks; None, and what is unreadable for it, where their wishes do not open."""
    player_id = call.principal.player_id
    await call.query.be_fresh(*(() if player_id is None else (player_state.NAME,)), about=player_id)
    if player_id is None:
        return None, ()
    await require_key(call.services.commands, player_id, while_away=True)
    row = await player_by_id(call.query.graph, str(player_id))
    if row is None:
        return Asks(Wishes(), (), 0), ()
    opener = call.query.opener(player_id)
    topics = await opener.open("/fit", row.avoid_topics, tuple[str, ...]) or ()
    warnings = await opener.open("/fit", row.trigger_warnings, tuple[str, ...]) or ()
    if opener.unreadable:
        return None, ("/fit",)
    wishes = Wishes((*topics, *warnings), row.intensity or Wishes().intensity)
    # In recovery play is softened, whatever was wished.
    return Asks(wishes.softened() if row.recovery else wishes, row.approaches, row.version), ()


def _fit(whole: StoryWhole, asks: Asks) -> Fit:
    scenes = whole.scenes
    read = readings(asks.wishes.avoid)
    wishes = Filter(together(read.values()), asks.wishes.intensity, asks.wishes.readiness)
    told = {each.id: not_met_because(_scene(each), wishes) for each in scenes}
    filtered = tuple(SceneFiltered(scene, because) for scene, because in sorted(told.items()) if because)
    scenes_open = len(told) - len(filtered)
    open_to = {each.id for each in scenes if not told[each.id]}
    offered = {each.approach.value for each in scenes if each.id in open_to}
    leads = {each.id: each.leads_to for each in scenes}
    # Whoever can go on nowhere else is led to the calm place.
    come_to = reached((whole.listed.begins, CALM), leads, open_to)
    return Fit(
        scenes_open,
        filtered,
        round(scenes_open / len(told), 3) if told else 0.0,
        len({ending for each in scenes if each.id in come_to for ending in each.endings}),
        len({ending for each in scenes for ending in each.endings}),
        tuple(each for each in asks.approaches if each in offered),
        tuple(each for each in asks.approaches if each not in offered),
        unknown(read),
    )


def _scene(each: SceneShown) -> Scene:
    return Scene(
        id=each.id,
        approach=each.approach,
        intensity=each.intensity,
        readiness=each.readiness,
        location=each.location,
        skill=each.skill,
        warnings=each.warnings,
        topics=each.topics,
        characters=each.characters,
    )


QUERIES = (
    Route(
        "GET",
        "/v1/stories",
        list_stories,
        Action.STORY_READ,
        "List the stories",
        operation="list_stories",
        player=PlayerOf.NOBODY,
        answer=StoriesShown,
        query=StoryFilter._fields,
        problems=(INVALID,),
    ),
    Route(
        "GET",
        "/v1/skills",
        list_skills,
        Action.STORY_READ,
        "List the skills",
        operation="list_skills",
        player=PlayerOf.NOBODY,
        answer=SkillsShown,
    ),
    Route(
        "GET",
        "/v1/stories/{story_id}",
        show_story,
        Action.STORY_READ,
        "Show a story, and how it fits",
        operation="show_story",
        player=PlayerOf.NOBODY,
        answer=StoryShown,
        problems=(NOT_FOUND,),
    ),
)
