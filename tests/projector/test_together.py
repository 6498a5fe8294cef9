"""The read models of one process read and save together, and stand and fall alone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.support.projections.histories import (
    AGENTS,
    JOURNEY,
    PLAYER_STATE,
    PROGRESS,
    READ_MODELS,
    SESSION_STATE,
)
from tests.support.projector.projector_examples import (
    SLOTS,
    WITHIN_S,
    Faltering,
    Log,
    caught_up,
    must_equal_fold,
    running,
    together,
    until,
)
from tta.eventstore.shared_reads import SharedReads
from tta.eventstore.subscription import START
from tta.graph.engine import Graph, GraphRefused, Transaction
from tta.projector.checkpoints import BEAT, CLAIM, MOVE
from tta.projector.projector import Projector
from tta.projector.read_model import Storage

LEASE_S = 0.4
OTHERS = (SESSION_STATE, PLAYER_STATE, PROGRESS, AGENTS)


class Gate(Faltering):
    """A graph that, once it is shut, holds the next transaction up when its checkpoints have moved."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph)
        self.is_shut = False
        self.reached, self.lifted = asyncio.Event(), asyncio.Event()
        self.models_moved: list[set[str]] = []
        """Of each transaction, the read models whose checkpoints it moved."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with super().transaction() as tx:
            yield GatedTransaction(tx, self)

    async def moved(self, ids: list[str]) -> None:
        self.models_moved.append({each.split("@")[0] for each in ids})
        if self.is_shut:
            self.is_shut = False
            self.reached.set()
            await self.lifted.wait()


class GatedTransaction:
    def __init__(self, tx: Transaction, gate: Gate) -> None:
        self._tx, self._gate = tx, gate

    async def run(self, statement: str, /, **parameters: Any) -> list[dict[str, Any]]:
        rows = await self._tx.run(statement, **parameters)
        if statement == MOVE:
            await self._gate.moved([row["id"] for row in parameters["rows"]])
        return rows

    async def run_all(self, statements: Sequence[tuple[str, dict[str, Any]]]) -> None:
        await self._tx.run_all(statements)


class Watched(Faltering):
    """A graph that notes claims and heartbeats, and may refuse the claims of one read model."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph)
        self.refused = ""
        """The read model whose claims are refused."""
        self.claims: list[list[str]] = []
        self.beats: list[set[str]] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with super().transaction() as tx:
            yield WatchedTransaction(tx, self)


class WatchedTransaction:
    def __init__(self, tx: Transaction, watched: Watched) -> None:
        self._tx, self._watched = tx, watched

    async def run(self, statement: str, /, **parameters: Any) -> list[dict[str, Any]]:
        if statement == BEAT:
            self._watched.beats.append({row["model"].split("@")[0] for row in parameters["rows"]})
        if statement == CLAIM:
            ids = [row["id"] for row in parameters["rows"]]
            if self._watched.refused and any(each.startswith(self._watched.refused) for each in ids):
                raise GraphRefused("it is refused on purpose")
            self._watched.claims.append(ids)
        return await self._tx.run(statement, **parameters)

    async def run_all(self, statements: Sequence[tuple[str, dict[str, Any]]]) -> None:
        await self._tx.run_all(statements)


async def test_a_slot_is_claimed_once_for_all_read_models(log: Log, ready: Graph):
    watched = Watched(ready)
    working = together(log, watched, together_s=WITHIN_S)
    async with running(*working):
        await until(lambda: all(each.leases.held for each in working))
    every = {each.checkpoints.id(slot) for each in working for slot in range(SLOTS)}
    assert [every] == [set(ids) for ids in watched.claims]
    assert watched.beats[0] == {model.NAME for model in READ_MODELS}


async def test_a_claim_that_is_refused_holds_up_its_own_read_model_only(log: Log, ready: Graph):
    await log.play(1)
    watched = Watched(ready)
    watched.refused = JOURNEY.NAME
    working = together(log, watched, lease_s=LEASE_S)
    journey = next(each for each in working if each.model is JOURNEY)
    async with running(*working):
        await caught_up(log, ready, *OTHERS)
        await until(lambda: journey.broken)
        assert not journey.leases.held
        watched.refused = ""
        await caught_up(log, ready, *READ_MODELS)
    await must_equal_fold(log, ready)


async def test_one_that_cannot_begin_holds_up_nobody(log: Log, ready: Graph):
    await log.play(1)
    working = together(log, ready)
    journey = next(each for each in working if each.model is JOURNEY)
    journey.leases.enter()  # It takes part, and never asks.
    async with running(*(each for each in working if each is not journey)):
        await caught_up(log, ready, *OTHERS)
    await journey.leases.leave()
    await must_equal_fold(log, ready, *OTHERS)


async def test_together_they_come_to_a_fold_of_the_log(log: Log, ready: Graph):
    await log.play()
    async with running(*together(log, ready)):
        await caught_up(log, ready, *READ_MODELS)
        await log.play(1)  # Live, and of sessions of other players.
        await caught_up(log, ready, *READ_MODELS)
    await must_equal_fold(log, ready)


