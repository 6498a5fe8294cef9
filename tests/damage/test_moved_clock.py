"""The wall clock jumps by hours, months and a year while TTA runs; afterwards all is as it was.

Ten minutes need not pass here: what a wrong clock does depends on the time that passed meanwhile only through
`BELIEVED_AFTER_S`, an hour, and tests/test_clocks.py moves that clock for 6 s, 10 min and an hour. The long
form waits for ten minutes all the same.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio

from tests.support.damage.moved_clock import JUMPS, MovedClock
from tests.support.reactors.idle_examples import begun, leaving, left, timer_is
from tests.support.reactors.reactor_examples import SLOTS, Machine, running, until
from tests.support.running_tta import NO_TLS, Dev, wait_until
from tta.agents.breaker import BreakerOpen, CircuitBreaker, circuit_breaker
from tta.domain.vocabulary import Role
from tta.eventstore.child_server import ChildServer
from tta.eventstore.heartbeats import LASTS_MS, beat, heartbeats
from tta.eventstore.timers import TimerIndex
from tta.reactors.leases import ReactorLeases
from tta.security.tokens import CLOCK_SKEW_S, Tokens

WRONG_FOR_S = 6.0
WITHIN_S = 120.0
AGENTS = "/v1/operations/agents"


class Played:
    """A `tta dev` under a clock that moves, a session that is played, and one that is left alone."""

    def __init__(self, dev: Dev, clock: MovedClock) -> None:
        self._clock = clock
        self.dev = dev
        self.left, _ = self.dev.play("I go away now.")
        self.session, _ = self.dev.play("I stay.")
        self._turns = 1
        self.first = self.say(1)
        self._operator = self.dev.mint(Role.OPERATOR)
        keys = self.dev.data_dir / "keys" / "token-signing.json"
        self.short = Tokens.read(keys, create=False).mint("short", [Role.OPERATOR], lifetime_s=1)
        self._short_until = time.monotonic() + 1 + CLOCK_SKEW_S + 1

    def say(self, number: int) -> Any:
        """Say something once, or the same again: the answer to it."""
        before = time.monotonic()
        while True:
            said = self.dev.ask(
                "POST",
                f"/v1/sessions/{self.session}/interactions",
                {"text": f"I go on, {number}."},
                idempotency_key=f'"turn {number}"',
                prefer="wait=20",
            )
            assert said.is_success, said.text
            if "reply" in said.json():
                break
            assert time.monotonic() - before < WITHIN_S, said.text
        self._seen = said.headers["Consistency-Token"]
        return said.json()

    def goes_on(self) -> None:
        self._turns += 1
        self.say(self._turns)
        assert {each["id"] for each in self.sessions()} == {self.left, self.session}

    def sessions(self) -> list[Any]:
        how = {"consistency_token": self._seen, "prefer": "wait=20, handling=strict"}
        shown = self.dev.ask("GET", "/v1/sessions", **how)
        assert shown.status_code == 200, shown.text
        return list(shown.json()["sessions"])

    def shows(self, path: str, token: str = "") -> httpx2.Response:
        return self.dev.ask("GET", path, token=token or self._operator)

    def agents(self) -> list[Any]:
        return list(self.shows(AGENTS).json()["agents"])

    def timers(self) -> float:
        (found,) = re.findall(
            r"^tta_timers_scheduled (\S+)$",
            httpx2.get(f"{self.dev.operators}/metrics", trust_env=False, verify=NO_TLS).text,
            re.MULTILINE,
        )
        return float(found)

    def is_wrong(self) -> bool:
        """As the process sees the machine's clock, by the header that the server writes."""
        shown = parsedate_to_datetime(self.dev.ask("GET", "/health").headers["Date"])
        return abs(shown - datetime.now(UTC)) > timedelta(minutes=30)

    def endures(self, how_far: str, lasts_s: float) -> None:
        self._clock.jump(how_far)
        wait_until(self.is_wrong)
        began = time.monotonic()
        self.goes_on()
        if time.monotonic() > self._short_until:
            assert self.shows(AGENTS, self.short).status_code == 401, "it was over before"
        time.sleep(max(began + lasts_s - time.monotonic(), 0))
        self.goes_on()
        self._clock.be_right()
        wait_until(lambda: not self.is_wrong())

    def must_be_as_before(self) -> None:
        self.goes_on()
        for session in (self.session, self.left):
            shown = self.dev.ask("GET", f"/v1/sessions/{session}").json()
            assert shown["status"] == "open", shown
        assert self.say(1) == self.first, "a retry has the answer of the first time"
        wait_until(lambda: self.dev.ask("GET", "/health").json()["status"] == "healthy")
        # A beat that was given a moment before the clock was right is followed by another.
        wait_until(
            lambda: all(
                each["state"] == "ready" and each["heartbeat_age_s"] in range(16) for each in self.agents()
            )
        )
        assert self.timers() == 2
        assert self.shows(AGENTS).status_code == 200
        wait_until(lambda: self.shows(AGENTS, self.short).status_code == 401)


