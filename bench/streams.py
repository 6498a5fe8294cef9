"""The cost of an open stream, and the delay of its replies: 500 streams of 100 sessions in one `tta serve
all`, with a reactor in a separate process.

Memory is the resident memory after each stream saw some replies, minus the memory before, and minus what the
same turns add without streams. A reply is timed from the moment it is acknowledged to its sender.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

from bench.figures import Figure, percentile, sized
from bench.interactions import bearer, once
from bench.players import Connection, Process, free_port, until_listening
from bench.stores import server
from tta.domain.identity import derived_id
from tta.domain.vocabulary import Role
from tta.security.tokens import Tokens

TITLE = "Live streams: 500 open in one process, durable, 50 turns/s"
SESSIONS, STREAMS_EACH = sized(100, 4), sized(5, 2)
STREAMS = SESSIONS * STREAMS_EACH
ROUNDS = sized(5, 1)  # Turns of each session during the measurement of memory.
RATE, SECONDS, WARM_UP_S = sized(50.0, 10.0), sized(15, 1), sized(3, 1)
WI_S = 20.0
BODY = json.dumps({"text": "look"}).encode()


class Serving(NamedTuple):
    """The process that serves the streams."""

    port: int
    pid: int
    tokens: Tokens


class Session:
    """One session, and when the reply to each of its turns was acknowledged and streamed."""

    def __init__(self, serving: Serving, number: int) -> None:
        self.acknowledged: dict[int, float] = {}
        self.told: dict[int, list[float]] = {}
        self._port = serving.port
        self._tokens = serving.tokens
        self._subject = str(derived_id("bench account", str(number)))
        self._connection = Connection(serving.port)
        self._streams: list[asyncio.Task[None]] = []
        self._turn = asyncio.Lock()
        self._turns = 0

    async def begin(self) -> None:
        await self._connection.open()
        admin = bearer(self._tokens.mint(self._subject, [Role.ADMIN]), "p")
        _, _, body = await self._connection.ask("POST", "/v1/players", admin, b'{"name": "Sam"}')
        player = json.loads(body)["id"]
        self._token = self._tokens.mint(self._subject, [Role.PLAYER], player_id=player)
        path = f"/v1/players/{player}/consents/play"
        await self._connection.ask("PUT", path, bearer(self._token, "c"), b'{"given": true}')
        asked = b'{"story": "clearing"}'
        _, _, body = await self._connection.ask("POST", "/v1/sessions", bearer(self._token, "s"), asked)
        self._path = f"/v1/sessions/{json.loads(body)['id']}"

    async def play(self) -> None:
        """Take a turn, and wait for its reply."""
        async with self._turn:
            self._turns += 1
            head = bearer(self._token, str(self._turns)) + "Prefer: wait=10\r\n"
            status, _, body = await self._connection.ask("POST", f"{self._path}/interactions", head, BODY)
            assert status == 200, body
            assert json.loads(body)["reply"]["turn"] == self._turns
            self.acknowledged[self._turns] = time.perf_counter()

    async def follow(self) -> None:
        """Open the session's streams; return once each has begun."""
        for _ in range(STREAMS_EACH):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            head = f"GET {self._path}/stream HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self._token}"
            writer.write(f"{head}\r\n\r\n".encode())
            answer = await reader.readuntil(b"event: open\n")
            assert answer.startswith(b"HTTP/1.1 200 "), answer
            self._streams.append(asyncio.create_task(self._hear(reader, writer)))

    async def told_all(self, turns: Sequence[int]) -> None:
        """Wait until each stream has sent the replies to these turns."""
        async with asyncio.timeout(WI_S):
            while any(len(self.told.get(turn, ())) < STREAMS_EACH for turn in turns):  # noqa: ASYNC110 - Five readers write it.
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        await self._connection.close()
        for each in self._streams:
            each.cancel()
        await asyncio.gather(*self._streams, return_exceptions=True)

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await reader.readuntil(b'event: reply\ndata: {"turn":')
                turn = int((await reader.readuntil(b","))[:-1])
                self.told.setdefault(turn, []).append(time.perf_counter())
        finally:
            writer.transport.abort()


