"""`tta play` as its players run it: what they say to the story, and every way in which they may leave."""

import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.running_tta import Dev, environment, tta
from tta.stories.playing.standing import ENDED, PAUSED, QUIT

WITHIN_S = 240


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    dev = Dev(tmp_path_factory.mktemp("playing") / "data")
    yield dev
    assert dev.end() == 0


def play(dev: Dev, typed: str, **settings: str) -> str:
    """Play with all that is typed known before; gives what was shown."""
    done = subprocess.run(
        [sys.executable, "-m", "tta", "play", "--url", dev.url, "--data-dir", str(dev.data_dir)],
        env=environment(**settings),
        input=typed,
        capture_output=True,
        check=False,
        text=True,
        timeout=WITHIN_S,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


@contextmanager
def playing(dev: Dev) -> Iterator[subprocess.Popen[str]]:
    """Play, and stand where the story asks for the first words."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tta", "play", "--url", dev.url, "--data-dir", str(dev.data_dir)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        while not process.stdout.readline().startswith("  2  "):
            assert process.poll() is None
        yield process
    finally:
        process.kill()
        process.communicate()


def test_long_choices_are_indented_and_emphasis_needs_no_underscores(running: Dev):
    told = play(running, "1\n", columns="30")
    assert "  3  I would rather use my\n     ears, or just the path\n" in told
    assert "handwriting it says: For" in " ".join(told.split())


def test_who_ends_the_story_in_words_is_not_asked_again(running: Dev):
    told = play(running, "bye\nyes\nhello?\n")
    assert QUIT in told
    _, _, after = told.partition(ENDED)
    assert after.strip() == "This story is over. Goodbye, and thank you for playing."


@pytest.mark.parametrize("again", ["quit", "bye", "yes"])
def test_whatever_word_asked_to_end_may_be_answered_by_another(running: Dev, again: str):
    assert ENDED in play(running, f"bye\n{again}\n1\n")


def test_who_takes_a_break_may_go_on(running: Dev):
    told = play(running, "take a break\nlook\nquit\nquit\n")
    _, _, after = told.partition(PAUSED)
    resting, _, after = after.partition(">")
    assert resting.strip() == "The story is paused. Type anything to go on; Ctrl-D leaves."
    assert "  1  " in after, "the story goes on where it was, with what is open there"
    assert ENDED in after


@pytest.mark.parametrize("typed", ["", "look\n\n", "take a break\n", "look\nwhat"])
def test_the_end_of_the_input_leaves_the_story(running: Dev, typed: str):
    told = play(running, typed)
    assert told.endswith("The story is paused. Goodbye, and thank you for playing.\n")
    assert "> > " not in told or "\n\n" in typed, "nobody is asked once more who has nothing more to say"


def test_what_the_api_refuses_is_said_and_play_goes_on(running: Dev):
    told = play(running, f"{'word ' * 2_000}\nlook\n")
    refused, _, after = told.partition("tta: ")
    assert "  1  " in refused
    assert "  1  " in after


def test_the_refusal_of_long_words_says_the_limit_and_nothing_is_lost(running: Dev):
    told = play(running, f"{'x' * 5_000}\nlook\nquit\nquit\n")
    assert "4000" in told.partition("tta: ")[2]
    assert ENDED in told


def test_bytes_that_are_no_text_are_taken_as_unclear_words(running: Dev):
    told = subprocess.run(
        [sys.executable, "-m", "tta", "play", "--url", running.url, "--data-dir", str(running.data_dir)],
        env=environment(),
        input=b"\xff\xfe\n\xed\xa0\x80\nquit\nquit\n",
        capture_output=True,
        check=False,
        timeout=WITHIN_S,
    )
    assert (told.returncode, told.stderr) == (0, b"")
    assert ENDED in told.stdout.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_at_a_terminals_prompt_leaves_at_once(running: Dev, number: signal.Signals):
    terminal, ours = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tta", "play", "--url", running.url, "--data-dir", str(running.data_dir)],
        env=environment(),
        stdin=ours,
        stdout=ours,
        stderr=ours,
    )
    os.close(ours)
    try:
        shown = b""
        while b"\n> " not in shown:
            shown += os.read(terminal, 4_096)
        process.send_signal(number)
        # The terminal stays open, and nobody types: it must not be waited for.
        assert process.wait(WITHIN_S) == 130
        assert b"The story is paused." in os.read(terminal, 4_096)
    finally:
        process.kill()
        process.wait()
        os.close(terminal)


def test_ctrl_c_leaves_the_story_at_once(running: Dev):
    with playing(running) as process:
        process.send_signal(signal.SIGINT)
        told, wrong = process.communicate(timeout=WITHIN_S)
    assert "The story is paused." in told
    assert wrong == ""


def test_a_server_that_is_gone_is_said_without_a_traceback(tmp_path: Path):
    dev = Dev(tmp_path / "data")
    with playing(dev) as process:
        dev.end()
        told, wrong = process.communicate("look\n", timeout=WITHIN_S)
    assert "TTA cannot be reached any more." in told
    assert (process.returncode, wrong) == (1, "")


def test_a_terminal_that_is_gone_is_the_end_of_the_input(running: Dev):
    terminal, ours = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tta", "play", "--url", running.url, "--data-dir", str(running.data_dir)],
        env=environment(),
        stdin=ours,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(ours)
    assert process.stdout is not None
    try:
        while not process.stdout.readline().startswith("  2  "):
            assert process.poll() is None
        os.close(terminal)
        told, wrong = process.communicate(timeout=WITHIN_S)
    finally:
        process.kill()
        process.communicate()
    assert told.endswith("The story is paused. Goodbye, and thank you for playing.\n")
    assert (process.returncode, wrong) == (0, "")


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """Something that is no TTA: it answers everything alike."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_GET  # noqa: N815 - As http.server names them.

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that has keys, for tokens that nobody will read."""
    directory = tmp_path_factory.mktemp("keyed")
    assert tta("keys", "create", directory / "keys").returncode == 0
    return directory


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>hello</html>"),
        (200, b"{}"),
        (200, b"\xff"),
        (200, b'{"stories": [{"id": "clearing"}]}'),
        (204, b""),
        (302, b"over there"),
        (404, b"<html>no</html>"),
        (500, b"[]"),
    ],
)
def test_what_is_no_tta_is_said_in_one_line(keyed: Path, status: int, body: bytes):
    with answering(status, body) as url:
        done = tta("play", "--url", url, "--data-dir", keyed)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert f"{url} does not answer as a TTA does ({status} " in done.stderr


@pytest.mark.parametrize(
    "body", [b"<html>hello</html>", b"{}", b"[1]", b'{"id": 1}', b'{"id": "you"}', b"\xff"]
)
def test_the_demo_says_so_too(keyed: Path, body: bytes):
    with answering(201, body) as url:
        done = tta("demo", "--url", url, "--data-dir", keyed)
    assert done.returncode == 1
    assert done.stderr == f"tta: {url} does not answer as a TTA does: is it one?\n"


@pytest.mark.parametrize("command", ["play", "demo"])
@pytest.mark.parametrize("url", ["http://[::1", "nonsense", "ftp://127.0.0.1", "http://"])
def test_an_address_that_is_none_is_said_in_one_line(keyed: Path, command: str, url: str):
    done = tta(command, "--url", url, "--data-dir", keyed)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert f"--url: expected the address of a TTA, such as http://127.0.0.1:8000, got '{url}'" in done.stderr
