"""The present time of this process: the machine's clock, unless it jumped.

A jump while the process runs is detected by the elapsed time. The process keeps its own time until the new
time has held for BELIEVED_AFTER_S. So a clock that is wrong for minutes affects no decision, and a corrected
clock counts after an hour, or after a restart. docs/clocks.md lists every use of a clock and its error.
"""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import structlog

STEP_S_MAX = 2.0  # A change up to this is accepted at once, because clocks are slewed and stepped a little.
BELIEVED_AFTER_S = 3600.0
SLEPT_S_MIN = 0.5  # The uptime has hundredths of a second, and is read a moment later.
UPTIME = Path("/proc/uptime")

log = structlog.get_logger(__name__)


class _Doubt(NamedTuple):
    """A different offset of the machine's clock, and since when it has held."""

    offset_s: float
    since_s: float


class Clock:
    """The time of one process. The three functions return seconds; elapsed ones start at any value."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = time.monotonic,
        uptime: Callable[[], float] | None = None,
    ) -> None:
        """`uptime` also advances while the machine sleeps; `elapsed` may not."""
        self._wall = wall
        self._elapsed = elapsed
        self._uptime = uptime or _uptime
        self._lock = Lock()
        elapsed_s = elapsed()
        self._offset_s = wall() - elapsed_s
        self._asleep_s = self._uptime() - elapsed_s
        self._doubt: _Doubt | None = None

    def now_s(self) -> float:
        """Seconds since 1970."""
        with self._lock:
            elapsed_s = self._elapsed()
            offset_s = self._wall() - elapsed_s
            if abs(offset_s - self._offset_s) > STEP_S_MAX and not self._believes(offset_s, elapsed_s):
                return elapsed_s + self._offset_s
            if self._doubt is not None:
                log.warning(
                    "the machine's clock is believed again", difference_s=self._difference_s(offset_s)
                )
            self._offset_s, self._doubt = offset_s, None
            return elapsed_s + offset_s

    def _believes(self, offset_s: float, elapsed_s: float) -> bool:
        """Return whether a new offset is accepted: it has held for long, or the machine slept."""
        doubt = self._doubt
        if doubt is not None and abs(offset_s - doubt.offset_s) <= STEP_S_MAX:
            self._doubt = doubt._replace(offset_s=offset_s)  # A slewed clock keeps the same offset.
            return elapsed_s - doubt.since_s >= BELIEVED_AFTER_S
        asleep_s = self._uptime() - elapsed_s
        slept_s, self._asleep_s = asleep_s - self._asleep_s, asleep_s
        if slept_s > SLEPT_S_MIN:
            self._offset_s += slept_s
            if abs(offset_s - self._offset_s) <= STEP_S_MAX:
                return True
        self._doubt = _Doubt(offset_s, elapsed_s)
        log.warning(
            "the machine's clock jumped: it is not believed for now",
            difference_s=self._difference_s(offset_s),
            believed_after_s=BELIEVED_AFTER_S,
        )
        return False

    def _difference_s(self, offset_s: float) -> float:
        return round(offset_s - self._offset_s, 3)


def _uptime() -> float:
    """Return seconds since the machine started, sleep included; if unknown, since any moment."""
    with suppress(OSError, ValueError, IndexError):
        return float(UPTIME.read_text().split()[0])
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)  # It advances in sleep; time.monotonic does not.
    return time.monotonic()


_clock = Clock()


def now_s() -> float:
    """Return seconds since 1970, by the time of this process."""
    return _clock.now_s()


def now_ms() -> int:
    """Return milliseconds since 1970."""
    return int(_clock.now_s() * 1000)


def now() -> datetime:
    """Return the present time, in UTC."""
    return datetime.fromtimestamp(_clock.now_s(), UTC)
