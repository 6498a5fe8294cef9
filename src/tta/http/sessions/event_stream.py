"""Server-sent events on the wire: an answer that goes on until its client leaves or its watch ends."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tta.telemetry.metrics import STREAM_EVENTS, STREAMS_OPEN

MEDIA_TYPE = "text/event-stream"
RETRY_MS_MIN, RETRY_MS_MAX = 1_500, 3_000  # Apart, so that not all come back at one moment.
HEADERS = {
    "Cache-Control": "no-store, no-transform",  # A proxy that compresses would hold events back.
    "X-Accel-Buffering": "no",  # Proxies that hold an answer back until it is whole must not.
}
HEARTBEAT = b":\n\n"


def retry() -> bytes:
    """Say how long a client waits before it comes again."""
    return f"retry: {random.randint(RETRY_MS_MIN, RETRY_MS_MAX)}\n\n".encode()  # noqa: S311 - Jitter, not a secret.


def sse(name: str, data: msgspec.Struct, event_id: object = None) -> bytes:
    """Write one event; JSON has no line breaks of its own."""
    STREAM_EVENTS.labels(name).inc()
    identified = "" if event_id is None else f"id: {event_id}\n"
    return f"{identified}event: {name}\ndata: ".encode() + msgspec.json.encode(data) + b"\n\n"


class EventStream(Response):
    """Sends what `written` gives. `left` is called once, however it ends."""

    media_type = MEDIA_TYPE

    def __init__(
        self, written: AsyncIterator[bytes], *, gone: Callable[[], None], left: Callable[[], None]
    ) -> None:
        self.status_code = 200
        self.background = None
        self._written = written
        self._gone = gone
        self._left = left
        self.init_headers(HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["streamed"] = True
        STREAMS_OPEN.inc()
        noticing = asyncio.create_task(self._notice(receive))
        try:
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            async for chunk in self._written:
                if chunk:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._left()
            STREAMS_OPEN.dec()
            noticing.cancel()

    async def _notice(self, receive: Receive) -> None:
        """Wait for the client to leave."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self._gone()
