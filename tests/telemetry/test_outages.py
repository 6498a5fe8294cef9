"""An outage is logged once when it begins and once when it ends, for any number of callers and attempts."""

import asyncio
import gc
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import structlog
from structlog.testing import capture_logs

from tests.support.running_tta import Dev
from tta.eventstore.child_server import ChildServer
from tta.eventstore.errors import StoreUnavailable
from tta.eventstore.log_files import FOLDER
from tta.eventstore.store import EventStore
from tta.eventstore.subscription import Mark
from tta.telemetry.outages import Attempts, Outage

ZEROES = 4_096
ROUNDS = 3
LINES_OF_AN_OUTAGE = 20
"""Two for each lane to the server, the wake-ups, who shows life, who follows, timers, and of the server."""


@pytest.fixture(autouse=True)
def _lines_are_captured() -> Iterator[None]:
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


def test_it_begins_with_the_first_and_ends_with_the_last():
    outage = Outage("a thing", number=1)
    one, two = Attempts(outage), Attempts(outage)
    with capture_logs() as lines:
        one.failed("first")
        two.failed("second")
        one.failed("third")
        one.worked()
        one.worked()
        with outage.trying() as three:
            three.failed("fourth")
        two.worked()
        two.failed("again")
    told = [(each["event"], each.get("error"), each.get("failures")) for each in lines]
    assert [each for each in told if each[0] != "still away"] == [
        ("away, trying again", "first", None),
        ("back", None, 4),
        ("away, trying again", "again", None),
    ]
    assert {(each["what"], each["number"]) for each in lines} == {("a thing", 1)}


async def test_an_answer_that_nobody_waits_for_is_no_fault(tmp_path: Path):
    """A reader that is called off while the server is away, and the answers that come for it after that."""
    server = ChildServer(tmp_path)
    await server.start()
    store = await EventStore.open(server.url, "tta")
    complaints: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, complaint: complaints.append(complaint))
    try:
        await store.ends()
        await server.kill()
        marks = {slot: Mark(0, b"") for slot in range(store.layout.slots)}
        readers = [asyncio.ensure_future(anext(store.follow(marks, events_max=1_000))) for _ in range(3)]
        writers = [asyncio.ensure_future(store.nodes.call("GET", f"k{number}")) for number in range(3)]
        await asyncio.wait([*readers, *writers], timeout=0.1)
        for each in (*readers, *writers):
            each.cancel()
        await asyncio.gather(*readers, *writers, return_exceptions=True)
        with pytest.raises(StoreUnavailable):
            await store.ends()  # By now what the others asked has been refused too.
        for _ in range(3):
            gc.collect()
            await asyncio.sleep(0)
    finally:
        await store.close()
    assert complaints == []


def lines_of(log: Path, after: int) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()[after:]]


def test_outages_of_valkey_are_told_once(tmp_path: Path):
    dev = Dev(tmp_path / "data")
    log = tmp_path / "data.log"
    try:
        for number in range(ROUNDS):
            dev.play(f"Round {number}.")
            before = len(log.read_text().splitlines())
            outage(dev, log, before)
            storm = [each for each in lines_of(log, before) if each["event"] != "request"]
            told = Counter((each["event"], each.get("what")) for each in storm)
            assert not [each for each in storm if "never retrieved" in each["event"]], storm
            assert len(storm) <= LINES_OF_AN_OUTAGE + 2 * len(dev_models(dev)), told
            back = [each for each in storm if each["event"] == "back"]
            away = [each for each in storm if each["event"] == "away, trying again"]
            assert len(away) == len(back) > 0, told
            assert max(each["lasted_s"] for each in back) > 1
        assert dev.end() == 0
    finally:
        processes: list[Any] = [dev.process, *dev.children]
        for each in processes:
            if psutil.pid_exists(each.pid):
                each.kill()


def dev_models(dev: Dev) -> list[Any]:
    found: list[Any] = dev.health().json()["details"]["projections"]
    return found


def outage(dev: Dev, log: Path, before: int) -> None:
    """Have Valkey away for some seconds: it is killed, and cannot start before its files are mended."""
    (appended,) = (dev.data_dir / "valkey" / FOLDER).glob("*.incr.aof")
    server = next(
        each for each in psutil.Process(dev.process.pid).children(recursive=True) if "valkey" in each.name()
    )
    with appended.open("ab") as file:
        file.truncate(appended.stat().st_size + ZEROES)
    server.kill()
    until(lambda: "does not start" in "\n".join(log.read_text().splitlines()[before:]))
    assert dev.ask("GET", "/health").status_code == 503
    until_away = time.monotonic() + 2
    until(lambda: time.monotonic() > until_away)
    raw = appended.read_bytes().rstrip(b"\0")
    appended.write_bytes(raw)
    until(lambda: is_over(dev, log, before))


def is_over(dev: Dev, log: Path, before: int) -> bool:
    told = Counter(each["event"] for each in lines_of(log, before))
    return dev.ask("GET", "/health").status_code == 200 and told["away, trying again"] == told["back"]


def until(condition: Any) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
