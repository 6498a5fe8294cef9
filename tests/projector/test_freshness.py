"""Whether a read model has seen a position: told at once, never too early, and cheap however many ask."""

import asyncio
from datetime import timedelta

import pytest
from histories import JOURNEY, NOON, READ_MODELS, SAM, SESSION_STATE, Happened
from hypothesis import given
from hypothesis import strategies as st
from projector_examples import Faltering, Log, caught_up, freshness, new_players, projector, running, until

from tta.domain.session import SessionStarted
from tta.graph.engine import Graph, GraphUnavailable
from tta.projections.session_state import session_by_id
from tta.projector.freshness import POLL_S, Freshness, Progress

NAME, SLOT = SESSION_STATE.NAME, 3
FOREVER_S = 30.0


def known(position: int, *, model: str = NAME, progress: Progress | None = None) -> Progress:
    progress = progress or Progress()
    progress.holds(model, {SLOT: position})
    return progress


async def test_what_this_process_has_projected_is_known_without_asking(embedded: Graph):
    faltering = Faltering(embedded)
    fresh = freshness(faltering, SESSION_STATE, progress=known(5))
    assert await fresh.reached([NAME], SLOT, 5, wait_s=0)
    assert not await fresh.reached([NAME], SLOT, 6, wait_s=0)
    assert faltering.reads == 0


async def test_it_answers_when_the_time_is_over(embedded: Graph):
    fresh = freshness(embedded, SESSION_STATE, progress=known(5))
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert not await fresh.reached([NAME], SLOT, 6, wait_s=0.05)
    assert 0.05 <= loop.time() - began < 1


async def test_who_waits_is_woken_by_the_move_itself(embedded: Graph):
    progress = known(5)
    fresh = freshness(embedded, SESSION_STATE, progress=progress)
    waiting = asyncio.create_task(fresh.reached([NAME], SLOT, 7, wait_s=FOREVER_S))
    await until(progress.waited_for)
    progress.moved(NAME, SLOT, 6)
    await asyncio.sleep(0)
    assert not waiting.done()
    progress.moved(NAME, SLOT, 7)
    for _ in range(5):  # A few turns of the loop, in which no time passes.
        await asyncio.sleep(0)
    assert waiting.done()
    assert await waiting
    assert progress.waited_for() == []


async def test_all_the_models_must_have_seen_it(embedded: Graph):
    progress = known(7, model=JOURNEY.NAME, progress=known(5))
    fresh = freshness(embedded, SESSION_STATE, JOURNEY, progress=progress)
    both = [NAME, JOURNEY.NAME]
    assert not await fresh.reached(both, SLOT, 7, wait_s=0)
    waiting = asyncio.create_task(fresh.reached(both, SLOT, 7, wait_s=FOREVER_S))
    await until(progress.waited_for)
    progress.moved(NAME, SLOT, 7)
    assert await waiting


async def test_who_gives_up_waits_no_more(embedded: Graph):
    progress = known(5)
    fresh = freshness(embedded, SESSION_STATE, progress=progress)
    waiting = asyncio.create_task(fresh.reached([NAME], SLOT, 7, wait_s=FOREVER_S))
    await until(progress.waited_for)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await until(lambda: not progress.waited_for())
    progress.moved(NAME, SLOT, 7)


async def test_what_another_process_projects_is_asked_of_the_graph(log: Log, ready: Graph):
    fresh = freshness(ready, *READ_MODELS)
    names = [model.NAME for model in READ_MODELS]
    await log.play(1, slots=[SLOT])
    end = (await log.ends())[SLOT]
    assert not await fresh.reached(names, SLOT, end, wait_s=0)
    waiting = asyncio.create_task(fresh.reached(names, SLOT, end, wait_s=FOREVER_S))
    async with running(*(projector(log, ready, model) for model in READ_MODELS)):
        assert await waiting
    assert await fresh.reached(names, SLOT, end, wait_s=0)
    assert not await fresh.reached(names, SLOT, end + 1, wait_s=0)


