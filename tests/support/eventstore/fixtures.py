"""Servers of the store for all tests, and a separate store for a test that requests it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.eventstore.store_examples import SLOTS, fresh_name
from tta.eventstore.child_server import ChildServer
from tta.eventstore.store import EventStore


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def valkey(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ChildServer]:
    """One server for all tests of a process. Each test has its own store in it."""
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
    """A store on Valkey only, for tests that do not depend on the server."""
    opened = await EventStore.open(valkey.url, fresh_name(), slots=SLOTS)
    yield opened
    await opened.close()
