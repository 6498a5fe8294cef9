"""Only lines may be lost where the log cannot be written: no error, no wait."""

import io
import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO, cast

import pytest

from tta.telemetry.lines import QUEUED_MAX, LineSink
from tta.telemetry.metrics import LOG_LINES_LOST

SAYING = """
import logging, sys, threading
import structlog
from tta.telemetry.logs import configure_logs

configure_logs("info")

class Odd:
    def __repr__(self):
        raise RuntimeError("no")

def say():
    structlog.get_logger("tta").warning("ours", odd=Odd())
    logging.getLogger("asyncio").error("theirs %s %s", 2)
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        logging.getLogger("uvicorn.error").exception("failed")

say()
thread = threading.Thread(target=say)
thread.start()
thread.join()
print("done")
"""


def lost() -> float:
    return LOG_LINES_LOST._value.get()


@pytest.mark.parametrize("where", ["2>/dev/full", "2>&-", "2> >(exec 0<&-)", "2</dev/null"])
def test_wherever_lines_cannot_go_the_program_goes_on(where: str):
    ran = subprocess.run(
        ["bash", "-c", f'"$0" -c "$1" {where}', sys.executable, SAYING],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "done\n"), ran.stderr


def test_what_cannot_be_rendered_is_named():
    ran = subprocess.run(
        [sys.executable, "-c", SAYING], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "done\n"), ran.stderr
    assert ran.stderr.count("'ours' could not be rendered: RuntimeError") == 2
    assert ran.stderr.count("asyncio: 'theirs %s %s' could not be rendered") == 2


def test_a_terminal_that_is_gone_takes_nothing():
    theirs, ours = pty.openpty()
    told: list[int] = []
    sink = LineSink(os.fdopen(ours, "w"), told.append)
    os.close(theirs)
    before = lost()
    sink.write("nobody reads this\n")
    assert (lost() - before, told) == (1, [])


def test_how_many_were_lost_is_told_once_lines_come_through_again(tmp_path: Path):
    full = os.open("/dev/full", os.O_WRONLY)
    told: list[int] = []
    with os.fdopen(full, "w") as stream:
        sink = LineSink(stream, told.append)
        for number in range(3):
            sink.write(f"{number}\n")
        there = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT)
        os.dup2(there, full)
        os.close(there)
        sink.write("again\n")
        sink.write("and again\n")
    assert told == [3]
    assert (tmp_path / "log").read_text() == "again\nand again\n"


@pytest.fixture
def pipe() -> Iterator[tuple[int, TextIO]]:
    reading, writing = os.pipe()
    stream = os.fdopen(writing, "w")
    yield reading, stream
    os.close(reading)
    stream.close()


def test_a_reader_that_stops_reading_holds_up_nobody(pipe: tuple[int, TextIO]):
    reading, stream = pipe
    told: list[int] = []
    sink = LineSink(stream, told.append)
    before, line = lost(), "x" * 999 + "\n"
    count = QUEUED_MAX + 200  # More than queue and pipe hold.
    for _ in range(count):
        sink.write(line)
    sink.flush(0.01)
    missing = round(lost() - before)
    assert 0 < missing < 200

    read = b""
    while len(read) < (count - missing) * len(line):
        read += os.read(reading, 1 << 20)
    sink.flush(60)
    assert set(read.decode().splitlines()) == {line.strip()}
    assert told == [missing]


def test_a_line_longer_than_the_pipe_is_whole(pipe: tuple[int, TextIO]):
    reading, stream = pipe
    sink = LineSink(stream)
    sink.write("long " * 100_000 + "\n")
    sink.write("short\n")
    read = b""
    while not read.endswith(b"short\n") and select.select([reading], [], [], 60)[0]:
        read += os.read(reading, 1 << 20)
    assert read.decode() == "long " * 100_000 + "\nshort\n"


def test_a_stream_without_a_descriptor_is_written_to():
    stream = io.StringIO()
    LineSink(stream).write("here \udcff\n")
    assert stream.getvalue() == "here \\udcff\n"
    stream.close()
    LineSink(stream).write("closed\n")
    LineSink(None).write("none\n")
    with Path(os.devnull).open() as reading:
        LineSink(cast("TextIO", reading)).write("not for writing\n")


LOSING = """
import os, structlog
from tta.telemetry.logs import configure_logs

configure_logs("info")
log = structlog.get_logger("tta")
kept = os.dup(2)
os.dup2(os.open("/dev/full", os.O_WRONLY), 2)
log.info("one")
log.info("two")
os.dup2(kept, 2)
log.info("three")
"""


def test_the_log_itself_says_how_many_are_missing():
    ran = subprocess.run([sys.executable, "-c", LOSING], capture_output=True, text=True, check=True)
    three, missing = map(json.loads, ran.stderr.splitlines())
    assert three["event"] == "three"
    assert (missing["event"], missing["lines"]) == ("log lines could not be written", 2)
