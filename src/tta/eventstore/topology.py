"""Which servers there are, one or a cluster's primaries, and which of them holds a key."""

import asyncio
import random
from collections.abc import Iterable
from typing import Any, NamedTuple

from redis.asyncio.connection import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.driver_info import DriverInfo
from redis.exceptions import AskError, RedisError

from tta.eventstore.errors import StoreUnavailable

CONNECT_TIMEOUT_S = 5.0
LEARN_TIMEOUT_S = 1.0  # Per server: while one hangs, the others are to be asked soon.
DRIVER = DriverInfo()
"""What connections say of themselves: each would read the library's metadata for it, which takes 1 ms."""


class ServerAddress(NamedTuple):
    """A server's address; empty for the one that the URL names."""

    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        return f"{self.host}:{self.port}" if self.port else "the server"


THE_ONE = ServerAddress()


class Topology:
    """The servers as far as they are known. A cluster's own words (MOVED, CLUSTER SLOTS) correct it."""

    def __init__(self, url: str) -> None:
        pool = ConnectionPool.from_url(url, protocol=2, driver_info=DRIVER)
        self._connection_class = pool.connection_class
        # A connection of ours never retries by itself, and its owner keeps the time.
        self._settings = {
            **pool.connection_kwargs,
            "retry": Retry(NoBackoff(), 0),
            "socket_timeout": None,
            "socket_connect_timeout": CONNECT_TIMEOUT_S,
            "health_check_interval": 0,
        }
        self._holders: dict[int, ServerAddress] | None = None
        self._learning = asyncio.Lock()
        self._learned = 0

    @property
    def is_cluster(self) -> bool:
        return self._holders is not None

    @property
    def servers(self) -> set[ServerAddress]:
        """Every server that holds keys."""
        return {THE_ONE} if self._holders is None else set(self._holders.values())

    def holder(self, key: str) -> ServerAddress:
        """Name the server that holds a key. Raises StoreUnavailable where a cluster has none."""
        if self._holders is None:
            return THE_ONE
        try:
            return self._holders[key_slot(key.encode())]
        except KeyError:
            raise StoreUnavailable(f"no server of the cluster holds {key}") from None

    def grouped(self, keys: Iterable[str]) -> dict[ServerAddress, list[str]]:
        """Group keys by the server that holds them."""
        groups: dict[ServerAddress, list[str]] = {}
        for key in keys:
            groups.setdefault(self.holder(key), []).append(key)
        return groups

    def connection(self, server: ServerAddress) -> Any:
        """Make a connection that is not connected yet."""
        where = {"host": server.host, "port": server.port} if server.port else {}
        return self._connection_class(**{**self._settings, **where})

    def moved(self, error: AskError, by: ServerAddress) -> None:
        """Learn from a redirection: one slot is held by another server. No host means the host of `by`."""
        if self._holders is not None:
            self._holders[error.slot_id] = self.redirected(error, by)

    def redirected(self, error: AskError, by: ServerAddress) -> ServerAddress:
        return ServerAddress(error.host or by.host or self._settings.get("host", ""), error.port)

    async def learn(self, first: ServerAddress | None = None) -> None:
        """Ask the servers, one after the other, who holds what. Raises StoreUnavailable if none answers.

        The one that a redirection named is asked first: it knows of what it took over. Who waits while
        somebody else is asking does not ask again.
        """
        before = self._learned
        async with self._learning:
            if self._learned != before:
                return
            known = [server for server in self.servers if server != THE_ONE]
            random.shuffle(known)
            failure: Exception | None = None
            for server in dict.fromkeys((*([first] if first else []), *known, THE_ONE)):
                try:
                    async with asyncio.timeout(LEARN_TIMEOUT_S):
                        holders = await self._ask(server)
                except (RedisError, OSError) as error:
                    failure = error
                    continue
                self._holders = holders
                self._learned += 1
                return
            raise StoreUnavailable(f"no server answers: {failure}")

    async def _ask(self, server: ServerAddress) -> dict[int, ServerAddress] | None:
        connection = self.connection(server)
        try:
            await connection.connect()
            await connection.send_command("INFO", "cluster")
            info = await connection.read_response(disable_decoding=True)
            if b"cluster_enabled:1" not in info:
                return None
            await connection.send_command("CLUSTER", "SLOTS")
            ranges = await connection.read_response(disable_decoding=True)
        finally:
            await connection.disconnect(nowait=True)
        own_host = server.host or self._settings.get("host", "")
        holders: dict[int, ServerAddress] = {}
        for first, last, (host, port, *_), *_ in ranges:
            holder = ServerAddress((host or b"").decode() or own_host, port)
            holders |= dict.fromkeys(range(first, last + 1), holder)
        return holders
