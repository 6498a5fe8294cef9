"""Whatever a command's streams, terminal and encoding are, it does its work, and cuts nothing people type."""

import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.support.running_tta import Dev, environment, tta
from tta.app.data_dir import holder
from tta.stories.shown import show_catalogue
from tta.stories.story import catalogue
from tta.terminal import console

WITHIN_S = 60
STORIES = sorted(catalogue())

uuid_pattern = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def ran(*arguments: str, streams: str = "", **environ: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command with its streams redirected as a shell would, in just this environment."""
    plain = {name: value for name, value in environment().items() if name != "COLUMNS"} | environ
    return subprocess.run(
        ["bash", "-c", f'exec "$0" -m tta "$@" {streams}', sys.executable, *arguments],
        env=plain,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=WITHIN_S,
    )


def on_a_terminal(columns: int, *arguments: str, **environ: str) -> str:
    """What a command shows on a terminal so wide."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    plain = {name: value for name, value in environment().items() if name != "COLUMNS"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tta", *arguments],
        env=plain | {"TERM": "xterm"} | environ,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 1 << 16):
            shown += part
    except OSError:
        pass  # Linux says so of a terminal that nobody has open any more.
    process.wait(WITHIN_S)
    os.close(ours)
    return shown.decode()


@pytest.mark.parametrize("columns", ["0", "1", "40", "80", "200", "100000000000", "-1", "wide", "８", ""])
def test_no_width_cuts_what_has_to_be_typed(columns: str, capsys: pytest.CaptureFixture[str]):
    show_catalogue(console(columns=columns))
    listed = capsys.readouterr().out
    for story in STORIES:
        assert re.search(rf"(^|\s){story}(\s|$)", listed, re.MULTILINE), story


@pytest.mark.parametrize("columns", [0, 1, 80])
def test_no_terminal_cuts_what_has_to_be_typed(columns: int):
    listed = on_a_terminal(columns, "stories", "list", NO_COLOR="1")
    for story in STORIES:
        assert story in listed


@pytest.mark.parametrize("columns", ["1", "80"])
def test_what_doctor_advises_is_copied_whole(columns: str, tmp_path: Path):
    keys = tmp_path / "a-directory-of-keys-whose-name-is-rather-long-for-a-terminal"
    told = tta("doctor", "--data-dir", tmp_path / "none", keys_dir=str(keys), columns=columns)
    assert (
        f"→ run `tta keys create {keys}`, or mount the directory that contains the key files\n" in told.stdout
    )


ENVIRONMENTS = [
    {"LC_ALL": "C"},
    {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "utf-16"},
    {"TERM": "dumb", "NO_COLOR": "1"},
    {"TERM": "", "HOME": "/nowhere", "TMPDIR": "/nowhere"},
]


@pytest.mark.parametrize("environ", ENVIRONMENTS, ids=str)
def test_no_encoding_and_no_terminal_stops_a_command(environ: dict[str, str]):
    done = ran("stories", "list", **environ)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""


@pytest.mark.parametrize("streams", ["<&- >&- 2>&-", "2>/dev/full"])
def test_no_stream_stops_a_command(streams: str, tmp_path: Path):
    done = ran("keys", "create", str(tmp_path / "keys"), streams=streams)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "keys").iterdir())) == 3


@pytest.mark.parametrize("arguments", [["--help"], ["stories", "list"]], ids=str)
def test_an_answer_that_nobody_can_read_is_a_failure(arguments: list[str]):
    done = ran(*arguments, streams=">/dev/full")
    assert done.returncode == 1
    assert done.stderr == b"tta: standard output cannot be written: No space left on device\n"


def test_a_reader_that_has_enough_is_no_fault():
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m tta stories list | head -1"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=True,
    )
    assert done.stderr == ""


