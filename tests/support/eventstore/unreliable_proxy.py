"""A TCP proxy on loopback between a store and its server, which loses, delays and cuts as it is told."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

GREETING_REPLIES = 5  # What a new connection asks before anything else is sent on it.


class UnreliableProxy:
    """Speaks for a server on a unix socket or a TCP port. What it is told applies to every connection."""

    def __init__(self, server: Path | int) -> None:
        self.server = server
        """May be changed: as when a service's name is given to another server."""
        self._listening: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.loses: Callable[[], bool] = lambda: False
        """Asked of each reply after a connection's first few: is it thrown away, and its connection cut?"""
        self.trickle: tuple[int, float] | None = None
        """Let replies through in pieces of so many bytes, so many seconds apart."""
        self.lost = 0
        self.connections = 0
        self.chunks: list[int] = []
        """Bytes of each read from a client."""

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
        """Cut every connection and take no new one, for good."""
        assert self._listening is not None
        self._listening.close()
        self.cut()
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def cut(self) -> None:
        """Cut every connection; new ones are taken."""
        for pair in tuple(self._pairs):
            for side in pair:
                side.transport.abort()

    def lose_one(self) -> None:
        """Lose the next reply: its command was done, and nobody hears of it."""
        left = [True]
        self.loses = lambda: bool(left) and left.pop()

    def hold(self) -> None:
        """Let no reply through until `release`."""
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
