"""One Valkey for these tests; each has a store of its own in it."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

sys.path.append(str(Path(__file__).parents[1] / "eventstore"))  # store_examples

from store_examples import SLOTS, fresh_name

from tta.eventstore.child_server import ChildServer
from tta.eventstore.store import EventStore


@pytest.fixture(scope="session")
def live_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("live")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def live_server(live_directory: Path) -> AsyncIterator[ChildServer]:
    server = ChildServer(live_directory / "valkey")
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def store(live_server: ChildServer) -> AsyncIterator[EventStore]:
    opened = await EventStore.open(live_server.url, fresh_name(), slots=SLOTS)
    yield opened
    await opened.close()
