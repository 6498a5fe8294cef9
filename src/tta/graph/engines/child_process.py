"""The parent's side of a graph in a process of its own: starts it, talks to its sessions, ends it.

To the rest of `tta.graph` a ChildSession is a Session (plans.py) that answers from elsewhere.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import tta
from tta.graph.engine import GraphInUse, GraphRefused, GraphUnavailable, Row
from tta.graph.engines.frames import CLOSE, INTERRUPT, OPENED, read_frame, write_frame

CLOSE_S_MAX = 3.0  # A checkpoint of what the log holds takes milliseconds; a kill loses nothing either.
KILL_S_MAX = 2.0  # A process that waits for its disk ends when the disk answers, which nobody waits for here.
KILLS = ("SIGKILL", "SIGTERM")
MALLOC = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": str(128 << 10)}
"""See main.py, which says the same to its own process."""
ENDED = "the graph's process has ended"
KILLED = "its process was ended by"
"""How a message begins that says so: somebody, or the machine for lack of memory, sent a signal."""


SAID_MAX = 2_000  # Characters of standard error that are kept.
LINE_MAX = 200  # Of its last line, which is what is told.
SAID_S_MAX = 0.5  # The last words of a process that has ended are in the pipe already.


class OpeningFailed(Exception):
    """Opening the graph ended its process, or took too long."""


class GraphProcess:
    """A process that has the graph open. Its methods block: call them in threads."""

    def __init__(self, path: Path, readers: int, timeout_s: float) -> None:
        """Start it; `await_opening` says when it can be asked."""
        self._path = path
        self._orders, *lines = self._start(path, readers, timeout_s)
        self.busy_since: dict[int, float] = {}
        """When each session that is answering was asked, by the monotonic clock."""
        self._sessions = [ChildSession(self, each, line) for each, line in enumerate(lines)]

    @property
    def sessions(self) -> "Sequence[ChildSession]":
        """The first writes, the others read."""
        return self._sessions

    @property
    def pid(self) -> int:
        return self._process.pid

    def await_opening(self, timeout_s: float) -> None:
        """Return once the graph is open. Whatever is raised, the process has ended.

        Raises GraphInUse; GraphUnavailable when it was killed; GraphRefused when the engine
        refused the files, or could not read or write them; OpeningFailed when it ended or hung over them.
        """
        try:
            self._await_opening(timeout_s)
        except BaseException:
            self.kill()
            raise

    def interrupt(self, number: int) -> None:
        with suppress(OSError):
            write_frame(self._orders, (INTERRUPT, number))

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def was_killed(self) -> bool:
        """Whether a process that ended was ended from outside, which says nothing about the files."""
        self._await_end()
        return self._ending() in KILLS

    def how_it_ended(self) -> str:
        """Say by which signal or status it ended, and what it said last; empty while it runs."""
        how = self._ending()
        last = self._said.last_line() if how and how not in KILLS else ""
        return f"{how}: {last}" if last else how

    def close(self) -> None:
        """Have it close the graph, or end it where that takes too long."""
        with suppress(OSError, EOFError):
            write_frame(self._orders, (CLOSE, 0))
            self._orders.settimeout(CLOSE_S_MAX)
            read_frame(self._orders)
        self.kill()

    def kill(self) -> None:
        """End it at once. Whoever waits for an answer gets GraphUnavailable.

        Returns after KILL_S_MAX also where the process stays, because it waits for its disk: it ends later,
        and keeps the files locked until then.
        """
        self._process.kill()
        self._await_end()
        for each in self._sessions:
            each.hang_up()
        with suppress(OSError):
            self._orders.shutdown(socket.SHUT_RDWR)
        self._orders.close()

    def _await_end(self) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(KILL_S_MAX)

    def _ending(self) -> str:
        status = self._process.poll()
        if status is None:
            return ""
        return signal.Signals(-status).name if status < 0 else f"status {status}"

    def _start(self, path: Path, readers: int, timeout_s: float) -> list[socket.socket]:
        pairs = [socket.socketpair() for _ in range(readers + 2)]
        theirs = [pair[1] for pair in pairs]
        descriptors = [each.fileno() for each in theirs]
        package = str(Path(tta.__file__).resolve().parent.parent)
        found = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
        try:
            self._process = subprocess.Popen(  # noqa: S603 - Our own module, in the Python that runs this.
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "tta.graph.engines.child",
                    path,
                    str(timeout_s),
                    *map(str, descriptors),
                ],
                env=MALLOC | os.environ | {"PYTHONPATH": found},
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                # Ctrl-C reaches the whole group: the graph outlives whoever still writes to it.
                start_new_session=True,
            )
        finally:
            for each in theirs:
                each.close()
        assert self._process.stderr is not None, "it is piped"
        self._said = LastWords(self._process.stderr)
        return [pair[0] for pair in pairs]

    def _await_opening(self, timeout_s: float) -> None:
        self._orders.settimeout(timeout_s)
        try:
            kind, words = read_frame(self._orders)
        except TimeoutError as error:
            raise OpeningFailed(f"opening it was not done after {timeout_s:g} s") from error
        except (EOFError, OSError) as error:
            self._await_end()
            how = self.how_it_ended()
            if not how or self.was_killed():
                raise GraphUnavailable(f"{KILLED} {how or 'SIGKILL, and is not gone yet'}") from error
            raise OpeningFailed(f"opening it ended the process with {how}") from error
        self._orders.settimeout(None)
        if kind != OPENED:
            raise _failure(kind, words)


class LastWords:
    """The end of what a process writes to its standard error, read as it comes so that it never waits."""

    def __init__(self, pipe: IO[bytes]) -> None:
        """Take the pipe's reading end, and close it once the process has ended."""
        self._kept = b""
        self._reader = threading.Thread(target=self._read, args=(pipe,), name="graph-stderr", daemon=True)
        self._reader.start()

    def last_line(self) -> str:
        """Return its last line, shortened; empty if there is none. For a process that has ended."""
        self._reader.join(SAID_S_MAX)
        lines = self._kept.decode(errors="replace").split("\n")
        told = next((each for each in reversed(lines) if each.strip()), "")
        words = "".join(each if each.isprintable() else " " for each in told).strip()
        return words if len(words) <= LINE_MAX else f"{words[: LINE_MAX - 1]}…"

    def _read(self, pipe: IO[bytes]) -> None:
        with pipe, suppress(OSError):
            while piece := os.read(pipe.fileno(), 1 << 16):
                self._kept = (self._kept + piece)[-SAID_MAX:]