async def run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as raw:
        async with served(Path(raw)) as serving:
            return await _measured(serving)


@asynccontextmanager
async def served(directory: Path) -> AsyncIterator[Serving]:
    keys, port = directory / "keys", free_port()
    await once(directory, "keys", "keys", "create", str(keys))
    async with server() as child:
        common = {"store_url": child.url, "keys_dir": str(keys), "graph_url": f"embedded:{directory}/graph"}
        await once(directory, "migrate", "migrate", **common)
        serving = Process(directory, "serve", "-m", "tta", "serve", "all", **common, port=str(port))
        common["graph_url"] = f"embedded:{directory}/graph-of-none"
        parts = (serving, Process(directory, "react", "-m", "tta", "react", **common))
        try:
            for part in parts:
                await part.start()
            await until_listening(port)
            yield Serving(port, serving.pid, Tokens.read(keys / "token-signing.json", create=False))
        finally:
            for part in parts:
                await part.stop()


async def _measured(serving: Serving) -> list[Figure]:
    sessions = [Session(serving, number) for number in range(SESSIONS)]
    for each in sessions:
        await each.begin()
    await _rounds(sessions)
    before = _resident(serving)
    await _rounds(sessions)
    alone = _resident(serving)
    for each in sessions:
        await each.follow()
    idle = _resident(serving)
    await _rounds(sessions)
    followed = range(2 * ROUNDS + 1, 3 * ROUNDS + 1)
    await asyncio.gather(*(each.told_all(followed) for each in sessions))
    after = _resident(serving)
    await _at_rate(sessions, WARM_UP_S)
    began = time.perf_counter()
    await _at_rate(sessions, SECONDS)
    turns, lags = 0, []
    for each in sessions:
        taken = [turn for turn, at in each.acknowledged.items() if at >= began]
        await each.told_all(taken)
        turns += len(taken)
        lags += [told - each.acknowledged[turn] for turn in taken for told in each.told[turn]]
    await asyncio.gather(*(each.close() for each in sessions))
    note = f"{turns} turns, each told on {STREAMS_EACH} streams"
    return [
        Figure("the process before", before / 2**20, "MB"),
        Figure("memory per open stream, just opened", (idle - alone) / STREAMS / 1024, "KB"),
        Figure(
            f"memory per open stream that told {ROUNDS} turns",
            max(0.0, after - alone - (alone - before)) / STREAMS / 1024,
            "KB",
            note="less what the turns add alone",
        ),
        Figure("reply acknowledged → on the stream, p50", percentile(lags, 0.5) * 1000, "ms", note=note),
        Figure("… p99", percentile(lags, 0.99) * 1000, "ms"),
        Figure("… longest", max(lags) * 1000, "ms"),
        Figure("replies that were on the stream first", 100 * sum(lag <= 0 for lag in lags) / len(lags), "%"),
        Figure("replies told", len(lags) / (turns * STREAMS_EACH), "×", note="of those acknowledged"),
    ]


async def _rounds(sessions: Sequence[Session]) -> None:
    """Let each session take its turns, several sessions at once."""
    for _ in range(ROUNDS):
        for first in range(0, SESSIONS, 20):
            await asyncio.gather(*(each.play() for each in sessions[first : first + 20]))


async def _at_rate(sessions: Sequence[Session], seconds: float) -> None:
    began, under_way = time.perf_counter(), []
    for number in range(int(RATE * seconds)):
        await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        under_way.append(asyncio.create_task(sessions[number % SESSIONS].play()))
    await asyncio.gather(*under_way)


def _resident(serving: Serving) -> int:
    return int(psutil.Process(serving.pid).memory_info().rss)
