"""The connections of one server: how many are open, and which has been idle longest."""

import time
from typing import Protocol

import structlog

from tta.telemetry.metrics import CONNECTIONS, CONNECTIONS_CLOSED

# Connections beyond the limit. They answer operators' health checks; other callers are told to return.
RESERVE = 100
LOG_EVERY_S = 60.0

log = structlog.get_logger(__name__)


class Member(Protocol):
    """A connection, as the crowd uses it."""

    def dismiss(self) -> None:
        """Close at once. No request is under way."""


class Crowd:
    """Allows at most `connections_max` connections. Beyond that, the one that has been idle longest is
    closed.
    """

    def __init__(self, connections_max: int) -> None:
        self._max = connections_max
        self._all: set[Member] = set()
        self._idle: dict[Member, None] = {}
        """In the order in which they became idle."""
        self._extra: dict[Member, None] = {}
        """Connections in the reserve, the oldest first. They stay open until the reserve is full."""
        self._closed = 0
        self._said_at = -LOG_EVERY_S

    def join(self, member: Member) -> None:
        """Add a new connection, which counts as idle until its first request has arrived."""
        self._all.add(member)
        CONNECTIONS.inc()
        if len(self._all) > self._max:
            self._close_oldest()
        if len(self._all) > self._max:
            self._extra[member] = None
        else:
            self._idle[member] = None

    def leave(self, member: Member) -> None:
        if member in self._all:
            self._all.remove(member)
            CONNECTIONS.dec()
        self._idle.pop(member, None)
        self._extra.pop(member, None)

    def is_busy(self, member: Member) -> None:
        self._idle.pop(member, None)

    def is_idle(self, member: Member) -> None:
        """Count a connection as idle from now on, even while the headers of a request arrive."""
        if member in self._all and member not in self._extra:
            self._idle.setdefault(member, None)

    @property
    def is_over(self) -> bool:
        """Whether there are too many connections, none of them idle."""
        return len(self._all) > self._max

    @property
    def is_full(self) -> bool:
        """Whether the reserve is full too."""
        return len(self._all) > self._max + RESERVE

    def _close_oldest(self) -> None:
        oldest = next(iter(self._idle), None)
        if oldest is None and self.is_full:
            oldest = next(iter(self._extra), None)
        if oldest is None:
            return
        self.leave(oldest)
        oldest.dismiss()
        CONNECTIONS_CLOSED.labels("crowded").inc()
        self._closed += 1
        now = time.monotonic()
        if now - self._said_at >= LOG_EVERY_S:
            log.warning(
                "too many connections: the longest idle are closed", most=self._max, closed=self._closed
            )
            self._said_at, self._closed = now, 0
