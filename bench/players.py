"""A TTA under load: its processes, and players who use HTTP on raw connections, to keep the client cheap."""

import asyncio
import json
import os
import socket
import sys
from pathlib import Path
from typing import Self

from tta.domain.identity import derived_id
from tta.domain.vocabulary import Role
from tta.security.tokens import Tokens

READY_S = 120  # It takes 2 s, on a busy machine more than 30.


class Process:
    """One of TTA's processes, with its settings and its log."""

    def __init__(self, directory: Path, name: str, *arguments: str, **settings: str) -> None:
        self._log = directory / f"{name}.log"
        self._arguments = arguments
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("TTA_")},
            "TTA_LOG_LEVEL": "error",
            **{f"TTA_{key.upper()}": value for key, value in settings.items()},
        }

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self._arguments, env=self._environment, stdout=log, stderr=log
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ended(self) -> None:
        """Wait until it ends, and check that it succeeded."""
        assert await self._process.wait() == 0, self._log.read_text()

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.wait()


class DevServer:
    """`tta dev` on a free port."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self._directory = directory
        self._process = Process(
            directory, "dev", "-m", "tta", "dev", data_dir=str(directory / "data"), port=str(self.port)
        )

    async def __aenter__(self) -> Self:
        await self._process.start()
        await until_listening(self.port)
        self.tokens = Tokens.read(self._directory / "data" / "keys" / "token-signing.json", create=False)
        self.pid = self._process.pid
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._process.stop()


class Connection:
    """One keep-alive HTTP/1.1 connection: a request at a time, answers with a Content-Length."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._lock = asyncio.Lock()

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def ask(
        self, method: str, path: str, head: str, body: bytes = b""
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request; return status, headers in lower case, and body."""
        kind = "Content-Type: application/json\r\n" if body else ""
        lines = f"{method} {path} HTTP/1.1\r\nHost: bench\r\n{head}{kind}Content-Length: {len(body)}\r\n\r\n"
        async with self._lock:
            self._writer.write(lines.encode() + body)
            raw = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status_line, *fields = raw[:-4].split("\r\n")
            headers = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
            answer = await self._reader.readexactly(int(headers.get("content-length", "0")))
        return int(status_line.split(" ")[1]), headers, answer

    async def close(self) -> None:
        self._writer.close()


class Player:
    """Registers, consents, starts a session, and then pauses and resumes it alternately."""

    def __init__(self, server: DevServer, number: int) -> None:
        self._server = server
        self._number = number
        self._keys = 0
        self._connection = Connection(server.port)

    async def begin(self) -> None:
        await self._connection.open()
        subject = str(derived_id("bench account", str(self._number)))
        admin = self._server.tokens.mint(subject, [Role.ADMIN])
        _, _, body = await self._command(admin, "POST", "/v1/players", {"name": "Sam"})
        identity = json.loads(body)["id"]
        self._token = self._server.tokens.mint(subject, [Role.PLAYER], player_id=identity)
        await self._command(self._token, "PUT", f"/v1/players/{identity}/consents/play", {"given": True})
        _, _, body = await self._command(self._token, "POST", "/v1/sessions", {"story": "clearing"})
        self._session = json.loads(body)["id"]
        self._paused = False

    async def change(self) -> str:
        """Pause or resume; return the consistency token."""
        self._paused = not self._paused
        act = "pause" if self._paused else "resume"
        path = f"/v1/sessions/{self._session}/{act}"
        _, headers, _ = await self._command(self._token, "POST", path, None)
        return headers["consistency-token"]

    async def look(self, token: str, *, wait_s: int) -> bool:
        """Query the session with a token; return whether the answer was fresh."""
        head = (
            f"Authorization: Bearer {self._token}\r\nConsistency-Token: {token}\r\nPrefer: wait={wait_s}\r\n"
        )
        status, headers, _ = await self._connection.ask("GET", f"/v1/sessions/{self._session}", head)
        return status == 200 and headers.get("consistency") == "fresh"

    async def close(self) -> None:
        await self._connection.close()

    async def _command(
        self, token: str, method: str, path: str, body: object
    ) -> tuple[int, dict[str, str], bytes]:
        self._keys += 1
        head = f"Authorization: Bearer {token}\r\nIdempotency-Key: k{self._keys}\r\n"
        answer = await self._connection.ask(
            method, path, head, b"" if body is None else json.dumps(body).encode()
        )
        assert answer[0] < 300, (path, answer)
        return answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


async def until_listening(port: int) -> None:
    """Wait until a port accepts connections."""
    async with asyncio.timeout(READY_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
