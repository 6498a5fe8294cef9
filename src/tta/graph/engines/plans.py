"""One connection to the embedded graph, with its prepared statements. Synchronous, one thread at a time."""

import re
import time
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any, cast

import ladybug
from cachetools import LRUCache

from tta.graph.engine import GraphRefused, GraphUnavailable, Row
from tta.graph.engines.shapes import Shape, Statement, samples

STATEMENTS_MAX = 256  # A read model has about ten statements, and thirty models are far off.
PLANS_MAX = 32  # For one statement: its integers' widths and its nulls make few shapes.

PLAN_AGE_S = 1.0
"""A plan fits the table sizes of the moment it was made: prepared over empty tables, a look-up by key and one
step scans for ever (32 ms over 100,000 nodes against 0.04 ms). Making it anew costs 0.5 ms."""

parameter_pattern = re.compile(r"\$(\w+)")

PASSING = (
    "Interrupted",
    "Buffer manager exception",
    "IO exception",
    "Cannot start a new write transaction",
    "Transaction committed successfully, but",
)
"""Beginnings of the engine's messages, which are all it tells, when the same may succeed the next time. The
last is of a checkpoint that failed after its commit: whoever repeats a save finds it done."""


class StatementPlan:
    """A statement, prepared for one shape of its parameters."""

    def __init__(self, connection: ladybug.Connection, statement: Statement, shape: Shape) -> None:
        """Prepare; raises GraphRefused with the engine's words."""
        self.made_at = time.monotonic()
        self._steps: list[tuple[ladybug.PreparedStatement, frozenset[str]]] = []
        values = samples(shape)
        for text in statement.texts(shape):
            names = frozenset(parameter_pattern.findall(text)) & values.keys()
            prepared = ladybug.PreparedStatement(connection, text, {name: values[name] for name in names})
            if not prepared.is_success():
                raise translated(RuntimeError(prepared.get_error_message()), text)
            self._steps.append((prepared, names))

    def run(self, connection: ladybug.Connection, values: Mapping[str, Any]) -> list[Row]:
        """Execute all steps and return the rows of the last."""
        rows: list[Row] = []
        for prepared, names in self._steps:
            rows = _rows(connection.execute(prepared, {name: values[name] for name in names}))
        return rows


class EngineConnection:
    """A connection that remembers how it ran each statement."""

    def __init__(self, database: ladybug.Database, timeout_s: float) -> None:
        """Connect; a statement is interrupted after the time-out, at the engine's next convenient moment."""
        self._connection = ladybug.Connection(database)
        self._connection.set_query_timeout(round(timeout_s * 1000))
        # Ours look rows up: handing them to more threads costs more, and who has all holds up the others.
        self._connection.set_max_threads_for_exec(1)
        self._statements: LRUCache[str, tuple[Statement, dict[Shape, StatementPlan]]] = LRUCache(
            STATEMENTS_MAX
        )
        self._in_transaction = False
        self._is_stale = False

    def run(self, text: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Run one statement. After GraphRefused or GraphUnavailable a transaction can only roll back."""
        try:
            statement, plans = self._remembered(text)
            shape, values = statement.fit(parameters)
            plan = plans.get(shape)
            if plan is None or time.monotonic() - plan.made_at > PLAN_AGE_S:
                if plan is None and len(plans) >= PLANS_MAX:
                    plans.clear()
                plan = plans[shape] = StatementPlan(self._connection, statement, shape)
            return plan.run(self._connection, values)
        except RuntimeError as error:
            raise translated(error, text) from error

    def begin(self) -> None:
        """Begin a write transaction."""
        assert not self._in_transaction, "one transaction at a time"
        self._execute("BEGIN TRANSACTION")
        self._in_transaction = True

    def commit(self) -> None:
        """Commit; raises GraphUnavailable or GraphRefused when the engine could not."""
        self._in_transaction = False
        self._execute("COMMIT")

    def rollback(self) -> None:
        """Roll back what is open, if anything; never raises."""
        if self._in_transaction:
            self._in_transaction = False
            # After an error the engine has rolled back by itself, and says that nothing is open.
            with suppress(RuntimeError):
                self._connection.execute("ROLLBACK")

    def define(self, text: str) -> None:
        """Run one statement of data definition."""
        self.forget()
        self._execute(text)

    def forget(self) -> None:
        """Drop every plan before the next statement: plans refer to what was defined when they were made.

        Other threads may call this at any time.
        """
        self._is_stale = True

    def interrupt(self) -> None:
        """End the running statement soon, from another thread."""
        self._connection.interrupt()

    def close(self) -> None:
        """Drop the plans and disconnect."""
        self._statements.clear()
        self._connection.close()

    def _execute(self, text: str) -> None:
        try:
            self._connection.execute(text)
        except RuntimeError as error:
            raise translated(error, text) from error

    def _remembered(self, text: str) -> tuple[Statement, dict[Shape, StatementPlan]]:
        if self._is_stale:
            self._is_stale = False
            self._statements.clear()
        known = self._statements.get(text)
        if known is None:
            known = self._statements[text] = (Statement(text), {})
        return known


def translated(error: RuntimeError, text: str) -> Exception:
    """Turn the engine's one error class into the seam's two, by its message."""
    words = str(error).strip()
    kind = GraphUnavailable if words.startswith(PASSING) else GraphRefused
    return kind(f"{words} in {text!r}")


def _rows(found: Any) -> list[Row]:
    result = cast("ladybug.QueryResult", found[-1] if isinstance(found, list) else found)
    names = result.get_column_names()
    rows = [dict(zip(names, cast("list[Any]", values), strict=True)) for values in result]
    # The engine adds up integers in 128 bits and hands them out as decimals.
    wide = [
        name for name, type_ in zip(names, result.get_column_data_types(), strict=True) if type_ == "INT128"
    ]
    result.close()
    for name in wide:
        for row in rows:
            row[name] = int(row[name]) if isinstance(row[name], Decimal) else row[name]
    return rows
