"""Helpers of the projectors' tests: a growing log, projectors over it, and a graph that fails on request."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import count
from types import MappingProxyType
from typing import Any
from uuid import UUID

from tests.support.projections.histories import READ_MODELS, TYPES, Happened, folded, played, sealed
from tta.domain.identity import derived_id
from tta.eventstore.appends import Append, StreamAppend
from tta.eventstore.consistency_token import ConsistencyToken
from tta.eventstore.envelope import ABSENT, Causation, Draft, Head, RecordedEvent
from tta.eventstore.event_types import EventTypes
from tta.eventstore.store import EventStore
from tta.graph.engine import Graph, GraphUnavailable, Transaction
from tta.graph.schema import Schema
from tta.projector.checkpoints import Checkpoints
from tta.projector.freshness import Consistency, Freshness, Positions
from tta.projector.joint_saves import JointSaves
from tta.projector.leases import LEASE_S, TOGETHER_S, ReaderLeases
from tta.projector.log_feed import ROUND_EVENTS_MAX, LogFeed
from tta.projector.projector import Projector
from tta.projector.read_model import ReadModel, Storage

SLOTS = 8
WITHIN_S = 120.0
_names = count(1)


def fresh_name() -> str:
    return f"projector-{next(_names)}"


class Log:
    """A store in which tests append events."""

    def __init__(self, store: EventStore) -> None:
        self.store = store
        self._heads: dict[UUID, Head] = defaultdict(lambda: ABSENT)
        self._commands = count(1)

    async def happen(self, happened: Iterable[Happened]) -> None:
        for aggregate, event, subject in happened:
            await self.stand(aggregate, subject, TYPES.draft(sealed(event)))

    async def stand(self, aggregate: UUID, subject: UUID, draft: Draft) -> None:
        """Append an event unchecked."""
        command_id = derived_id(str(next(self._commands)))
        causation = Causation(
            actor="test", command_id=command_id, correlation_id=command_id, causation_id=command_id
        )
        streams = [StreamAppend(aggregate, self._heads[aggregate], [draft], subject)]
        self._heads[aggregate] = (
            await self.store.append(Append(streams=streams, causation=causation))
        ).heads[0]

    async def play(self, rounds: int = 2, *, players: int = 2, slots: Iterable[int] = range(SLOTS)) -> None:
        """Let new players in each slot play."""
        for slot in slots:
            wishes = [
                (who, what, number)
                for number in range(rounds)
                for what in ("start", "say", "answer", "choose", "answer", "agree", "pause", "resume")
                for who in range(players)
            ]
            await self.happen(played(wishes, new_players(players, slot)))

    async def events(self, slot: int) -> list[RecordedEvent]:
        return (await self.store.read(slot, count=1_000_000)).events

    async def ends(self) -> dict[int, int]:
        return {slot: end for slot, (end, _) in (await self.store.ends()).items()}


def new_players(players: int, slot: int) -> list[UUID]:
    drawn = [derived_id("someone", str(next(_names))) for _ in range(players)]
    return [UUID(bytes=bytes([slot]) + each.bytes[1:]) for each in drawn]


def projector(log: Log, graph: Graph, model: ReadModel, worker: str = "w", **settings: Any) -> Projector:
    positions = settings.pop("positions", None) or Positions()
    types: EventTypes = settings.pop("types", TYPES)
    return Projector(log.store, types, graph, model, positions, worker=worker, **settings)


def together(log: Log, graph: Graph, *models: ReadModel, **settings: Any) -> list[Projector]:
    """Return the projectors of one process, which read the log once and save together."""
    events_max = settings.pop("events_max", ROUND_EVENTS_MAX)
    saves, feed = JointSaves(graph), LogFeed(log.store, events_max=events_max)
    lease_s, together_s = settings.pop("lease_s", LEASE_S), settings.pop("together_s", TOGETHER_S)
    leases = ReaderLeases(graph, lease_s=lease_s, together_s=together_s)
    worker = settings.pop("worker", "w")
    shared = {"saves": saves, "feed": feed, "leases": leases, **settings}
    return [projector(log, graph, each, f"{each.NAME}@{worker}", **shared) for each in models or READ_MODELS]


@asynccontextmanager
async def running(*projectors: Projector) -> AsyncIterator[None]:
    """Run projectors meanwhile; raise what one of them raises."""
    tasks = [asyncio.create_task(each.run()) for each in projectors]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result


def freshness(log: Log, graph: Graph, *models: ReadModel, positions: Positions | None = None) -> Freshness:
    """Return the freshness check of a process that need not project."""
    checkpoints = [Checkpoints(graph, each.NAME, each.VERSION, SLOTS) for each in models]
    return Freshness(log.store, graph, positions or Positions(), checkpoints)


async def caught_up(log: Log, graph: Graph, *models: ReadModel, but: Sequence[int] = ()) -> None:
    """Wait until the whole log is projected, except for some slots."""
    fresh = freshness(log, graph, *models)
    for slot, end in (await log.store.end_marks()).items():
        if slot not in but:
            names = [model.NAME for model in models]
            found, deadline = None, time.monotonic() + WITHIN_S
            while found is not Consistency.FRESH:
                # The previous worker's state of a lane remains until this worker has claimed the lane.
                assert time.monotonic() < deadline, f"{names}, slot {slot}: {found} at {end.position}"
                found = await fresh.of(names, ConsistencyToken.of(slot, end), wait_s=1)


async def must_equal_fold(
    log: Log, graph: Graph, *models: ReadModel, before: Mapping[int, int] = MappingProxyType({})
) -> None:
    """Compare all rows and links with a fold of the log, event by event; some slots stop before a
    position.
    """
    for model in models or READ_MODELS:
        stopped = {slot: before.get(slot, 2**62) for slot in range(SLOTS)}
        events = [e for slot, end in stopped.items() for e in await log.events(slot) if e.position < end]
        rows, links = folded(model, events)
        storage = Storage(model)
        for kind, node in storage.nodes.items():
            names = ", ".join(f"n.{name} AS {name}" for name in ("id", *node.others))
            found = await graph.read(f"MATCH (n:{node.label}) RETURN {names}")
            expected = [storage.properties(row) for key, row in rows.items() if key.row is kind]
            assert by_id(expected) == by_id(found), f"{model.NAME}: {node.label}"
        for link, edge in storage.edges.items():
            ends = f"MATCH (a:{edge.source})-[:{edge.type}]->(b:{edge.target}) RETURN a.id AS a, b.id AS b"
            joined = sorted((row["a"], row["b"]) for row in await graph.read(ends))
            assert sorted((each[1], each[2]) for each in links if each.type == link) == joined


def by_id(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str(row["id"]))


async def until(condition: Callable[[], object]) -> None:
    """Let other tasks run until a condition holds."""
    async with asyncio.timeout(WITHIN_S):
        while not condition():  # noqa: ASYNC110 - Nothing tells when.
            await asyncio.sleep(0.002)


class Faltering:
    """A graph whose calls may be delayed, or lost before or after they take effect."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.dialect = graph.dialect
        self.open = asyncio.Event()
        self.open.set()
        """Clear it, and callers wait, like a stopped process."""
        self.waiting = asyncio.Event()
        self.lose_before = 0
        self.lose_after = 0
        """How many of the next transactions with rows are lost before or after their commit."""
        self.reads = 0

    async def read(self, statement: str, /, **parameters: Any) -> list[dict[str, Any]]:
        await self._pass()
        self.reads += 1
        return await self._graph.read(statement, **parameters)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        await self._pass()
        async with self._graph.transaction() as tx:
            watched = Watched(tx)
            yield watched
            if watched.wrote and self.lose_before:
                self.lose_before -= 1
                raise GraphUnavailable("lost before it was committed")
        if watched.wrote and self.lose_after:
            self.lose_after -= 1
            raise GraphUnavailable("lost after it was committed")

    async def declare(self, schema: Schema) -> None:
        await self._graph.declare(schema)

    async def check(self) -> None:
        await self._graph.check()

    async def close(self) -> None:
        await self._graph.close()

    async def _pass(self) -> None:
        if not self.open.is_set():
            self.waiting.set()
        await self.open.wait()


class Watched:
    """A transaction that records whether it wrote rows."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.wrote = False

    async def run(self, statement: str, /, **parameters: Any) -> list[dict[str, Any]]:
        self.wrote |= "_v1" in statement or "_v2" in statement
        return await self._tx.run(statement, **parameters)

    async def run_all(self, statements: Sequence[tuple[str, dict[str, Any]]]) -> None:
        self.wrote |= bool(statements)
        await self._tx.run_all(statements)
