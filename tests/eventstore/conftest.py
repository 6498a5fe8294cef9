"""The servers that the event store is tried on; each test gets a store of its own in them."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.eventstore.fixtures import one_store
from tests.support.eventstore.store_examples import SLOTS, fresh_name
from tests.support.eventstore.store_servers import Cluster, redis7_binary
from tests.support.eventstore.unreliable_proxy import UnreliableProxy
from tta.eventstore.child_server import ChildServer
from tta.eventstore.store import EventStore

__all__ = ["one_store"]
KINDS = ["valkey", "redis7", pytest.param("cluster", marks=pytest.mark.cluster)]
MOVING = [
    pytest.param(name, marks=pytest.mark.cluster)
    for name in ("cluster, slots moving", "cluster, keys moving")
]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def redis7(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ChildServer]:
    server = ChildServer(tmp_path_factory.mktemp("redis7"), binary=redis7_binary())
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    await cluster.start()
    yield cluster
    await cluster.close()


@pytest.fixture(params=[*KINDS, *MOVING])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(kind: str, request: pytest.FixtureRequest) -> ChildServer | Cluster:
    found: ChildServer | Cluster = request.getfixturevalue(kind.partition(",")[0])
    return found


@pytest_asyncio.fixture
async def store(kind: str, server: ChildServer | Cluster) -> AsyncIterator[EventStore]:
    """A store on each kind of server; on the last two its slots change servers all the while."""
    opened = await EventStore.open(server.url, fresh_name(), slots=SLOTS)
    stop, moving = asyncio.Event(), None
    if isinstance(server, Cluster) and "moving" in kind:
        tags = [opened.layout.tag(slot)[:-1] for slot in range(SLOTS)]
        move = server.move_atomically if "slots" in kind else server.move_key_by_key
        moving = asyncio.create_task(server.keep_moving(tags, move, stop))
    yield opened
    stop.set()
    if moving is not None:
        assert await moving > 0
    await opened.close()


@pytest_asyncio.fixture
async def proxy(valkey: ChildServer) -> AsyncIterator[UnreliableProxy]:
    async with UnreliableProxy(valkey.socket) as between:
        yield between


@pytest_asyncio.fixture
async def far_store(proxy: UnreliableProxy) -> AsyncIterator[EventStore]:
    """A store that is reached through the proxy."""
    opened = await EventStore.open(proxy.url, fresh_name(), slots=SLOTS)
    yield opened
    await opened.close()
