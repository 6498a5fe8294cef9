"""The catalogue graph is what the authors wrote: whole, once, and never two of them mixed."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from tta.graph.engine import Graph
from tta.graph.opening import open_graph
from tta.projections.catalogue import (
    IN,
    LINKS,
    PARTS,
    ROWS,
    STORAGE,
    Catalogue,
    Character,
    Content,
    Location,
    SceneNode,
    authored_content,
    content,
    open_catalogue,
)
from tta.projections.catalogue_answers import (
    CatalogueMissing,
    StoryFilter,
    skills_listed,
    stories_found,
    story_whole,
)
from tta.stories.names import plain, world_id
from tta.stories.playing.runtime import Playthrough
from tta.stories.story import Story, authored, catalogue, newest
from tta.stories.ways import ways

STORIES = [story for story in map(newest, sorted(catalogue())) if story is not None]

knot_pattern = re.compile(r"^===\s*(\w+)\s*===\s*$", re.MULTILINE)
ending_pattern = re.compile(r"#\s*ending:\s*(\w+)")
to_pattern = re.compile(r"#\s*to:\s*(\w+)")


@pytest.fixture
async def other(graph: Graph, graph_address: tuple[str, str | None]) -> AsyncIterator[Graph]:
    """Another process's way to the same graph; the embedded one has only one."""
    url, password = graph_address
    if url.startswith("embedded:"):
        yield graph
        return
    opened = await open_graph(url, password=password, apart=True)
    yield opened
    await opened.close()


async def nodes(graph: Graph) -> dict[str, list[dict[str, Any]]]:
    """Every node of the catalogue with all its properties, but for the lock and when it was opened."""
    found = {}
    for row, node in STORAGE.nodes.items():
        ids = await graph.read(f"MATCH (n:{node.label}) WHERE n.id <> 'lock' RETURN n.id AS id")
        read = await graph.read(STORAGE.loads[row], keys=[each["id"] for each in ids])
        assert len(ids) == len(read)
        found[node.label] = sorted(
            ({name: each[name] for name in each if name != "opened"} for each in read),
            key=lambda each: str(each["id"]),
        )
    return found


async def edges(graph: Graph) -> dict[str, Counter[tuple[str, str]]]:
    """Every edge of the catalogue, as often as it is there."""
    return {
        edge.type: Counter(
            (each["a"], each["b"])
            for each in await graph.read(
                f"MATCH (a:{edge.source})-[:{edge.type}]->(b:{edge.target}) RETURN a.id AS a, b.id AS b"
            )
        )
        for edge in STORAGE.edges.values()
    }


async def is_just(graph: Graph, *expected: Content) -> None:
    """The graph holds these catalogues whole, and nothing else of any."""
    written = {
        STORAGE.nodes[row].label: sorted(
            (STORAGE.properties(each) for whole in expected for each in whole.rows[row]),
            key=lambda each: str(each["id"]),
        )
        for row in PARTS
    }
    digests = sorted(whole.digest for whole in expected)
    assert await nodes(graph) == written | {
        STORAGE.nodes[Catalogue].label: [{"id": digest} for digest in digests]
    }
    assert await edges(graph) == {
        STORAGE.edges[link].type: Counter(
            (each.source_id, each.target_id) for whole in expected for each in whole.links[link]
        )
        for link in LINKS
    }


def some(*names: str, summary: str = "") -> Content:
    """A catalogue of these stories, with other words if asked."""
    return content(story._replace(summary=summary or story.summary) for story in STORIES if story.id in names)


async def test_the_graph_is_what_the_authors_wrote(graph: Graph):
    await open_catalogue(graph, authored_content())
    await is_just(graph, authored_content())
    for story in STORIES:
        whole = await story_whole(graph, authored_content().digest, story.id)
        assert whole is not None
        leads, ended = written_ways(story), written(story, ending_pattern)
        for shown in whole.scenes:
            scene = story.scenes[shown.id]
            assert {
                name: getattr(shown, name) for name in scene.__struct_fields__ if name != "characters"
            } == {name: getattr(scene, name) for name in scene.__struct_fields__ if name != "characters"}
            assert sorted(shown.characters) == sorted(scene.characters)
            assert set(shown.leads_to) == leads[shown.id]
            assert set(shown.endings) == ended[shown.id]
        assert [each.id for each in whole.scenes] == sorted(story.scenes)
        listed = whole.listed
        for name in ("id", "version", "title", "summary", "world", "language", "skills", "warnings"):
            assert getattr(listed, name) == getattr(story, name)
        assert (listed.scenes, listed.approaches) == (len(story.scenes), tuple(map(str, story.approaches)))
        assert listed.world_id == world_id(story.world)
        assert set(listed.topics) == {each for scene in story.scenes.values() for each in scene.topics}
        assert listed.begins == Playthrough(story, UUID(int=3)).shown.scene


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
def test_scenes_lead_where_their_choices_say(story: Story):
    assert {scene: set(leads) for scene, leads in ways(story).items()} == written_ways(story)


