"""A Valkey for these tests; each gets a store of its own, and a server of its own where it kills it."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from reactor_examples import Machine

from tta.eventstore.child_server import ChildServer

sys.path.append(str(Path(__file__).parents[1] / "agents"))  # model_server
sys.path.append(str(Path(__file__).parents[1] / "eventstore"))  # store_examples


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def reactor_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ChildServer]:
    server = ChildServer(tmp_path_factory.mktemp("reactors"))
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def machine(reactor_server: ChildServer) -> AsyncIterator[Machine]:
    async with Machine(reactor_server.url) as made:
        yield made


@pytest_asyncio.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[ChildServer]:
    """A server that the test may kill."""
    server = ChildServer(tmp_path / "valkey")
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def own_machine(own_server: ChildServer) -> AsyncIterator[Machine]:
    async with Machine(own_server.url) as made:
        yield made
