"""`POST …/interactions` through uvicorn, one worker, durable, with reactor and projector in other
processes.

The ceiling is a bare Starlette echo with one bare append per request, in the same set-up: the same
server, the same client, both processes running.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.figures import Figure, median, sized
from bench.players import Connection, Process, free_port, until_listening
from bench.stores import server
from tta.domain.identity import derived_id
from tta.domain.vocabulary import Role
from tta.eventstore.child_server import ChildServer
from tta.security.tokens import Tokens

TITLE = "Interactions over HTTP, one worker, durable"
CONNECTIONS = 32
SESSIONS = sized(1_024, 32)
ROUND_S = sized(5.0, 0.3)
ROUNDS = sized(3, 1)
REFUSED_S = 0.005
BODY = json.dumps({"text": "I take a slow breath and look around. " * 5}).encode()


async def run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as raw:
        directory = Path(raw)
        async with server() as child:
            return await _measured(directory, child)


async def _measured(directory: Path, child: ChildServer) -> list[Figure]:
    keys, port, bare_port = directory / "keys", free_port(), free_port()
    await once(directory, "keys", "keys", "create", str(keys))
    common = {"store_url": child.url, "keys_dir": str(keys)}
    parts = []
    for name, arguments in (("serve", ["serve", "commands"]), ("project", ["project"]), ("react", ["react"])):
        graph = {"graph_url": f"embedded:{directory / name}-graph"}
        await once(directory, f"{name}-migrate", "migrate", **common, **graph)
        parts.append(Process(directory, name, "-m", "tta", *arguments, **common, **graph, port=str(port)))
    bare = Process(directory, "bare", "-m", "bench.bare", child.url, "bare", str(bare_port))
    try:
        for process in (*parts, bare):
            await process.start()
        await until_listening(port)
        await until_listening(bare_port)
        ours = Ours(port, Tokens.read(keys / "token-signing.json", create=False))
        await ours.begin()
        rates, ceilings, refused = [], [], 0
        for _ in range(ROUNDS):
            rates.append(await rate(port, ours.ask))
            refused += ours.refused
            ceilings.append(await rate(bare_port, echo))
    finally:
        for process in (*parts, bare):
            await process.stop()
    ours_s, bare_s = median(rates), median(ceilings)
    return [
        Figure("bare echo + one bare append", bare_s, "requests/s"),
        Figure("POST …/interactions", ours_s, "requests/s"),
        Figure("ours / bare", ours_s / bare_s, "×", "≥ 0.5"),
        Figure("refused because the turn before was unanswered", refused, "", note="the reactor was behind"),
    ]


class Ours:
    """Use sessions in rotation, so that a turn is answered before the session's next turn."""

    def __init__(self, port: int, tokens: Tokens) -> None:
        self._port = port
        self._tokens = tokens
        self._sessions: list[tuple[str, str]] = []
        self._next = 0
        self.refused = 0

    async def begin(self) -> None:
        connections = [Connection(self._port) for _ in range(CONNECTIONS)]
        await asyncio.gather(*(each.open() for each in connections))

        async def some(connection: Connection, first: int) -> None:
            for number in range(first, SESSIONS, CONNECTIONS):
                self._sessions.append(await self._session(connection, number))

        await asyncio.gather(*(some(each, number) for number, each in enumerate(connections)))
        await asyncio.gather(*(each.close() for each in connections))

    async def _session(self, connection: Connection, number: int) -> tuple[str, str]:
        subject = str(derived_id("bench account", str(number)))
        admin = bearer(self._tokens.mint(subject, [Role.ADMIN]), "p")
        _, _, body = await connection.ask("POST", "/v1/players", admin, b'{"name": "Sam"}')
        player = json.loads(body)["id"]
        token = self._tokens.mint(subject, [Role.PLAYER], player_id=player)
        path = f"/v1/players/{player}/consents/play"
        await connection.ask("PUT", path, bearer(token, "c"), b'{"given": true}')
        _, _, body = await connection.ask("POST", "/v1/sessions", bearer(token, "s"), b"{}")
        return f"/v1/sessions/{json.loads(body)['id']}/interactions", token

    async def ask(self, connection: Connection) -> bool:
        self._next += 1
        path, token = self._sessions[self._next % SESSIONS]
        status, _, _ = await connection.ask("POST", path, bearer(token, str(self._next)), BODY)
        assert status in (200, 409), status
        if status == 409:  # The reactor is behind. A player would read the reply before saying more.
            self.refused += 1
            await asyncio.sleep(REFUSED_S)
        return status == 200


async def echo(connection: Connection) -> bool:
    status, _, _ = await connection.ask("POST", "/echo", "", BODY)
    assert status == 200, status
    return True


async def rate(port: int, ask: Callable[[Connection], Awaitable[bool]]) -> float:
    connections = [Connection(port) for _ in range(CONNECTIONS)]
    await asyncio.gather(*(each.open() for each in connections))
    answered, until = 0, time.perf_counter() + ROUND_S

    async def client(connection: Connection) -> None:
        nonlocal answered
        while time.perf_counter() < until:
            done = await ask(connection)  # Add afterwards, because `answered += await …` would lose counts.
            answered += done

    began = time.perf_counter()
    await asyncio.gather(*(client(each) for each in connections))
    took = time.perf_counter() - began
    await asyncio.gather(*(each.close() for each in connections))
    return answered / took


async def once(directory: Path, name: str, *arguments: str, **settings: str) -> None:
    process = Process(directory, name, "-m", "tta", *arguments, **settings)
    await process.start()
    await process.ended()


def bearer(token: str, key: str) -> str:
    return f"Authorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
