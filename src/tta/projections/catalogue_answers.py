"""What the catalogue graph answers: the stories that somebody looks for, one whole, and where skills are."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import convert

from tta.domain.passages import Readiness
from tta.domain.vocabulary import Approach
from tta.graph.engine import Graph, GraphUnavailable
from tta.projections.catalogue import SCENES_MAX, STORIES_MAX, cypher, story_key

PRACTISED_MAX = 10_000  # Rows, one for each scene of each skill: more than the scenes of any catalogue.
EDGES_MAX = 20_000  # Of the scenes of one story, of one kind.

IS_WHOLE = cypher("""
MATCH (c:Catalogue {id: $catalogue})
RETURN c.id AS id
""")
# Empty text asks for nothing; each filter is of the story as a whole.
STORIES = cypher("""
MATCH (s:Story)-[:IN]->(w:World)
WHERE s.catalogue = $catalogue
  AND ($story = '' OR s.name = $story)
  AND ($world = '' OR w.plain = $world)
  AND ($skill = '' OR EXISTS {
    MATCH (s)-[:HAS]->(:Scene)-[:PRACTISES]->(k:Skill) WHERE k.plain = $skill })
  AND ($character = '' OR EXISTS {
    MATCH (s)-[:HAS]->(:Scene)-[:FEATURES]->(p:Character) WHERE p.plain = $character })
  AND ($approach = '' OR EXISTS {
    MATCH (s)-[:HAS]->(c:Scene) WHERE c.approach = $approach })
  AND ($location = '' OR EXISTS {
    MATCH (s)-[:HAS]->(:Scene)-[:AT]->(l:Location) WHERE l.plain = $location })
  AND NOT EXISTS {
    MATCH (s)-[:HAS]->(c:Scene) WHERE any(tag IN $free_of WHERE tag IN c.avoidable) }
RETURN s.name AS id, s.version AS version, s.title AS title, s.summary AS summary, w.text AS world,
  w.name AS world_id, s.language AS language, s.scenes AS scenes, s.approaches AS approaches,
  s.skills AS skills, s.warnings AS warnings,
  s.topics AS topics, s.begins AS begins
ORDER BY id
LIMIT $rows_max
""")
SCENES_OF = cypher("""
MATCH (s:Story {id: $story})-[:HAS]->(c:Scene)-[:AT]->(l:Location)
OPTIONAL MATCH (c)-[:PRACTISES]->(k:Skill)
RETURN c.name AS id, k.name AS skill, c.approach AS approach, c.intensity AS intensity,
  c.readiness AS readiness, c.warnings AS warnings, c.topics AS topics, c.endings AS endings,
  l.name AS location
