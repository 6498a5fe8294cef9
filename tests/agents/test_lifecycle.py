"""Agents' lives are written down while they last, and who ends without a word is silent."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from tests.support.agents.agent_examples import CHOSEN, AnyAgent, ToldModels, broken, orchestrator, refused
from tests.support.agents.life_examples import SLOTS, WORKER, Written, living, until
from tests.support.running_tta import environment, tta
from tta.agents.registry import FAILURES_IN_ROW
from tta.domain.agent import (
    AgentDegraded,
    AgentPerformance,
    AgentRegistered,
    AgentRetired,
    DegradedReason,
)
from tta.domain.agent import (
    id_of as agent_id,
)
from tta.eventstore.child_server import ChildServer
from tta.eventstore.heartbeats import LASTS_MS, beat, end_beats, heartbeats

NAMES = ("interpreter", "world_keeper", "narrator", "guardian")
BEGINS = ["AgentRegistered", "AgentReady"]


@pytest_asyncio.fixture
async def lives_server(tmp_path: Path) -> AsyncIterator[ChildServer]:
    """One that the test may kill."""
    server = ChildServer(tmp_path / "valkey")
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def written(lives_server: ChildServer) -> AsyncIterator[Written]:
    async with Written(lives_server.url) as opened:
        yield opened


async def said_by_all(written: Written, expected: list[str]) -> bool:
    return all([await written.said(name) == expected for name in NAMES])


async def beating(written: Written, worker: str = WORKER) -> int:
    return len(await heartbeats(written.store, [agent_id(worker, name) for name in NAMES]))


async def test_a_life_is_written_from_its_beginning_to_its_end(written: Written):
    registry = orchestrator().registry
    async with living(written.lives(registry)):
        await until(lambda: said_by_all(written, BEGINS))
        await until(lambda: _all(written))
    assert await said_by_all(written, [*BEGINS, "AgentRetired"])
    assert await beating(written) == 0
    begins, *_, ends = await written.events("narrator")
    assert isinstance(begins, AgentRegistered)
    assert (begins.name, begins.worker, begins.version) == ("narrator", WORKER, 1)
    assert begins.capability == "Turn, Plan -> Telling"
    assert isinstance(ends, AgentRetired)


async def _all(written: Written) -> bool:
    return await beating(written) == len(NAMES)


async def test_a_worker_that_starts_again_registers_its_agents_anew(written: Written):
    registry = orchestrator().registry
    for _ in range(2):
        async with living(written.lives(registry)):
            await until(lambda: _all(written))
            await until(lambda: _ends_with(written, "AgentReady"))
    assert await said_by_all(written, [*BEGINS, "AgentRetired"] * 2)


async def _ends_with(written: Written, last: str) -> bool:
    return all([(await written.said(name))[-1:] == [last] for name in NAMES])


async def test_an_agent_that_fails_again_and_again_is_degraded_until_it_is_well(written: Written):
    acts = [broken]

    def act() -> object:
        return acts[0]()

    ours = orchestrator(guardian=AnyAgent("guardian", act))
    async with living(written.lives(ours.registry)):
        await until(lambda: said_by_all(written, BEGINS))
        plan = await ours.plan(CHOSEN)
        for _ in range(FAILURES_IN_ROW):
            await ours.answer(CHOSEN, plan, may_ask_model=False)
        await until(lambda: _says(written, "guardian", [*BEGINS, "AgentDegraded"]))
        acts[0] = refused
        await ours.answer(CHOSEN, plan, may_ask_model=False)
        await until(lambda: _says(written, "guardian", [*BEGINS, "AgentDegraded", "AgentReady"]))
        degraded = (await written.events("guardian"))[2]
        assert isinstance(degraded, AgentDegraded)
        assert degraded.reason is DegradedReason.FAILING
        assert await written.said("narrator") == BEGINS


async def _says(written: Written, name: str, expected: list[str]) -> bool:
    return await written.said(name) == expected


async def test_while_models_rest_those_who_lean_on_them_are_degraded(written: Written):
    models = ToldModels(resting=True)
    async with living(written.lives(orchestrator(models).registry)):
        await until(lambda: _says(written, "narrator", ["AgentRegistered", "AgentDegraded"]))
        await until(lambda: _says(written, "guardian", BEGINS))
        degraded = (await written.events("narrator"))[1]
        assert isinstance(degraded, AgentDegraded)
        assert degraded.reason is DegradedReason.MODELS_RESTING
        models.resting = False
        await until(lambda: _says(written, "narrator", ["AgentRegistered", "AgentDegraded", "AgentReady"]))


async def did(written: Written, name: str) -> AgentPerformance:
    """Return an agent's figures from its heartbeat."""
    identity = agent_id(WORKER, name)
    beats = await heartbeats(written.store, [identity])
    return msgspec.msgpack.decode(beats[identity].told, type=AgentPerformance)


async def test_how_agents_do_goes_with_their_heartbeats_and_not_into_the_log(written: Written):
    ours = orchestrator(guardian=AnyAgent("guardian", broken))
    async with living(written.lives(ours.registry, measure_every_s=0.0)):
        await until(lambda: said_by_all(written, BEGINS))
        for _ in range(3):
            await ours.answer(CHOSEN, await ours.plan(CHOSEN), may_ask_model=False)
        for name in ("interpreter", "world_keeper", "guardian"):

            async def has_run(name: str = name) -> bool:
                performance = await did(written, name)
                return performance.runs == 3 and performance.p95_ms is not None

            await until(has_run)
            assert (await did(written, name)).failures == (3 if name == "guardian" else 0)
    assert await said_by_all(written, [*BEGINS, "AgentRetired"])


