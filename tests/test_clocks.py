"""The process's clock is moved by no jump of the machine's; and every use of a clock is in docs/clocks.md."""

import re
from pathlib import Path

import pytest

from tta.clock import BELIEVED_AFTER_S, Clock
from tta.domain.vocabulary import TimerPurpose
from tta.reactors.timer_clock import LATE_IN_DOUBT

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "tta"
NOON_S = 1_800_000_000.0
HOUR_S, DAY_S = 3_600.0, 86_400.0
JUMPS_S = [sign * each for each in (HOUR_S, 31 * DAY_S, 365 * DAY_S) for sign in (1, -1)]

KINDS = {
    "machine": r"\btime\.(time|time_ns|gmtime|localtime|ctime|strftime)\b|import time_ns|TimeStamper"
    r"|\bdatetime\.(now|utcnow|today)\b|\bdate\.today\b",
    "process": r"\bfrom tta\.clock import",
    "server": r"call\('TIME'\)|\"TIME\"|\btimestamp\(\)(?!\s*\*)|\bdatetime\(\)",
    "recorded": r"\brecorded_(at|ms)\b",
    "expiry": r"['\"]PX['\"]|['\"]EX['\"]|\bP?EXPIRE(AT)?\b|\bP?SETEX\b|\b[pe]x(at)?=",
    "elapsed": r"\bmonotonic\b|\bperf_counter\b|\.time\(\)|CLOCK_MONOTONIC",
}
ROW = re.compile(r"^\| `([\w/.]+)` \| (\w+) \|", re.MULTILINE)


class Machine:
    """A machine's clocks, which a test moves."""

    def __init__(self) -> None:
        self.wall_s, self.elapsed_s, self.asleep_s = NOON_S, 5_000.0, 100.0
        self.clock = Clock(
            lambda: self.wall_s, lambda: self.elapsed_s, lambda: self.elapsed_s + self.asleep_s
        )

    def passes(self, seconds: float, every_s: float = 1.0) -> None:
        """Let time pass, while the process looks at its clock now and then."""
        until = self.elapsed_s + seconds
        while self.elapsed_s < until:
            step_s = min(every_s, until - self.elapsed_s)
            self.elapsed_s += step_s
            self.wall_s += step_s
            self.clock.now_s()

    def sleeps(self, seconds: float) -> None:
        self.wall_s += seconds
        self.asleep_s += seconds

    def says(self) -> float:
        """Seconds since noon."""
        return round(self.clock.now_s() - NOON_S, 6)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.mark.parametrize("jump_s", JUMPS_S)
@pytest.mark.parametrize("lasts_s", [6.0, 600.0])
def test_a_clock_that_is_wrong_for_minutes_moves_nothing(machine: Machine, jump_s: float, lasts_s: float):
    machine.passes(10)
    machine.wall_s += jump_s
    assert machine.says() == 10
    machine.passes(lasts_s)
    assert machine.says() == 10 + lasts_s
    machine.wall_s -= jump_s
    assert machine.says() == 10 + lasts_s
    machine.passes(5)
    assert machine.says() == 15 + lasts_s


def test_jumps_one_after_the_other_each_wait(machine: Machine):
    for number, jump_s in enumerate(JUMPS_S):
        machine.wall_s += jump_s
        machine.passes(BELIEVED_AFTER_S - 1, every_s=10)
        assert machine.says() == (number + 1) * (BELIEVED_AFTER_S - 1)
    machine.wall_s -= sum(JUMPS_S)
    assert machine.says() == len(JUMPS_S) * (BELIEVED_AFTER_S - 1)


@pytest.mark.parametrize("jump_s", JUMPS_S)
def test_one_that_was_set_right_is_believed_after_an_hour(machine: Machine, jump_s: float):
    machine.wall_s += jump_s
    assert machine.says() == 0
    machine.passes(BELIEVED_AFTER_S - 1, every_s=7)
    assert machine.says() == BELIEVED_AFTER_S - 1
    machine.passes(1)
    assert machine.says() == jump_s + BELIEVED_AFTER_S
    machine.passes(10)
    assert machine.says() == jump_s + BELIEVED_AFTER_S + 10


def test_small_corrections_are_followed_at_once(machine: Machine):
    for correction_s in (0.5, -1.5, 2.0):
        before = machine.says()
        machine.wall_s += correction_s
        assert machine.says() == before + correction_s


def test_the_machine_s_sleep_is_no_jump(machine: Machine):
    machine.sleeps(8 * HOUR_S)
    assert machine.says() == 8 * HOUR_S


@pytest.mark.parametrize("jump_s", JUMPS_S)
def test_a_jump_in_sleep_is_one(machine: Machine, jump_s: float):
    machine.sleeps(8 * HOUR_S)
    machine.wall_s += jump_s
    assert machine.says() == 8 * HOUR_S
    machine.passes(5)
    machine.wall_s -= jump_s
    assert machine.says() == 8 * HOUR_S + 5


def test_every_use_of_a_clock_is_listed_and_nothing_else():
    listed = set(ROW.findall((ROOT / "docs" / "clocks.md").read_text()))
    assert {kind for _, kind in listed} == {*KINDS, "event"}
    found = {
        (str(path.relative_to(SOURCE)), kind)
        for path in [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.lua")]
        for kind, pattern in KINDS.items()
        if re.search(pattern, path.read_text())
    }
    assert {each for each in listed if each[1] != "event"} == found
    assert all((SOURCE / path).is_file() for path, _ in listed)


def test_whatever_falls_due_cannot_be_taken_back_so_in_doubt_it_is_late():
    """A purpose that protects somebody has to fall due early, which the clock of timers cannot do yet."""
    assert frozenset(TimerPurpose) == LATE_IN_DOUBT
