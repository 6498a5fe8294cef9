"""Opens a graph by its URL, whichever engine it names."""

from pathlib import Path
from urllib.parse import urlsplit

from tta.graph.engine import Graph, GraphRefused

EMBEDDED = "embedded:"
POOL_MAX = 16  # Connections; one projector lane holds one, a query holds one for some milliseconds.
CONNECT_TIMEOUT_S = 5.0
TRANSACTION_TIMEOUT_S = 30.0  # The largest batch measured takes 0.2 s; a query that needs more is wrong.


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
    # Each engine's driver takes long to import: only the one that is used is.
    if url.startswith(EMBEDDED):
        from tta.graph.engines.embedded import open_embedded
        from tta.graph.engines.embedded_source import open_apart

        opening = open_apart if apart else open_embedded
        return await opening(
            path_of(url),
            readers=min(pool_max, 4),
            connect_timeout_s=connect_timeout_s,
            transaction_timeout_s=transaction_timeout_s,
        )
    from tta.graph.engines.bolt import SCHEMES, BoltGraph

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
