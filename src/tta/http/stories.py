"""The story catalogue, and how a story fits the player who asks."""

import msgspec
from starlette.responses import Response

from tta.domain.passages import Wishes
from tta.http.calls import Call, Route, shown
from tta.http.problems import NOT_FOUND, Problem
from tta.projections import player_state
from tta.projections.player_state import player_by_id
from tta.security.policy import Action
from tta.stories.narrating import not_met_because
from tta.stories.story import Story, catalogue, newest


class StoryListed(msgspec.Struct, frozen=True):
    id: str
    version: int
    title: str
    summary: str
    world: str
    language: str
    scenes: int
    approaches: tuple[str, ...]
    skills: tuple[str, ...]
    warnings: tuple[str, ...]


class StoriesShown(msgspec.Struct, frozen=True):
    stories: tuple[StoryListed, ...]


class SceneFiltered(msgspec.Struct, frozen=True):
    scene: str
    because: tuple[str, ...]


class Fit(msgspec.Struct, frozen=True):
    """What of a story a player will not be offered, as they set their preferences, and why."""

    scenes_open: int
    filtered: tuple[SceneFiltered, ...]


class StoryShown(msgspec.Struct, frozen=True):
    story: StoryListed
    locations: tuple[str, ...]
    characters: tuple[str, ...]
    fit: Fit | None
    """Null where the account plays as nobody."""


async def list_stories(call: Call) -> Response:
    call.require_anyone()
    listed = tuple(_listed(story) for story in map(newest, sorted(catalogue())) if story is not None)
    return shown(
        call, StoriesShown(listed), f'"stories.{len(listed)}.{sum(each.version for each in listed)}"'
    )


async def show_story(call: Call) -> Response:
    call.require_anyone()
    story = newest(call.request.path_params["story_id"])
    if story is None:
        raise Problem(NOT_FOUND)
    wishes, version = await _wishes(call)
    scenes = story.scenes.values()
    answer = StoryShown(
        _listed(story),
        tuple(sorted({scene.location for scene in scenes})),
        tuple(sorted({each for scene in scenes for each in scene.characters})),
        None if wishes is None else _fit(story, wishes),
    )
    return shown(call, answer, f'"story.{story.id}.{story.version}.{version}"')


async def _wishes(call: Call) -> tuple[Wishes | None, int]:
    """The caller's wishes and the version of their player at which they stand."""
    player_id = call.principal.player_id
    if player_id is None:
        return None, 0
    await call.be_fresh(player_state.NAME)
    row = await player_by_id(call.services.graph, str(player_id))
    if row is None:
        return Wishes(), 0
    topics = await call.opened(player_id, row.avoid_topics, tuple[str, ...]) or ()
    warnings = await call.opened(player_id, row.trigger_warnings, tuple[str, ...]) or ()
    wishes = Wishes((*topics, *warnings), row.intensity or Wishes().intensity)
    return wishes.softened() if row.recovery else wishes, row.version


def _fit(story: Story, wishes: Wishes) -> Fit:
    told = {scene.id: not_met_because(scene, wishes) for scene in story.scenes.values()}
    filtered = tuple(SceneFiltered(scene, because) for scene, because in sorted(told.items()) if because)
    return Fit(len(told) - len(filtered), filtered)


def _listed(story: Story) -> StoryListed:
    return StoryListed(
        story.id,
        story.version,
        story.title,
        story.summary,
        story.world,
        story.language,
        len(story.scenes),
        tuple(map(str, story.approaches)),
        story.skills,
        story.warnings,
    )


QUERIES = (
    Route("GET", "/v1/stories", list_stories, Action.STORY_READ, "List the stories", answer=StoriesShown),
    Route(
        "GET",
        "/v1/stories/{story_id}",
        show_story,
        Action.STORY_READ,
        "Show a story, and how it fits",
        answer=StoryShown,
        problems=(NOT_FOUND,),
    ),
)