class ChildSession:
    """One session in the graph's process. Synchronous, one thread at a time."""

    def __init__(self, process: GraphProcess, number: int, line: socket.socket) -> None:
        self._process = process
        self._number = number
        self._line = line
        self._in_transaction = False
        self._is_stale = threading.Event()

    def run(self, text: str, parameters: Mapping[str, Any]) -> list[Row]:
        """See Session.run."""
        rows: list[Row] = self._ask("run", text, parameters)
        return rows

    def begin(self) -> None:
        """See Session.begin."""
        self._ask("begin")
        self._in_transaction = True

    def commit(self) -> None:
        """See Session.commit."""
        self._in_transaction = False
        self._ask("commit")

    def rollback(self) -> None:
        """See Session.rollback."""
        if self._in_transaction:
            self._in_transaction = False
            with suppress(GraphUnavailable):
                self._ask("rollback")

    def define(self, text: str) -> None:
        """See Session.define."""
        self._ask("define", text)

    def forget(self) -> None:
        """See Session.forget."""
        self._is_stale.set()

    def interrupt(self) -> None:
        """See Session.interrupt."""
        self._process.interrupt(self._number)

    def close(self) -> None:
        """Let go of the line; the process closes its own end."""
        self._line.close()

    def hang_up(self) -> None:
        """Have the thread that waits for an answer wait no longer."""
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)

    def _ask(self, act: str, text: str = "", parameters: Mapping[str, Any] | None = None) -> Any:
        is_stale = self._is_stale.is_set()
        self._is_stale.clear()
        busy_since = self._process.busy_since
        busy_since[self._number] = time.monotonic()
        try:
            write_frame(self._line, (act, text, dict(parameters or {}), is_stale))
            kind, answer = read_frame(self._line)
        except ValueError as error:
            if is_stale:
                self._is_stale.set()
            raise GraphRefused(f"a parameter is none that a graph takes: {error} in {text!r}") from error
        except (EOFError, OSError) as error:
            raise GraphUnavailable(f"{ENDED}; it is started anew") from error
        finally:
            del busy_since[self._number]
        if kind:
            raise _failure(kind, answer)
        return answer


def _failure(kind: str, words: str) -> Exception:
    kinds: tuple[type[Exception], ...] = (GraphInUse, GraphUnavailable, GraphRefused)
    return next(each for each in kinds if each.__name__ == kind)(words)
