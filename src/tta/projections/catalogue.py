"""Which worlds, stories, scenes, locations, characters and skills are there, and how do they hang together?

No event tells this and no lane writes it: it is what the authored stories say, written whole by whoever opens
the graph for queries or to project. Every node carries the digest of the content that it is of, so two
versions of TTA stand beside each other and no answer mixes their stories.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from tta.graph.engine import Graph, Transaction
from tta.graph.schema import keep_nodes, save_edges, save_nodes
from tta.projector.read_model import Cypher, LinkType, Row, RowLink, Storage
from tta.stories import story as authored
from tta.stories.names import plain, world_id
from tta.stories.playing.runtime import Playthrough
from tta.stories.ways import endings, ways

NAME = "catalogue"
VERSION = 2
KEPT = 2  # The catalogue that opened last, and the one before: in a rolling update both are asked.
STORIES_MAX, SCENES_MAX = 200, 5_000  # The catalogue comes with TTA; who outgrows this needs pages.
DIGEST_CHARACTERS = 32  # 128 bits: nobody attacks them, they only tell contents apart.

LOCK_ID = "lock"
ANY_SESSION = UUID(int=0)  # A story begins in the same scene whatever chance says.


class Catalogue(Row, frozen=True, kw_only=True):
    """Says that the content of a digest, its id, is there whole: it is written last."""

    opened: int
    """Counts up with every process that opens a catalogue: the highest was opened last."""


class Part(Row, frozen=True, kw_only=True):
    """What the catalogue consists of. An id is the digest and a path that is unique within it."""

    catalogue: str
    """The digest of the content that it is of."""


class World(Part, frozen=True, kw_only=True):
    name: str
    text: str
    plain: str
    """The name folded, as it is asked for; so too of locations, characters and skills."""


class StoryNode(Part, frozen=True, kw_only=True):
    LABEL = "Story"

    name: str
    version: int
    """The newest: what is listed, and what a new session plays."""
    title: str
    summary: str
    language: str
    scenes: int
    approaches: tuple[str, ...]
    skills: tuple[str, ...]
    warnings: tuple[str, ...]
    topics: tuple[str, ...]
    begins: str
    """The scene with which it begins."""


class SceneNode(Part, frozen=True, kw_only=True):
    LABEL = "Scene"

    story: str
    name: str
    approach: str
    intensity: int
    readiness: str
    warnings: tuple[str, ...]
    topics: tuple[str, ...]
    endings: tuple[str, ...]
    avoidable: tuple[str, ...]
    """Warnings and topics folded, as somebody who is to be spared them is compared with."""


class Location(Part, frozen=True, kw_only=True):
    """A place of a world: two worlds may each have a kitchen. So too with characters."""

    world: str
    name: str
    plain: str


class Character(Part, frozen=True, kw_only=True):
    world: str
    name: str
    plain: str


class Skill(Part, frozen=True, kw_only=True):
    name: str
    plain: str


IN = LinkType("IN", StoryNode, World)
HAS = LinkType("HAS", StoryNode, SceneNode)
AT = LinkType("AT", SceneNode, Location)
FEATURES = LinkType("FEATURES", SceneNode, Character)
PRACTISES = LinkType("PRACTISES", SceneNode, Skill)
LEADS_TO = LinkType("LEADS_TO", SceneNode, SceneNode)

PARTS: tuple[type[Part], ...] = (World, StoryNode, SceneNode, Location, Character, Skill)
ROWS: tuple[type[Row], ...] = (Catalogue, *PARTS)
LINKS = (IN, HAS, AT, FEATURES, PRACTISES, LEADS_TO)


class CatalogueStorage(NamedTuple):
    """This module as the storage sees it: it folds nothing."""

    VERSION: int = VERSION
    ROWS: tuple[type[Row], ...] = ROWS
    LINKS: tuple[LinkType, ...] = LINKS


cypher = Cypher(VERSION, ROWS, LINKS)

STORAGE = Storage(CatalogueStorage())
SAVES = {row: save_nodes(node) for row, node in STORAGE.nodes.items()}
JOINS = {link: save_edges(edge) for link, edge in STORAGE.edges.items()}
KEEPS = {part: keep_nodes(STORAGE.nodes[part], "catalogue") for part in PARTS}
KEEPS_WHOLE = keep_nodes(STORAGE.nodes[Catalogue], "id")

# Whoever opens a catalogue takes this lock first, so that two processes write one after the other.
LOCK = cypher("""
MERGE (c:Catalogue {id: $lock})
SET c.opened = 0
""")
CATALOGUES = cypher("""
MATCH (c:Catalogue)
WHERE c.opened > 0
RETURN c.id AS id, c.opened AS opened
ORDER BY c.opened DESC
""")


class Content(NamedTuple):
    """A whole catalogue as nodes and edges."""

    digest: str
    rows: Mapping[type[Row], Sequence[Row]]
    links: Mapping[LinkType, Sequence[RowLink]]


@cache
def authored_content() -> Content:
    """The catalogue that comes with this TTA: every story in its newest version. Raises StoryBroken."""
    newest = map(authored.newest, sorted(authored.catalogue()))
    return content(story for story in newest if story is not None)


def content(stories: Iterable[authored.Story]) -> Content:
    """Read stories into nodes and edges; equal stories give an equal digest."""
    told = [(story, ways(story)) for story in stories]
    said = [VERSION, [(story._replace(compiled=""), leads) for story, leads in told]]
    encoded = msgspec.json.encode(said, order="deterministic")
    digest = hashlib.sha256(encoded).hexdigest()[:DIGEST_CHARACTERS]
    parts: dict[str, Part] = {}
    links: dict[RowLink, None] = {}
    for story, leads in told:
        for part in _parts(digest, story):
            known = parts.setdefault(part.id, part)
            assert known == part, f"expected one node for {part.id}, got {known} and {part}"
        links |= dict.fromkeys(_links(digest, story, leads))
    scenes = sum(isinstance(part, SceneNode) for part in parts.values())
    assert len(told) <= STORIES_MAX, f"expected at most {STORIES_MAX} stories, got {len(told)}"
    assert scenes <= SCENES_MAX, f"expected at most {SCENES_MAX} scenes, got {scenes}"
    return Content(
        digest,
        {kind: [part for part in parts.values() if type(part) is kind] for kind in PARTS},
        {kind: [link for link in links if link.type is kind] for kind in LINKS},
    )


async def open_catalogue(graph: Graph, wanted: Content) -> None:
    """Make sure that a catalogue is in the graph whole; drop all but it and the one that was opened before.

    Safe beside another process that does the same; stopped at any point, it is simply done again.
    """
    await graph.declare(STORAGE.schema)
    async with graph.transaction() as tx:
        await tx.run(LOCK, lock=LOCK_ID)
        known = await tx.run(CATALOGUES)
        others = [row["id"] for row in known if row["id"] != wanted.digest]
        kept = [wanted.digest, *others[: KEPT - 1]]
        for kind in PARTS:
            await tx.run(KEEPS[kind], kept=kept)
        if len(others) == len(known):
            await _write(tx, wanted)
        await tx.run(KEEPS_WHOLE, kept=[*kept, LOCK_ID])
        opened = 1 + max((row["opened"] for row in known), default=0)
        await tx.run(SAVES[Catalogue], rows=[{"id": wanted.digest, "opened": opened}])


async def _write(tx: Transaction, wanted: Content) -> None:
    for kind, rows in wanted.rows.items():
        if rows:
            await tx.run(SAVES[kind], rows=[STORAGE.properties(row) for row in rows])
    for link, found in wanted.links.items():
        ends: list[dict[str, Any]] = [{"source": each.source_id, "target": each.target_id} for each in found]
        if ends:
            await tx.run(JOINS[link], rows=ends)


class _Ids(NamedTuple):
    """The ids of a story's nodes."""

    digest: str
    story: authored.Story

    @property
    def world(self) -> str:
        return f"{self.digest}/world/{world_id(self.story.world)}"

    @property
    def whole(self) -> str:
        return story_key(self.digest, self.story.id)

    def scene(self, name: str) -> str:
        return f"{self.whole}/{name}"

    def location(self, name: str) -> str:
        return f"{self.world}/location/{name}"

    def character(self, name: str) -> str:
        return f"{self.world}/character/{name}"

    def skill(self, name: str) -> str:
        return f"{self.digest}/skill/{name}"


