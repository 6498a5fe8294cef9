"""One Valkey for these tests; each gets a store of its own, and as many processes over it as it wants."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.commands.command_examples import Machine
from tta.commands.handle import Commands
from tta.eventstore.child_server import ChildServer


@pytest_asyncio.fixture
async def machine(valkey: ChildServer) -> AsyncIterator[Machine]:
    machine = Machine(valkey.url)
    yield machine
    await machine.close()


@pytest_asyncio.fixture
async def commands(machine: Machine) -> Commands:
    return await machine.process()
