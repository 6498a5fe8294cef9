"""Peers, if they are installed: the `eventsourcing` library on SQLite and on PostgreSQL, with the same
aggregate.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

WORDS = "I take a slow breath and look around. " * 5  # About 190 characters.
EVENTS = 20


class PlaySession(Aggregate):
    """A session in the library's style: strict turns, words, answers."""

    def __init__(self, player: str) -> None:
        self.player = player
        self.turn = 0
        self.unanswered = False

    def submit(self, words: str) -> None:
        if self.unanswered:
            raise ValueError("the last turn is unanswered")
        self._submitted(self.turn + 1, words)

    def answer(self, reply: str) -> None:
        self._answered(self.turn, reply)

    @event("Submitted")
    def _submitted(self, turn: int, words: str) -> None:
        self.turn = turn
        self.unanswered = True

    @event("Answered")
    def _answered(self, turn: int, reply: str) -> None:
        self.unanswered = False


def command_rate(environment: dict[str, str], count: int) -> float:
    """Load an aggregate of 20 events, decide, save durably; one caller in sequence; commands per second."""
    application: Application[UUID] = Application(env=environment)
    ids = []
    for _ in range(count):
        session = PlaySession(player="p")
        for turn in range(EVENTS - 1):
            if turn % 2:
                session.answer(WORDS)
            else:
                session.submit(WORDS)
        ids.append(session.id)
        application.save(session)
    began = time.perf_counter()
    for identity in ids:
        session = application.repository.get(identity)
        session.answer(WORDS)
        application.save(session)
    rate = count / (time.perf_counter() - began)
    application.close()
    return rate


@contextmanager
def sqlite() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory() as directory:
        yield {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": str(Path(directory) / "events.db"),
        }


@contextmanager
def postgresql() -> Iterator[dict[str, str] | None]:
    """Yield a separate PostgreSQL with default settings; None if it cannot be started."""
    binaries = postgresql_binaries()
    if binaries is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as directory:
        user = _unprivileged(directory)
        data, port = Path(directory) / "data", _free_port()
        environment = {**os.environ, "LC_ALL": "C"}
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8"],
            check=True,
            capture_output=True,
            user=user,
            env=environment,
        )
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-p", str(port), "-k", directory, "-h", "127.0.0.1"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=user,
            env=environment,
        )
        try:
            _await_port(port)
            yield {
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "POSTGRES_DBNAME": "postgres",
                "POSTGRES_HOST": "127.0.0.1",
                "POSTGRES_PORT": str(port),
                "POSTGRES_USER": "bench",
                "POSTGRES_PASSWORD": "",
            }
        finally:
            # A fast shutdown, because SIGTERM would wait for every connection.
            server.send_signal(signal.SIGINT)
            server.wait()


def postgresql_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    return found[0].parent if found else Path(on_path).parent if on_path else None


def _unprivileged(directory: str) -> str | None:
    """Return another user, who then owns the directory: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    user = next(name for name in ("postgres", "nobody") if name in {each.pw_name for each in pwd.getpwall()})
    shutil.chown(directory, user)
    return user


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _await_port(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("PostgreSQL did not start within 30 s")
