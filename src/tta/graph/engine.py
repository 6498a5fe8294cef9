"""What TTA asks of a graph, whichever engine answers, and the three ways in which it fails."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from tta.graph.schema import Dialect, Schema

EMBEDDED = "embedded:"
POOL_MAX = 16  # Connections; one projector lane holds one, a query holds one for some milliseconds.
CONNECT_TIMEOUT_S = 5.0
TRANSACTION_TIMEOUT_S = 30.0  # The largest batch measured takes 0.2 s; a query that needs more is wrong.

Row = dict[str, Any]


class GraphUnavailable(Exception):
    """The graph cannot answer now: lost, late or deadlocked. The whole transaction may be run again.

    After a lost commit the outcome is unknown, so whoever runs again must recognise what it has already done.
    """


class GraphAway(GraphUnavailable):
    """The graph is not open, or takes no writes, for the reason given."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"the graph {name}: {reason}")
        self.brief = reason.partition(":")[0].partition(" (")[0]
        """The reason without paths, addresses and the engine's words: for whoever asks for health."""


class GraphRefused(Exception):
    """The graph will never take this: the statement, its values or the credentials are wrong."""


class GraphInUse(Exception):
    """The embedded graph is open elsewhere; the message says what to do."""


class Transaction(Protocol):
    """A write transaction. After an error it is over: nothing of it stays, it takes no more statements."""

    async def run(self, statement: str, /, **parameters: Any) -> list[Row]:
        """Run one statement; values are None, bool, int (64 bit), float, str, bytes, lists, or lists of rows.

        A row is a dict of such values, strings' lists included; it may lack keys, which then are null.
        """
        ...


class Graph(Protocol):
    """An open graph, for one event loop. Every call may raise GraphUnavailable and GraphRefused."""

    dialect: Dialect

    async def read(self, statement: str, /, **parameters: Any) -> list[Row]:
        """Run one statement that only reads, outside any transaction, and return all its rows."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a write transaction: it commits on a clean exit, and rolls back on any exception.

        It does not retry. It times out as a whole, with GraphUnavailable.
        """
        ...

    async def declare(self, schema: Schema) -> None:
        """Make room for a schema, in a moment of its own beside any transaction; again changes nothing."""
        ...

    async def check(self) -> None:
        """Return when the graph answers; raises GraphUnavailable after the connect time-out."""
        ...

    async def close(self) -> None:
        """Let running statements end and release everything."""
        ...


def path_of(url: str) -> Path:
    """Return the path in an embedded graph's URL, as it stands: a `#`, `?` or `%` is one of its name's.

    Raises GraphRefused.
    """
    path = url.removeprefix(EMBEDDED)
    if not path or path.startswith("//"):
        raise GraphRefused(f"the graph's URL: expected embedded:/path/of/graph, got {url}")
    return Path(path)


async def open_graph(
    url: str,
    *,
    user: str | None = None,
    password: str | None = None,
    pool_max: int = POOL_MAX,
    connect_timeout_s: float = CONNECT_TIMEOUT_S,
    transaction_timeout_s: float = TRANSACTION_TIMEOUT_S,
    apart: bool = False,
) -> Graph:
    """Open `embedded:/path/of/graph` or a Neo4j by `neo4j://`, `bolt://` and their `+s` and `+ssc` forms.

    The embedded graph is made where absent, and raises GraphInUse where it is open already. Neo4j is not
    spoken to yet: `check` does that. `apart` opens an embedded graph in a process of its own, which a damaged
    file cannot make end this one.
    """
    if url.startswith(EMBEDDED):
        from tta.graph.embedded import open_embedded
        from tta.graph.embedded_source import open_apart

        opening = open_apart if apart else open_embedded
        return await opening(
            path_of(url),
            readers=min(pool_max, 4),
            connect_timeout_s=connect_timeout_s,
            transaction_timeout_s=transaction_timeout_s,
        )
    from tta.graph.bolt import SCHEMES, BoltGraph

    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise GraphRefused(f"the graph's URL: {error}, got {url!r}") from error
    if parts.scheme not in SCHEMES:
        known = ", ".join(SCHEMES)
        raise GraphRefused(
            f"the graph's URL: expected embedded: or one of {known}, got {parts.scheme or url!r}"
        )
    return BoltGraph(
        url,
        user=user,
        password=password,
        pool_max=pool_max,
        connect_timeout_s=connect_timeout_s,
        transaction_timeout_s=transaction_timeout_s,
    )