def written_ways(story: Story) -> dict[str, set[str]]:
    return written(story, to_pattern)


def written(story: Story, tag_pattern: re.Pattern[str]) -> dict[str, set[str]]:
    """Read from the author's own text, not from what was compiled of it."""
    text = (authored() / story.id / f"{story.version}.ink").read_text("utf-8")
    _, *parts = knot_pattern.split(text)
    knots = dict(zip(parts[::2], parts[1::2], strict=True))
    return {scene: set(tag_pattern.findall(knots[scene])) for scene in story.scenes}


def test_a_catalogue_has_a_node_for_each_thing_once():
    whole = authored_content()
    for rows in whole.rows.values():
        assert len({row.id for row in rows}) == len(rows)
    for links in whole.links.values():
        assert len(set(links)) == len(links)
    ids = {row.id for rows in whole.rows.values() for row in rows}
    assert all({each.source_id, each.target_id} <= ids for links in whole.links.values() for each in links)
    assert len(whole.rows[SceneNode]) == sum(len(story.scenes) for story in STORIES)
    assert len(whole.links[IN]) == len(STORIES)


def test_worlds_do_not_share_their_people_and_places():
    first = next(story for story in STORIES if story.scenes)
    twin = first._replace(id="twin", world="Another world")
    both, alone = content([first, twin]), content([first])
    for kind in (Location, Character):
        assert len(both.rows[kind]) == 2 * len(alone.rows[kind])


def test_equal_stories_have_an_equal_digest_and_others_another():
    assert content(STORIES).digest == authored_content().digest
    changed: tuple[Sequence[Story], ...] = (
        [story._replace(title="x") for story in STORIES],
        [story._replace(version=99) for story in STORIES],
        STORIES[1:],
        [],
    )
    digests = {content(stories).digest for stories in changed}
    assert authored_content().digest not in digests
    assert len(digests) == len(changed)


async def test_written_twice_it_is_the_same(graph: Graph):
    for _ in range(2):
        await open_catalogue(graph, authored_content())
        await is_just(graph, authored_content())


async def test_a_changed_catalogue_replaces_the_one_before_the_last(graph: Graph):
    first, second, third = some("clearing"), some("clearing", summary="Other words"), some("storm_keeper")
    await open_catalogue(graph, first)
    await open_catalogue(graph, second)
    await is_just(graph, first, second)
    await open_catalogue(graph, first)  # As in an update that was taken back.
    await is_just(graph, first, second)
    await open_catalogue(graph, third)
    await is_just(graph, first, third)
    with pytest.raises(CatalogueMissing):
        await stories_found(graph, second.digest, StoryFilter())


async def test_no_answer_mixes_two_catalogues(graph: Graph):
    old, new = some("clearing", "storm_keeper"), some("clearing", summary="Other words")
    await open_catalogue(graph, old)
    before = [await answers(graph, old.digest), await answers(graph, old.digest)]
    await open_catalogue(graph, new)
    assert [await answers(graph, old.digest), before[1]] == before
    assert [each.id for each in await stories_found(graph, new.digest, StoryFilter())] == ["clearing"]
    (listed,) = await stories_found(graph, new.digest, StoryFilter(skill="grounding 54321"))
    assert listed.summary == "Other words"
    assert {story for skill in await skills_listed(graph, new.digest) for story in skill.stories} == {
        "clearing"
    }


async def answers(graph: Graph, digest: str) -> list[Any]:
    found = await stories_found(graph, digest, StoryFilter())
    wholes = [await story_whole(graph, digest, each.id) for each in found]
    return [found, wholes, await skills_listed(graph, digest)]


async def test_two_at_once_write_it_once(graph: Graph, other: Graph):
    await asyncio.gather(*(open_catalogue(each, authored_content()) for each in (graph, other) * 3))
    await is_just(graph, authored_content())


