"""What a projector makes of the log, on both engines: what a fold makes of it, wherever it was stopped."""

import asyncio
import random
from typing import ClassVar

import pytest

from tests.support.projections.histories import (
    JOURNEY,
    NOON,
    PLAY,
    PLAYER_STATE,
    READ_MODELS,
    REGISTERED,
    SAM,
    SESSION_STATE,
    SLOT,
    Happened,
)
from tests.support.projector.projector_examples import (
    SLOTS,
    Faltering,
    Log,
    caught_up,
    freshness,
    must_equal_fold,
    projector,
    running,
    until,
)
from tta.domain.player import ConsentGiven
from tta.domain.session import SessionStarted
from tta.domain.vocabulary import ConsentPurpose
from tta.eventstore.consistency_token import ConsistencyToken
from tta.eventstore.subscription import START
from tta.graph.engine import Graph
from tta.projector.freshness import Consistency, Positions
from tta.projector.projector import Projector
from tta.projector.read_model import ReadModel


async def test_the_read_models_equal_a_fold_of_the_log(log: Log, ready: Graph):
    await log.play()
    async with running(*(projector(log, ready, model) for model in READ_MODELS)):
        await caught_up(log, ready, *READ_MODELS)
        await log.play(1)  # Live, and of sessions of other players.
        await caught_up(log, ready, *READ_MODELS)
    await must_equal_fold(log, ready)


@pytest.mark.parametrize(("events_max", "rows_max"), [(16, 1), (16, 20), (50, 10_000), (100_000, 1)], ids=str)
async def test_neither_rounds_nor_the_cache_change_what_it_comes_to(
    log: Log, embedded: Graph, events_max: int, rows_max: int
):
    await log.play(2)
    working = projector(log, embedded, JOURNEY, events_max=events_max, rows_max=rows_max)
    async with running(working):
        await caught_up(log, embedded, JOURNEY)
        await counted(working, sum((await log.ends()).values()))
    await must_equal_fold(log, embedded, JOURNEY)


async def counted(working: Projector, events: int) -> None:
    """Wait until it has counted what it saved: the graph may show it a moment sooner."""
    await until(lambda: working.events_total >= events)
    assert working.events_total == events


async def test_it_goes_on_where_it_was_stopped(log: Log, ready: Graph):
    await log.play(1)
    first = projector(log, ready, SESSION_STATE)
    async with running(first):
        await caught_up(log, ready, SESSION_STATE)
        before = sum((await log.ends()).values())
        await counted(first, before)
    await log.play(1)
    second = projector(log, ready, SESSION_STATE)
    async with running(second):
        await caught_up(log, ready, SESSION_STATE)
        await counted(second, sum((await log.ends()).values()) - before)
    await must_equal_fold(log, ready, SESSION_STATE)


async def test_it_gives_its_slots_back_when_it_is_stopped(log: Log, ready: Graph):
    await log.play(1)
    working = projector(log, ready, SESSION_STATE)
    async with running(working):
        await caught_up(log, ready, SESSION_STATE)
        assert {each.owner for each in (await working.checkpoints.read(range(SLOTS))).values()} == {"w"}
        assert await working.checkpoints.workers() != {}
    assert {each.owner for each in (await working.checkpoints.read(range(SLOTS))).values()} == {""}
    assert await working.checkpoints.workers() == {}


async def be_stopped_again_and_again(log: Log, graph: Graph, model: ReadModel, rounds: int) -> None:
    """Cancel projectors at points left to chance, while events happen."""
    chance = random.Random(rounds)
    happening = asyncio.create_task(log.play(rounds // 2))
    for each in range(rounds):
        async with running(projector(log, graph, model, f"w{each}", events_max=40, lease_s=60)):
            await asyncio.sleep(chance.uniform(0, 0.06))
    await happening
    async with running(projector(log, graph, model, events_max=40)):
        await caught_up(log, graph, model)
    await must_equal_fold(log, graph, model)


async def test_stopped_anywhere_it_loses_and_doubles_nothing(log: Log, ready: Graph):
    await be_stopped_again_and_again(log, ready, JOURNEY, 10)


@pytest.mark.soak
async def test_stopped_anywhere_many_times_it_loses_and_doubles_nothing(log: Log, ready: Graph):
    await be_stopped_again_and_again(log, ready, JOURNEY, 300)


async def test_a_model_that_nothing_concerns_moves_on_all_the_same(log: Log, embedded: Graph):
    class Deaf:
        """A read model that handles nothing."""

        NAME, VERSION, ROWS, LINKS, HANDLES = "deaf", 1, (), (), ()
        BEGINS: ClassVar[dict[str, object]] = {}

        def __getattr__(self, name: str) -> object:
            raise AssertionError(f"{name} was asked for")

    await log.play(1)
    deaf: ReadModel = Deaf()  # type: ignore[assignment]
    async with running(projector(log, embedded, deaf)):
        await caught_up(log, embedded, deaf)


async def test_an_empty_log_is_projected_at_once(log: Log, embedded: Graph):
    working = projector(log, embedded, PLAYER_STATE)
    await working.prepare()
    async with running(working):
        nothing = ConsistencyToken.of(0, START)
        assert await freshness(log, embedded, PLAYER_STATE).of(["player_state"], nothing) is Consistency.FRESH
        await log.play(1, slots=[5])
        await caught_up(log, embedded, PLAYER_STATE)
    await must_equal_fold(log, embedded, PLAYER_STATE)


async def test_nothing_is_passed_over_while_events_before_it_are_not_folded(log: Log, embedded: Graph):
    faltering, positions = Faltering(embedded), Positions()
    working = projector(log, faltering, PLAYER_STATE, positions=positions)
    async with running(working):
        await log.happen([Happened(SAM, REGISTERED, SAM)])
        await caught_up(log, embedded, PLAYER_STATE)
        await until(lambda: working._unfolded == 0)
        working._cache.clear()
        faltering.open.clear()  # Folding waits for the rows of a player whom the log names now.
        await log.happen([Happened(SAM, ConsentGiven(purpose=ConsentPurpose.PLAY, version=1, at=NOON), SAM)])
        await until(lambda: working.is_folding)
        await log.happen([Happened(PLAY, SessionStarted(player_id=SAM, story="clearing", at=NOON), SAM)])
        for _ in range(200):  # Turns of the loop, in which the reader comes to what was appended.
            await asyncio.sleep(0.001)
        state = positions.state((PLAYER_STATE.NAME, SLOT))
        assert state is not None
        assert state.mark.position == 1
        faltering.open.set()
        await caught_up(log, embedded, PLAYER_STATE)
    await must_equal_fold(log, embedded, PLAYER_STATE)
