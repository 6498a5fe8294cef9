"""A TCP proxy on loopback between a store and its server. It loses, delays and cuts on request."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

GREETING_REPLIES = 5  # The commands that a new connection sends first.


class UnreliableProxy:
    """A proxy for a server on a unix socket or a TCP port. Its settings apply to every connection."""

    def __init__(self, server: Path | int) -> None:
        self.server = server
        """May change, as when a service's name moves to another server."""
        self._listening: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.loses: Callable[[], bool] = lambda: False
        """Decides for each reply, after a connection's first few, whether to discard it and cut the
        connection.
        """
        self.trickle: tuple[int, float] | None = None
        """Send replies in pieces of this many bytes, this many seconds apart."""
        self.lost = 0
        self.connections = 0
        self.chunks: list[int] = []
        """The number of bytes of each read from a client."""

    @property
    def url(self) -> str:
        assert self._listening is not None
        return f"redis://127.0.0.1:{self._listening.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.refuse()

    async def refuse(self) -> None:
        """Cut every connection and accept no new one."""
        assert self._listening is not None
        self._listening.close()
        self.cut()
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def cut(self) -> None:
        """Cut every connection, but accept new ones."""
        for pair in tuple(self._pairs):
            for side in pair:
                side.transport.abort()

    def lose_one(self) -> None:
        """Lose the next reply, although its command was executed."""
        left = [True]
        self.loses = lambda: bool(left) and left.pop()

    def hold(self) -> None:
        """Hold all replies until `release`."""
        self._flowing.clear()

    def release(self) -> None:
        self._flowing.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if isinstance(self.server, Path):
            there, back = await asyncio.open_unix_connection(str(self.server))
        else:
            there, back = await asyncio.open_connection("127.0.0.1", self.server)
        pair = (writer, back)
        self._pairs.add(pair)
        for way in (self._requests(reader, back), self._replies(there, writer, pair)):
            task = asyncio.create_task(way)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _requests(self, reader: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                self.chunks.append(len(data))
                server.write(data)
                await server.drain()
        server.close()

    async def _replies(
        self,
        there: asyncio.StreamReader,
        client: asyncio.StreamWriter,
        pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
    ) -> None:
        passed = 0
        with suppress(OSError):
            while data := await there.read(65536):
                await self._flowing.wait()
                passed += 1
                if passed > GREETING_REPLIES and self.loses():
                    self.lost += 1
                    break
                piece, pause_s = self.trickle or (len(data), 0.0)
                for start in range(0, len(data), piece):
                    client.write(data[start : start + piece])
                    await client.drain()
                    await asyncio.sleep(pause_s)
        self._pairs.discard(pair)
        for side in pair:
            side.transport.abort()
