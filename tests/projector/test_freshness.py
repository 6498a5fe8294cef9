"""What a read model's answer is worth: told at once, never too good, and cheap however many callers ask."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.projections.histories import JOURNEY, NOON, READ_MODELS, SAM, SESSION_STATE, Happened
from tests.support.projector.projector_examples import (
    SLOTS,
    Faltering,
    Log,
    caught_up,
    freshness,
    new_players,
    projector,
    running,
    until,
)
from tta.domain.session import SessionStarted
from tta.eventstore.child_server import ChildServer
from tta.eventstore.consistency_token import ConsistencyToken
from tta.eventstore.store import EventStore
from tta.eventstore.subscription import START, Mark
from tta.graph.engine import Graph, GraphUnavailable
from tta.projections.session_state import session_by_id
from tta.projector.checkpoints import FORGOTTEN, NOWHERE, Checkpoints, LaneState
from tta.projector.freshness import POLL_S, REMEMBERED_S, Consistency, Freshness, Positions

NAME, SLOT = SESSION_STATE.NAME, 3
FOREVER_S = 30.0
FRESH, STALE, LOST = Consistency.FRESH, Consistency.STALE, Consistency.LOST
FILLING, STOPPED = Consistency.FILLING, Consistency.STOPPED


def known(
    mark: Mark,
    *,
    model: str = NAME,
    positions: Positions | None = None,
    fills_to: int = 0,
    stopped_at: int = NOWHERE,
) -> Positions:
    positions = positions or Positions()
    positions.holds(model, {SLOT: LaneState(mark, fills_to, stopped_at)})
    return positions


async def marks(log: Log) -> list[Mark]:
    """The marks of a slot in which something happened, and before it."""
    await log.play(1, slots=[SLOT])
    return [START, *(Mark.of(each) for each in await log.events(SLOT))]


def token(mark: Mark) -> ConsistencyToken:
    return ConsistencyToken.of(SLOT, mark)


async def test_what_this_process_has_projected_is_known_without_asking_the_graph(log: Log, embedded: Graph):
    faltering, at = Faltering(embedded), await marks(log)
    fresh = freshness(log, faltering, SESSION_STATE, positions=known(at[5]))
    assert await fresh.of([NAME], token(at[5])) is FRESH
    assert await fresh.of([NAME], token(at[6])) is STALE
    assert faltering.reads == 0


async def test_nothing_has_been_seen_where_nothing_happened(log: Log, embedded: Graph):
    fresh = freshness(log, embedded, SESSION_STATE, positions=known(START))
    assert await fresh.of([NAME], token(START)) is FRESH


async def test_it_answers_when_the_time_is_over(log: Log, embedded: Graph):
    at = await marks(log)
    fresh = freshness(log, embedded, SESSION_STATE, positions=known(at[5]))
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await fresh.of([NAME], token(at[6]), wait_s=0.05) is STALE
    assert loop.time() - began >= 0.05


async def test_who_waits_is_woken_by_the_move_itself(log: Log, embedded: Graph):
    at = await marks(log)
    positions = known(at[5])
    fresh = freshness(log, embedded, SESSION_STATE, positions=positions)
    waiting = asyncio.create_task(fresh.of([NAME], token(at[7]), wait_s=FOREVER_S))
    await until(positions.waited_for)
    positions.moved(NAME, SLOT, at[6])
    await asyncio.sleep(0)
    assert positions.waited_for()
    positions.moved(NAME, SLOT, at[7])
    assert await waiting is FRESH
    assert positions.waited_for() == []


async def test_all_the_models_must_have_seen_it(log: Log, embedded: Graph):
    at = await marks(log)
    positions = known(at[7], model=JOURNEY.NAME, positions=known(at[5]))
    fresh = freshness(log, embedded, SESSION_STATE, JOURNEY, positions=positions)
    both = [NAME, JOURNEY.NAME]
    assert await fresh.of(both, token(at[7])) is STALE
    waiting = asyncio.create_task(fresh.of(both, token(at[7]), wait_s=FOREVER_S))
    await until(positions.waited_for)
    positions.moved(NAME, SLOT, at[7])
    assert await waiting is FRESH


async def test_who_gives_up_waits_no_more(log: Log, embedded: Graph):
    at = await marks(log)
    positions = known(at[5])
    fresh = freshness(log, embedded, SESSION_STATE, positions=positions)
    waiting = asyncio.create_task(fresh.of([NAME], token(at[7]), wait_s=FOREVER_S))
    await until(positions.waited_for)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await until(lambda: not positions.waited_for())
    positions.moved(NAME, SLOT, at[7])


class TestHistory:
    """Log and graph of different ages."""

    async def test_a_token_whose_entry_was_replaced_is_lost(self, log: Log, embedded: Graph):
        at = await marks(log)
        fresh = freshness(log, embedded, SESSION_STATE, positions=known(at[9]))
        other = Mark(5, b"another history of this slot ...")
        assert await fresh.of([NAME], token(other), wait_s=FOREVER_S) is LOST
        assert await fresh.of([], token(other)) is LOST, "also where no read model is asked"

    async def test_a_token_behind_the_log_s_end_is_lost(self, log: Log, embedded: Graph):
        at = await marks(log)
        fresh = freshness(log, embedded, SESSION_STATE, positions=known(at[-1]))
        gone = Mark(at[-1].position + 1, b"it was the last")
        assert await fresh.of([NAME], token(gone), wait_s=FOREVER_S) is LOST

    @pytest.mark.parametrize("where", ["replaced", "behind the log's end"])
    async def test_a_checkpoint_whose_entry_is_gone_makes_nothing_fresh(
        self, log: Log, embedded: Graph, where: str
    ):
        at = await marks(log)
        gone = 5 if where == "replaced" else at[-1].position + 1
        fresh = freshness(log, embedded, SESSION_STATE, positions=known(Mark(gone, b"another history")))
        assert await fresh.of([NAME], token(at[2]), wait_s=FOREVER_S) is STOPPED
        assert await fresh.of([NAME], None, slots=[SLOT]) is STOPPED

    async def test_lost_is_said_before_anything_else(self, log: Log, embedded: Graph):
        at = await marks(log)
        positions = known(at[3], fills_to=9, stopped_at=3)
        fresh = freshness(log, embedded, SESSION_STATE, positions=positions)
        assert await fresh.of([NAME], token(Mark(5, b"another history"))) is LOST
        assert await fresh.of([NAME], token(at[5])) is FILLING

    async def test_a_token_of_the_release_before_is_waited_for_and_never_fresh(
        self, log: Log, embedded: Graph
    ):
        at = await marks(log)
        positions = known(at[5])
        fresh = freshness(log, embedded, SESSION_STATE, positions=positions)
        waiting = asyncio.create_task(fresh.of([NAME], ConsistencyToken(SLOT, 7, None), wait_s=FOREVER_S))
        await until(positions.waited_for)
        positions.moved(NAME, SLOT, at[7])
        assert await waiting is STALE

    async def test_while_the_store_is_away_nothing_is_fresh(self, tmp_path: Path, embedded: Graph):
        server = ChildServer(tmp_path / "valkey")
        await server.start()
        try:
            log = Log(await EventStore.open(server.url, "away", slots=SLOTS))
            at = await marks(log)
            fresh = freshness(log, embedded, SESSION_STATE, positions=known(at[5]))
            await server.kill()
            assert await fresh.of([NAME], token(at[5])) is STALE
            assert await fresh.of([NAME], None, slots=[SLOT]) is FRESH, "nothing is known against it"
            await log.store.close()
        finally:
            await server.stop()


class TestLanes:
    """A lane that is stopped, or being filled, says so with or without a token."""

    @pytest.mark.parametrize("place", ["in this process", "elsewhere"])
    async def test_a_stopped_lane(self, log: Log, ready: Graph, place: str):
        at = await marks(log)
        positions = known(at[5], stopped_at=5) if place == "in this process" else Positions()
        checkpoints = Checkpoints(ready, NAME, SESSION_STATE.VERSION, SLOTS)
        await stands(checkpoints, ready, at[5])
        if place == "elsewhere":
            await checkpoints.stop({SLOT: (5, "it does not decode")})
        fresh = freshness(log, ready, SESSION_STATE, positions=positions)
        for mark in (at[3], at[9]):
            assert await fresh.of([NAME], token(mark), wait_s=FOREVER_S) is STOPPED
        assert await fresh.of([NAME], None, slots=[SLOT]) is STOPPED
        assert await fresh.of([NAME], None, slots=[SLOT + 1]) is FRESH, "it is no other lane's matter"

    async def test_one_that_moved_on_since_is_stopped_no_more(self, log: Log, ready: Graph):
        at = await marks(log)
        checkpoints = Checkpoints(ready, NAME, SESSION_STATE.VERSION, SLOTS)
        await stands(checkpoints, ready, at[5])
        await checkpoints.stop({SLOT: (4, "it did not decode before")})
        fresh = freshness(log, ready, SESSION_STATE)
        assert await fresh.of([NAME], token(at[5])) is FRESH

    async def test_one_that_is_filled_until_it_has_passed_the_end(self, log: Log, embedded: Graph):
        at = await marks(log)
        end = at[-1].position
        positions = known(at[5], fills_to=end)
        fresh = freshness(log, embedded, SESSION_STATE, positions=positions)
        assert await fresh.of([NAME], token(at[3])) is FILLING
        assert await fresh.now([NAME], [SLOT]) is FILLING
        waiting = asyncio.create_task(fresh.of([NAME], token(at[3]), wait_s=FOREVER_S))
        await until(positions.waited_for)
        positions.moved(NAME, SLOT, at[-1])
        assert await waiting is FRESH

    async def test_one_that_has_all_of_a_log_that_lost_its_end_is_filled(self, log: Log, embedded: Graph):
        at = await marks(log)
        positions = known(at[-1], fills_to=at[-1].position + 7)
        fresh = freshness(log, embedded, SESSION_STATE, positions=positions)
        assert await fresh.of([NAME], token(at[3])) is FRESH

    async def test_one_whose_rows_are_being_removed(self, log: Log, embedded: Graph):
        at = await marks(log)
        fresh = freshness(log, embedded, SESSION_STATE, positions=known(Mark(5, FORGOTTEN)))
        assert await fresh.of([NAME], token(at[3]), wait_s=0.05) is FILLING
        assert await fresh.of([NAME], None, slots=[SLOT]) is FILLING

    async def test_one_without_a_checkpoint(self, log: Log, embedded: Graph):
        fresh = freshness(log, embedded, SESSION_STATE)
        await Checkpoints(embedded, "another", 1, SLOTS).make({})
        assert await fresh.now([NAME], [SLOT]) is FRESH, "there is nothing to fill in"
        await marks(log)
        assert await fresh.now([NAME], [SLOT]) is FILLING

    async def test_what_is_known_without_a_token_is_at_most_a_second_old(self, log: Log, embedded: Graph):
        at, faltering = await marks(log), Faltering(embedded)
        checkpoints = Checkpoints(embedded, NAME, SESSION_STATE.VERSION, SLOTS)
        await stands(checkpoints, embedded, at[5])
        fresh = freshness(log, faltering, SESSION_STATE)
        for _ in range(100):
            assert await fresh.of([NAME], None, slots=[SLOT]) is FRESH
        assert faltering.reads <= 2
        await checkpoints.stop({SLOT: (5, "now")})
        async with asyncio.timeout(REMEMBERED_S + FOREVER_S):
            while await fresh.of([NAME], None, slots=[SLOT]) is FRESH:  # noqa: ASYNC110 - Nothing tells when.
                await asyncio.sleep(0.05)


async def stands(checkpoints: Checkpoints, graph: Graph, mark: Mark) -> None:
    await checkpoints.make({})
    held = await checkpoints.claim([SLOT], "w", free_of=[])
    async with graph.transaction() as tx:
        await checkpoints.move(tx, held, {SLOT: mark}, "w")


async def test_what_another_process_projects_is_asked_of_the_graph(log: Log, ready: Graph):
    fresh = freshness(log, ready, *READ_MODELS)
    names = [model.NAME for model in READ_MODELS]
    for model in READ_MODELS:
        await projector(log, ready, model).prepare()
    await log.play(1, slots=[SLOT])
    end = token((await log.store.end_marks())[SLOT])
    assert await fresh.of(names, end) is STALE
    waiting = asyncio.create_task(fresh.of(names, end, wait_s=FOREVER_S))
    async with running(*(projector(log, ready, model) for model in READ_MODELS)):
        assert await waiting is FRESH
    assert await fresh.of(names, end) is FRESH


async def test_a_hundred_who_wait_share_one_reader(log: Log, embedded: Graph):
    faltering = Faltering(embedded)
    fresh = freshness(log, faltering, SESSION_STATE)
    working = projector(log, embedded, SESSION_STATE)
    await working.prepare()
    await log.play(1, slots=[SLOT])
    end = token((await log.store.end_marks())[SLOT])
    loop = asyncio.get_running_loop()
    began = loop.time()
    waiting = [asyncio.create_task(fresh.of([NAME], end, wait_s=FOREVER_S)) for _ in range(100)]
    await until(lambda: faltering.reads >= 10)
    async with running(working):
        assert set(await asyncio.gather(*waiting)) == {FRESH}
    assert faltering.reads <= 10 + (loop.time() - began) / POLL_S
    reads = faltering.reads
    async with asyncio.timeout(FOREVER_S):
        await fresh._polling
    assert faltering.reads == reads, "nobody is asked when nobody waits"


async def test_a_slot_that_another_process_takes_over_is_asked_of_the_graph_from_then_on(
    log: Log, embedded: Graph
):
    at = await marks(log)
    positions = known(at[1])
    await projector(log, embedded, SESSION_STATE).prepare()
    fresh = freshness(log, embedded, SESSION_STATE, positions=positions)
    waiting = asyncio.create_task(fresh.of([NAME], token(at[-1]), wait_s=FOREVER_S))
    await until(positions.waited_for)
    positions.holds(NAME, {})
    async with running(projector(log, embedded, SESSION_STATE)):
        assert await waiting is FRESH


async def test_a_graph_that_is_away_is_said_to_be(log: Log, embedded: Graph):
    fresh = freshness(log, embedded, SESSION_STATE)
    await embedded.close()
    with pytest.raises(GraphUnavailable):
        await fresh.of([NAME], token(START))


async def test_a_query_after_it_sees_what_was_asked_for(log: Log, ready: Graph):
    positions = Positions()
    here = freshness(log, ready, SESSION_STATE, positions=positions)
    elsewhere = freshness(log, ready, SESSION_STATE)
    working = projector(log, ready, SESSION_STATE, positions=positions)
    await working.prepare()
    async with running(working):
        for number in range(15):
            (player_id,) = new_players(1, SLOT)
            at = NOON + timedelta(seconds=number)
            await log.happen(
                [Happened(player_id, SessionStarted(player_id=SAM, story="clearing", at=at), player_id)]
            )
            end = token((await log.store.end_marks())[SLOT])
            for fresh in (here, elsewhere) if number % 2 else (elsewhere, here):
                assert await fresh.of([NAME], end, wait_s=FOREVER_S) is FRESH
                assert await session_by_id(ready, str(player_id)) is not None
        await caught_up(log, ready, SESSION_STATE)


class AnyLog:
    """A log in which whatever is asked for stands: its hash is its position."""

    async def marks_now(self, places: list[tuple[int, int]]) -> list[Mark | None]:
        return [Mark(position, hash_at(position)) for _, position in places]


def hash_at(position: int) -> bytes:
    return position.to_bytes(32, "little") if position else b""


@given(
    st.lists(st.tuples(st.sampled_from(["one", "two"]), st.integers(0, 3), st.integers(1, 9)), max_size=30),
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), max_size=8),
)
async def test_whoever_is_told_so_was_right_to_wait(
    moves: list[tuple[str, int, int]], asked: list[tuple[int, int]]
):
    """Over random moves: it is true just when each of the models has come that far."""
    positions = Positions()
    lanes: Mapping[int, LaneState] = dict.fromkeys(range(4), LaneState(START, 0))
    for model in ("one", "two"):
        positions.holds(model, lanes)
    fresh = Freshness(AnyLog(), None, positions, [])  # type: ignore[arg-type]  # All is known without a graph.
    waits = [
        (
            slot,
            at,
            asyncio.create_task(
                fresh.of(["one", "two"], ConsistencyToken.of(slot, Mark(at, hash_at(at))), wait_s=FOREVER_S)
            ),
        )
        for slot, at in asked
    ]
    reached = {(model, slot): 0 for model in ("one", "two") for slot in range(4)}
    for _ in range(5):
        await asyncio.sleep(0)
    for model, slot, forward in moves:
        reached[model, slot] += forward
        positions.moved(model, slot, Mark(reached[model, slot], hash_at(reached[model, slot])))
        for _ in range(10):
            await asyncio.sleep(0)
        for waited, at, task in waits:
            is_there = min(reached["one", waited], reached["two", waited]) >= at
            assert is_there == task.done()
    for _, _, task in waits:
        task.cancel()
    await asyncio.gather(*(task for _, _, task in waits), return_exceptions=True)
