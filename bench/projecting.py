"""Catching up: session_state and journey beside reading the same entries raw and saving the same rows
raw.

The raw side reads the same entries with XRANGE, and replays the statements and rows that the projector saved,
in the same batches, into a graph of the same engine. The difference is decoding, folding, fencing and
checkpoints.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from redis.asyncio import Redis

from bench.figures import Figure, median, sized
from bench.neo4j import neo4j, wiped
from bench.stores import server, store
from tta.app.aggregates import event_types
from tta.domain.base import Event, SealedText
from tta.domain.identity import derived_id, owned_id
from tta.domain.player import PlayerRegistered
from tta.domain.session import SessionStarted
from tta.domain.turns import (
    InteractionAnswered,
    InteractionSubmitted,
)
from tta.domain.vocabulary import AgeBand, Author
from tta.eventstore.appends import Append, StreamAppend
from tta.eventstore.child_server import ChildServer
from tta.eventstore.envelope import ABSENT, Causation, Draft
from tta.eventstore.store import EventStore
from tta.graph.engine import Graph
from tta.graph.migrations import migrate
from tta.graph.opening import open_graph
from tta.projections import journey, session_state
from tta.projector.freshness import Positions
from tta.projector.projector import Projector
from tta.projector.read_model import ReadModel, Storage, read_model

TITLE = "Catch-up of session_state and journey"
PLAYERS = sized(2_000, 8)
TURNS = sized(20, 3)
WARMING, ROUNDS = sized(2, 0), sized(3, 1)
NOW = datetime.now(UTC)
MODELS = (read_model(session_state), read_model(journey))

Saved = list[list[tuple[str, list[dict[str, Any]]]]]
"""The statements of each transaction, with their rows."""


async def run() -> list[Figure]:
    figures = []
    async with server({"appendfsync": "no"}) as child, store(child, durability="memory") as opened:
        events = await _fill(opened)
        with tempfile.TemporaryDirectory() as directory:
            for model in MODELS:
                figures += await _compare(child, opened, model, events, _Embedded(Path(directory)))
        async with neo4j() as address:
            if address is None:
                figures.append(Figure("Neo4j", float("nan"), "", note="none to be had here"))
            else:
                for model in MODELS:
                    figures += await _compare(child, opened, model, events, _Neo4j(*address))
    return figures


async def _compare(
    child: ChildServer, opened: EventStore, model: ReadModel, events: int, engine: "_Embedded | _Neo4j"
) -> list[Figure]:
    ours, raw = [], []
    for turn in range(WARMING + ROUNDS):
        async with engine.fresh() as graph:
            seconds, saved = await _project(opened, model, graph, events)
        async with engine.fresh() as graph:
            again = await _raw(child, opened, model, graph, saved)
        if turn >= WARMING:
            ours.append(seconds)
            raw.append(again)
    name = f"{engine.name}, {model.NAME}"
    return [
        Figure(f"{name}: projector", events / median(ours), "events/s"),
        Figure(f"{name}: raw read + raw save", events / median(raw), "events/s"),
        Figure(f"{name}: time / raw time", median(ours) / median(raw), "×", "≤ 1.7"),
    ]


class _Embedded:
    name = "embedded"

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._count = 0

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[Graph]:
        self._count += 1
        graph = await open_graph(f"embedded:{self._directory / str(id(self))}-{self._count}")
        try:
            await migrate(graph)
            yield graph
        finally:
            await graph.close()


class _Neo4j:
    name = "Neo4j"

    def __init__(self, url: str, password: str) -> None:
        self._url, self._password = url, password

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[Graph]:
        graph = await open_graph(self._url, user="neo4j", password=self._password)
        try:
            await wiped(self._url, self._password)
            await migrate(graph)
            yield graph
        finally:
            await graph.close()


class _Recording:
    """A graph that also records which rows were saved by which statements."""

    def __init__(self, graph: Graph, statements: set[str]) -> None:
        self._graph = graph
        self._statements = statements
        self.saved: Saved = []
        self.dialect = graph.dialect
        self.read, self.declare = graph.read, graph.declare
        self.check, self.close = graph.check, graph.close

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        async with self._graph.transaction() as tx:
            self.saved.append([])
            yield _RecordingTransaction(tx, self._statements, self.saved[-1])


class _RecordingTransaction:
    def __init__(self, tx: Any, statements: set[str], saved: list[Any]) -> None:
        self._tx, self._statements, self._saved = tx, statements, saved

    async def run(self, statement: str, /, **parameters: Any) -> Any:
        if statement in self._statements:
            self._saved.append((statement, parameters["rows"]))
        return await self._tx.run(statement, **parameters)

    async def run_all(self, statements: Any) -> None:
        self._saved += [(statement, parameters["rows"]) for statement, parameters in statements]
        await self._tx.run_all(statements)


async def _project(opened: EventStore, model: ReadModel, graph: Graph, events: int) -> tuple[float, Saved]:
    recording = _Recording(graph, _statements(model))
    projector = Projector(opened, event_types(), recording, model, Positions(), worker=f"bench {time.time()}")
    await projector.prepare()
    began = time.perf_counter()
    task = asyncio.create_task(projector.run())
    while projector.events_total < events:
        assert not task.done(), task
        await asyncio.sleep(0.005)
    seconds = time.perf_counter() - began
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return seconds, [each for each in recording.saved if each]


async def _raw(child: ChildServer, opened: EventStore, model: ReadModel, graph: Graph, saved: Saved) -> float:
    await graph.declare(Storage(model).schema)
    client = Redis.from_url(child.url, protocol=2)
    client.response_callbacks.pop("XRANGE")  # Undecoded entries.
    layout, slots = opened.layout, opened.layout.slots
    began = time.perf_counter()
    pipeline = client.pipeline(transaction=False)
    for slot in range(slots):
        pipeline.execute_command("XRANGE", layout.log(slot), "-", "+")
    await pipeline.execute()
    for statements in saved:
        async with graph.transaction() as tx:
            for statement, rows in statements:
                await tx.run(statement, rows=rows)
    seconds = time.perf_counter() - began
    await client.aclose()
    return seconds


def _statements(model: ReadModel) -> set[str]:
    storage = Storage(model)
    return {*storage.adds.values(), *storage.sets.values(), *storage.joins.values()}


async def _fill(opened: EventStore) -> int:
    """Store players with one session of TURNS turns each: real events, with words sealed to 250 bytes."""
    events = 0

    async def one(number: int) -> None:
        nonlocal events
        player = derived_id("player", str(number))
        session = owned_id(player, "session")
        registered = PlayerRegistered(
            name=_box(), language="en", region="GB", time_zone="UTC", age_band=AgeBand.UNDISCLOSED, at=NOW
        )
        await _append(opened, player, player, [registered])
        played: list[Event] = [SessionStarted(player_id=player, story="clearing", at=NOW)]
        for turn in range(1, TURNS + 1):
            played.append(InteractionSubmitted(turn=turn, words=_box(), at=NOW))
            played.append(
                InteractionAnswered(
                    turn=turn, reply=_box(), author=Author.STORY, scene="clearing", skill="grounding", at=NOW
                )
            )
        await _append(opened, session, player, played)
        events += 1 + len(played)

    await asyncio.gather(*(one(number) for number in range(PLAYERS)))
    return events


async def _append(opened: EventStore, aggregate: Any, player: Any, events: list[Event]) -> None:
    head = ABSENT
    for number, event in enumerate(events):
        command = derived_id(aggregate, str(number))
        causation = Causation(actor="bench", command_id=command, correlation_id=command, causation_id=command)
        drafts = [Draft(type(event).__name__, msgspec.msgpack.encode(event))]
        done = await opened.append(
            Append(streams=[StreamAppend(aggregate, head, drafts, player)], causation=causation)
        )
        head = done.heads[0]


def _box() -> SealedText:
    return SealedText(os.urandom(250))
