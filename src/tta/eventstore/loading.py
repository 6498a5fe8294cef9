"""How a server gets on with loading its files, which for a large log takes minutes."""

import asyncio
import time
from collections.abc import Mapping
from typing import Self

TELL_EVERY_S = 5.0
ANSWER_S_MAX = 10.0


class ServerWatch:
    """Asks a server how it is on one connection of its own. While it loads, a server answers once per 1,024
    commands or 2 MiB: the several round trips with which a client begins would take too long.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._close()

    async def ask(self) -> dict[str, str] | None:
        """Give what it says of its persistence; None when it does not answer."""
        try:
            async with asyncio.timeout(ANSWER_S_MAX):
                if self._streams is None:
                    self._streams = await asyncio.open_unix_connection(self._path)
                reader, writer = self._streams
                writer.write(b"INFO persistence\r\n")
                size = (await reader.readline()).strip().removeprefix(b"$")
                text = (await reader.readexactly(int(size) + 2)).decode(errors="replace")
        except (OSError, EOFError, ValueError):  # The time-out is an OSError too.
            self._close()
            return None
        lines = (line.partition(":") for line in text.splitlines())
        return {name: value for name, _, value in lines}

    def _close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Loading:
    """Watches a server load its files, and tells progress from a standstill."""

    def __init__(self, patience_s: float, tell_every_s: float = TELL_EVERY_S) -> None:
        self.has_begun = False
        """Whether the server has said that it loads."""
        self._patience_s = patience_s
        self._tell_every_s = tell_every_s
        self._loaded = -1
        self._moved_at = self._told_at = time.monotonic()

    def look(self, info: Mapping[str, str]) -> str:
        """Take what the server says of its persistence; return a line to show, or "" when it is too early."""
        if info.get("loading") != "1":
            return ""
        self.has_begun = True
        loaded, total = int(info.get("loading_loaded_bytes", 0)), int(info.get("loading_total_bytes", 0))
        now = time.monotonic()
        if loaded != self._loaded:
            self._loaded, self._moved_at = loaded, now
        if now - self._told_at < self._tell_every_s:
            return ""
        self._told_at = now
        share = f", {min(100 * loaded // total, 100)} %" if total else ""
        return f"The event store loads its log: {loaded >> 20} of {total >> 20} MiB{share}."

    def is_stuck(self) -> bool:
        return time.monotonic() - self._moved_at > self._patience_s