async def test_a_store_that_is_away_ends_nobody_and_is_told_later(
    written: Written, lives_server: ChildServer
):
    ours = orchestrator(world_keeper=AnyAgent("world_keeper", broken))
    async with living(written.lives(ours.registry)) as task:
        await until(lambda: said_by_all(written, BEGINS))
        await lives_server.kill()
        for _ in range(FAILURES_IN_ROW):
            await ours.plan(CHOSEN)
        await lives_server.start()
        await until(lambda: _says(written, "world_keeper", [*BEGINS, "AgentDegraded"]))
        await until(lambda: _all(written))
        assert not task.done()


async def test_an_end_while_the_store_is_away_is_an_end(lives_server: ChildServer):
    async with Written(lives_server.url) as written, living(written.lives(orchestrator().registry)):
        await until(lambda: said_by_all(written, BEGINS))
        await lives_server.kill()
    # The process has ended, its connections too: what it could not say any more is never said.
    await lives_server.start()
    async with Written(lives_server.url, written.name) as again:
        assert await said_by_all(again, BEGINS)


async def test_who_is_retired_by_another_process_of_the_name_begins_again(written: Written):
    first, second = orchestrator().registry, orchestrator().registry
    async with living(written.lives(first)):
        await until(lambda: said_by_all(written, BEGINS))
        async with living(written.lives(second)):
            await until(lambda: said_by_all(written, [*BEGINS, *BEGINS]))
        assert await said_by_all(written, [*BEGINS, *BEGINS, "AgentRetired"])
        for standing in first.standings.values():
            for _ in range(FAILURES_IN_ROW):
                standing.count("failed", 0.0, asks_model=False)
        after = [*BEGINS, *BEGINS, "AgentRetired", "AgentRegistered", "AgentDegraded"]
        await until(lambda: said_by_all(written, after))


async def test_a_heartbeat_goes_by_itself_and_says_how_old_it_is(written: Written):
    one, other = agent_id("a", "x"), agent_id("b", "x")
    await beat(written.store, one)
    ages = await heartbeats(written.store, [one, other])
    assert ages.keys() == {one}
    assert 0 <= ages[one].age_ms < LASTS_MS
    slot = written.store.layout.slot_of(one)
    await written.store.nodes.call("PEXPIRE", written.store.layout.beat(slot, one), 1)
    await until(lambda: _silent(written, one))
    await beat(written.store, one)
    await end_beats(written.store, one)
    assert await _silent(written, one)


async def test_a_heartbeat_that_a_server_s_clock_ahead_wrote_is_none(written: Written):
    """It would expire when the true time gets there, a year from now, even if the agent has ended."""
    one = agent_id("a", "x")
    await beat(written.store, one)
    key = written.store.layout.beat(written.store.layout.slot_of(one), one)
    await written.store.nodes.call("PEXPIRE", key, LASTS_MS + 365 * 86_400_000)
    assert await _silent(written, one)
    await beat(written.store, one)
    assert not await _silent(written, one)


async def _silent(written: Written, whose) -> bool:
    return not await heartbeats(written.store, [whose])


@pytest.fixture
def reacting(
    lives_server: ChildServer, written: Written, tmp_path: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """`tta react` as a process of its own, named `there`."""
    keys = tmp_path / "keys"
    with (tmp_path / "log").open("wb") as log:
        settings = {
            "store_url": lives_server.url,
            "store_name": written.name,
            "store_slots": str(SLOTS),
            "graph_url": f"embedded:{tmp_path / 'graph'}",
            "keys_dir": str(keys),
            "worker": "there",
        }
        assert tta("keys", "create", keys).returncode == 0
        process = subprocess.Popen(
            [sys.executable, "-m", "tta", "react"], env=environment(**settings), stdout=log, stderr=log
        )
        yield process
        process.kill()
        process.wait()


async def test_a_process_that_is_told_to_end_retires_its_agents(written: Written, reacting):
    await until(lambda: _there(written, BEGINS))
    await asyncio.to_thread(_end, reacting, signal.SIGTERM)
    assert await _there(written, [*BEGINS, "AgentRetired"])
    assert await beating(written, "there") == 0


@pytest.mark.slow
async def test_a_process_that_is_killed_leaves_its_agents_silent(written: Written, reacting):
    await until(lambda: _there(written, BEGINS))
    await until(lambda: _beats(written))
    await asyncio.to_thread(_end, reacting, signal.SIGKILL)
    await until(lambda: _quiet(written))
    assert await _there(written, BEGINS), "nobody was there to say more"


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    process.send_signal(how)
    process.wait(30)


async def _there(written: Written, expected: list[str]) -> bool:
    return all([await written.said(name, "there") == expected for name in NAMES])


async def _beats(written: Written) -> bool:
    return await beating(written, "there") == len(NAMES)


async def _quiet(written: Written) -> bool:
    return await beating(written, "there") == 0
