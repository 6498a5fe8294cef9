"""One Valkey for the keyring's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tta.eventstore.child_server import ChildServer


@pytest.fixture(scope="session")
def keyring_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keyring")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def keyring_server(keyring_directory: Path) -> AsyncIterator[ChildServer]:
    server = ChildServer(keyring_directory / "valkey")
    await server.start()
    yield server
    await server.stop()
