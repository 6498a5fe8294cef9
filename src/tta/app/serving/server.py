"""Serve an app: uvicorn on our own socket, with an orderly shutdown."""

import asyncio
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any, cast

import uvicorn
from starlette.applications import Starlette

from tta.app.serving.connection import Connection
from tta.app.serving.crowd import Crowd
from tta.app.settings import SettingsWrong

CONNECTIONS_MAX = 10_000  # Of one process, idle ones included. The app itself limits requests.
SHUTDOWN_S = 8  # Requests still under way get a problem: not done, or perhaps not done.
ARRIVED_S = 0.1  # First read requests that have arrived: closing would reset their connections.
UNREAD_S = 3  # After this, a client that does not read its answer no longer delays the shutdown.
SILENT_S_MAX = 30  # Two heartbeats: a peer that reads nothing for this long is gone.


class HttpServer(uvicorn.Server):
    """Uvicorn, but its shutdown ends open streams and waits first, and drops clients that do not read."""

    def __init__(
        self, config: uvicorn.Config, ending: Callable[[], None], *, has_signals: bool = True
    ) -> None:
        super().__init__(config)
        self._ending = ending
        self._has_signals = has_signals

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Each server would take over the signals of the previous one, which may have ended by then.
        with super().capture_signals() if self._has_signals else nullcontext():
            yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await asyncio.sleep(ARRIVED_S)
        self._ending()
        leaving = asyncio.get_running_loop().call_later(UNREAD_S, self._leave_unread)
        try:
            await super().shutdown(sockets)
        finally:
            leaving.cancel()

    def _leave_unread(self) -> None:
        for connection in tuple(self.server_state.connections):
            if isinstance(connection, Connection):
                connection.leave_unread()


async def serve(
    made: Starlette,
    host: str,
    port: int,
    ready: Callable[[str], None],
    *,
    named: str,
    idle_s: int,
    ending: Callable[[], None] = lambda: None,
    has_signals: bool = True,
    connections_max: int = CONNECTIONS_MAX,
) -> None:
    """Serve until told to stop; `ready` is called with the URL.

    Raises SettingsWrong if it cannot listen; `named` names the settings that choose another address. `ending`
    is called at the beginning of the shutdown, to end streams and waits. A connection without activity is
    closed after `idle_s`. One server of a process handles the signals; others are stopped by cancellation.
    """
    server = HttpServer(
        config_of(made, idle_s=idle_s, connections_max=connections_max), ending, has_signals=has_signals
    )
    with _listening(host, port, named) as listening:
        at, number = listening.getsockname()[:2]
        ready(f"http://[{at}]:{number}" if ":" in at else f"http://{at}:{number}")
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            await asyncio.shield(task)
        finally:
            # A cancelled server still shuts down in order.
            server.should_exit = True
            await asyncio.wait([task])


def config_of(made: Starlette, *, idle_s: int, connections_max: int = CONNECTIONS_MAX) -> uvicorn.Config:
    """Return uvicorn's configuration for an app."""
    made_by: Any = partial(Connection, crowd=Crowd(connections_max))
    return uvicorn.Config(
        made,
        http=cast("type[asyncio.Protocol]", made_by),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=idle_s,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )


def _listening(host: str, port: int, named: str) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=1_024)
    except (OSError, OverflowError) as error:
        raise SettingsWrong(
            f"cannot listen on {host}, port {port} ({error}): choose another with {named}"
        ) from error
    if sys.platform == "linux":
        # Connections inherit this option. Other systems use their own, longer timeout.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_S_MAX * 1_000)
    return listening
