"""Opens one changed catalogue after the other until it is killed, and prints when it begins each."""

import asyncio
import sys
from itertools import count

from tta.graph.opening import open_graph
from tta.projections.catalogue import content, open_catalogue
from tta.stories.story import catalogue, newest


async def open_catalogues(url: str, password: str | None) -> None:
    graph = await open_graph(url, password=password, apart=True)
    stories = [story for story in map(newest, sorted(catalogue())) if story is not None]
    for turn in count():
        changed = content(story._replace(summary=f"In its version {turn}") for story in stories)
        sys.stdout.write(f"{turn}\n")
        sys.stdout.flush()
        await open_catalogue(graph, changed)


if __name__ == "__main__":
    asyncio.run(open_catalogues(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None))
