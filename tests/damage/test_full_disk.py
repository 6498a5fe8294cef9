"""A full disk: commands go on where only the graph's is full, and all goes on once there is room again."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support.damage.small_disk import CannotMount, SmallDisk, mounted
from tests.support.running_tta import Dev, tta

WITHIN_S = 120  # A busy machine is slow; what has a bound of its own names it.
STOPS_WITHIN_S = 50  # 10 on a quiet machine; what hangs ends after 60, with another status.


@pytest.fixture
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDisk]:
    """48 MiB: an empty graph takes six, and its first checkpoint as much again."""
    try:
        with mounted(tmp_path / "disk", 48) as small:
            yield small
    except CannotMount as error:
        if os.environ.get("TTA_REQUIRE_TMPFS") == "1":
            pytest.fail(f"TTA_REQUIRE_TMPFS=1, but no tmpfs can be mounted: {error}", pytrace=False)
        pytest.skip(f"FULL DISKS NOT TESTED: no tmpfs can be mounted: {error}")


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < deadline, f"not within {WITHIN_S} s: {what}"
        time.sleep(0.1)


def health(dev: Dev) -> httpx2.Response:
    return dev.health()


def is_well(dev: Dev) -> bool:
    return health(dev).status_code == 200


def logged(dev: Dev) -> str:
    return (dev.data_dir.parent / f"{dev.data_dir.name}.log").read_text()


class TestTheGraphsDisk:
    def test_commands_go_on_and_the_graph_comes_back_by_itself(self, tmp_path: Path, disk: SmallDisk):
        dev = Dev(tmp_path / "data", graph_url=f"embedded:{disk.path}/graph")
        before = dev.play("Before.")
        disk.fill()
        told = [dev.play(f"While it is full, {number}.") for number in range(5)]
        until(lambda: not is_well(dev), "health tells that nothing is saved")
        troubles = dev.ask("GET", "/health").json()["details"]["troubles"]
        assert any("room on its disk" in each for each in troubles), troubles
        assert not re.search(r"\d", str(troubles)), "how many and since when is for those who run it"
        assert str(disk.path) not in str(troubles), "anybody may ask for health"
        found = tta("doctor", "--data-dir", dev.data_dir, graph_url=f"embedded:{disk.path}/graph")
        assert found.returncode == 1
        assert "room on its disk" in found.stdout
        told.append(dev.play("Still full."))

        disk.free()
        until(lambda: is_well(dev), "it is well again")
        assert dev.last_text(*before) == "Before."
        assert dev.last_text(*told[-1]) == "Still full."
        assert dev.end() == 0
        assert "another process works under the same name" not in logged(dev)

    def test_told_to_stop_it_stops_in_time(self, tmp_path: Path, disk: SmallDisk):
        dev = Dev(tmp_path / "data", graph_url=f"embedded:{disk.path}/graph")
        dev.play("Before.")
        disk.fill()
        session, seen = dev.play("While it is full.")
        until(lambda: not is_well(dev), "health tells that nothing is saved")
        began = time.monotonic()
        assert dev.end(signal.SIGTERM) == 0
        assert time.monotonic() - began < STOPS_WITHIN_S

        dev = Dev(tmp_path / "data", graph_url=f"embedded:{disk.path}/graph")
        assert dev.play("Started on a full disk."), "commands need no graph"
        disk.free()
        assert until_text(dev, session, seen) == "While it is full."
        assert dev.end() == 0


class TestTheWholeDirectorysDisk:
    def test_what_was_acknowledged_is_there_once_there_is_room(self, disk: SmallDisk):
        dev = Dev(disk.path / "data")
        before = dev.play("Before.")
        disk.fill()
        refused = until_refused(dev)
        assert refused.status_code == 503
        until(lambda: not health(dev).json()["checks"]["cache"], "health tells of the store")
        found = tta("doctor", "--data-dir", dev.data_dir)
        assert found.returncode == 1
        assert "free space" in found.stdout
        assert "stop it" not in found.stdout, "the TTA that runs is not what is in the way"

        disk.free()
        until(lambda: is_well(dev), "it is well again")
        assert until_text(dev, *before) == "Before."
        after = dev.play("After.")
        assert until_text(dev, *after) == "After."
        assert dev.end() == 0


def until_refused(dev: Dev) -> httpx2.Response:
    for number in range(200):
        answer = dev.ask("POST", "/v1/sessions", {"story": "clearing"}, idempotency_key=f'"full {number}"')
        if answer.status_code != 201:
            return answer
        dev.ask("POST", f"/v1/sessions/{answer.json()['id']}/complete", idempotency_key=f'"end {number}"')
    raise AssertionError("a full disk refused nothing")


def until_text(dev: Dev, session: str, seen: str) -> str:
    """The session's last words, once its read model is filled."""
    found: list[str] = []

    def shown() -> bool:
        answer = dev.ask("GET", f"/v1/sessions/{session}", consistency_token=seen, prefer="wait=5")
        found[:] = [str(answer.json()["last_text"])] if answer.status_code == 200 else []
        return bool(found) and answer.headers["Consistency"] == "fresh"

    until(shown, "the session is shown")
    return found[0]
