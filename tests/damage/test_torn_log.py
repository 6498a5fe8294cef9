"""A log whose files are torn: what `tta dev` does, what doctor advises, and that the advice works."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from tests.support.running_tta import Dev, tta
from tta.eventstore.log_files import FOLDER, MANIFEST, tear_in

WORDS = "A heron stands in the shallows."
ZEROES = 4_096

advice_pattern = re.compile(r"`tta (repair(?: --yes)?)`")


class Kept(NamedTuple):
    """A data directory that has been played on, and a session of it."""

    data_dir: Path
    session: str
    seen: str

    @property
    def folder(self) -> Path:
        return self.data_dir / "valkey" / FOLDER

    @property
    def appended(self) -> Path:
        (path,) = self.folder.glob("*.incr.aof")
        return path


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    dev = Dev(tmp_path_factory.mktemp("played") / "data")
    session, seen = dev.play(WORDS)
    assert dev.end() == 0
    return Kept(dev.data_dir, session, seen)


@pytest.fixture
def kept(played: Kept, tmp_path: Path) -> Kept:
    shutil.copytree(played.data_dir, tmp_path / "data")
    return played._replace(data_dir=tmp_path / "data")


@pytest.fixture
def start(kept: Kept) -> Iterator[Callable[[], Dev]]:
    started: list[Dev] = []

    def one() -> Dev:
        started.append(Dev(kept.data_dir))
        return started[-1]

    yield one
    for dev in started:
        processes: list[Any] = [dev.process, *dev.children]
        for each in processes:
            if psutil.pid_exists(each.pid):
                each.kill()
        dev.process.wait()


def advised(kept: Kept) -> str:
    """What `tta dev` and doctor say of it, both; and the command that both name."""
    dev = tta("dev", "--port", "0", "--data-dir", kept.data_dir)
    assert dev.returncode == 1
    assert "check-aof" not in dev.stdout + dev.stderr
    doctor = tta("doctor", "--data-dir", kept.data_dir)
    assert doctor.returncode == 1
    assert "check-aof" not in doctor.stdout
    found = advice_pattern.search(dev.stderr)
    assert found, dev.stderr
    assert found[0] in doctor.stdout
    return found[1]


def follow(kept: Kept, command: str) -> str:
    """Follow the advice as it is given, to its end; return what was told on the way."""
    told = tta(*command.split(), "--data-dir", kept.data_dir)
    assert told.returncode == 1, told.stdout + told.stderr
    for _ in range(3):  # What comes to light once the first fault is mended is told too.
        found = advice_pattern.search(told.stdout)
        assert found, told.stdout + told.stderr
        done = tta(*found[1].split(), "--data-dir", kept.data_dir)
        if done.returncode == 0:
            return told.stdout + done.stdout
        told = done
    raise AssertionError(told.stdout + told.stderr)


def is_all_there(kept: Kept, dev: Dev) -> None:
    assert dev.last_text(kept.session, kept.seen) == WORDS
    dev.await_health()


def test_an_append_that_was_torn_is_dropped_and_said(kept: Kept, start: Callable[[], Dev]):
    with kept.appended.open("ab") as file:
        file.write(b"*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nhal")
    dev = start()
    is_all_there(kept, dev)
    assert dev.end() == 0
    log = kept.data_dir.with_name("data.log").read_text()
    assert "the store's files ended within an append, whose beginning is dropped" in log
    assert tta("doctor", "--data-dir", kept.data_dir).returncode == 0


def test_zeroes_behind_it_are_cut_off(kept: Kept, start: Callable[[], Dev]):
    size = kept.appended.stat().st_size
    with kept.appended.open("ab") as file:
        file.truncate(size + ZEROES)

    told = follow(kept, advised(kept))

    assert f"{ZEROES} zeroes" in told
    assert "They contain nothing" in told
    assert kept.appended.stat().st_size == size
    is_all_there(kept, start())


def test_a_byte_that_was_flipped_costs_what_follows_and_says_so(kept: Kept, start: Callable[[], Dev]):
    raw = bytearray(kept.appended.read_bytes())
    at = raw.index(b"\r\n$", len(raw) * 9 // 10) + 2
    raw[at] ^= 1
    kept.appended.write_bytes(raw)

    told = follow(kept, advised(kept))

    assert "Everything that was stored after that place is lost with them" in told
    (aside,) = kept.folder.glob("*.damaged-*")
    whole = len(raw) - aside.stat().st_size
    assert kept.appended.read_bytes()[:whole] + aside.read_bytes() == bytes(raw), "nothing is thrown away"
    assert tear_in(kept.appended) is None
    assert start().ask("GET", "/livez").status_code == 200


@pytest.mark.parametrize("text", [None, "", "nonsense\n"], ids=["missing", "empty", "nonsense"])
def test_without_its_manifest_no_empty_log_is_begun(text: str | None, kept: Kept, start: Callable[[], Dev]):
    manifest = kept.folder / MANIFEST
    before = {path.name: path.read_bytes() for path in kept.folder.iterdir()}
    manifest.unlink() if text is None else manifest.write_text(text)

    told = follow(kept, advised(kept))

    assert "Nothing is lost" in told
    assert {name: (kept.folder / name).read_bytes() for name in before} == before
    is_all_there(kept, start())


def test_a_first_base_that_is_missing_held_nothing(kept: Kept, start: Callable[[], Dev]):
    (base,) = kept.folder.glob("*.1.base.rdb")
    base.unlink()
    assert "which is empty" in follow(kept, advised(kept))
    is_all_there(kept, start())


def test_what_only_a_backup_has_is_said_to_be_there(played: Kept, kept: Kept, start: Callable[[], Dev]):
    kept.appended.unlink()

    told = tta(*advised(kept).split(), "--yes", "--data-dir", kept.data_dir)

    assert told.returncode == 1
    assert "Restore the folder valkey of the data directory from a backup" in told.stdout
    shutil.rmtree(kept.data_dir / "valkey")
    shutil.copytree(played.data_dir / "valkey", kept.data_dir / "valkey")
    is_all_there(kept, start())


def test_a_log_that_is_whole_is_left_alone(kept: Kept):
    before = {path.name: path.read_bytes() for path in kept.folder.iterdir()}
    assert tta("repair", "--yes", "--data-dir", kept.data_dir).returncode == 0
    assert {path.name: path.read_bytes() for path in kept.folder.iterdir()} == before


def test_a_log_that_is_damaged_while_it_runs_shows(kept: Kept, start: Callable[[], Dev]):
    dev = start()
    with kept.appended.open("ab") as file:
        file.truncate(kept.appended.stat().st_size + ZEROES)
    (server,) = [each for each in dev.children if "valkey" in each.name()]
    server.kill()

    deadline = time.monotonic() + 60
    log = kept.data_dir.with_name("data.log")
    while "tta repair" not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()[-2000:]
        time.sleep(0.05)
    dev.await_health("unhealthy")
    running = tta("repair", "--yes", "--data-dir", kept.data_dir)
    assert running.returncode == 1
    assert "stop it" in running.stderr
    assert dev.end() == 0
    follow(kept, advised(kept))
    is_all_there(kept, start())
