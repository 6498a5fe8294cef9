"""A clock that a test moves, for the processes that it starts: Debian's libfaketime reads it from a file.

Only the wall clock moves. Elapsed time (CLOCK_MONOTONIC) does not, because no machine moves it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

LIBRARIES = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib/faketime/libfaketime.so.1")
JUMPS = ("+1h", "-1h", "+31d", "-31d", "+1y", "-1y")


def library() -> Path:
    """Return the path of Debian's library. Without it the test is skipped, or fails if it is required."""
    found = [path for each in LIBRARIES for path in Path("/").glob(each.lstrip("/"))]
    if not found:
        if os.environ.get("TTA_REQUIRE_FAKETIME") == "1":
            pytest.fail("TTA_REQUIRE_FAKETIME=1, but libfaketime is not installed", pytrace=False)
        pytest.skip("CLOCKS NOT MOVED: install Debian's faketime to see what a wrong clock does")
    return found[0]


class MovedClock:
    """One clock, for processes and their children."""

    def __init__(self, stamp: Path) -> None:
        self._stamp = stamp
        self._environment = {
            "LD_PRELOAD": str(library()),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Its "fix" makes timed waits return at once, so that Python threads spin for their shared lock.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "FAKETIME_TIMESTAMP_FILE": str(stamp),
            "FAKETIME_CACHE_DURATION": "1",
        }
        self.be_right()

    @contextmanager
    def around(self) -> Iterator[None]:
        """Processes started within this context use this clock."""
        before = {name: os.environ.get(name) for name in self._environment}
        os.environ.update(self._environment)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name)
                if value is not None:
                    os.environ[name] = value

    def jump(self, how_far: str) -> None:
        """Set the clock ahead (`+31d`) or behind (`-1y`), within a second."""
        fresh = self._stamp.with_suffix(".new")
        fresh.write_text(f"{how_far}\n")
        fresh.replace(self._stamp)

    def be_right(self) -> None:
        self.jump("+0")
