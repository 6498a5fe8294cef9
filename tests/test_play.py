"""`tta play` as its players run it: what they say to the story, and every way in which they may leave."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from running_tta import Dev, environment
from tta.stories.standing import ENDED, PAUSED, QUIT

WITHIN_S = 60


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    dev = Dev(tmp_path_factory.mktemp("playing") / "data")
    yield dev
    assert dev.end() == 0


def play(dev: Dev, typed: str) -> str:
    """Play with all that is typed known before; gives what was shown."""
    done = subprocess.run(
        [sys.executable, "-m", "tta", "play", "--url", dev.url, "--data-dir", str(dev.data_dir)],
        env=environment(),
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


def test_who_ends_the_story_in_words_is_not_asked_again(running: Dev):
    told = play(running, "bye\nyes\nhello?\n")
    assert QUIT in told
    _, _, after = told.partition(ENDED)
    assert after.strip() == "This story is over. Goodbye, and thank you for playing."


def test_who_takes_a_break_may_go_on(running: Dev):
    told = play(running, "take a break\nlook\nquit\nquit\n")
    _, _, after = told.partition(PAUSED)
    resting, _, after = after.partition(">")
    assert resting.strip() == "Say anything to go on; Ctrl-D leaves."
    assert "  1  " in after, "the story goes on where it was, with what is open there"
    assert ENDED in after


@pytest.mark.parametrize("typed", ["", "look\n\n", "take a break\n", "look\nwhat"])
def test_the_end_of_the_input_leaves_the_story(running: Dev, typed: str):
    assert play(running, typed).endswith("The story rests where it is. Goodbye, and thank you for playing.\n")


def test_what_the_api_refuses_is_said_and_play_goes_on(running: Dev):
    told = play(running, f"{'word ' * 2_000}\nlook\n")
    refused, _, after = told.partition("tta: ")
    assert "  1  " in refused
    assert "  1  " in after


def test_ctrl_c_leaves_the_story_at_once(running: Dev):
    with playing(running) as process:
        process.send_signal(signal.SIGINT)
        told, wrong = process.communicate(timeout=WITHIN_S)
    assert "The story rests where it is." in told
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
    assert told.endswith("The story rests where it is. Goodbye, and thank you for playing.\n")
    assert (process.returncode, wrong) == (0, "")
