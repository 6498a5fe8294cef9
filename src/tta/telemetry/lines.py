"""Writes log lines to standard error, which may be full, closed, gone or unread. Only lines are lost.

A line is written at once if that does not block. If the reader has stopped reading, lines are queued, and a
thread waits for the reader instead of the program.
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
READY_BYTES = 4_096  # A pipe that is ready accepts fewer bytes than this without blocking (PIPE_BUF).
LEFT_S = 1.0  # At exit, the process waits this long for a reader.


class LineSink:
    """Accepts lines from any thread. It never raises and never blocks, and counts lost lines.

    `on_lost` is called with their number as soon as a line can be written again.
    """

    def __init__(self, stream: TextIO | None, on_lost: Callable[[int], None] = lambda _: None) -> None:
        self._stream = stream
        self._descriptor = _descriptor(stream)
        self._on_lost = on_lost
        self._changed = threading.Condition()
        self._queue: deque[bytes] = deque()
        self._writer: threading.Thread | None = None
        self._is_broken_off = False
        """The last line was written only in part, so the next one begins with a line break."""
        self._lost = 0
        """The number of lines lost since the last written one."""

    def write(self, line: str) -> None:
        """Write a line, which includes its line break."""
        raw, lost = line.encode(errors="backslashreplace"), 0
        with self._changed:
            if self._writer is None and self._takes_at_once(raw):
                lost = self._written(raw)
            else:
                self._enqueue(raw)
        self._tell(lost)

    def flush(self, within_s: float = LEFT_S) -> None:
        """Wait a short time for the queued lines."""
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
            return True  # Writing will raise the actual error.
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
        """Write one line; return the number of lost lines if this is the first one written after them."""
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
                # Another program that shares the terminal has set it to non-blocking.
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
    """Return the stream's file descriptor; None if it has none or is closed."""
    try:
        return None if stream is None else stream.fileno()
    except (OSError, ValueError):
        return None
