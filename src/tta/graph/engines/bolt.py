"""The graph seam over Bolt: Neo4j through its async driver, with none of the driver's own retries."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import neo4j
from neo4j import exceptions as failures

from tta.graph.engine import GraphRefused, GraphUnavailable, Row
from tta.graph.schema import Dialect, Schema, ddl

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")

GRACE_S = 5.0  # The server ends a late transaction itself; only a server that is gone is given up on later.
INDEX_TIMEOUT_S = 300  # An index over a million nodes was populated in far less.

LATE = {
    "Neo.ClientError.Transaction.TransactionTimedOut",
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
    "Neo.ClientError.Transaction.LockClientStopped",
    "Neo.ClientError.Transaction.TransactionTerminated",
    "Neo.ClientError.Transaction.TransactionMarkedAsFailed",
    # A declaration that was cancelled may still be carried out, at the same moment as the next one.
    "Neo.ClientError.Schema.ConstraintWithNameAlreadyExists",
    "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists",
    "Neo.ClientError.Schema.IndexWithNameAlreadyExists",
}
"""Errors that Neo4j blames on the client, though the same transaction may well succeed the next time."""

# Processes that define one constraint at the same moment can block each other for ever, unnoticed by Neo4j's
# deadlock detection; so can one that awaits an index while another makes its constraint, since awaiting holds
# a lock that the constraint needs. So they take turns: a transaction locks every lock node. Two processes
# that start on an empty graph may make two of these, but the later one meets all that were locked before.
MAKE_LOCK = "MERGE (l:SchemaLock {id: 'lock'})"
LOCK = "MATCH (l:SchemaLock)\nSET l.taken = true"
CONSTRAINTS = "SHOW CONSTRAINTS YIELD name"
INDEXES = (
    "SHOW INDEXES YIELD name, owningConstraint, state WHERE owningConstraint IS NULL AND state = 'ONLINE'"
)
AWAIT_INDEXES = "CALL db.awaitIndexes($s)"


class BoltGraph:
    """A pooled driver behind the seam."""

    dialect: Dialect = "neo4j"

    def __init__(
        self,
        url: str,
        *,
        user: str | None,
        password: str | None,
        pool_max: int,
        connect_timeout_s: float,
        transaction_timeout_s: float,
    ) -> None:
        """Set up the pool; nothing is sent yet."""
        self._url = url
        self._connect_timeout_s = connect_timeout_s
        self._transaction_timeout_s = transaction_timeout_s
        self._driver = neo4j.AsyncGraphDatabase.driver(
            url,
            auth=(user or "neo4j", password) if password is not None else None,
            max_connection_pool_size=pool_max,
            connection_timeout=connect_timeout_s,
            connection_acquisition_timeout=connect_timeout_s + GRACE_S,
            connection_write_timeout=transaction_timeout_s,
            # An idle connection may have been cut by whatever stands between; it is asked before it is used.
            liveness_check_timeout=60,
            max_transaction_retry_time=0,
            notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
            telemetry_disabled=True,
            user_agent="tta",
        )
        self._seen = neo4j.AsyncGraphDatabase.bookmark_manager()
        """What reads have seen. Neo4j shows a commit's nodes before its index entries: a read that found
        a checkpoint moved could miss the rows that moved with it, did it not wait for the whole commit.
        """

    async def read(self, statement: str, /, **parameters: Any) -> list[Row]:
        """See Graph.read."""
        query = neo4j.Query(cast("Any", statement), timeout=self._transaction_timeout_s)
        reading = self._driver.session(default_access_mode=neo4j.READ_ACCESS, bookmark_manager=self._seen)
        async with self._mapped(), reading as session:
            return await _rows(session.run(query, parameters))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["BoltTransaction"]:
        """See Graph.transaction."""
        # The driver kills the connection of a cancelled session, and the server then rolls back.
        async with self._mapped(), self._driver.session() as session:
            tx = await session.begin_transaction(timeout=self._transaction_timeout_s)
            async with tx:
                yield BoltTransaction(tx, self._mapped)
                await tx.commit()

    async def declare(self, schema: Schema) -> None:
        """See Graph.declare; returns when the indexes are populated."""
        statements = {text.split("`")[1]: text for text in ddl(schema, "neo4j")}
        async with self._mapped(INDEX_TIMEOUT_S), self._driver.session() as session:
            # Even IF NOT EXISTS locks its label and so waits for writers: ask only for what is missing.
            if statements.keys() - await _defined(session):
                await _run(session, MAKE_LOCK)
                await self._define(session, statements)

    async def _define(self, session: neo4j.AsyncSession, statements: dict[str, str]) -> None:
        """Run the statements whose names are not defined, and await their indexes, with no other TTA process
        doing so meanwhile.
        """
        async with self._driver.session() as locking, await locking.begin_transaction() as lock:
            await (await lock.run(LOCK)).consume()
            for name in statements.keys() - await _defined(session):
                await _run(session, statements[name])
            await _run(session, AWAIT_INDEXES, s=INDEX_TIMEOUT_S)

    async def check(self) -> None:
        """See Graph.check."""
        async with self._mapped(self._connect_timeout_s):
            await self._driver.verify_connectivity()

    async def close(self) -> None:
        """See Graph.close."""
        with suppress(failures.DriverError, OSError):
            await self._driver.close()

    @asynccontextmanager
    async def _mapped(self, timeout_s: float | None = None) -> AsyncIterator[None]:
        """Bound what is done within, and turn the driver's errors into the seam's."""
        limit_s = timeout_s if timeout_s is not None else self._transaction_timeout_s + GRACE_S
        try:
            async with asyncio.timeout(limit_s) as limit:
                yield
        except TimeoutError as error:
            if not limit.expired():
                raise
            # A database that was set back waits in vain for what was seen before: reads begin anew.
            self._seen = neo4j.AsyncGraphDatabase.bookmark_manager()
            raise GraphUnavailable(f"{self._url} gave no answer within {limit_s:g} s") from error
        except (failures.Neo4jError, failures.DriverError) as error:
            raise _translated(error, self._url) from error


class BoltTransaction:
    """One explicit transaction of the driver."""

    def __init__(self, tx: neo4j.AsyncTransaction, mapped: Callable[[], Any]) -> None:
        """Take an open transaction, and what turns errors into the seam's."""
        self._tx = tx
        self._mapped = mapped

    async def run(self, statement: str, /, **parameters: Any) -> list[Row]:
        """See Transaction.run."""
        async with self._mapped():
            return await _rows(self._tx.run(cast("Any", statement), parameters))

    async def run_all(self, statements: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """See Transaction.run_all."""
        for statement, parameters in statements:
            await self.run(statement, **parameters)


async def _rows(running: Awaitable[neo4j.AsyncResult]) -> list[Row]:
    try:
        result = await running
    except (TypeError, ValueError, OverflowError) as error:
        # So the driver speaks of a parameter that Bolt has no form for.
        raise GraphRefused(f"a parameter cannot be sent: {error}") from error
    names = result.keys()
    return [dict(zip(names, values, strict=True)) for values in await result.values()]


async def _run(session: neo4j.AsyncSession, statement: str, **parameters: Any) -> None:
    await (await session.run(cast("Any", statement), parameters)).consume()


async def _defined(session: neo4j.AsyncSession) -> set[str]:
    """Return the names of all constraints and indexes that are done."""
    rows = await _rows(session.run(CONSTRAINTS)) + await _rows(session.run(INDEXES))
    return {row["name"] for row in rows}


def _translated(error: failures.Neo4jError | failures.DriverError, url: str) -> Exception:
    if isinstance(error, failures.Neo4jError):
        passing = error.is_retryable() or error.code in LATE or isinstance(error, failures.DatabaseError)
        text = f"{error.code}: {error.message}"
    else:
        lost = (
            failures.ServiceUnavailable | failures.SessionExpired | failures.ConnectionAcquisitionTimeoutError
        )
        passing = error.is_retryable() or isinstance(error, lost)
        text = f"the graph {url}: {' '.join(str(error).split())}"
    return GraphUnavailable(text) if passing else GraphRefused(text)
