"""One HTTP connection: uvicorn's protocol over httptools, with limits on time and size.

Uvicorn limits neither the size of headers nor their time. httptools treats the body of a request with an
`Upgrade` as the next request, and trailers as headers. This module corrects both, and answers bytes that are
not HTTP with a problem document, like every other refusal.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum
from typing import Any, cast
from urllib.parse import unquote

import httptools
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config
from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from tta.app.serving.crowd import Crowd
from tta.app.serving.transport import LingeringTransport
from tta.http.edge.problems import HEADERS_TOO_LARGE, LATE, MALFORMED, OVERLOADED, Kind
from tta.telemetry.metrics import CONNECTIONS_CLOSED

HEAD_BYTES_MAX = 64 * 1024  # Of request line and headers; likewise of trailers, and of the framing of chunks.
HEAD_S_MAX = 10.0  # From a request's first byte until its headers are complete.
FED_BYTES = 16 * 1024  # In one step: the limit on headers may be exceeded by this much.
BEHIND_BYTES_MAX = 64 * 1024  # Sent ahead by a client, after a request that is not answered yet.
IGNORED_BYTES_MAX = 4 * 1024 * 1024  # Read after a refusal, so that the client can read the refusal.
PIPELINED_MAX = 16  # Requests that wait for an earlier one to be answered.
TARGET_BYTES_MAX = 2_048  # Of a partial request, whose answer names its target.
FRAMING = (b"content-length", b"transfer-encoding")


class RequestStage(Enum):
    """How much of a request has arrived."""

    NONE = "none"
    HEAD = "head"
    BODY = "body"


class UnreadableRequest(Exception):
    """The bytes are not a request that TTA accepts."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind.title)
        self.kind = kind


class Exchange(RequestResponseCycle):
    """One request and its answer."""

    is_unframed = False
    """Whether the answer ends with the connection, because an HTTP/1.0 client knows no chunks."""
    has_ended_sending = False
    """Whether the client has ended its side. It may have left, or it waits for the answer."""
    _is_read = False
    """Whether the app has read all of the body."""

    async def receive(self) -> ASGIReceiveEvent:
        was_read = self._is_read
        if self.has_ended_sending and was_read:
            return {"type": "http.disconnect"}
        message = await super().receive()
        if self.has_ended_sending and was_read:
            return {"type": "http.disconnect"}
        if message["type"] == "http.request":
            self._is_read = not message.get("more_body", False)
        return message

    async def send(self, message: ASGISendEvent) -> None:
        if self.scope["http_version"] == "1.0":
            if message["type"] == "http.response.start":
                named = {name.lower() for name, _ in message.get("headers", ())}
                self.is_unframed = b"content-length" not in named
                if self.is_unframed:
                    self.chunked_encoding = False
            elif message["type"] == "http.response.body" and self.is_unframed:
                self.expected_content_length = len(message.get("body", b""))
        await super().send(message)


