"""An event that cannot be digested stops its slot's lane, loudly, and no other; a restart tries it again."""

import asyncio

import pytest
from structlog.testing import capture_logs

from tests.support.projections.histories import JOURNEY, SESSION_STATE, TYPES, after, played
from tests.support.projector.projector_examples import (
    SLOTS,
    Log,
    caught_up,
    must_equal_fold,
    new_players,
    projector,
    running,
    until,
)
from tta.app.work import Work
from tta.domain import player, safety_record, session
from tta.domain.session import SessionPaused
from tta.eventstore.envelope import Draft
from tta.eventstore.event_types import EventTypes
from tta.graph.engine import Graph
from tta.projector.lag import lags
from tta.projector.projector import Projector
from tta.projector.read_model import ReadModel

POISONED = 5
OTHERS = tuple(slot for slot in range(SLOTS) if slot != POISONED)
NONSENSE = Draft("Nonsense", b"\x80")
ORPHAN = TYPES.draft(SessionPaused(at=after(0)))  # Of a session that never began.

POISONS = {
    "of a type that nobody knows": (NONSENSE, "UnknownEventType"),
    "that does not decode": (Draft("SessionPaused", b"\x81\xa2at\x01"), "ValidationError"),
    "that the fold contradicts": (ORPHAN, "AssertionError"),
}


async def poison(log: Log, draft: Draft) -> int:
    """Let it stand in the midst of what else happens; return its position."""
    await log.play(1)
    somebody = new_players(1, POISONED)[0]
    await log.stand(somebody, somebody, draft)
    position = (await log.ends())[POISONED]
    await log.play(1)
    return position


@pytest.mark.parametrize("which", POISONS)
@pytest.mark.parametrize("model", [SESSION_STATE, JOURNEY], ids=lambda model: model.NAME)
async def test_it_stops_its_own_slot_only(log: Log, embedded: Graph, model: ReadModel, which: str):
    draft, error = POISONS[which]
    position = await poison(log, draft)
    working = projector(log, embedded, model)
    with capture_logs() as said:
        async with running(working):
            await caught_up(log, embedded, model, but=[POISONED])
            await until(lambda: working.poisons)
            await log.play(1)
            await caught_up(log, embedded, model, but=[POISONED])
            (found,) = working.poisons.values()
            assert (POISONED, position, draft.type) == (found.slot, found.position, found.event)
            assert found.error.startswith(error)
            (stopped,) = Work([working], []).stopped()
            assert (stopped.slot, stopped.position) == (POISONED, position)
            await until(lambda: working.leases.held[POISONED].mark.position == position - 1)
            # What a worker says has stopped is in the graph, so that every process can tell it.
            await _told(log, working, f"slot {POISONED}, position {position}, {draft.type}")
            (lag,) = await lags(log.store, [working.checkpoints])
            assert lag.events_behind == (await log.ends())[POISONED] - position + 1
            assert lag.seconds_behind is not None
            assert lag.seconds_behind > 0
    errors = [line for line in said if line["log_level"] == "error"]
    assert [(POISONED, position)] == [(line["slot"], line["position"]) for line in errors], "it is said once"
    await must_equal_fold(log, embedded, model, before={POISONED: position})


async def test_what_came_before_it_in_its_slot_stands(log: Log, embedded: Graph):
    await log.play(1, slots=[POISONED])
    good = (await log.ends())[POISONED]
    somebody = new_players(1, POISONED)[0]
    await log.stand(somebody, somebody, NONSENSE)
    working = projector(log, embedded, JOURNEY)
    async with running(working):
        await until(lambda: working.leases.held and working.leases.held[POISONED].mark.position == good)
    await must_equal_fold(log, embedded, JOURNEY, before={POISONED: good + 1})


async def test_one_that_knows_the_event_goes_on_after_a_restart(log: Log, embedded: Graph):
    older = EventTypes(
        event
        for module in (player, session, safety_record)
        for event in module.EVENTS
        if event is not SessionPaused
    )
    await log.happen(played([(0, "pause", 0)], new_players(1, POISONED)))
    await log.play(1, slots=OTHERS[:2])
    before = projector(log, embedded, JOURNEY, types=older)
    async with running(before):
        await until(lambda: len(before.poisons) == 3)
    async with running(projector(log, embedded, JOURNEY)):
        await caught_up(log, embedded, JOURNEY)
    await must_equal_fold(log, embedded, JOURNEY)


async def test_a_slot_that_is_held_anew_stays_stopped(log: Log, embedded: Graph):
    position = await poison(log, NONSENSE)
    working = projector(log, embedded, JOURNEY, lease_s=0.05)
    with capture_logs() as said:
        async with running(working):
            await caught_up(log, embedded, JOURNEY, but=[POISONED])
            await until(lambda: working.poisons)
            await working.checkpoints.claim(OTHERS, "thief", free_of=["w"])
            await until(lambda: sum("slots claimed" in line["event"] for line in said) > 1)
            await log.play(1)
            await caught_up(log, embedded, JOURNEY, but=[POISONED])
            assert working.poisons[POISONED].position == position
    assert sum(line["log_level"] == "error" for line in said) == 1, "it is not read again meanwhile"


async def test_all_slots_may_stop(log: Log, embedded: Graph):
    for slot in range(SLOTS):
        somebody = new_players(1, slot)[0]
        await log.stand(somebody, somebody, NONSENSE)
    working: Projector = projector(log, embedded, JOURNEY)
    async with running(working):
        await until(lambda: len(working.poisons) == SLOTS)
    assert working.events_total == 0


async def _told(log: Log, working: Projector, what: str) -> None:
    async with asyncio.timeout(10):
        while what not in str(await lags(log.store, [working.checkpoints])):  # noqa: ASYNC110 - Nothing tells when.
            await asyncio.sleep(0.02)