ORDER BY id
LIMIT $rows_max
""")
CHARACTERS_OF = cypher("""
MATCH (s:Story {id: $story})-[:HAS]->(c:Scene)-[:FEATURES]->(p:Character)
RETURN c.name AS scene, p.name AS other
ORDER BY scene, other
LIMIT $rows_max
""")
WAYS_OF = cypher("""
MATCH (s:Story {id: $story})-[:HAS]->(c:Scene)-[:LEADS_TO]->(d:Scene)
RETURN c.name AS scene, d.name AS other
ORDER BY scene, other
LIMIT $rows_max
""")
SKILLS = cypher("""
MATCH (c:Scene)-[:PRACTISES]->(k:Skill)
WHERE k.catalogue = $catalogue
RETURN k.name AS skill, c.story AS story, c.name AS scene, c.approach AS approach, c.intensity AS intensity
ORDER BY skill, story, scene
LIMIT $rows_max
""")


class CatalogueMissing(GraphUnavailable):
    """The graph does not hold this catalogue: an empty answer would be a wrong one."""


class StoryFilter(NamedTuple):
    """What stories are looked for by, folded; empty text takes any."""

    skill: str = ""
    approach: str = ""
    world: str = ""
    character: str = ""
    location: str = ""
    free_of: tuple[str, ...] = ()
    """Warnings and topics of which no scene has any."""


class StoryListed(msgspec.Struct, frozen=True):
    id: str
    version: int
    title: str
    summary: str
    world: str
    world_id: str
    """What `world=` takes."""
    language: str
    scenes: int
    approaches: tuple[str, ...]
    skills: tuple[str, ...]
    warnings: tuple[str, ...]
    topics: tuple[str, ...]
    begins: str
    """The scene with which it begins."""


class SceneShown(msgspec.Struct, frozen=True):
    id: str
    skill: str | None
    approach: Approach
    intensity: int
    readiness: Readiness
    warnings: tuple[str, ...]
    topics: tuple[str, ...]
    location: str
    endings: tuple[str, ...]
    """The endings that it may come to."""
    characters: tuple[str, ...] = ()
    leads_to: tuple[str, ...] = ()
    """The scenes that its choices may lead to."""


class StoryWhole(NamedTuple):
    listed: StoryListed
    scenes: tuple[SceneShown, ...]


class ScenePractising(msgspec.Struct, frozen=True):
    story: str
    scene: str
    approach: str
    intensity: int


class SkillListed(msgspec.Struct, frozen=True):
    id: str
    stories: tuple[str, ...]
    scenes: tuple[ScenePractising, ...]


async def stories_found(graph: Graph, digest: str, story_filter: StoryFilter) -> tuple[StoryListed, ...]:
    """Read the stories that meet every filter, by id. Raises CatalogueMissing."""
    found = await _stories(graph, digest, story_filter)
    await _require_whole(graph, digest)
    return found


async def story_whole(graph: Graph, digest: str, story: str) -> StoryWhole | None:
    """Read a story with its scenes, by id; None where there is none. Raises CatalogueMissing."""
    listed = await _stories(graph, digest, StoryFilter(), story)
    scenes: tuple[SceneShown, ...] = ()
    if listed:
        key = story_key(digest, story)
        rows = await graph.read(SCENES_OF, story=key, rows_max=SCENES_MAX)
        characters = _by_scene(await graph.read(CHARACTERS_OF, story=key, rows_max=EDGES_MAX))
        ways = _by_scene(await graph.read(WAYS_OF, story=key, rows_max=EDGES_MAX))
        scenes = tuple(
            convert(
                row | {"characters": characters.get(row["id"], ()), "leads_to": ways.get(row["id"], ())},
                SceneShown,
            )
            for row in rows
        )
    await _require_whole(graph, digest)
    return StoryWhole(listed[0], scenes) if listed else None


async def skills_listed(graph: Graph, digest: str) -> tuple[SkillListed, ...]:
    """Read every skill with the scenes that practise it. Raises CatalogueMissing."""
    rows = await graph.read(SKILLS, catalogue=digest, rows_max=PRACTISED_MAX)
    await _require_whole(graph, digest)
    found: dict[str, list[ScenePractising]] = {}
    for row in rows:
        practising = ScenePractising(row["story"], row["scene"], row["approach"], row["intensity"])
        found.setdefault(row["skill"], []).append(practising)
    return tuple(
        SkillListed(skill, tuple(dict.fromkeys(each.story for each in scenes)), tuple(scenes))
        for skill, scenes in found.items()
    )


async def _stories(
    graph: Graph, digest: str, story_filter: StoryFilter, story: str = ""
) -> tuple[StoryListed, ...]:
    asked = {"catalogue": digest, "story": story, "rows_max": STORIES_MAX, **story_filter._asdict()}
    # The embedded engine refuses an empty list; no tag is empty.
    asked["free_of"] = list(story_filter.free_of) or [""]
    return tuple(convert(row, StoryListed) for row in await graph.read(STORIES, **asked))


async def _require_whole(graph: Graph, digest: str) -> None:
    # Asked last: whoever serves has written it, so what is whole now was not removed while it was read.
    if not await graph.read(IS_WHOLE, catalogue=digest):
        raise CatalogueMissing(f"the graph holds no catalogue {digest}: it is written when a process starts")


def _by_scene(rows: Sequence[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        found[row["scene"]] = (*found.get(row["scene"], ()), row["other"])
    return found
