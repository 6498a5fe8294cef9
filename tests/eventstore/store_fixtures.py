"""A Valkey, and a store of one's own in it: for the tests of each folder that says so in its conftest.py."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from store_examples import SLOTS, fresh_name

from tta.eventstore.child_server import ChildServer
from tta.eventstore.store import EventStore


@pytest.fixture(scope="session")
def server_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("servers")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def valkey(server_directory: Path) -> AsyncIterator[ChildServer]:
    server = ChildServer(server_directory / "valkey")
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def one_store(valkey: ChildServer) -> AsyncIterator[EventStore]:
    """A store on Valkey alone, for what no other server would change."""
    opened = await EventStore.open(valkey.url, fresh_name(), slots=SLOTS)
    yield opened
    await opened.close()