@contextmanager
def dev_with(streams: str, data_dir: Path, **environ: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A `tta dev` with such streams, once it answers; gives its URL."""
    process = subprocess.Popen(
        ["bash", "-c", f'exec "$0" -m tta dev --port 0 --data-dir "$1" {streams}', sys.executable, data_dir],
        env=environment() | environ,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + WITHIN_S
        while not ((there := holder(data_dir)) and there.url):
            assert process.poll() is None, "it ended"
            assert time.monotonic() < deadline, "it does not start"
            time.sleep(0.05)
        yield process, there.url
    finally:
        for each in psutil.Process(process.pid).children(recursive=True) if process.poll() is None else ():
            each.kill()
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    "streams",
    [">/dev/full 2>/dev/full", "<&-", "<&- >&- 2>&-", "> >(exec 0<&-) 2> >(exec 0<&-)"],
)
def test_no_stream_stops_dev(streams: str, tmp_path: Path):
    with dev_with(streams, tmp_path / "data") as (process, url):
        for number in range(3):
            target = Path(f"/proc/{process.pid}/fd/{number}").readlink()
            assert not target.is_relative_to(tmp_path), "no file of its own takes the place of a stream"
        for path in ("/health", "/nowhere"):  # Each is a line of the log.
            assert httpx2.get(f"{url}{path}", trust_env=False).status_code in {200, 404}
        process.send_signal(signal.SIGINT)
        assert process.wait(WITHIN_S) == 0


def test_a_reader_that_stops_reading_holds_up_no_request(tmp_path: Path):
    os.mkfifo(tmp_path / "log")
    reader = os.open(tmp_path / "log", os.O_RDWR)
    with dev_with(f"2>{tmp_path}/log", tmp_path / "data") as (process, url):
        with httpx2.Client(trust_env=False, timeout=WITHIN_S) as client:
            for _ in range(600):  # Lines of over 200 bytes each, more than a pipe holds.
                assert client.get(f"{url}/livez").status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(WITHIN_S) == 0
    os.close(reader)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    dev = Dev(tmp_path_factory.mktemp("running") / "data")
    yield dev
    assert dev.end() == 0


@pytest.mark.parametrize("environ", ENVIRONMENTS, ids=str)
def test_a_story_is_told_whatever_letters_there_are(running: Dev, environ: dict[str, str]):
    told = subprocess.run(
        [sys.executable, "-m", "tta", "play", "--url", running.url, "--data-dir", str(running.data_dir)],
        env=environment() | environ,
        input="Ich hätte gern, daß es regnet.\n".encode("latin-1") + b"1\nquit\n",
        capture_output=True,
        check=False,
        timeout=WITHIN_S,
    )
    assert (told.returncode, told.stderr) == (0, b"")
    assert len(told.stdout) > 500
    if environ.get("PYTHONIOENCODING") == "ascii":
        assert b'"pause" pauses, "quit" ends' in told.stdout


@pytest.mark.parametrize("columns", [1, 80])
def test_a_history_names_its_session_whole(running: Dev, columns: int):
    session, _ = running.play(f"Seen in {columns} columns.")
    told = on_a_terminal(columns, "replay", session, "--data-dir", str(running.data_dir), NO_COLOR="1")
    assert session in told
    assert "InteractionSubmitted" in told


@pytest.mark.parametrize("umask", ["0777", "0000"])
def test_no_umask_keeps_dev_from_its_own_files(umask: str, tmp_path: Path):
    data_dir = tmp_path / "data"
    program = f'umask {umask}; exec "$0" -m tta dev --port 0 --data-dir "$1"'
    for _ in range(2):
        process = subprocess.Popen(
            ["bash", "-c", program, sys.executable, data_dir], env=environment(), stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        while b"TTA runs at" not in (line := process.stdout.readline()):
            assert line or process.poll() is None
        process.send_signal(signal.SIGINT)
        process.communicate()
        assert process.returncode == 0
    for path in data_dir.rglob("*"):
        if path.is_file():
            assert path.stat().st_mode & 0o677 == 0o600, path
