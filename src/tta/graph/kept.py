"""A graph that may be away: opened and prepared behind the scenes, and opened again whenever it is lost.

Commands need no graph. So nothing that happens to it ends the process or keeps it from starting; whoever asks
meanwhile gets GraphUnavailable, with what is waited for.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

import structlog

from tta.graph.engine import Graph, GraphAway, GraphRefused, GraphUnavailable, Row, Transaction
from tta.graph.schema import Dialect, Schema

AGAIN_S_MIN, AGAIN_S_MAX = 0.1, 5.0
REMIND_S = 60.0  # A reason that stays the same is logged again so often.

log = structlog.get_logger(__name__)


class GraphSource(Protocol):
    """Where a graph comes from: the embedded engine's files, or a server."""

    dialect: Dialect
    name: str
    """As operators know it."""
    is_new: bool
    """Whether what is open was made just now, and is not prepared yet."""
    mends_itself: bool
    """Whether an attempt that failed may have mended what it failed over, so that the next is at hand."""

    async def open(self) -> Graph:
        """Open it, ready to be asked. May raise anything that a Graph may raise, and GraphInUse."""
        ...

    async def lost(self) -> str:
        """Return once what was opened is of no use any more, with the reason."""
        ...

    def doubt(self, error: Exception) -> None:
        """Take notice that a transaction failed, or that a read was refused."""
        ...

    def rejected(self, error: Exception) -> Exception:
        """Take notice that what was opened could not be prepared; return what to raise for it."""
        ...

    def writes_wait_for(self) -> str:
        """Say why nothing can be written now, although it can be read; empty when it can."""
        ...

    async def close(self) -> None:
        """Close what is open, within some seconds."""
        ...


class KeptGraph:
    """See the module. `prepare` brings a graph that was just opened to where queries and projectors can use
    it; `lost` is called after it was lost, before it is handed out again.
    """

    def __init__(
        self, source: GraphSource, prepare: Callable[[Graph], Awaitable[None]], lost: Callable[[], None]
    ) -> None:
        self.dialect: Dialect = source.dialect
        self.ready = asyncio.Event()
        """Set while the graph can be used."""
        self._source = source
        self._prepare = prepare
        self._lost = lost
        self._graph: Graph | None = None
        self._reason = "it is being opened"
        self._told = ("", 0.0)
        self._keeping: asyncio.Task[None] | None = None

    @property
    def waits_for(self) -> str:
        """Say what is waited for; empty when nothing is."""
        return self._source.writes_wait_for() if self._graph is not None else self._reason

    async def open(self, patience_s: float) -> None:
        """Open it, and wait for so long that it is ready; go on trying behind the scenes.

        Raises what waiting does not mend and a person should see at once: GraphInUse, GraphRefused of a
        server, and whatever `prepare` raises besides.
        """
        first = asyncio.ensure_future(self._open())
        try:
            async with asyncio.timeout(patience_s):
                await asyncio.wait([first])
                try:
                    first.result()
                except GraphUnavailable as error:
                    self._reason = str(error)
                self._keeping = asyncio.create_task(self._keep(first), name="graph")
                if self._source.mends_itself:
                    await self.ready.wait()
        except TimeoutError:
            if self._keeping is None:
                self._keeping = asyncio.create_task(self._keep(first), name="graph")
        except BaseException:
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            await self._source.close()
            raise

    async def read(self, statement: str, /, **parameters: Any) -> list[Row]:
        """See Graph.read."""
        graph = self._standing()
        try:
            return await graph.read(statement, **parameters)
        except GraphRefused as error:
            self._source.doubt(error)
            raise

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """See Graph.transaction."""
        graph = self._standing(writing=True)
        try:
            async with graph.transaction() as tx:
                yield tx
        except (GraphUnavailable, GraphRefused) as error:
            self._source.doubt(error)
            raise

    async def declare(self, schema: Schema) -> None:
        """See Graph.declare."""
        await self._standing(writing=True).declare(schema)

    async def check(self) -> None:
        """See Graph.check."""
        await self._standing(writing=True).check()

    async def close(self) -> None:
        """See Graph.close; it takes some seconds at most."""
        self.ready.clear()
        self._graph, self._reason = None, "it is closed"
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        await self._source.close()

    def _standing(self, *, writing: bool = False) -> Graph:
        reason = self.waits_for if writing or self._graph is None else ""
        if reason:
            raise GraphAway(self._source.name, reason)
        assert self._graph is not None, "without a graph there is a reason"
        return self._graph

    async def _open(self) -> None:
        graph = await self._source.open()
        try:
            await self._prepare(graph)
        except Exception as error:
            raise self._source.rejected(error) from error
        self._graph, self._reason = graph, ""
        self.ready.set()

    async def _keep(self, first: asyncio.Future[None]) -> None:
        opening, pause_s = first, AGAIN_S_MIN
        now = asyncio.get_running_loop().time
        while True:
            since = now()
            try:
                await opening
                since = now()
                if self._told[0]:
                    log.info("the graph is there", graph=self._source.name)
                    self._told = ("", 0.0)
                reason = await self._source.lost()
                self._say("the graph is lost, and opened anew", reason)
            except Exception as error:  # noqa: BLE001 - Whatever keeps the graph away, commands go on.
                reason = str(error) or type(error).__name__
                self._say("the graph is waited for", reason)
            self.ready.clear()
            self._graph, self._reason = None, reason
            await self._source.close()
            self._lost()
            pause_s = AGAIN_S_MIN if now() - since > REMIND_S else min(2 * pause_s, AGAIN_S_MAX)
            await asyncio.sleep(pause_s)
            opening = asyncio.ensure_future(self._open())

    def _say(self, what: str, reason: str) -> None:
        """Log a reason once, and again now and then while it stays the same."""
        now = asyncio.get_running_loop().time()
        told, at = self._told
        if reason != told or now - at >= REMIND_S:
            log.warning(what, graph=self._source.name, reason=reason)
            self._told = (reason, now)


class ServerSource:
    """A graph server: its driver finds it again by itself once it was there."""

    dialect: Dialect = "neo4j"

    def __init__(self, graph: Graph, name: str) -> None:
        """Take a graph that was not spoken to yet."""
        self.name = name
        self.is_new = self.mends_itself = False
        self._graph = graph

    async def open(self) -> Graph:
        """See GraphSource.open."""
        try:
            await self._graph.check()
        except GraphUnavailable as error:
            raise GraphUnavailable(f"its server does not answer: {error}") from error
        return self._graph

    async def lost(self) -> str:
        """See GraphSource.lost."""
        await asyncio.Event().wait()
        raise AssertionError("it never ends")

    def doubt(self, error: Exception) -> None:
        """See GraphSource.doubt: the driver knows what to do."""

    def rejected(self, error: Exception) -> Exception:
        """See GraphSource.rejected."""
        return error

    def writes_wait_for(self) -> str:
        """See GraphSource.writes_wait_for."""
        return ""

    async def close(self) -> None:
        """See GraphSource.close. The driver stays: it is opened once, and closed with the process."""
