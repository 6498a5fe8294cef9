"""A process that is killed while it writes the catalogue leaves it whole, or leaves it to the next start."""

import asyncio
import random
import sys
from pathlib import Path

import pytest

from tests.support.projections import opening_child
from tta.graph.engine import Graph
from tta.graph.opening import open_graph
from tta.projections.catalogue import KEPT, LOCK, LOCK_ID, STORAGE, authored_content, open_catalogue
from tta.projections.catalogue_answers import StoryFilter, stories_found, story_whole

CHILD = Path(opening_child.__file__)
WHOLE = "MATCH (c:Catalogue_v2)\nWHERE c.opened > 0\nRETURN c.id AS id"
SCENES = "MATCH (s:Scene_v2)\nRETURN s.catalogue AS id, count(s) AS scenes"
WAYS = "MATCH (s:Scene_v2)-[:LEADS_TO_v2]->(:Scene_v2)\nRETURN s.catalogue AS id, count(s) AS ways"
WITHIN_S = 120


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_killed_while_it_writes_it_leaves_whole_ones_only(
    graph_address: tuple[str, str | None], seed: int
):
    url, password = graph_address
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(CHILD), url, *([password] if password else []), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    for _ in range(3):
        assert await asyncio.wait_for(child.stdout.readline(), WITHIN_S)
    # Somewhere within a write: the third has begun.
    await asyncio.sleep(random.Random(seed).random() / 10)
    child.kill()
    await child.wait()
    graph = await open_graph(url, password=password, apart=True)
    try:
        await graph.declare(STORAGE.schema)
        await killed_one_is_over(graph)
        await only_whole_ones(graph)
        await open_catalogue(graph, authored_content())
        digest = authored_content().digest
        for listed in await stories_found(graph, digest, StoryFilter()):
            whole = await story_whole(graph, digest, listed.id)
            assert whole is not None
            assert len(whole.scenes) == listed.scenes
        await only_whole_ones(graph)
    finally:
        await graph.close()


async def killed_one_is_over(graph: Graph) -> None:
    """Wait until what the killed one had under way is rolled back: its lock is then free."""
    async with graph.transaction() as tx:
        await tx.run(LOCK, lock=LOCK_ID)


async def only_whole_ones(graph: Graph) -> None:
    """Each catalogue that has any scene is there with all of them, and with all their ways."""
    expected = authored_content()
    sizes = {link.name: len(found) for link, found in expected.links.items()}
    whole = {row["id"] for row in await graph.read(WHOLE)}
    assert len(whole) <= KEPT
    scenes = {row["id"]: row["scenes"] for row in await graph.read(SCENES)}
    assert scenes == dict.fromkeys(whole, sizes["HAS"])
    ways = {row["id"]: row["ways"] for row in await graph.read(WAYS)}
    assert ways == dict.fromkeys(whole, sizes["LEADS_TO"])
