"""The servers behind a store: one, or a cluster. Who holds which key, and how each is reached."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import (
    AskError,
    ConnectionError,  # noqa: A004 - The client's own name for it.
    MovedError,
    NoScriptError,
    RedisError,
    ResponseError,
    TimeoutError,  # noqa: A004
)

from tta.eventstore.durability import Durability, check_server
from tta.eventstore.errors import ForeignStore, StoreUnavailable
from tta.eventstore.scripts import Script
from tta.eventstore.wire import command as wire_command
from tta.eventstore.writer import OUTCOME_TIMEOUT_S, Node, Pending, Writer

POOL_MAX = 32
READ_TIMEOUT_S = 5.0
REROUTE_DELAY_S = 0.02


class Nodes:
    """The live picture of the servers. Reads are retried by the client; appends go through the writers."""

    def __init__(self, client: Redis | RedisCluster, durability: Durability) -> None:
        self.client = client
        self.durability = durability
        self._writers: dict[str, Writer] = {}
        self._rerouting: set[asyncio.Task[None]] = set()

    @classmethod
    async def connect(cls, url: str, durability: Durability) -> "Nodes":
        """Reach the servers and check their settings. Raises StoreUnavailable or UnsafeServer."""
        client = _standalone(url)
        nodes = cls(client, durability)
        try:
            info = await client.info("cluster")
            if info.get("cluster_enabled"):
                await client.aclose()
                nodes.client = _cluster(url)
                await nodes.client.initialize()
            for node in nodes._primaries():
                connection, _ = await node.connect()
                await connection.disconnect()
        except (RedisError, OSError) as error:
            await nodes.client.aclose()
            raise StoreUnavailable(f"no event store server answers: {error}") from error
        except BaseException:
            await nodes.client.aclose()
            raise
        return nodes

    async def close(self) -> None:
        for task in tuple(self._rerouting):
            await task
        for writer in self._writers.values():
            await writer.close()
        await self.client.aclose()

    async def append(self, command: bytes, key: str) -> list[bytes]:
        """Send one append and await its answer. Cancelling the caller abandons the wait only."""
        loop = asyncio.get_running_loop()
        pending = Pending(command, key, loop.create_future(), loop.time() + OUTCOME_TIMEOUT_S)
        self._writer(key).submit(pending)
        return await pending.answer

    async def call(self, *words: str | bytes | float) -> Any:
        """One reading command, retried by the client. Raises StoreUnavailable or ForeignStore."""
        try:
            return await self.client.execute_command(*words)
        except (ConnectionError, TimeoutError, OSError) as error:
            raise StoreUnavailable(f"the event store cannot be read: {error}") from error
        except ResponseError as error:
            if str(error).startswith("WRONGTYPE"):
                raise ForeignStore(f"{words[1]!r} is not this event store's: {error}") from error
            raise

    async def run(self, script: Script, keys: list[str], arguments: list[str | bytes | int]) -> Any:
        """One run of a reading script."""
        try:
            return await self.call("EVALSHA", script.sha, len(keys), *keys, *arguments)
        except NoScriptError:
            return await self.call("EVAL", script.text, len(keys), *keys, *arguments)

    async def pipeline(self, commands: list[tuple[str | bytes | int, ...]]) -> list[Any]:
        """Several reading commands in one round trip per server, answered in order."""
        pipeline = self.client.pipeline(transaction=False) if isinstance(self.client, Redis) else None
        if pipeline is None:
            return list(await asyncio.gather(*(self.call(*command) for command in commands)))
        for command in commands:
            pipeline.execute_command(*command)
        try:
            return list(await pipeline.execute())
        except (ConnectionError, TimeoutError, OSError) as error:
            raise StoreUnavailable(f"the event store cannot be read: {error}") from error

    def connections(self, keys: list[str]) -> dict[str, tuple[Callable[[], Any], list[str]]]:
        """Group keys by the server that holds them: name → (maker of an unchecked connection, its keys)."""
        grouped: dict[str, tuple[Callable[[], Any], list[str]]] = {}
        for key in keys:
            name, make = self._place(key)
            grouped.setdefault(name, (make, []))[1].append(key)
        return grouped

    def _place(self, key: str) -> tuple[str, Callable[[], Any]]:
        client = self.client
        if isinstance(client, RedisCluster):
            node = client.get_node_from_key(key)
            if node is None:
                raise StoreUnavailable(f"no server of the cluster holds {key}")
            return node.name, partial(_bare, node.connection_class, node.connection_kwargs)
        pool = client.connection_pool
        return "server", partial(_bare, pool.connection_class, pool.connection_kwargs)

    def _primaries(self) -> list[Node]:
        if isinstance(self.client, RedisCluster):
            return [
                Node(node.name, self._checked(partial(_bare, node.connection_class, node.connection_kwargs)))
                for node in self.client.get_primaries()
            ]
        return [Node("server", self._checked(self._place("")[1]))]

    def _checked(self, make: Callable[[], Any]) -> Callable[[], Awaitable[tuple[Any, bool]]]:
        async def connect() -> tuple[Any, bool]:
            connection = make()
            try:
                await connection.connect()
                return connection, await check_server(connection, self.durability)
            except BaseException:
                await connection.disconnect(nowait=True)
                raise

        return connect

    def _writer(self, key: str) -> Writer:
        name, make = self._place(key) if isinstance(self.client, RedisCluster) else ("server", None)
        writer = self._writers.get(name)
        if writer is None:
            make = make or self._place(key)[1]
            node = Node(name, self._checked(make))
            writer = Writer(node, copies=self.durability.copies, reroute=self._reroute)
            self._writers[name] = writer
        return writer

    async def _reroute(self, pending: Pending, error: RedisError) -> None:
        task = asyncio.create_task(self._send_elsewhere(pending, error))
        self._rerouting.add(task)
        task.add_done_callback(self._rerouting.discard)

    async def _send_elsewhere(self, pending: Pending, error: RedisError) -> None:
        """A slot moves, or a server was demoted: find out who holds it now, within the append's time."""
        pending.asking = isinstance(error, AskError)
        try:
            (await self._holder(pending, error)).submit(pending)
        except StoreUnavailable as unavailable:
            pending.refuse(unavailable)
        except (RedisError, OSError) as unreachable:
            pending.refuse(StoreUnavailable(f"the cluster cannot be asked: {unreachable}"))

    async def _holder(self, pending: Pending, error: RedisError) -> Writer:
        if asyncio.get_running_loop().time() >= pending.deadline:
            raise StoreUnavailable(f"the slot found no server in time: {error}")
        if isinstance(error, AskError):
            return self._writer_at(f"{error.host}:{error.port}")
        if not isinstance(error, MovedError):
            await asyncio.sleep(REROUTE_DELAY_S)
        if isinstance(self.client, RedisCluster):
            await self.client.nodes_manager.initialize()
        return self._writer(pending.key)

    def _writer_at(self, name: str) -> Writer:
        if name not in self._writers:
            node = self.client.get_node(node_name=name) if isinstance(self.client, RedisCluster) else None
            if node is None:
                raise StoreUnavailable(f"the cluster names {name}, which is not known yet")
            made = Node(name, self._checked(partial(_bare, node.connection_class, node.connection_kwargs)))
            self._writers[name] = Writer(made, copies=self.durability.copies, reroute=self._reroute)
        return self._writers[name]