async def test_a_hundred_who_wait_share_one_reader(log: Log, embedded: Graph):
    faltering = Faltering(embedded)
    fresh = freshness(faltering, SESSION_STATE)
    await log.play(1, slots=[SLOT])
    end = (await log.ends())[SLOT]
    working = projector(log, embedded, SESSION_STATE)
    await working.prepare()
    loop = asyncio.get_running_loop()
    began = loop.time()
    waiting = [asyncio.create_task(fresh.reached([NAME], SLOT, end, wait_s=FOREVER_S)) for _ in range(100)]
    await until(lambda: faltering.reads >= 10)
    async with running(working):
        assert all(await asyncio.gather(*waiting))
    assert faltering.reads <= 5 + (loop.time() - began) / POLL_S
    reads = faltering.reads
    async with asyncio.timeout(FOREVER_S):
        await fresh._polling
    assert faltering.reads == reads, "nobody is asked when nobody waits"


async def test_a_slot_that_another_process_takes_over_is_asked_of_the_graph_from_then_on(
    log: Log, embedded: Graph
):
    await log.play(1, slots=[SLOT])
    end = (await log.ends())[SLOT]
    progress = known(1)
    fresh = freshness(embedded, SESSION_STATE, progress=progress)
    waiting = asyncio.create_task(fresh.reached([NAME], SLOT, end, wait_s=FOREVER_S))
    await until(progress.waited_for)
    progress.holds(NAME, {})
    async with running(projector(log, embedded, SESSION_STATE)):
        assert await waiting


async def test_a_graph_that_is_away_is_said_to_be(embedded: Graph):
    fresh = freshness(embedded, SESSION_STATE)
    await embedded.close()
    with pytest.raises(GraphUnavailable):
        await fresh.reached([NAME], SLOT, 1, wait_s=0)


async def test_a_query_after_it_sees_what_was_asked_for(log: Log, ready: Graph):
    progress = Progress()
    here = freshness(ready, SESSION_STATE, progress=progress)
    elsewhere = freshness(ready, SESSION_STATE)
    async with running(projector(log, ready, SESSION_STATE, progress=progress)):
        for number in range(15):
            (player_id,) = new_players(1, SLOT)
            at = NOON + timedelta(seconds=number)
            await log.happen(
                [Happened(player_id, SessionStarted(player_id=SAM, story="clearing", at=at), player_id)]
            )
            end = (await log.ends())[SLOT]
            for fresh in (here, elsewhere) if number % 2 else (elsewhere, here):
                assert await fresh.reached([NAME], SLOT, end, wait_s=FOREVER_S)
                assert await session_by_id(ready, str(player_id)) is not None
        await caught_up(log, ready, SESSION_STATE)


@given(
    st.lists(st.tuples(st.sampled_from(["one", "two"]), st.integers(0, 3), st.integers(1, 9)), max_size=30),
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), max_size=8),
)
async def test_whoever_is_told_so_was_right_to_wait(
    moves: list[tuple[str, int, int]], asked: list[tuple[int, int]]
):
    """Over random moves: it is true just when each of the models has come that far."""
    progress = Progress()
    for model in ("one", "two"):
        progress.holds(model, dict.fromkeys(range(4), 0))
    fresh = Freshness(None, progress, [])  # type: ignore[arg-type] - All is known without a graph.
    waits = [
        (slot, at, asyncio.create_task(fresh.reached(["one", "two"], slot, at, wait_s=FOREVER_S)))
        for slot, at in asked
    ]
    positions = {(model, slot): 0 for model in ("one", "two") for slot in range(4)}
    for _ in range(3):
        await asyncio.sleep(0)
    for model, slot, forward in moves:
        positions[model, slot] += forward
        progress.moved(model, slot, positions[model, slot])
        for _ in range(5):
            await asyncio.sleep(0)
        for waited, at, task in waits:
            is_there = min(positions["one", waited], positions["two", waited]) >= at
            assert is_there == task.done()
    for _, _, task in waits:
        task.cancel()
    await asyncio.gather(*(task for _, _, task in waits), return_exceptions=True)
