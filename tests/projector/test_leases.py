"""How workers share the slots: evenly, promptly, without taking from the living, and never both the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest_asyncio
from structlog.testing import capture_logs

from tests.support.projections.histories import JOURNEY, PROGRESS
from tests.support.projector.projector_examples import SLOTS, WITHIN_S, Faltering, until
from tta.graph.engine import Graph
from tta.projector.checkpoints import Checkpoints
from tta.projector.leases import ReaderLeases

LEASE_S = 0.5
PATIENT_S = 10.0  # No machine is so busy that it lets such a lease run out.
ALL = set(range(SLOTS))


@pytest_asyncio.fixture
async def checkpoints(ready: Graph) -> Checkpoints:
    made = Checkpoints(ready, JOURNEY.NAME, JOURNEY.VERSION, SLOTS)
    await made.make({})
    return made


class Worker:
    """Someone who holds slots and does nothing with them."""

    def __init__(self, checkpoints: Checkpoints, name: str, lease_s: float = LEASE_S) -> None:
        self.reader = ReaderLeases(checkpoints.graph, exclusive=False, lease_s=lease_s)
        self.leases = self.reader.of(checkpoints, name)
        self.claims = 0

    @property
    def held(self) -> set[int]:
        return set(self.leases.held)

    async def claim(self) -> set[int]:
        await self.beat()
        return set(await self.leases.claim())

    async def beat(self) -> None:
        await self.reader.beat([self.leases])

    async def run(self) -> None:
        self.leases.enter()
        try:
            while True:
                await self.leases.claim()
                self.claims += 1
                await self.leases.changed.wait()
        finally:
            await self.reader.stop()


@asynccontextmanager
async def working(worker: Worker, *, leaves: bool = True) -> AsyncIterator[Worker]:
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if leaves:
            await worker.leases.leave()


async def test_one_worker_holds_all(checkpoints: Checkpoints):
    assert await Worker(checkpoints, "a").claim() == ALL


async def test_what_a_living_worker_holds_is_not_taken(checkpoints: Checkpoints):
    a, b = Worker(checkpoints, "a"), Worker(checkpoints, "b")
    await a.claim()
    assert await b.claim() == set()
    await a.beat()
    assert await a.claim() == set(range(0, SLOTS, 2))
    assert await b.claim() == set(range(1, SLOTS, 2))
    owners = {slot: each.owner for slot, each in (await checkpoints.read(ALL)).items()}
    assert owners == {slot: "ab"[slot % 2] for slot in ALL}


async def test_what_is_still_held_keeps_its_epoch(checkpoints: Checkpoints):
    a, b = Worker(checkpoints, "a"), Worker(checkpoints, "b")
    await a.claim()
    first = dict(a.leases.held)
    await b.claim()
    await a.claim()
    assert all(a.leases.held[slot].epoch == first[slot].epoch for slot in a.held)
    await b.claim()
    assert all(b.leases.held[slot].epoch > first[slot].epoch for slot in b.held)


async def test_one_that_comes_back_under_its_name_takes_its_slots_at_once(checkpoints: Checkpoints):
    await Worker(checkpoints, "a").claim()
    assert await Worker(checkpoints, "a").claim() == ALL


async def test_two_under_one_name_are_told_so(checkpoints: Checkpoints):
    one, two = Worker(checkpoints, "a"), Worker(checkpoints, "a")
    await one.claim()
    await two.claim()
    with capture_logs() as said:
        await one.beat()
    assert [line["event"] for line in said if line["log_level"] == "error"]


async def test_shares_follow_one_two_three_and_two_workers(checkpoints: Checkpoints):
    async with working(Worker(checkpoints, "a")) as a:
        await until(lambda: a.held == ALL)
        async with working(Worker(checkpoints, "b")) as b:
            await until(lambda: (len(a.held), len(b.held)) == (4, 4))
            async with working(Worker(checkpoints, "c")) as c:
                await until(lambda: sorted((len(a.held), len(b.held), len(c.held))) == [2, 3, 3])
                assert a.held | b.held | c.held == ALL
            await until(lambda: (len(a.held), len(b.held)) == (4, 4))


async def test_nothing_is_claimed_again_while_nothing_changes(checkpoints: Checkpoints):
    # A lease that a busy machine lets run out is a change.
    async with (
        working(Worker(checkpoints, "a", PATIENT_S)) as a,
        working(Worker(checkpoints, "b", PATIENT_S)) as b,
    ):
        await until(lambda: (len(a.held), len(b.held)) == (4, 4))
        before, claims = await checkpoints.read(ALL), a.claims + b.claims
        seen = [a.reader.last_beat + 1, b.reader.last_beat + 1]
        await until(lambda: a.reader.last_beat > seen[0] and b.reader.last_beat > seen[1])
        assert before == await checkpoints.read(ALL)
        assert claims == a.claims + b.claims


async def test_a_worker_that_leaves_is_followed_within_a_beat_or_two(checkpoints: Checkpoints):
    # Well before the lease runs out: whoever leaves gives its slots back.
    async with working(Worker(checkpoints, "a", PATIENT_S)) as a:
        await until(lambda: a.held == ALL)
        async with working(Worker(checkpoints, "b", PATIENT_S)) as b:
            await until(lambda: len(a.held) == len(b.held) == 4)
        loop = asyncio.get_running_loop()
        left = loop.time()
        await until(lambda: a.held == ALL)
        assert loop.time() - left < PATIENT_S


async def test_a_dead_workers_slots_are_taken_once_its_lease_is_over(checkpoints: Checkpoints):
    async with working(Worker(checkpoints, "a")) as a:
        async with working(Worker(checkpoints, "dead"), leaves=False) as dead:
            await until(lambda: len(a.held) == len(dead.held) == 4)
        await until(lambda: a.held == ALL)
        # With its next beat, which may come after it took the slots.
        async with asyncio.timeout(WITHIN_S):
            while set(await checkpoints.workers()) != {"a"}:  # noqa: ASYNC110 - Nothing tells when.
                await asyncio.sleep(LEASE_S / 10)


async def test_one_that_was_taken_for_dead_and_wakes_up_shares_again(ready: Graph, checkpoints: Checkpoints):
    faltering = Faltering(ready)
    stalled = Worker(Checkpoints(faltering, JOURNEY.NAME, JOURNEY.VERSION, SLOTS), "stalled")
    async with working(stalled), working(Worker(checkpoints, "other")) as other:
        await until(lambda: len(stalled.held) == len(other.held) == 4)
        faltering.open.clear()
        await until(lambda: other.held == ALL)
        faltering.open.set()
        await until(lambda: len(stalled.held) == len(other.held) == 4 and not stalled.held & other.held)
        there = await checkpoints.read(ALL)
        assert all(there[slot].epoch == each.epoch for slot, each in stalled.leases.held.items())


async def test_a_graph_that_was_away_for_longer_than_a_lease_makes_nobody_dead(
    ready: Graph, checkpoints: Checkpoints
):
    faltering = Faltering(ready)
    theirs = Checkpoints(faltering, JOURNEY.NAME, JOURNEY.VERSION, SLOTS)
    # Once it is back, both have to beat within a lease of each other.
    lease_s = PATIENT_S
    async with working(Worker(theirs, "a", lease_s)) as a, working(Worker(theirs, "b", lease_s)) as b:
        await until(lambda: len(a.held) == len(b.held) == 4)
        before = {slot: each.epoch for slot, each in (await checkpoints.read(ALL)).items()}
        faltering.open.clear()
        await asyncio.sleep(1.1 * lease_s)
        seen = [a.reader.last_beat + 1, b.reader.last_beat + 1]
        faltering.open.set()
        await until(lambda: a.reader.last_beat > seen[0] and b.reader.last_beat > seen[1])
        assert before == {slot: each.epoch for slot, each in (await checkpoints.read(ALL)).items()}


async def test_one_that_was_held_up_after_its_beat_takes_nobody_for_dead(
    ready: Graph, checkpoints: Checkpoints
):
    faltering = Faltering(ready)
    a = Worker(Checkpoints(faltering, JOURNEY.NAME, JOURNEY.VERSION, SLOTS), "a")
    b = Worker(checkpoints, "b", PATIENT_S)
    for each in (a, b, a, b):
        await each.claim()
    assert (len(a.held), len(b.held)) == (4, 4)
    faltering.open.clear()
    looking = asyncio.create_task(a.reader.look([a.leases]))
    await faltering.waiting.wait()
    await asyncio.sleep(2 * LEASE_S)
    faltering.open.set()
    await looking
    assert set(await a.leases.claim()) == set(range(0, SLOTS, 2))


async def test_read_models_are_claimed_together_and_shared_apart(ready: Graph, checkpoints: Checkpoints):
    """A worker of the previous release claims for each read model alone, and may not know all of them."""
    progress = Checkpoints(ready, PROGRESS.NAME, PROGRESS.VERSION, SLOTS)
    await progress.make({})
    before, reader = Worker(checkpoints, "journey@before"), ReaderLeases(ready, exclusive=False)
    now = [reader.of(checkpoints, "journey@now"), reader.of(progress, "progress@now")]
    await before.claim()
    await asyncio.gather(*(each.claim() for each in now))
    assert [set(each.held) for each in now] == [set(), ALL], "what a living worker holds is not taken"
    assert set(await checkpoints.workers()) == {"journey@before", "journey@now"}
    assert await before.claim() == set(range(0, SLOTS, 2))
    await asyncio.gather(*(each.claim() for each in now))
    assert [set(each.held) for each in now] == [set(range(1, SLOTS, 2)), ALL]


async def test_versions_of_a_read_model_do_not_share(ready: Graph, checkpoints: Checkpoints):
    newer = Checkpoints(ready, JOURNEY.NAME, JOURNEY.VERSION + 1, SLOTS)
    await newer.make({})
    a, b = Worker(checkpoints, "a"), Worker(newer, "b")
    assert (await a.claim(), await b.claim()) == (ALL, ALL)
    assert (set(await checkpoints.workers()), set(await newer.workers())) == ({"a"}, {"b"})
