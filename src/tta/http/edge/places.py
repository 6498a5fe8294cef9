"""How many requests one process takes at once: those under way, and apart from them those that wait."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any, TypeVar

from tta.telemetry.metrics import WAITING

REQUESTS_MAX = 2_000  # Under way at once.
RESERVED_SHARE = 10  # One in so many places is kept for what concerns safety.
WAITING_MAX = 1_000  # A wait costs memory and little else, but a process has a limited number of connections.
WAITING_EACH_MAX = 16  # A player has a few devices and pages.

Result = TypeVar("Result")


class Priority(Enum):
    """Which places a route's requests may take."""

    STORY = "story"
    """All but the reserved ones."""
    SAFETY = "safety"
    """Also the reserved ones: safety traffic is never starved by story traffic."""
    ALWAYS = "always"
    """Any, however many there are: operators must not take a busy process for a dead one."""


class Places:
    """The places of one process. A request that waits gives its place back for as long as it waits."""

    def __init__(
        self,
        requests_max: int = REQUESTS_MAX,
        *,
        waiting_max: int = WAITING_MAX,
        waiting_each_max: int = WAITING_EACH_MAX,
    ) -> None:
        self._max = {
            Priority.STORY: requests_max - requests_max // RESERVED_SHARE,
            Priority.SAFETY: requests_max,
        }
        self._waiting_max = waiting_max
        self._waiting_each_max = waiting_each_max
        self._waiting: Counter[str] = Counter()
        self._limits: set[asyncio.Timeout] = set()
        self._is_ending = False
        self.under_way = 0

    @property
    def waiting(self) -> int:
        return self._waiting.total()

    def is_full_for(self, priority: Priority) -> bool:
        """Whether more requests are under way than these may be."""
        return priority in self._max and self.under_way > self._max[priority]

    @contextmanager
    def wait(self, account: str) -> Iterator[bool]:
        """Give whether an account's request may wait now; meanwhile it is not under way."""
        if self._waiting[account] >= self._waiting_each_max or self.waiting >= self._waiting_max:
            yield False
            return
        self._waiting[account] += 1
        self.under_way -= 1
        WAITING.inc()
        try:
            yield True
        finally:
            WAITING.dec()
            self.under_way += 1
            self._waiting[account] -= 1
            if not self._waiting[account]:
                del self._waiting[account]

    async def until_ending(
        self, work: Callable[[float], Coroutine[Any, Any, Result]], wait_s: float
    ) -> Result:
        """Do what takes at most so many seconds; once the process is told to stop, do it without waiting."""
        if self._is_ending:
            return await work(0.0)
        try:
            async with asyncio.timeout(None) as limit:
                self._limits.add(limit)
                try:
                    return await work(wait_s)
                finally:
                    self._limits.discard(limit)
        except TimeoutError:
            if not limit.expired():
                raise
            return await work(0.0)

    def end_waits(self) -> None:
        """Have everything that waits, now or later, wait no longer: the process was told to stop."""
        self._is_ending = True
        now = asyncio.get_running_loop().time()
        for limit in self._limits:
            limit.reschedule(now)
