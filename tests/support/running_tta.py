"""Runs `tta` like its users, in separate processes."""

import base64
import os
import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import msgspec
import psutil

from tta.domain.vocabulary import Role
from tta.security.tokens import Tokens

READY = re.compile(r"TTA runs at (http://\S+)")
OPERATORS = re.compile(r"Metrics: (http://\S+)/metrics")
TOKEN = re.compile(r"^eyJ\S+$")
SLOTS = 16
"""Of a store that a test starts and gives no other number: with the default of 64 an idle `tta dev` takes
twice as much of a processor. What tests/http starts has the default.
"""
LEAVES_WITHIN_S = 120
WITHIN_S = 120.0
SETTLES_WITHIN_S = 90
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""`verify` of a client of plain HTTP: one of its own would read all the certificates, which takes 30 ms."""
DEV = ("-m", "tta", "dev", "--port", "0")


def wait_until(holds: Callable[[], bool]) -> None:
    """Look again and again until it holds."""
    until = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.1)


def environment(**settings: str) -> dict[str, str]:
    """Return the environment without the settings of the person who runs the tests, and with these.

    `columns` is the width of the terminal.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TTA_")}
    given = {"COLUMNS": settings.pop("columns", "200"), "TTA_STORE_SLOTS": str(SLOTS)}
    return inherited | given | {f"TTA_{name.upper()}": value for name, value in settings.items()}


def tta(*arguments: str | Path, cwd: Any = None, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tta", *map(str, arguments)],
        cwd=cwd,
        env=environment(**settings),
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )


class Dev:
    """A running `tta dev`. Creating it starts it and waits until it is ready."""

    def __init__(self, data_dir: Path, *, source: Any = None, under: str = "", **settings: str) -> None:
        """`source` is the folder of another release's `tta`; `under` is a program that runs it."""
        self.data_dir = data_dir
        release = {} if source is None else {"PYTHONPATH": str(source)}
        data_dir.parent.mkdir(parents=True, exist_ok=True)
        self._log = (data_dir.parent / f"{data_dir.name}.log").open("ab")
        self.process = subprocess.Popen(
            [*filter(None, [under]), sys.executable, *DEV, "--data-dir", str(data_dir)],
            env=environment(**settings) | release,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            start_new_session=True,
        )
        self.url = self.operators = self.token = self.curl = ""
        assert self.process.stdout is not None
        while not self.curl:
            line = self.process.stdout.readline()
            assert line, f"it ended before it was ready: {Path(self._log.name).read_text()[-2000:]}"
            if found := READY.search(line):
                self.url = found[1]
            elif found := OPERATORS.search(line):
                self.operators = found[1]
            elif TOKEN.match(line):
                self.token = line.strip()
            elif line.startswith("curl "):
                self.curl = line
        self.children = psutil.Process(self.process.pid).children(recursive=True)

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.url.removeprefix("http://").partition(":")
        return host, int(port)

    @property
    def player_id(self) -> str:
        """The demo player's."""
        claims = self.token.split(".")[1]
        found: str = msgspec.json.decode(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))[
            "player"
        ]
        return found

    @property
    def tokens(self) -> Tokens:
        """Signs as the process does."""
        return Tokens.read(self.data_dir / "keys" / "token-signing.json", create=False)

    @property
    def stderr(self) -> Path:
        return Path(self._log.name)

    def logged(self) -> list[dict[str, Any]]:
        """The lines of the log that are about requests."""
        lines = [each for each in self.stderr.read_bytes().splitlines() if each.startswith(b"{")]
        found: list[dict[str, Any]] = [msgspec.json.decode(each) for each in lines]
        return [each for each in found if each["event"] == "request"]

    def child(self, part: str) -> psutil.Process:
        """Return its one child process whose command names `part`: "valkey", "tta.graph.engines.child"."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        (found,) = [each for each in children if part in " ".join(each.cmdline())]
        return found

    def ask(
        self, method: str, path: str, body: Any = None, *, token: str = "", **headers: str
    ) -> httpx2.Response:
        """Send one request as the demo player; `prefer="wait=2"` is a header."""
        sent = {"Authorization": f"Bearer {token or self.token}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx2.request(
            method,
            f"{self.url}{path}",
            json=body,
            headers=sent,
            timeout=30,
            trust_env=False,
            verify=NO_TLS,
        )

    def mint(self, *roles: Role, player: UUID | None = None) -> str:
        """Sign an access token as `tta token` does."""
        tokens = Tokens.read(self.data_dir / "keys" / "token-signing.json", create=False)
        return tokens.mint("developer", list(roles or (Role.PLAYER,)), player_id=player)

    def health(self) -> httpx2.Response:
        """Return the operators' /health. The previous release served it on the API's port."""
        url = f"{self.operators or self.url}/health"
        return httpx2.get(url, timeout=30, trust_env=False, verify=NO_TLS)

    def await_health(self, expected: str = "healthy") -> None:
        """Wait until /health reports it: a start or damage is measured a moment later."""
        deadline = time.monotonic() + SETTLES_WITHIN_S
        while (told := self.health().json())["status"] != expected:
            assert time.monotonic() < deadline, told
            time.sleep(0.1)

    def play(self, words: str) -> tuple[str, str]:
        """Start a session, say one thing, wait for the reply; return its id and the consistency token."""
        key = f'"{self.process.pid} {words}"'
        session = self.ask("POST", "/v1/sessions", {"story": "clearing"}, idempotency_key=key).json()["id"]
        said = self.ask(
            "POST",
            f"/v1/sessions/{session}/interactions",
            {"text": words},
            idempotency_key=key,
            prefer="wait=20",
        )
        assert "reply" in said.json(), said.text
        return session, said.headers["Consistency-Token"]

    def last_text(self, session: str, seen: str) -> str:
        """Return the player's last words from the session's read model."""
        shown = self.ask(
            "GET", f"/v1/sessions/{session}", consistency_token=seen, prefer="wait=20, handling=strict"
        )
        assert shown.status_code == 200, shown.text
        return str(shown.json()["last_text"])

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        """Send a signal; return the exit status once the process is gone."""
        self.process.send_signal(how)
        status = self.process.wait(LEAVES_WITHIN_S)
        assert self.process.stdout is not None
        self.last_words = self.process.stdout.read()
        self.process.stdout.close()
        self._log.close()
        return status
