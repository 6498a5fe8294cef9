"""A client of event streams on a raw connection. Like a browser's EventSource, it remembers its last id.

It checks every event against the checked-in contract.
"""

import asyncio
import re
import socket
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Self

import msgspec
from jsonschema import Draft7Validator

READ_S = 20.0
CONTRACT: dict[str, Any] = msgspec.json.decode(
    (Path(__file__).parents[3] / "docs" / "asyncapi.json").read_bytes()
)


class Event(NamedTuple):
    name: str
    data: Any
    id: str | None


class Refused(Exception):
    """The answer was not a stream: status and body."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        super().__init__(status, body)
        self.status = status
        self.headers = headers
        self.body = body


class EventSource:
    """One stream of one session, which can be reopened at its last event."""

    def __init__(
        self, address: tuple[str, int], path: str, token: str = "", *, holds: int = 0, **headers: str
    ) -> None:
        """`holds` is the number of bytes it buffers before anybody reads; 0 is the default."""
        self.address = address
        self.path = path
        self.last_id = ""
        self.retry_ms = 0
        self.comments = 0
        self.headers: dict[str, str] = {}
        self._token = token
        self._holds = holds
        self._sent = {name.replace("_", "-"): value for name, value in headers.items()}
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> Self:
        """Request the stream. Raises Refused."""
        self._reader, self._writer = await self._connected()
        sent = dict(self._sent)
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        if self.last_id:
            sent["Last-Event-ID"] = self.last_id
        lines = [f"GET {self.path} HTTP/1.1", "Host: tta", *(f"{name}: {sent[name]}" for name in sent)]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        raw = (await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), READ_S)).decode("latin-1")
        status_line, *fields = raw[:-4].split("\r\n")
        self.headers = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
        status = int(status_line.split(" ")[1])
        if status != 200:
            body = await self._reader.readexactly(int(self.headers.get("content-length", "0")))
            self.close()
            raise Refused(status, self.headers, body)
        assert self.headers["content-type"].startswith("text/event-stream")
        self._text = b""
        return self

    async def next(self) -> Event:
        """Return the next event. Raises EOFError if the stream has ended."""
        while True:
            while b"\n\n" in self._text:
                block, _, self._text = self._text.partition(b"\n\n")
                found = self._event(block.decode())
                if found is not None:
                    return found
            await self._more()

    async def until(self, *names: str) -> list[Event]:
        """Return the events up to the first with one of these names."""
        events = [await self.next()]
        while events[-1].name not in names:
            events.append(await self.next())
        return events

    async def until_comment(self) -> None:
        """Wait for a comment; no event may come before it."""
        while not self.comments:
            assert b"event:" not in self._text, self._text
            while b"\n\n" in self._text:
                block, _, self._text = self._text.partition(b"\n\n")
                self._event(block.decode())
            if not self.comments:
                await self._more()

    async def rest(self) -> list[Event]:
        """Return all events until the stream ends."""
        events = []
        with suppress(EOFError):
            while True:
                events.append(await self.next())
        return events

    def close(self) -> None:
        """Disconnect, like a closed page."""
        if self._writer is not None:
            self._writer.transport.abort()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if not self._holds:
            return await asyncio.open_connection(*self.address)
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._holds)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, self.address)
        return await asyncio.open_connection(sock=connection, limit=self._holds)

    async def _more(self) -> None:
        """Read one chunk of the answer."""
        try:
            async with asyncio.timeout(READ_S):
                size = int((await self._reader.readuntil(b"\r\n")).strip(), 16)
                chunk = await self._reader.readexactly(size + 2)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise EOFError("the connection broke") from error
        if size == 0:
            raise EOFError("the stream ended")
        self._text += chunk[:-2]

    def _event(self, block: str) -> Event | None:
        fields: dict[str, str] = {}
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            if name == "":
                self.comments += 1
            else:
                assert name not in fields, f"{name} twice in one event: {block}"
                fields[name] = value.removeprefix(" ")
        if "retry" in fields:
            self.retry_ms = int(fields.pop("retry"))
        if not fields:
            return None
        assert fields.keys() in ({"id", "event", "data"}, {"event", "data"}), block
        if "id" in fields:
            assert re.fullmatch(r"[\w-]+", fields["id"])
            self.last_id = fields["id"]
        event = Event(fields["event"], msgspec.json.decode(fields.pop("data")), fields.get("id"))
        validator(event.name, "payload").validate(event.data)
        validator(event.name, "headers").validate(fields)
        return event


@cache
def validator(name: str, part: str) -> Draft7Validator:
    """Check the `payload` or the `headers` against the contract's message for an event."""
    assert name in CONTRACT["components"]["messages"], f"the contract has no event {name}"
    return Draft7Validator({**CONTRACT, "$ref": f"#/components/messages/{name}/{part}"})
