"""The limit of open descriptors (connections and files), and the number of connections that it allows.

The soft limit is often 1,024, far below the hard one, so it is raised at the start. A process whose limit is
too low accepts fewer connections and logs a warning.
"""

import resource

import structlog

from tta.app.settings import SettingsWrong

RESERVED = 500
"""Descriptors for other uses: the store, the graph's files, language models, operators, and the connections
beyond the limit, on which callers are told to come back later.
"""
CONNECTIONS_MIN = 100  # Fewer are of no use.
FALLBACKS = 65_536, 10_240  # Some systems report an unlimited hard limit, but refuse to set it.
UNLIMITED = 2**31
WHERE = "RLIMIT_NOFILE: `ulimit -n`, LimitNOFILE= of systemd, `ulimits: nofile` of a container"

log = structlog.get_logger(__name__)


def descriptors() -> int:
    """Return the present soft limit of open descriptors."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return UNLIMITED if soft == resource.RLIM_INFINITY else soft


def connections_allowed(wanted: int) -> int:
    """Return how many connections of callers this process may accept: `wanted`, or fewer."""
    return max(min(wanted, descriptors() - RESERVED), 0)


def raise_limit() -> None:
    """Raise the soft limit to the hard one, if the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for much in (hard, *FALLBACKS):
        if soft == hard or (soft != resource.RLIM_INFINITY and 0 <= much <= soft):
            return
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (much, hard))
        except (ValueError, OSError):
            continue
        return
    log.warning("the limit of descriptors cannot be raised", soft=soft, hard=hard)


def require_descriptors(wanted: int) -> None:
    """Raise the limit; log a warning if it is too low for the wanted connections.

    Raises SettingsWrong if it is too low to serve at all.
    """
    raise_limit()
    allowed = connections_allowed(wanted)
    if allowed < CONNECTIONS_MIN:
        raise SettingsWrong(too_few(wanted))
    if allowed < wanted:
        log.warning(
            "fewer connections than wanted",
            wanted=wanted,
            allowed=allowed,
            descriptors=descriptors(),
            change=f"raise {WHERE}",
        )


def too_few(wanted: int) -> str:
    """Describe a limit that is too low, with both numbers."""
    return (
        f"this process may open {descriptors()} files and connections, expected {wanted + RESERVED}"
        f" for {wanted} connections ({WHERE})"
    )
