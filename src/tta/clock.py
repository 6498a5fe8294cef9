"""What time it is, as this process believes it: the machine's clock, unless that jumped.

A clock that jumps while a process runs is found out by the time that passed meanwhile: the process keeps to
the old line until the new one has stood for BELIEVED_AFTER_S. So a clock that is wrong for minutes changes
nothing that is decided here, and one that was set right counts after an hour, or after a restart.
docs/clocks.md lists every use of a clock, and on which side it errs.
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

STEP_S_MAX = 2.0  # What is believed at once: clocks are slewed, and stepped a little.
BELIEVED_AFTER_S = 3600.0
SLEPT_S_MIN = 0.5  # The uptime is told in hundredths of a second, and read a moment later.
UPTIME = Path("/proc/uptime")

log = structlog.get_logger(__name__)


class _Doubt(NamedTuple):
    """Another line than the one kept to."""

    offset_s: float
    since_s: float


class Clock:
    """Tells the time of one process. The three functions give seconds; elapsed ones start anywhere."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = time.monotonic,
        uptime: Callable[[], float] | None = None,
    ) -> None:
        """`uptime` passes while the machine sleeps too, where `elapsed` may stand still."""
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
        """Whether another line counts now; it has to stand for long, or the machine slept."""
        doubt = self._doubt
        if doubt is not None and abs(offset_s - doubt.offset_s) <= STEP_S_MAX:
            self._doubt = doubt._replace(offset_s=offset_s)  # Slewed, it stays the same line.
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
    """Seconds since the machine started, sleep included; where that is not told, since anywhere."""
    with suppress(OSError, ValueError, IndexError):
        return float(UPTIME.read_text().split()[0])
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)  # It passes in sleep; time.monotonic does not.
    return time.monotonic()


_clock = Clock()


def now_s() -> float:
    """Seconds since 1970, as this process believes it."""
    return _clock.now_s()


def now_ms() -> int:
    """Milliseconds since 1970."""
    return int(_clock.now_s() * 1000)


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.fromtimestamp(_clock.now_s(), UTC)
