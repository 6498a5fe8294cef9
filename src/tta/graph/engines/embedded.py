"""The graph seam over the ladybug engine, one writing thread and a few reading ones.

The engine lets one process open a graph, one transaction write at a time, and readers go on meanwhile. It
releases the interpreter's lock while it works, so nothing here blocks the event loop. The sessions are of
this process (`open_embedded`: tests, benchmarks) or of one of their own (embedded_source.py: all of TTA).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import ladybug

from tta.graph.engine import GraphInUse, GraphRefused, GraphUnavailable, Row
from tta.graph.engines.child_process import ChildSession
from tta.graph.engines.plans import EngineConnection, translated
from tta.graph.schema import Dialect, Schema, ddl

BUFFER_POOL_BYTES = 512 * 1024 * 1024  # The engine's own default is 80 % of the machine's memory.
CHECKPOINT_BYTES = 256 * 1024
"""Of the write-ahead log, at which the engine folds it into its file. Its default, 16 MiB, makes every commit
slower as the log grows: at 200 commands a second the median wait for a read model doubled."""

NO_ANSWER = "gave no answer within"
Answer = TypeVar("Answer")

open_here: set[Path] = set()
"""The graphs that this process has open: the engine's file lock does not stop the same process, whose second
handle would write into the first one's file."""


async def open_embedded(
    path: Path, *, readers: int, connect_timeout_s: float, transaction_timeout_s: float
) -> "EmbeddedGraph":
    """Open the graph at a path, replaying what a killed process had committed; raises GraphInUse."""
    whole = await asyncio.to_thread(path.resolve)
    if whole in open_here:
        raise GraphInUse(f"the graph {whole} is already open in this process: use that handle")
    open_here.add(whole)
    try:
        database = await asyncio.to_thread(open_database, whole, readers + 1)
    except BaseException:
        open_here.discard(whole)
        raise
    sessions = [EngineConnection(database, transaction_timeout_s) for _ in range(readers + 1)]

    def shut() -> None:
        database.close()
        open_here.discard(whole)

    return EmbeddedGraph(
        whole,
        sessions,
        shut,
        connect_timeout_s=connect_timeout_s,
        transaction_timeout_s=transaction_timeout_s,
    )