@pytest.fixture
def clock(tmp_path: Path) -> MovedClock:
    return MovedClock(tmp_path / "clock")


@pytest.fixture
def dev(tmp_path: Path, clock: MovedClock) -> Iterator[Dev]:
    """It goes by the clock that moves, and so does its Valkey."""
    with clock.around():
        started = Dev(tmp_path / "data", session_idle_hours="0.5")
    yield started
    if started.process.poll() is None:
        started.end()


@pytest.fixture
def played(dev: Dev, clock: MovedClock) -> Played:
    return Played(dev, clock)


@pytest.mark.slow
@pytest.mark.timeout(1_200)  # 60 s where nothing else runs.
def test_a_clock_that_jumps_for_seconds_leaves_nothing_behind(played: Played):
    for how_far in JUMPS:
        played.endures(how_far, WRONG_FOR_S)
        played.must_be_as_before()


@pytest.mark.slow
def test_afterwards_who_stays_away_is_left_all_the_same(played: Played):
    """What was recorded a year ahead holds up nothing that comes later: timers neither, in a new process."""
    played.endures("+1y", 2.0)
    played.dev.end()
    dev = Dev(played.dev.data_dir, session_idle_hours=str(2 / 3600))
    try:
        session, _ = dev.play("I am back, and gone.")
        wait_until(lambda: dev.ask("GET", f"/v1/sessions/{session}").json()["status"] == "abandoned")
        assert dev.ask("GET", f"/v1/sessions/{played.left}").json()["status"] == "open"
    finally:
        dev.end()


@pytest.mark.soak
@pytest.mark.timeout(3_000)
def test_a_clock_that_is_wrong_for_ten_minutes_leaves_nothing_behind(played: Played):
    for how_far in ("+31d", "-1y", "+1h"):
        played.endures(how_far, 600.0)
        played.must_be_as_before()


@pytest_asyncio.fixture
async def server(tmp_path: Path, clock: MovedClock) -> AsyncIterator[ChildServer]:
    """A Valkey under a clock of its own; the processes around it have the right one."""
    server = ChildServer(tmp_path / "valkey")
    with clock.around():
        await server.start()
    yield server
    await server.stop()


async def test_the_server_s_clock_alone(server: ChildServer, clock: MovedClock):
    async with Machine(server.url) as machine:
        who = await begun(machine, datetime.now(UTC))
        leases = [ReactorLeases(machine.store, name) for name in ("one", "two")]
        nodes, agent = machine.store.nodes, UUID(int=7)
        endpoint = circuit_breaker(nodes, machine.name, "e", failure_threshold=1, recovery_timeout=1)
        keeping = [asyncio.create_task(each.keep()) for each in leases]
        async with running(*leaving(machine.commands)):
            await until(lambda: timer_is(machine, who, "Scheduled"))
            for how_far in JUMPS:
                clock.jump(how_far)
                await until(lambda: is_wrong(machine))
                await beat(machine.store, agent)
                with pytest.raises(ZeroDivisionError):
                    async with endpoint.guarded():
                        raise ZeroDivisionError
                await asyncio.sleep(2)
                clock.be_right()
                await until(lambda: is_right(machine))
                await beat(machine.store, agent)
                assert (await heartbeats(machine.store, [agent]))[agent].age_ms <= LASTS_MS
                await until(lambda: works(endpoint))
                await until(lambda: share_all(leases))
                assert await timer_is(machine, who, "Scheduled")
                assert not await left(machine, who)
        for task in keeping:
            task.cancel()
        await asyncio.gather(*keeping, return_exceptions=True)


async def off_by_s(machine: Machine) -> float:
    """How far the server's clock is from the right one."""
    ages_hence = datetime.now(UTC) + timedelta(days=3_650)
    looked = await TimerIndex(machine.store).look(0, 1, now=ages_hence)
    return abs((looked.now - datetime.now(UTC)).total_seconds())


async def is_wrong(machine: Machine) -> bool:
    return await off_by_s(machine) > 1_800


async def is_right(machine: Machine) -> bool:
    return await off_by_s(machine) < 5


async def works(endpoint: CircuitBreaker) -> bool:
    try:
        async with endpoint.guarded():
            return True
    except BreakerOpen:
        return False


async def share_all(leases: list[ReactorLeases]) -> bool:
    one, two = leases
    return one.slots | two.slots == set(range(SLOTS)) and not one.slots & two.slots
