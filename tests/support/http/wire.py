"""The app behind a real socket in this process, and clients that follow a session there."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from starlette.applications import Starlette

from tests.support.http.api_examples import Api, Caller
from tests.support.http.event_source import EventSource
from tta.app.main import services
from tta.app.serving.server import HttpServer, config_of
from tta.app.work import Work
from tta.commands.handle import CommandContext, Decision, handle_over
from tta.domain.identity import derived_id
from tta.domain.joint.deciding import Decided
from tta.domain.session import InteractionAnswered, InteractionSubmitted
from tta.domain.targets import session_target
from tta.domain.vocabulary import Author
from tta.eventstore.envelope import Causation
from tta.http.apps import app
from tta.http.edge.wiring import Services
from tta.live.hub import Hub
from tta.live.turn_steps import tell_step

SEND_BYTES = 16 * 1024
ENDS_WITHIN_S = 5  # A failed test may leave clients behind that read nothing.


@asynccontextmanager
async def served(
    made: Starlette,
    *,
    silent_ms_max: int = 0,
    idle_s: int = 75,
    connections_max: int = 1_000,
    ending: Callable[[], None] = lambda: None,
    ends_within_s: int = ENDS_WITHIN_S,
) -> AsyncIterator[tuple[str, int]]:
    """Serve an app on its own socket with small buffers; yield its address."""
    config = config_of(made, idle_s=idle_s, connections_max=connections_max)
    config.timeout_graceful_shutdown = ends_within_s
    server = HttpServer(config, ending)
    config.load()
    server.lifespan = config.lifespan_class(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
        if silent_ms_max:
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, silent_ms_max)
        await server.startup(sockets=[listening])
        try:
            yield listening.getsockname()[:2]
        finally:
            server.should_exit = True
            await server.shutdown([listening])


class Wire:
    """The app's address, and its hub."""

    def __init__(self, address: tuple[str, int], serving: Services) -> None:
        self.address = address
        self.live = serving.live

    def source(self, caller: Caller, path: str, *, holds: int = 0, **headers: str) -> EventSource:
        return EventSource(self.address, f"{path}/stream", caller.token, holds=holds, **headers)

    async def carries(self, streams: int) -> None:
        """Wait until the process has this many streams."""
        async with asyncio.timeout(10):
            while self.live.open != streams:  # noqa: ASYNC110 - The server notices in its own time.
                await asyncio.sleep(0.01)


@asynccontextmanager
async def wired(api: Api, *, silent_ms_max: int = 0, **limits: float) -> AsyncIterator[Wire]:
    """Serve an API with a hub that has these limits."""
    serving = services(api.parts, Work([], []))
    serving = serving._replace(live=Hub(api.parts.store, **limits))  # type: ignore[arg-type]
    async with served(app(serving, "all"), silent_ms_max=silent_ms_max) as address:
        try:
            yield Wire(address, serving)
        finally:
            # Otherwise a failed test would hang, because the server waits for its streams.
            serving.live.end_all()
    await serving.live.close()


async def hearing(api: Api, path: str) -> None:
    """Wait until progress notices arrive. A new listener misses some."""
    store, heard = api.parts.store, asyncio.Event()
    nobodys = UUID(bytes=UUID(path.rpartition("/")[2]).bytes[:1] + secrets.token_bytes(15))

    def take(message: bytes) -> None:
        if message.startswith(nobodys.bytes):
            heard.set()

    store.wakeups.hear(take)
    async with asyncio.timeout(20):
        while not heard.is_set():
            await tell_step(store, nobodys, 1, "begun")
            await asyncio.sleep(0.01)
    store.wakeups.unhear(take)


async def play_alone(api: Api, caller: Caller, path: str, turns: range, *, reply: str = "On") -> None:
    """Write turns into the log, two events each, without a player or a story.

    Use it only without reactors. It writes without a pause, so a reactor would lose every race, and later
    events of the slot would wait long.
    """
    session_id = UUID(path.rpartition("/")[2])
    target = session_target(session_id)
    for turn in turns:
        at, command_id = datetime.now(UTC), derived_id("turn", session_id, str(turn))
        events = [
            InteractionSubmitted(turn=turn, choice="on", at=at),
            InteractionAnswered(turn=turn, reply=reply, author=Author.STORY, at=at),
        ]
        causation = Causation(
            actor="test", command_id=command_id, correlation_id=command_id, causation_id=command_id
        )
        await handle_over(
            api.parts.commands,
            [target],
            _happening({target: events}),
            CommandContext(causation),
            player_id=caller.player_id,
        )


def _happening(events: Decided) -> Decision:
    return lambda _: events


SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
