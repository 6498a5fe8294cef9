"""Servers of the store for every folder of tests, and a store of one's own for those that ask for it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.eventstore.store_examples import SLOTS, fresh_name
from tta.eventstore.child_server import ChildServer
from tta.eventstore.store import EventStore


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def valkey(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ChildServer]:
    """One server for all tests of a process; each has a store of its own in it."""
    server = ChildServer(tmp_path_factory.mktemp("valkey"))
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def own_valkey(tmp_path: Path) -> AsyncIterator[ChildServer]:
    """A server that the test may stop, kill and change."""
    server = ChildServer(tmp_path / "valkey")
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def one_store(valkey: ChildServer) -> AsyncIterator[EventStore]:
    """A store on Valkey alone, for what no other server would change."""
    opened = await EventStore.open(valkey.url, fresh_name(), slots=SLOTS)
    yield opened
    await opened.close()
