"""A Valkey for these tests, each with a store of its own, and servers that speak as models do."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.support.agents.fixtures import model, other_model
from tta.eventstore.child_server import ChildServer
from tta.eventstore.durability import Durability
from tta.eventstore.nodes import Nodes

__all__ = ["model", "other_model"]


@pytest_asyncio.fixture
async def nodes(valkey: ChildServer) -> AsyncIterator[Nodes]:
    connected = await Nodes.connect(valkey.url, Durability("fsync"))
    yield connected
    await connected.close()


@pytest_asyncio.fixture
async def other_nodes(valkey: ChildServer) -> AsyncIterator[Nodes]:
    """The connections of another process."""
    connected = await Nodes.connect(valkey.url, Durability("fsync"))
    yield connected
    await connected.close()


@pytest.fixture
def store() -> str:
    """The name of a store that nobody else uses."""
    return f"s{uuid4().hex}"
