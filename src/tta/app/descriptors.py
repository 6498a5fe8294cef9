"""How many descriptors (connections and files) this process may have open, and which connections that allows.

The soft limit is often 1,024, while the hard one is far above: it is raised at the start. A process that may
open too few for the connections that it would take takes fewer, and says so.
"""

import resource

import structlog

from tta.app.settings import SettingsWrong

RESERVED = 500
"""For what is no caller's connection: the store, the graph's files, language models, operators, and the
places beyond the limit in which callers are told to come back.
"""
CONNECTIONS_MIN = 100  # Fewer serve nobody.
FALLBACKS = 65_536, 10_240  # Some systems call the hard limit unlimited, and refuse to give that.
UNLIMITED = 2**31
WHERE = "RLIMIT_NOFILE: `ulimit -n`, LimitNOFILE= of systemd, `ulimits: nofile` of a container"

log = structlog.get_logger(__name__)


def descriptors() -> int:
    """How many this process may have open as things stand: at the start the limit is raised."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return UNLIMITED if soft == resource.RLIM_INFINITY else soft


def connections_allowed(wanted: int) -> int:
    """How many callers' connections this process may take: those wanted, or as many as it may open."""
    return max(min(wanted, descriptors() - RESERVED), 0)


def raise_limit() -> None:
    """Raise the soft limit to the hard one; where the system does not allow it, it stays as it is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for much in (hard, *FALLBACKS):
        if soft == hard or (soft != resource.RLIM_INFINITY and 0 <= much <= soft):
            return
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (much, hard))
        except (ValueError, OSError):
            continue
        return
    log.warning("the limit of descriptors stays as it is", soft=soft, hard=hard)


def require_descriptors(wanted: int) -> None:
    """Have as many as there may be; warn if that is too few for the connections wanted.

    Raises SettingsWrong where it is too few to serve at all.
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
    """Say what is too small, in a sentence that names both sides."""
    return (
        f"this process may open {descriptors()} files and connections, expected {wanted + RESERVED}"
        f" for {wanted} connections ({WHERE})"
    )