class EmbeddedGraph:
    """One writing session with a thread of its own, and reading sessions that take turns on a few threads."""

    dialect: Dialect = "embedded"

    def __init__(
        self,
        path: Path,
        sessions: "Sequence[EngineConnection | ChildSession]",
        shut: Callable[[], None],
        *,
        connect_timeout_s: float,
        transaction_timeout_s: float,
    ) -> None:
        """Take connected sessions: the first writes, the others read. `shut` closes what they belong to."""
        self._path = path
        self._shut_all = shut
        self._connect_timeout_s = connect_timeout_s
        self._transaction_timeout_s = transaction_timeout_s
        self._turn = asyncio.Lock()
        self._writer, *self._readers = sessions
        self._writer_thread = ThreadPoolExecutor(1, thread_name_prefix="graph-write")
        self._idle: asyncio.LifoQueue[EngineConnection | ChildSession] = asyncio.LifoQueue()
        for reader in self._readers:
            self._idle.put_nowait(reader)
        self._reader_threads = ThreadPoolExecutor(len(self._readers), thread_name_prefix="graph-read")
        self._closed = False

    async def read(self, statement: str, /, **parameters: Any) -> list[Row]:
        """See Graph.read."""
        async with self._within(self._transaction_timeout_s):
            reader = await self._idle.get()
            if self._closed:
                self._idle.put_nowait(reader)
                raise GraphUnavailable(f"the graph {self._path} is closed")
            job = self._reader_threads.submit(reader.run, statement, parameters)
            # A reader is idle when its statement has ended, however long ago its caller gave up.
            self._afterwards(job, partial(self._idle.put_nowait, reader))
            try:
                return await _answer(job)
            except asyncio.CancelledError:
                reader.interrupt()
                raise

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["EmbeddedTransaction"]:
        """See Graph.transaction."""
        async with self._within(self._transaction_timeout_s):
            await self._take_turn()
            tx = EmbeddedTransaction(self._writer, self._writer_thread)
            try:
                yield tx
            except BaseException:
                tx.is_over = True
                await self._end(self._writer.rollback)
                raise
            was_over, tx.is_over = tx.is_over, True
            await self._end(self._writer.rollback if was_over or not tx.has_begun else self._writer.commit)
            if was_over:
                raise GraphRefused("the transaction was over after an error that its caller passed over")

    async def declare(self, schema: Schema) -> None:
        """See Graph.declare."""
        async with self._within(self._transaction_timeout_s):
            await self._take_turn()
            await self._end(partial(self._define, ddl(schema, "embedded")))

    async def check(self) -> None:
        """See Graph.check."""
        async with self._within(self._connect_timeout_s):
            await self.read("RETURN 1 AS one")

    async def close(self) -> None:
        """See Graph.close."""
        await self._turn.acquire()
        if self._closed:
            self._turn.release()
            return
        self._closed = True
        for _ in self._readers:
            await self._idle.get()
        for reader in self._readers:
            self._idle.put_nowait(reader)
        await self._end(self._shut)
        self._writer_thread.shutdown(wait=False)
        self._reader_threads.shutdown(wait=False)

    async def _take_turn(self) -> None:
        await self._turn.acquire()
        if self._closed:
            self._turn.release()
            raise GraphUnavailable(f"the graph {self._path} is closed")

    async def _end(self, act: Callable[[], None]) -> None:
        """Do the last act of a turn: it happens, and passes the turn on, even if its caller is cancelled."""
        job = self._writer_thread.submit(act)
        self._afterwards(job, self._turn.release)
        await asyncio.shield(_answer(job))

    def _define(self, statements: tuple[str, ...]) -> None:
        for statement in statements:
            self._writer.define(statement)
        for reader in self._readers:
            reader.forget()

    def _shut(self) -> None:
        for session in (self._writer, *self._readers):
            session.close()
        self._shut_all()

    def _afterwards(self, job: "Future[Any]", act: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        job.add_done_callback(lambda _: loop.call_soon_threadsafe(act))

    @asynccontextmanager
    async def _within(self, limit_s: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(limit_s) as limit:
                yield
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise GraphUnavailable(f"the graph {self._path} {NO_ANSWER} {limit_s:g} s") from error


class EmbeddedTransaction:
    """The statements between begin and commit, all on the writing thread."""

    def __init__(self, session: "EngineConnection | ChildSession", thread: ThreadPoolExecutor) -> None:
        """Take the writing session for one turn; nothing has begun yet."""
        self._session = session
        self._thread = thread
        self.has_begun = False
        self.is_over = False

    async def run(self, statement: str, /, **parameters: Any) -> list[Row]:
        """See Transaction.run."""
        return await self._do(statement, partial(self._session.run, statement, parameters))

    async def run_all(self, statements: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """See Transaction.run_all; the thread is asked once for all of them."""

        def run_each() -> None:
            for statement, parameters in statements:
                self._session.run(statement, parameters)

        if statements:
            await self._do(statements[0][0], run_each)

    async def _do(self, statement: str, act: Callable[[], Answer]) -> Answer:
        if self.is_over:
            # The engine would commit a statement after a failed transaction on its own.
            raise GraphRefused(f"the transaction is over, and takes no {statement!r}")
        begins, self.has_begun = not self.has_begun, True
        try:
            return await _answer(self._thread.submit(self._begun, begins, act))
        except BaseException:
            self.is_over = True
            raise

    def _begun(self, begins: bool, act: Callable[[], Answer]) -> Answer:
        if begins:
            self._session.begin()
        return act()


def _answer(job: "Future[Answer]") -> "asyncio.Future[Answer]":
    return asyncio.wrap_future(job)


def open_database(path: Path, threads: int) -> ladybug.Database:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return ladybug.Database(
            path,
            buffer_pool_size=BUFFER_POOL_BYTES,
            checkpoint_threshold=CHECKPOINT_BYTES,
            max_num_threads=threads,
        )
    except RuntimeError as error:
        if "Could not set lock" in str(error):
            raise GraphInUse(_in_use(path, str(error))) from error
        raise translated(error, f"opening {path}") from error


def _in_use(path: Path, words: str) -> str:
    return (
        f"the embedded graph {path} is open in another process, and only one can have it: ask the running TTA"
        f" over HTTP, or stop it first, or use Neo4j to run several ({words.splitlines()[0]})"
    )