class Connection(HttpToolsProtocol):
    """Created by uvicorn for every connection of a server."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        crowd: Crowd,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._crowd = crowd
        self._is_extra = False
        """Whether it exceeds the limit of connections: it then takes one request."""
        self._stage = RequestStage.NONE
        self._active: Exchange | None = None
        """The exchange that is being answered. Later ones wait in `pipeline`."""
        self._head_bytes = 0
        self._behind_bytes = 0
        self._resumes = False
        """Whether the parser reads a known head again (see `_resume`)."""
        self._late: asyncio.TimerHandle | None = None
        self._ignores = False
        """Whether further bytes are read only to be discarded."""
        self._ignored_bytes = 0
        self._has_trailers = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._crowd.join(self)
        if self._crowd.is_full:
            CONNECTIONS_CLOSED.labels("full").inc()
            transport.abort()
        elif self._crowd.is_over:
            self._is_extra = True
            self.app = cast("Any", crowded(cast("ASGIApp", self.app), self._crowd))
        super().connection_made(
            cast("asyncio.Transport", LingeringTransport(transport, self._may_be_sending))
        )
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.leave(self)
        self._await_head(None)
        self._unset_keepalive_if_required()  # Uvicorn does so only if the connection was not reset.
        self.pipeline.clear()
        if self._active is not None and not self._active.response_complete:
            self._active.disconnected = True
            self._active.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._ignores or self.transport.is_closing():
            self._ignored_bytes += len(data)
            if self._ignored_bytes > IGNORED_BYTES_MAX:
                self.transport.abort()
            return
        self._unset_keepalive_if_required()
        if self._stage is RequestStage.BODY and not self._is_answering():
            # The answer came before the body. Only part of the body is read to keep the connection.
            self._ignored_bytes += len(data)
            if self._ignored_bytes > BEHIND_BYTES_MAX:
                self._ignores = True
                self.transport.close()
                return
        if self._active is not None and self._is_answering() and not self._active.more_body:
            self._behind_bytes += len(data)
            if self._behind_bytes > BEHIND_BYTES_MAX:
                self._ignore_the_rest()
                return
        try:
            self._feed(data)
        except (httptools.HttpParserError, UnreadableRequest) as error:
            self._fail(error.__context__ if isinstance(error.__context__, UnreadableRequest) else error)
        self._watch()

    def eof_received(self) -> bool:  # type: ignore[override]  # Uvicorn never keeps it.
        """Keep the connection while a complete request is being answered."""
        if self.transport.is_closing() or not self._is_answering():
            return False
        if self._active is self.cycle and self._stage is RequestStage.BODY:
            return False  # A client that ends its side within a body has left.
        self._ignore_the_rest()
        for exchange in (self._active, *(each for each, _ in self.pipeline)):
            cast("Exchange", exchange).has_ended_sending = True
            cast("Exchange", exchange).message_event.set()
        return True

    def on_message_begin(self) -> None:
        if not self._resumes:
            self._stage = RequestStage.HEAD
            self._ignored_bytes = 0
            self._has_trailers = False
            super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        if not self._resumes:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        # A field after a body is a trailer, not a header (RFC 9110 §6.5.1). TTA uses none.
        if self._stage is RequestStage.HEAD and not self._resumes:
            super().on_header(name, value)
        elif self._stage is RequestStage.BODY and not self._resumes:
            self._has_trailers = True

    def on_headers_complete(self) -> None:
        self._head_bytes = 0
        if self._resumes:
            return
        self._require_framing()
        self._complete_scope()
        if len(self.pipeline) >= PIPELINED_MAX:
            raise UnreadableRequest(OVERLOADED)
        self._stage = RequestStage.BODY
        before = self._active
        exchange = self._exchange(
            self.scope,
            expects_100=self.expect_100_continue and self.scope["http_version"] == "1.1",
            keep_alive=self._may_stay(),
        )
        if before is None or before.response_complete:
            self._start_asgi_task(exchange, self.app)
        else:
            # Uvicorn would stop reading until then, and not notice that the client has left.
            self.pipeline.appendleft((exchange, self.app))

    def on_body(self, body: bytes) -> None:
        # Framing may be as long as the chunks. Small chunks cost more than their bytes.
        self._head_bytes = max(0, self._head_bytes - 2 * len(body))
        super().on_body(body)
        if self.cycle is not self._active:
            self.flow.resume_reading()  # Otherwise nothing notices that the client has left.

    def on_message_complete(self) -> None:
        self._head_bytes = 0
        if self.parser.should_upgrade():
            return  # This ends only the head: httptools does not parse the body.
        self._stage = RequestStage.NONE
        super().on_message_complete()
        if self._has_trailers and self._is_answering():
            self._ignore_the_rest()  # The parser treats a trailer's `Connection` as a header.

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._behind_bytes = 0
        self._watch()

    def shutdown(self) -> None:
        for exchange in (self._active, self.cycle):
            if exchange is not None:
                exchange.keep_alive = False
        self.pipeline.clear()
        if not self._is_answering():
            self.transport.close()

    def timeout_keep_alive_handler(self) -> None:
        if not self.transport.is_closing():
            CONNECTIONS_CLOSED.labels("idle").inc()
        super().timeout_keep_alive_handler()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._active is not None and not self._is_answering():
            self._watch()  # The client has read its answer, so the connection is idle.

    def dismiss(self) -> None:
        """See Member.dismiss."""
        self.transport.abort()

    def leave_unread(self) -> None:
        """Close if the client has not read what was sent to it."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._active = cast("Exchange", cycle)
        super()._start_asgi_task(cycle, app)

    def _exchange(self, scope: Any, *, expects_100: bool, keep_alive: bool) -> Exchange:
        """Create the exchange to which the parser's further events belong."""
        self.cycle = exchange = Exchange(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=expects_100,
            keep_alive=keep_alive,
            on_response=self.on_response_complete,
        )
        return exchange

    def _feed(self, data: bytes) -> None:
        for piece in _pieces(data):
            self._head_bytes += len(piece)
            self._parse(piece)
            if self._head_bytes > HEAD_BYTES_MAX:
                raise UnreadableRequest(HEADERS_TOO_LARGE)

    def _parse(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                self._resume()
                data = data[upgrade.args[0] :]
            else:
                return

    def _resume(self) -> None:
        """Continue in HTTP/1.1 after a head with an `Upgrade`, which TTA ignores (RFC 9110 §7.8).

        The parser would treat the body as the next request. A new parser is given the body's length.
        """
        framing = [name + b": " + value for name, value in self.headers if name in FRAMING]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._resumes = True
        try:
            self.parser.feed_data(b"\r\n".join([b"POST / HTTP/1.1", *framing, b"", b""]))
        finally:
            self._resumes = False

    def _require_framing(self) -> None:
        """Refuse a body whose end is uncertain, or that has another coding than chunks."""
        codings = [value.strip().lower() for name, value in self.headers if name == b"transfer-encoding"]
        if codings and (codings != [b"chunked"] or self.parser.get_http_version() == "1.0"):
            raise UnreadableRequest(MALFORMED)

    def _complete_scope(self) -> None:
        target = httptools.parse_url(self.url)
        if target.path is None:
            raise UnreadableRequest(MALFORMED)
        version = self.parser.get_http_version()
        if version not in ("1.0", "1.1"):
            raise UnreadableRequest(MALFORMED)
        self.scope["http_version"] = version
        self.scope["method"] = self.parser.get_method().decode("ascii")
        self.scope["path"] = unquote(target.path.decode("ascii"))
        self.scope["raw_path"] = target.path
        self.scope["query_string"] = target.query or b""

    def _may_stay(self) -> bool:
        return self.scope["http_version"] != "1.0" and not self._is_extra and self.parser.should_keep_alive()

    def _is_answering(self) -> bool:
        return self._active is not None and not self._active.response_complete

    def _may_be_sending(self) -> bool:
        return self._ignores or self._stage is not RequestStage.NONE

    def _watch(self) -> None:
        """Set the timers, and the place in the crowd, for what the connection now waits for."""
        if self.transport.is_closing() or self._ignores:
            self._await_head(None)
        elif self._is_answering():
            self._crowd.is_busy(self)
            self._await_head(None)
        else:
            if not self.transport.get_write_buffer_size():
                self._crowd.is_idle(self)
            if self._stage is RequestStage.NONE:
                self._await_head(None)
                self._unset_keepalive_if_required()
                self.timeout_keep_alive_task = self.loop.call_later(
                    self.timeout_keep_alive, self.timeout_keep_alive_handler
                )
            elif self._late is None:
                self._unset_keepalive_if_required()
                self._await_head(HEAD_S_MAX)

    def _await_head(self, seconds: float | None) -> None:
        if self._late is not None:
            self._late.cancel()
        self._late = None if seconds is None else self.loop.call_later(seconds, self._is_late)

    def _is_late(self) -> None:
        self._late = None
        CONNECTIONS_CLOSED.labels("late").inc()
        if self._stage is RequestStage.HEAD:
            self._refuse(LATE)
        else:
            self.transport.close()  # The answer came before the body, which is not awaited.

    def _ignore_the_rest(self) -> None:
        """Answer the complete requests, then close."""
        assert self._active is not None, "a request is being answered"
        self._ignores = True
        if self._stage is RequestStage.BODY and self.pipeline and self.pipeline[0][0] is self.cycle:
            self.pipeline.popleft()
        last = self.pipeline[0][0] if self.pipeline else self._active
        last.keep_alive = False
        self.flow.resume_reading()

    def _fail(self, error: BaseException) -> None:
        kind = error.kind if isinstance(error, UnreadableRequest) else MALFORMED
        if self._is_answering() and (self._active is not self.cycle or self._stage is not RequestStage.BODY):
            # The requests being answered are complete; what follows is not a request.
            self._ignore_the_rest()
        elif self._stage is RequestStage.BODY and not self._is_answering():
            self._ignores = True
            self.transport.close()  # The answer came before the body.
        else:
            self._refuse(kind)

    def _refuse(self, kind: Kind) -> None:
        """Answer bytes that are not, or no longer, a request with a problem; then close."""
        self._ignores = True
        self._await_head(None)
        self._unset_keepalive_if_required()
        scope = self._scope_of_part()
        if self._is_answering() and self._active is not None:
            scope = dict(self._active.scope)
            self._active.disconnected = True
            self._active.message_event.set()
            if self._active.response_started:
                self.transport.close()
                return
        scope["refused"] = kind
        exchange = self._exchange(scope, expects_100=False, keep_alive=False)
        exchange.more_body = False
        self._start_asgi_task(exchange, self.app)

    def _scope_of_part(self) -> dict[str, Any]:
        """Return the scope of a partial request: its target, and the origin of its page."""
        method, path, headers = "", "", list[tuple[bytes, bytes]]()
        if self._stage is RequestStage.HEAD and len(self.url) <= TARGET_BYTES_MAX:
            headers = [each for each in self.headers if each[0] == b"origin"]
            with suppress(httptools.HttpParserError, UnicodeDecodeError):
                path = unquote((httptools.parse_url(self.url).path or b"").decode("ascii"))
                method = self.parser.get_method().decode("ascii")
        return {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": "1.1",
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "method": method,
            "root_path": self.root_path,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": headers,
            "state": self.app_state.copy(),
        }


def crowded(app: ASGIApp, crowd: Crowd) -> ASGIApp:
    """Make the app refuse requests over a connection beyond the limit, while the limit is exceeded."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        if crowd.is_over:
            scope.setdefault("refused", OVERLOADED)
        await app(scope, receive, send)

    return asked


def _pieces(data: bytes) -> Iterator[bytes]:
    if len(data) <= FED_BYTES:
        yield data
        return
    for start in range(0, len(data), FED_BYTES):
        yield data[start : start + FED_BYTES]