@pytest.mark.parametrize("model", READ_MODELS, ids=lambda model: model.NAME)
async def test_together_they_come_to_the_same_when_the_graph_falters(log: Log, embedded: Graph, model: Any):
    faltering = Faltering(embedded)
    faltering.lose_before, faltering.lose_after = READ_MODELS.index(model), 2
    async with running(*together(log, faltering, events_max=60)):
        await log.play(1)
        await caught_up(log, embedded, *READ_MODELS)
        await log.play(1)
        await caught_up(log, embedded, *READ_MODELS)
    await must_equal_fold(log, embedded)


async def test_a_statement_that_is_refused_holds_up_its_own_read_model_only(log: Log, ready: Graph):
    await log.play(1, players=1, slots=[0])
    rows = (await log.events(0))[-1]
    session = str(rows.aggregate_id)
    working = together(log, ready, lease_s=LEASE_S)
    for each in working:
        await each.prepare()
    label = Storage(JOURNEY).nodes[JOURNEY.ROWS[1]].label
    async with ready.transaction() as tx:
        await tx.run(
            f"CREATE (n:{label} {{id: $id}})", id=session
        )  # Its session is in the way of the fold's.
    journey = next(each for each in working if each.model is JOURNEY)
    with capture_logs() as said:
        async with running(*working):
            await caught_up(log, ready, *OTHERS)
            await until(lambda: journey.broken)
            await log.play(1, players=1)
            await caught_up(log, ready, *OTHERS)
            async with ready.transaction() as tx:
                await tx.run(f"MATCH (n:{label} {{id: $id}}) DETACH DELETE n", id=session)
            await caught_up(log, ready, *READ_MODELS)
    assert {line["model"] for line in said if "projection stops" in line["event"]} == {"journey"}
    await must_equal_fold(log, ready)


async def test_a_checkpoint_that_another_worker_took_holds_up_its_own_read_model_only(log: Log, ready: Graph):
    working = together(log, ready, lease_s=LEASE_S)
    journey = next(each for each in working if each.model is JOURNEY)
    with capture_logs() as said:
        async with running(*working):
            await log.play(1)
            await caught_up(log, ready, *READ_MODELS)
            before = await _epochs(working)
            await journey.checkpoints.claim(range(SLOTS), "thief", free_of=["journey@w"])
            await log.play(1)
            await caught_up(log, ready, *READ_MODELS)
            after = await _epochs(working)
    assert {line["model"] for line in said if "lease lost" in line["event"]} <= {"journey"}
    assert [name for name, epochs in after.items() if epochs != before[name]] == ["journey"]
    await must_equal_fold(log, ready)


async def test_one_that_is_stopped_amid_a_joint_save_leaves_it_whole(log: Log, embedded: Graph):
    gate = Gate(embedded)
    session_state, journey = together(log, gate, SESSION_STATE, JOURNEY)
    async with running(journey):
        async with running(session_state):
            await until(lambda: session_state.leases.held and journey.leases.held)
            gate.open.clear()
            await log.play(1, players=1, slots=[3])
            await until(lambda: session_state.unsaved and journey.unsaved)
            gate.is_shut = True
            gate.open.set()
            await gate.reached.wait()
            stopping = asyncio.create_task(_lifted_later(gate))
        await stopping
        await caught_up(log, embedded, JOURNEY)
        async with running(*together(log, embedded, SESSION_STATE)):
            await caught_up(log, embedded, SESSION_STATE)
    await must_equal_fold(log, embedded, SESSION_STATE, JOURNEY)
    assert {"session_state", "journey"} in gate.models_moved, "they saved in one transaction"


async def _epochs(working: Sequence[Projector]) -> dict[str, list[int]]:
    return {
        each.model.NAME: [held.epoch for held in (await each.checkpoints.read(range(SLOTS))).values()]
        for each in working
    }


async def _lifted_later(gate: Gate) -> None:
    for _ in range(100):  # Turns of the loop, in which the other is told to stop.
        await asyncio.sleep(0)
    gate.lifted.set()


async def test_what_one_follower_has_read_is_not_read_again(log: Log):
    await log.play(1, players=1, slots=[2])
    events = len(await log.events(2))
    reads = SharedReads(log.store.nodes, log.store.layout)
    for events_max in (events, 3):
        follower = log.store.follow({2: START}, events_max=events_max, reads=reads)
        seen = []
        async for batches in follower:
            seen += [each.position for batch in batches for each in batch.events]
            if len(seen) == events:
                break
        await follower.aclose()
        assert list(range(1, events + 1)) == seen
    # Where it begins, a follower asks the log itself; the rest of it comes from memory.
    assert events < reads.events_read <= 2 * events


async def test_followers_that_wait_for_the_same_read_get_the_same_events(log: Log):
    await log.play(1, players=1, slots=[4])
    reads = SharedReads(log.store.nodes, log.store.layout)
    (one,), (two,) = await asyncio.gather(
        reads.read({4: START}, 100, set()), reads.read({4: START}, 100, set())
    )
    assert one[0].events
    assert all(mine is other for mine, other in zip(one[0].events, two[0].events, strict=True))
    assert len(one[0].events) == reads.events_read