def evalsha(script: Script, keys: list[str], arguments: list[bytes | str | int]) -> bytes:
    """Pack one script call for the wire."""
    return wire_command("EVALSHA", script.sha, len(keys), *keys, *arguments)


def _bare(connection_class: Any, settings: dict[str, Any]) -> Any:
    """A connection of one's own: no retries, no time-out but the owner's."""
    own = {"retry": Retry(NoBackoff(), 0), "socket_timeout": None, "health_check_interval": 0}
    return connection_class(**{**settings, **own})


def _standalone(url: str) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url, max_connections=POOL_MAX, timeout=READ_TIMEOUT_S, **_settings()
    )
    client = Redis(connection_pool=pool, retry=Retry(ExponentialBackoff(0.2, 0.01), 3))
    _leave_entries_raw(client)
    return client


def _cluster(url: str) -> RedisCluster:
    client = RedisCluster.from_url(url, max_connections=POOL_MAX, **_settings())
    _leave_entries_raw(client)
    return client


def _settings() -> dict[str, Any]:
    return {"protocol": 2, "socket_timeout": READ_TIMEOUT_S, "socket_connect_timeout": READ_TIMEOUT_S}


def _leave_entries_raw(client: Redis | RedisCluster) -> None:
    """Leave stream entries as the server sends them: the client's own parsing is slow and lossy."""
    for name in ("XRANGE", "XREVRANGE"):
        client.set_response_callback(name, lambda response, **_: response)
