"""All logs have the same form, of our code and of libraries."""

import json
import subprocess
import sys

import pytest

LOGGING = """
import logging
import structlog
from tta.telemetry.logs import configure_logs

configure_logs("info")
structlog.get_logger("tta").info("ours", number=1)
logging.getLogger("a.package").warning("theirs %s", 2)
logging.getLogger("a.package").info("not this")
try:
    spoken = "somebody's words"
    raise RuntimeError("broken")
except RuntimeError:
    logging.getLogger("a.package").exception("failed")
"""


@pytest.fixture(scope="module")
def lines() -> list[str]:
    ran = subprocess.run([sys.executable, "-c", LOGGING], capture_output=True, check=True, text=True)
    assert ran.stdout == ""
    return ran.stderr.splitlines()


def test_outside_a_terminal_every_line_is_json(lines: list[str]):
    ours, theirs, failed = map(json.loads, lines)
    assert (ours["event"], ours["level"], ours["number"]) == ("ours", "info", 1)
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("theirs 2", "warning", "a.package")
    assert failed["exception"][0]["exc_value"] == "broken"
    assert {"timestamp"} <= ours.keys() & theirs.keys() & failed.keys()


def test_a_traceback_shows_no_local_variables(lines: list[str]):
    assert "somebody's words" not in "".join(lines)
