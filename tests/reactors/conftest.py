"""A Valkey for these tests; each gets a store of its own, and a server of its own where it kills it."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.reactors.reactor_examples import Machine
from tta.eventstore.child_server import ChildServer


@pytest_asyncio.fixture
async def machine(valkey: ChildServer) -> AsyncIterator[Machine]:
    async with Machine(valkey.url) as made:
        yield made


@pytest_asyncio.fixture
async def own_machine(own_valkey: ChildServer) -> AsyncIterator[Machine]:
    async with Machine(own_valkey.url) as made:
        yield made
