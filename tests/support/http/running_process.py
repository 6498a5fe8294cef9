"""`tta dev` as a process of its own, with what it printed and what it logged."""

import base64
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tta.security.tokens import Tokens

START_S = 60.0


class Dev(NamedTuple):
    url: str
    operators: str
    """Where it answers those who run it."""
    token: str
    """Of the demo player."""
    player_id: str
    stderr: Path
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.url.removeprefix("http://").partition(":")
        return host, int(port)

    @property
    def tokens(self) -> Tokens:
        """Signs as the process does."""
        return Tokens.read(self.stderr.parent / "data" / "keys" / "token-signing.json", create=False)

    def logged(self) -> list[dict[str, Any]]:
        """The lines of the log that are about requests."""
        raw = self.stderr.read_bytes().splitlines()
        lines = [msgspec.json.decode(line) for line in raw if line.startswith(b"{")]
        return [line for line in lines if line["event"] == "request"]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_dev(directory: Path) -> Dev:
    """Start it on a free port and wait for what it says when it is ready."""
    directory.mkdir(parents=True)
    stdout, stderr = directory / "stdout", directory / "stderr"
    with stdout.open("wb") as out, stderr.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "tta", "dev", "--data-dir", directory / "data", "--port", "0"],
            stdout=out,
            stderr=err,
            env={name: value for name, value in os.environ.items() if not name.startswith("TTA_")},
        )
    deadline = time.monotonic() + START_S
    while True:
        text = stdout.read_text()
        url, token = re.search(r"http://[\d.]+:\d+", text), re.search(r"^ey[\w.-]+$", text, re.MULTILINE)
        operators = re.search(r"Metrics: (http://\S+)/metrics", text)
        if url and token and operators and "curl" in text:
            break
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(f"tta dev does not start: {text} {stderr.read_text()[-2000:]}")
        time.sleep(0.05)
    claims = msgspec.json.decode(_unpadded(token.group().split(".")[1]))
    return Dev(url.group(), operators[1], token.group(), claims["player"], stderr, process)


def _unpadded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
