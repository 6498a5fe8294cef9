"""Serving an app: uvicorn on a socket of our own, ended in order."""

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

CONNECTIONS_MAX = 10_000  # Of one process, idle ones included. The app itself bounds requests at once.
SHUTDOWN_S = 8  # What is under way then is answered that it was not done, or may not have been.
ARRIVED_S = 0.1  # Requests that have arrived are read first: closing their connections would reset them.
UNREAD_S = 3  # A client that has not read its answer by then does not hold up the end.
SILENT_S_MAX = 30  # Two heartbeats: a peer that takes nothing for so long is gone, or never reads.


class HttpServer(uvicorn.Server):
    """Uvicorn, told to stop, would wait for open streams and waits. This one ends them first, and leaves
    clients that do not read their answers.
    """

    def __init__(
        self, config: uvicorn.Config, ending: Callable[[], None], *, has_signals: bool = True
    ) -> None:
        super().__init__(config)
        self._ending = ending
        self._has_signals = has_signals

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Each server would take the signals from the one before, and give them back to it when that is over.
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
    """Answer until told to stop; `ready` is called with the URL. Raises SettingsWrong where it cannot listen,
    and says by `named` which settings choose another place. `ending` is called when it is told to stop, to
    end what the app would keep open. A connection on which nothing happens is closed after `idle_s`.
    One server of a process has the signals that tell it to stop; another is stopped by being cancelled.
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
            # Told to stop from outside, it still ends in order.
            server.should_exit = True
            await asyncio.wait([task])


def config_of(made: Starlette, *, idle_s: int, connections_max: int = CONNECTIONS_MAX) -> uvicorn.Config:
    """Say how an app is served, whatever it is that listens."""
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
            f"cannot listen on {host}, port {port} ({error}): choose others with {named}"
        ) from error
    if sys.platform == "linux":
        # The connections inherit it; elsewhere the system's own, longer patience holds.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_S_MAX * 1_000)
    return listening
