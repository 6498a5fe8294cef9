"""Servers for the recorders' tests, started without asyncio, and a proxy that loses replies."""

import atexit
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.utils import Environment
from redis import Redis
from redis.exceptions import RedisError

from tta.eventstore.child_server import DURABLE, server_binary
from tta.eventstore.recorder import Factory

ALICE, BOB = UUID(int=1), UUID(int=2)
REDIS_BINARY = shutil.which("redis-server")


class SyncServer:
    """A server on a unix socket and a free port, in its own directory."""

    def __init__(self, binary: str, settings: dict[str, str] | None = None) -> None:
        self.binary = binary
        self.settings = DURABLE | (settings or {})
        self.directory = Path(tempfile.mkdtemp(prefix="tta-recorder-"))
        self.socket = self.directory / "server.sock"
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def client(self) -> Redis:
        return Redis(unix_socket_path=str(self.socket))

    def start(self) -> "SyncServer":
        options = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "unixsocket": str(self.socket),
            "dir": str(self.directory),
        }
        arguments = [
            part for name, value in (options | self.settings).items() for part in (f"--{name}", value)
        ]
        with (self.directory / "server.log").open("ab") as output:
            self.process = subprocess.Popen([self.binary, *arguments], stdout=output, stderr=output)
        deadline = time.monotonic() + 30
        while True:
            try:
                self.client.ping()
                return self
            except RedisError:
                assert self.process.poll() is None, (self.directory / "server.log").read_text()[-800:]
                assert time.monotonic() < deadline, "the server did not answer in 30 s"
                time.sleep(0.01)

    def kill(self) -> None:
        """Kill it, like a crash."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


@cache
def valkey() -> SyncServer:
    """One for the whole run."""
    return _until_exit(SyncServer(server_binary()))


@cache
def redis70() -> SyncServer:
    assert REDIS_BINARY is not None
    return _until_exit(SyncServer(REDIS_BINARY))


def _until_exit(server: SyncServer) -> SyncServer:
    atexit.register(server.close)
    return server.start()


needs_redis = pytest.mark.skipif(REDIS_BINARY is None, reason="no redis-server on the PATH")
SERVERS = [valkey, pytest.param(redis70, marks=needs_redis)]


def emptied(server: SyncServer) -> SyncServer:
    server.client.flushall()
    return server


@contextmanager
def opened(url: str, **variables: str) -> Iterator[Factory]:
    """The store of an application named `bank`."""
    factory = Factory(Environment("bank", {"TTA_STORE_URL": url, **variables}))
    try:
        yield factory
    finally:
        factory.close()


def events(originator: UUID, *versions: int, topic: str = "Credited") -> list[StoredEvent]:
    return [StoredEvent(originator, version, topic, b"%d" % version) for version in versions]


def log_of(factory: Factory) -> list[tuple[UUID | str, int]]:
    """Return the aggregates of the events in the log, in order, with their versions."""
    notes = factory.application_recorder().select_notifications(1, 10_000)
    return [(note.originator_id, note.originator_version) for note in notes]


def in_thread(work: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)  # A failed test must not wait for it.
    thread.start()
    return thread


class LossyProxy:
    """A proxy between a client and a server. After `lose_next`, the reply to the next request with that mark
    is lost: the server has executed it, and the connection breaks before the client gets the reply.
    """

    def __init__(self, server: SyncServer) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.lost = 0
        self._mark: bytes | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def lose_next(self, mark: bytes) -> None:
        self._mark = mark

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self._server.socket))
        losing = threading.Event()

        def replies() -> None:
            with suppress(OSError):
                while data := server.recv(1 << 16):
                    if losing.is_set():
                        self.lost += 1
                        break
                    client.sendall(data)
            _hang_up(client, server)

        threading.Thread(target=replies, daemon=True).start()
        with suppress(OSError):
            while data := client.recv(1 << 20):
                if self._mark is not None and self._mark in data:
                    self._mark = None
                    losing.set()
                server.sendall(data)
        _hang_up(client, server)


def _hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])
