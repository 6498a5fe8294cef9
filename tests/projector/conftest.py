"""A store of one's own on one Valkey, and a graph that is ready for projectors."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.projector.projector_examples import SLOTS, Log, fresh_name
from tta.eventstore.child_server import ChildServer
from tta.eventstore.store import EventStore
from tta.graph.engine import Graph
from tta.graph.migrations import migrate
from tta.graph.opening import open_graph


@pytest_asyncio.fixture
async def log(valkey: ChildServer) -> AsyncIterator[Log]:
    store = await EventStore.open(valkey.url, fresh_name(), slots=SLOTS)
    yield Log(store)
    await store.close()


@pytest_asyncio.fixture
async def ready(graph: Graph) -> Graph:
    """Each engine in turn, migrated."""
    await migrate(graph)
    return graph


@pytest_asyncio.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[Graph]:
    """The embedded engine alone, for what no other engine would change."""
    opened = await open_graph(f"embedded:{tmp_path}/graph", apart=True)
    await migrate(opened)
    yield opened
    await opened.close()