async def test_two_with_different_catalogues_leave_both_whole(graph: Graph, other: Graph):
    one, two = some("clearing"), some("clearing", "storm_keeper")
    await asyncio.gather(*(open_catalogue(graph, one) for _ in range(3)), open_catalogue(other, two))
    await is_just(graph, one, two)


async def test_broken_off_anywhere_it_is_completed_by_the_next_start(graph: Graph):
    chance = random.Random(7)
    whole = authored_content()
    await graph.declare(STORAGE.schema)
    for _ in range(5):
        writing = asyncio.create_task(open_catalogue(graph, whole))
        for _ in range(chance.randrange(1, 400)):
            await asyncio.sleep(0)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        try:
            assert await stories_found(graph, whole.digest, StoryFilter())
        except CatalogueMissing:
            assert all(not found for found in (await nodes(graph)).values()), "all of it, or nothing"
        else:
            await is_just(graph, whole)
    await open_catalogue(graph, whole)
    await is_just(graph, whole)


async def test_half_a_catalogue_is_never_taken_for_whole(graph: Graph):
    whole = authored_content()
    await graph.declare(STORAGE.schema)
    async with graph.transaction() as tx:
        for row in PARTS[:3]:
            rows: Sequence[Any] = whole.rows[row][: len(whole.rows[row]) // 2 + 1]
            await tx.run(STORAGE.adds[row], rows=[STORAGE.properties(each) for each in rows])
    for asked in (
        stories_found(graph, whole.digest, StoryFilter()),
        story_whole(graph, whole.digest, "clearing"),
        story_whole(graph, whole.digest, "nowhere"),
        skills_listed(graph, whole.digest),
    ):
        with pytest.raises(CatalogueMissing):
            await asked
    await open_catalogue(graph, whole)
    await is_just(graph, whole)


async def test_every_filter_finds_just_the_stories_that_are_so(graph: Graph):
    whole = authored_content()
    await open_catalogue(graph, whole)
    scenes = [(story, scene) for story in STORIES for scene in story.scenes.values()]
    expected: dict[tuple[str, str], set[str]] = {}
    for story, scene in scenes:
        named = [("skill", scene.skill)] if scene.skill else []
        named += [("approach", scene.approach.value), ("world", world_id(story.world))]
        named += [("location", scene.location), *(("character", each) for each in scene.characters)]
        for name, value in named:
            expected.setdefault((name, plain(value)), set()).add(story.id)
        for word in (*scene.warnings, *scene.topics):
            expected.setdefault(("free_of", plain(word)), {each.id for each in STORIES}).discard(story.id)

    def looked(*asked: tuple[str, str]) -> StoryFilter:
        told: dict[str, Any] = {name: (value,) if name == "free_of" else value for name, value in asked}
        return StoryFilter(**told)

    for (name, value), stories in expected.items():
        found = await stories_found(graph, whole.digest, looked((name, value)))
        assert [each.id for each in found] == sorted(stories), f"{name}={value}"
    pairs = random.Random(11).sample(sorted(expected), 24)
    for (one, first), (two, second) in zip(pairs[::2], pairs[1::2], strict=True):
        if one != two:
            found = await stories_found(graph, whole.digest, looked((one, first), (two, second)))
            assert [each.id for each in found] == sorted(expected[one, first] & expected[two, second])
    spared = [(value, stories) for (name, value), stories in expected.items() if name == "free_of"]
    for (word, without), (other, without_other) in pairwise(spared):
        found = await stories_found(graph, whole.digest, StoryFilter(free_of=(word, other)))
        assert [each.id for each in found] == sorted(without & without_other), "neither of them"
    for name in ("skill", "approach", "world", "character", "location"):
        assert await stories_found(graph, whole.digest, looked((name, "none such"))) == ()
    assert len(await stories_found(graph, whole.digest, StoryFilter(free_of=("none such",)))) == len(STORIES)


async def test_every_skill_names_the_scenes_that_practise_it(graph: Graph):
    await open_catalogue(graph, authored_content())
    found = {
        (skill.id, each.story, each.scene, each.approach, each.intensity)
        for skill in await skills_listed(graph, authored_content().digest)
        for each in skill.scenes
    }
    assert found == {
        (scene.skill, story.id, scene.id, scene.approach.value, scene.intensity)
        for story in STORIES
        for scene in story.scenes.values()
        if scene.skill
    }


def test_every_row_is_declared():
    assert set(STORAGE.nodes) == set(ROWS)
    assert set(STORAGE.edges) == set(LINKS)
