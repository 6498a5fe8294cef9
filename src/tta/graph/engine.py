"""What TTA asks of a graph, whichever engine answers, and the three ways in which it fails."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from tta.graph.schema import Dialect, Schema

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

    async def run_all(self, statements: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Run statements with their parameters one after another, and return nothing of what they return."""
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
