"""Whatever happens to the embedded graph's files or process, `tta dev` has all that it acknowledged."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from tests.support.running_tta import Dev, tta

WORDS = "Kept in the log."
COMMAND_S_MAX = 5
STOPS_WITHIN_S = 50  # 10 on a quiet machine; what hangs ends after 60, with another status.


class Played(NamedTuple):
    """A data directory as a SIGKILL left it, and what was played in it."""

    directory: Path
    session: str
    seen: str


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    dev = Dev(tmp_path_factory.mktemp("played") / "data")
    session, seen = dev.play(WORDS)
    assert dev.last_text(session, seen) == WORDS
    server = dev.child("valkey")
    dev.end(signal.SIGKILL)
    server.terminate()
    server.wait(30)
    assert (dev.data_dir / "graph.wal").stat().st_size, "there is something to damage"
    return Played(dev.data_dir, session, seen)


def flip_bytes(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for place in range(0, len(content), 997):
        content[place] ^= 0x40
    path.write_bytes(content)


def cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def zero(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def make_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "something").write_text("else")


DAMAGES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "write-ahead log flipped": ("graph.wal", flip_bytes),
    "write-ahead log torn": ("graph.wal", cut_in_half),
    "flipped": ("graph", flip_bytes),
    "zeroed": ("graph", zero),
    "gone but for its write-ahead log": ("graph", Path.unlink),
    "a directory in its place": ("graph", make_directory),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_graph_that_does_not_open_is_put_aside_and_filled_anew(tmp_path: Path, played: Played, damage: str):
    directory = tmp_path / "data"
    shutil.copytree(played.directory, directory, ignore=shutil.ignore_patterns("*.sock"))
    name, act = DAMAGES[damage]
    act(directory / name)

    found = tta("doctor", "--data-dir", directory).stdout
    assert "correct TTA_GRAPH_URL" not in found
    assert "fills a new graph" in found or not (directory / name).exists()

    dev = Dev(directory)
    assert until_text(dev, played.session, played.seen) == WORDS
    assert dev.play("And it goes on.")
    assert dev.end() == 0
    logged = [line for line in log_of(dev).splitlines() if "put aside" in line]
    assert len(logged) == 1, "it is said in one line"
    assert sorted(each.name for each in directory.glob("graph*damaged*")) == ["graph.damaged"]


def test_of_damaged_graphs_the_newest_is_kept(tmp_path: Path, played: Played):
    directory = tmp_path / "data"
    shutil.copytree(played.directory, directory, ignore=shutil.ignore_patterns("*.sock"))
    for marked in (b"first", b"second"):
        (directory / "graph").write_bytes(marked * 5_000)
        dev = Dev(directory)
        assert until_text(dev, played.session, played.seen) == WORDS
        assert dev.end() == 0
    kept = (directory / "graph.damaged" / "graph").read_bytes()
    assert kept.startswith(b"second")


def test_a_graph_whose_process_is_ended_comes_back_and_holds_up_no_command(tmp_path: Path):
    dev = Dev(tmp_path / "data")
    for how in (signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT):
        before = dev.play(f"Before {how.name}.")
        child = dev.child("tta.graph.engines.child")
        child.send_signal(how)
        psutil.wait_procs([child], timeout=10)
        after = dev.play(f"After {how.name}.")
        assert until_text(dev, *after) == f"After {how.name}."
        assert until_text(dev, *before) == f"Before {how.name}."
    assert dev.end() == 0


def test_a_graph_that_hangs_is_replaced_and_holds_up_no_command(tmp_path: Path):
    dev = Dev(tmp_path / "data")
    before = dev.play("Before.")
    child = dev.child("tta.graph.engines.child")
    child.suspend()
    longest_s, number = 0.0, 0
    while child.is_running():
        number += 1
        began = time.monotonic()
        path, key = f"/v1/sessions/{before[0]}/interactions", f'"hang {number}"'
        said = dev.ask("POST", path, {"text": f"It hangs, {number}."}, idempotency_key=key)
        assert said.status_code in (200, 202), said.text
        longest_s = max(longest_s, time.monotonic() - began)
        time.sleep(0.5)
    assert number
    assert longest_s < COMMAND_S_MAX
    assert until_text(dev, before[0], said.headers["Consistency-Token"]) == f"It hangs, {number}."
    assert dev.end() == 0


def test_a_graph_that_hangs_does_not_hold_up_the_end(tmp_path: Path):
    dev = Dev(tmp_path / "data")
    child = dev.child("tta.graph.engines.child")
    child.suspend()
    dev.play("While it hangs.")
    began = time.monotonic()
    assert dev.end(signal.SIGTERM) == 0
    assert time.monotonic() - began < STOPS_WITHIN_S
    assert psutil.wait_procs([child], timeout=5)[1] == []


def log_of(dev: Dev) -> str:
    return (dev.data_dir.parent / f"{dev.data_dir.name}.log").read_text()


def until_text(dev: Dev, session: str, seen: str) -> str:
    """The session's last words, once its read model is there again."""
    deadline = time.monotonic() + 120
    while True:
        shown = dev.ask(
            "GET", f"/v1/sessions/{session}", consistency_token=seen, prefer="wait=5, handling=strict"
        )
        if shown.status_code == 200:
            return str(shown.json()["last_text"])
        assert shown.status_code == 503, shown.text
        assert time.monotonic() < deadline, shown.text
        time.sleep(0.1)
