"""A store of one's own on one Valkey, and a graph that is ready for projectors."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

sys.path.append(str(Path(__file__).parents[1] / "projections"))  # histories.py

from projector_examples import SLOTS, Log, fresh_name

from tta.eventstore.child_server import ChildServer
from tta.eventstore.store import EventStore
from tta.graph.engine import Graph
from tta.graph.migrations import migrate
from tta.graph.opening import open_graph


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def projector_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ChildServer]:
    server = ChildServer(tmp_path_factory.mktemp("projector"))
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def log(projector_server: ChildServer) -> AsyncIterator[Log]:
    store = await EventStore.open(projector_server.url, fresh_name(), slots=SLOTS)
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
