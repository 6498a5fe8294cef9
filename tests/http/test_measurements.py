"""What health and metrics measure is shared by all callers that ask at once, and given again for a moment."""

import asyncio
from functools import partial
from pathlib import Path

import httpx2
import pytest

from tests.support.http.api_examples import Api
from tta.app.main import services
from tta.app.work import REACTOR_NAMES, Work
from tta.eventstore.child_server import ChildServer
from tta.eventstore.store import EventStore
from tta.http.apps import app, operators_app
from tta.http.health import refresh_gauges
from tta.http.measurements import REUSED_S, UNKNOWN_S_MAX, Measurements, SharedMeasurement

CALLERS = 20


class Measured:
    """A measurement that is counted, and waits until it may end."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.times = 0
        self.began, self.may_end = asyncio.Event(), asyncio.Event()
        self.fails = False
        self.shared = SharedMeasurement(self._measure, lambda: self.now_s)

    async def _measure(self) -> int:
        self.times += 1
        self.began.set()
        await self.may_end.wait()
        if self.fails:
            raise RuntimeError("it does not work")
        return self.times

    async def asked(self, callers: int) -> list[asyncio.Task[int]]:
        """Callers that wait for a result."""
        asking = [asyncio.create_task(self.shared.result()) for _ in range(callers)]
        await self.began.wait()
        await asyncio.sleep(0)
        return asking


async def test_one_is_under_way_at_a_time():
    measured = Measured()
    asking = await measured.asked(CALLERS)
    measured.now_s = 100 * REUSED_S
    asking += await measured.asked(CALLERS)
    measured.may_end.set()
    assert await asyncio.gather(*asking) == [1] * 2 * CALLERS


async def test_a_result_is_given_again_for_a_moment_only():
    measured = Measured()
    measured.may_end.set()
    results = []
    for measured.now_s in (0.0, 0.9 * REUSED_S, REUSED_S, 1.9 * REUSED_S, 2 * REUSED_S):
        results.append(await measured.shared.result())
    assert results == [1, 1, 2, 2, 3]


async def test_a_failed_one_is_told_to_its_callers_and_not_given_again():
    measured = Measured()
    measured.fails = True
    asking = await measured.asked(2)
    measured.may_end.set()
    failed = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(each) for each in failed] == [RuntimeError] * 2
    measured.fails = False
    assert await measured.shared.result() == 2


async def test_a_caller_that_leaves_ends_it_for_nobody_else():
    measured = Measured()
    leaving, staying = await measured.asked(2)
    leaving.cancel()
    measured.may_end.set()
    assert await staying == 1
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def scripts_run(api: Api) -> int:
    info = await api.parts.store.nodes.call("INFO", "commandstats")
    found = [line for line in bytes(info).decode().splitlines() if line.startswith("cmdstat_evalsha:")]
    return int(found[0].split("calls=")[1].split(",")[0])


async def cost_of(api: Api, path: str, callers: int, *, for_operators: bool) -> int:
    """How many scripts the store runs where so many callers ask a process that has measured nothing yet."""
    served = services(api.parts, Work([], []))
    made = operators_app(partial(refresh_gauges, served), served) if for_operators else app(served, "all")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(made), base_url="http://tta.test") as http:
        before = await scripts_run(api)
        await asyncio.gather(*(http.get(path) for _ in range(callers)))
        return await scripts_run(api) - before


@pytest.mark.parametrize(
    ("path", "whom"), [("/health", "all"), ("/health", "operators"), ("/metrics", "operators")]
)
async def test_many_callers_cost_the_store_no_more_than_one(still_api: Api, path: str, whom: str):
    one, many = [
        await cost_of(still_api, path, callers, for_operators=whom == "operators") for callers in (1, CALLERS)
    ]
    assert min(one, many) > 0
    assert many < CALLERS / 2 * one


async def test_what_cannot_be_measured_for_long_is_a_trouble(tmp_path: Path):
    now_s = 0.0
    server = ChildServer(tmp_path / "valkey")
    await server.start()
    store = await EventStore.open(server.url, "tta", slots=4)
    measurements = Measurements(store, [], REACTOR_NAMES, lambda: now_s)
    assert await measurements.marks()
    await server.stop()

    async def measured_at(when_s: float) -> list[str]:
        nonlocal now_s
        now_s = when_s
        await asyncio.gather(measurements.marks(), measurements.parked())
        return measurements.unknown()

    assert await measured_at(100.0) == []
    assert await measured_at(100.0 + 0.9 * UNKNOWN_S_MAX) == [], "it may be a moment"
    told = await measured_at(100.0 + UNKNOWN_S_MAX)
    assert set(told) == {"how far reactors are", "what reactors keep aside"}
    await store.close()
