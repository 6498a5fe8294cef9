"""A Valkey for these tests, each with a store of its own, and servers that speak as models do."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from model_server import ModelServer, model_server

from tta.eventstore.child_server import ChildServer
from tta.eventstore.durability import Durability
from tta.eventstore.nodes import Nodes

sys.path.append(str(Path(__file__).parents[1] / "eventstore"))  # unreliable_proxy


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def agents_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ChildServer]:
    server = ChildServer(tmp_path_factory.mktemp("agents"))
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[ChildServer]:
    """A server that the test may kill."""
    server = ChildServer(tmp_path / "valkey")
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def nodes(agents_server: ChildServer) -> AsyncIterator[Nodes]:
    connected = await Nodes.connect(agents_server.url, Durability("fsync"))
    yield connected
    await connected.close()


@pytest_asyncio.fixture
async def other_nodes(agents_server: ChildServer) -> AsyncIterator[Nodes]:
    """The connections of another process."""
    connected = await Nodes.connect(agents_server.url, Durability("fsync"))
    yield connected
    await connected.close()


@pytest.fixture
def store() -> str:
    """The name of a store that nobody else uses."""
    return f"s{uuid4().hex}"


@pytest_asyncio.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with model_server() as running:
        yield running


@pytest_asyncio.fixture
async def other_model() -> AsyncIterator[ModelServer]:
    async with model_server() as running:
        yield running
