"""Where log lines go: standard error, which may be full, closed, gone or not read. Only lines are lost.

A line is written at once where that does not wait. Where the reader has stopped reading, lines queue up, and
a thread waits for the reader instead of the program.
"""

import os
import select
import stat
import threading
from collections import deque
from collections.abc import Callable
from typing import TextIO

from tta.telemetry.metrics import LOG_LINES_LOST

QUEUED_MAX = 10_000
READY_BYTES = 4_096  # A pipe that is ready for writing takes fewer than these without waiting (PIPE_BUF).
LEFT_S = 1.0  # The end of the process waits so long for a reader.


class LineSink:
    """Takes lines from any thread, never raises and never waits. Counts what is lost.

    `on_lost` is called with that number as soon as a line comes through again.
    """

    def __init__(self, stream: TextIO | None, on_lost: Callable[[int], None] = lambda _: None) -> None:
        self._stream = stream
        self._descriptor = _descriptor(stream)
        self._on_lost = on_lost
        self._changed = threading.Condition()
        self._queue: deque[bytes] = deque()
        self._writer: threading.Thread | None = None
        self._is_broken_off = False
        """The last line came through in part only: the next one begins on a line of its own."""
        self._lost = 0
        """Lines that were lost since the last one that came through."""

    def write(self, line: str) -> None:
        """Write a line, which brings its own end."""
        raw, lost = line.encode(errors="backslashreplace"), 0
        with self._changed:
            if self._writer is None and self._takes_at_once(raw):
                lost = self._written(raw)
            else:
                self._enqueue(raw)
        self._tell(lost)

    def flush(self, within_s: float = LEFT_S) -> None:
        """Wait for the lines that are queued, if not for long."""
        with self._changed:
            self._changed.wait_for(lambda: self._writer is None, within_s)

    def _takes_at_once(self, line: bytes) -> bool:
        if self._descriptor is None:
            return True
        try:
            if stat.S_ISREG(os.fstat(self._descriptor).st_mode):
                return True
            is_ready = bool(select.select((), (self._descriptor,), (), 0)[1])
        except (OSError, ValueError):
            return True  # Writing to it says what is wrong.
        return is_ready and len(line) < READY_BYTES

    def _enqueue(self, line: bytes) -> None:
        if len(self._queue) >= QUEUED_MAX:
            self._count_lost()
            return
        self._queue.append(line)
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_queued, name="log lines", daemon=True)
            try:
                self._writer.start()
            except RuntimeError:  # No more threads, or the interpreter is ending.
                self._writer = None
                self._queue.clear()
                self._count_lost()

    def _write_queued(self) -> None:
        while True:
            with self._changed:
                if not self._queue:
                    self._writer = None
                    self._changed.notify_all()
                    return
                line = self._queue.popleft()
            self._tell(self._written(line))

    def _written(self, line: bytes) -> int:
        """Write one line; return how many were lost before it if it is the first to come through again."""
        try:
            self._put(b"\n" + line if self._is_broken_off else line)
        except (OSError, ValueError):
            self._count_lost()
            return 0
        with self._changed:
            lost, self._lost = self._lost, 0
        return lost

    def _put(self, line: bytes) -> None:
        if self._descriptor is None:
            if self._stream is None:
                raise OSError("standard error is closed")
            self._stream.write(line.decode())
            self._stream.flush()
            return
        while line:
            try:
                line = line[os.write(self._descriptor, line) :]
            except BlockingIOError:
                # Somebody who shares the terminal has set it not to wait.
                select.select((), (self._descriptor,), (), LEFT_S)
                continue
            self._is_broken_off = bool(line)

    def _count_lost(self) -> None:
        with self._changed:
            self._lost += 1
        LOG_LINES_LOST.inc()

    def _tell(self, lost: int) -> None:
        if lost:
            self._on_lost(lost)


def _descriptor(stream: TextIO | None) -> int | None:
    """The stream's file descriptor; None for one that only Python knows, or that is closed."""
    try:
        return None if stream is None else stream.fileno()
    except (OSError, ValueError):
        return None
