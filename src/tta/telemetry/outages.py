"""Outages: logged once at the beginning, and once at the end with the duration and the number of failures."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Outage:
    """A resource that many callers try to reach. An outage lasts from the first failed attempt until every
    caller that failed has succeeded or given up.
    """

    def __init__(self, what: str, **fields: Any) -> None:
        """`what` and `fields` appear in both lines."""
        self._what = what
        self._fields = fields
        self._failing: set[object] = set()
        self._began_s = 0.0
        self._failures = 0

    @contextmanager
    def trying(self) -> Iterator["Attempts"]:
        """Make attempts within this context. At its end the caller no longer counts as failing."""
        attempts = Attempts(self)
        try:
            yield attempts
        finally:
            attempts.worked()

    def failed(self, who: object, error: str) -> None:
        self._failures += 1
        if not self._failing:
            self._began_s, self._failures = time.monotonic(), 1
            log.warning("away, trying again", what=self._what, error=error, **self._fields)
        else:
            log.debug("still away", what=self._what, error=error, **self._fields)
        self._failing.add(who)

    def worked(self, who: object) -> None:
        if who not in self._failing:
            return
        self._failing.discard(who)
        if not self._failing:
            lasted_s = round(time.monotonic() - self._began_s, 3)
            log.warning("back", what=self._what, lasted_s=lasted_s, failures=self._failures, **self._fields)


class Attempts:
    """The attempts of one caller."""

    def __init__(self, outage: Outage) -> None:
        self._outage = outage

    def failed(self, error: str) -> None:
        self._outage.failed(self, error)

    def worked(self) -> None:
        self._outage.worked(self)
