"""One Valkey for these tests; each gets a store of its own, and as many processes over it as it wants."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from command_examples import Machine

from tta.commands.handle import Commands
from tta.eventstore.child_server import ChildServer


@pytest.fixture(scope="session")
def commands_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("commands")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def commands_server(commands_directory: Path) -> AsyncIterator[str]:
    server = ChildServer(commands_directory)
    await server.start()
    yield server.url
    await server.stop()


@pytest_asyncio.fixture
async def machine(commands_server: str) -> AsyncIterator[Machine]:
    machine = Machine(commands_server)
    yield machine
    await machine.close()


@pytest_asyncio.fixture
async def commands(machine: Machine) -> Commands:
    return await machine.process()