def story_key(digest: str, name: str) -> str:
    """The id of a story's node."""
    return f"{digest}/story/{name}"


def _parts(digest: str, story: authored.Story) -> Iterable[Part]:
    ids, world = _Ids(digest, story), world_id(story.world)
    yield World(id=ids.world, catalogue=digest, name=world, text=story.world, plain=plain(world))
    yield StoryNode(
        id=ids.whole,
        catalogue=digest,
        name=story.id,
        version=story.version,
        title=story.title,
        summary=story.summary,
        language=story.language,
        scenes=len(story.scenes),
        approaches=tuple(each.value for each in story.approaches),
        skills=story.skills,
        warnings=story.warnings,
        topics=tuple(sorted({each for scene in story.scenes.values() for each in scene.topics})),
        begins=Playthrough(story, ANY_SESSION).shown.scene,
    )
    ended = endings(story)
    for scene in story.scenes.values():
        yield SceneNode(
            id=ids.scene(scene.id),
            catalogue=digest,
            story=story.id,
            name=scene.id,
            approach=scene.approach.value,
            intensity=scene.intensity,
            readiness=scene.readiness,
            warnings=scene.warnings,
            topics=scene.topics,
            endings=ended[scene.id],
            avoidable=tuple(sorted({plain(each) for each in (*scene.warnings, *scene.topics)})),
        )
        key = ids.location(scene.location)
        place = scene.location
        yield Location(id=key, catalogue=digest, world=world, name=place, plain=plain(place))
        for name in scene.characters:
            key = ids.character(name)
            yield Character(id=key, catalogue=digest, world=world, name=name, plain=plain(name))
        if scene.skill is not None:
            skill, key = scene.skill, ids.skill(scene.skill)
            yield Skill(id=key, catalogue=digest, name=skill, plain=plain(skill))


def _links(digest: str, story: authored.Story, leads: Mapping[str, Sequence[str]]) -> Iterable[RowLink]:
    ids = _Ids(digest, story)
    yield RowLink(IN, ids.whole, ids.world)
    for scene in story.scenes.values():
        here = ids.scene(scene.id)
        yield RowLink(HAS, ids.whole, here)
        yield RowLink(AT, here, ids.location(scene.location))
        for name in scene.characters:
            yield RowLink(FEATURES, here, ids.character(name))
        if scene.skill is not None:
            yield RowLink(PRACTISES, here, ids.skill(scene.skill))
        for other in leads[scene.id]:
            yield RowLink(LEADS_TO, here, ids.scene(other))
