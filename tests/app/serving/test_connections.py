"""Input on a connection before, beside, after or instead of a request."""

import asyncio
import inspect
import re
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import httptools
import msgspec
import psutil
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from tests.support.http.api_examples import Api
from tests.support.http.wire import served
from tta.app.main import services
from tta.app.serving import connection
from tta.app.serving.connection import BEHIND_BYTES_MAX, HEAD_BYTES_MAX, IGNORED_BYTES_MAX
from tta.app.work import Work
from tta.http.apps import app, operators_app

HOST = b"Host: a\r\n"
ALIVE = b'{"status":"alive"}'
LIVEZ = b"GET /livez HTTP/1.1\r\n" + HOST + b"\r\n"
CHUNKED = b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
"""The head of a request whose body comes in chunks."""
MIB = 1 << 20


async def said_nothing() -> None:
    """Metrics have nothing to refresh here."""


async def echo(request: Request) -> Response:
    raw = await request.body()
    names = ",".join(sorted(request.headers))
    return PlainTextResponse(f"{request.method} {raw.decode()} {names}")


async def early(_request: Request) -> Response:
    return PlainTextResponse("too much", 413, {"Connection": "close"})


class Streams:
    """An endless stream, and whether its end was noticed."""

    def __init__(self) -> None:
        self.left = asyncio.Event()

    async def endpoint(self, request: Request) -> Response:
        request.scope["streamed"] = True
        return StreamingResponse(self._written())

    async def _written(self) -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"on\n"
                await asyncio.sleep(0.05)
        finally:
            self.left.set()


@pytest.fixture
def streams() -> Streams:
    return Streams()


@pytest.fixture
def made(streams: Streams) -> Starlette:
    made = operators_app(said_nothing)
    made.router.routes += [
        Route("/echo", echo, methods=["GET", "POST"]),
        Route("/early", early, methods=["POST"]),
        Route("/stream", streams.endpoint),
    ]
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def address(made: Starlette) -> AsyncIterator[tuple[str, int]]:
    async with served(made, idle_s=2) as found:
        yield found


class Answers(NamedTuple):
    """All that was answered over one connection, until the server closed it."""

    raw: bytes

    @property
    def statuses(self) -> list[int]:
        return [int(each) for each in re.findall(rb"HTTP/1\.1 (\d{3}) ", self.raw)]

    def is_problem(self, status: int, code: str) -> None:
        head, _, body = self.raw.partition(b"\r\n\r\n")
        assert self.statuses == [status]
        assert b"content-type: application/problem+json" in head
        assert b"x-content-type-options: nosniff" in head
        assert b"x-request-id: " in head
        assert b"connection: close" in head
        assert msgspec.json.decode(body)["code"] == code


async def answers(address: tuple[str, int], raw: bytes) -> Answers:
    """Send bytes and read until the server closes, which every request here makes it do in the end."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(raw)
    async with asyncio.timeout(30):
        got = await reader.read(-1)
    writer.close()
    return Answers(got)


def closing(raw: bytes) -> bytes:
    return raw.replace(HOST, HOST + b"Connection: close\r\n", 1)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /livez\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET /livez HTTP/1.1\r\n" + HOST + b"X: a\x00b\r\n\r\n",
        b"CONNECT a:443 HTTP/1.1\r\n" + HOST + b"\r\n",
        b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\na",
        b"POST /echo HTTP/1.1\r\n"
        + HOST
        + b"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n1\r\na\r\n0\r\n\r\n",
        b"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\na",
        CHUNKED + b"zz\r\n",
        b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\na",
    ],
    ids=[
        "tls",
        "http2",
        "no version",
        "space",
        "nul",
        "connect",
        "gzip chunked",
        "gzip",
        "both lengths",
        "chunks of 1.0",
        "two lengths",
        "chunk size",
        "negative",
    ],
)
async def test_what_is_no_request_is_answered_with_a_problem(address: tuple[str, int], raw: bytes):
    (await answers(address, raw)).is_problem(400, "malformed-request")


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /" + b"x" * 4 * MIB,
        b"GET /livez HTTP/1.1\r\n" + HOST + b"X: " + b"x" * 4 * MIB,
        b"GET /livez HTTP/1.1\r\n" + HOST + b"x" * 4 * MIB,
        b"GET /livez HTTP/1.1\r\n" + HOST + b"a: b\r\n" * (MIB // 2),
        CHUNKED + b"1;x=" + b"y" * 2 * MIB,
        CHUNKED + b"1\r\na\r\n0\r\n" + b"a: b\r\n" * (MIB // 2),
    ],
    ids=["url", "value", "name", "many", "chunk extension", "trailers"],
)
async def test_more_than_is_allowed_is_refused_before_it_is_gathered(address: tuple[str, int], raw: bytes):
    (await answers(address, raw)).is_problem(431, "headers-too-large")


async def test_a_header_without_an_end_costs_neither_memory_nor_others_time(address: tuple[str, int]):
    memory, before = psutil.Process(), psutil.Process().memory_info().rss
    reader, writer = await asyncio.open_connection(*address)
    writer.write(LIVEZ[:-2] + b"X: ")
    refused = asyncio.ensure_future(reader.readuntil(b"headers-too-large"))
    sent = 0
    with suppress(ConnectionError):
        while sent < 100 * MIB:
            writer.write(b"x" * MIB)
            await writer.drain()
            sent += MIB
            assert (await answers(address, closing(LIVEZ))).raw.endswith(ALIVE)
    writer.close()
    assert sent < 20 * MIB
    assert memory.memory_info().rss - before < 16 * MIB
    assert (await refused).startswith(b"HTTP/1.1 431")


async def test_as_much_as_is_allowed_is_taken(address: tuple[str, int]):
    filling = b"a:b\r\n" * ((HEAD_BYTES_MAX - 100) // 5)
    raw = b"GET /livez HTTP/1.1\r\n" + HOST + b"Connection: close\r\n" + filling + b"\r\n"
    assert (await answers(address, raw)).statuses == [200]


@pytest.mark.parametrize("upgrade", [b"h2c", b"websocket", b"TLS/1.0, HTTP/1.1"])
async def test_the_body_of_a_request_with_an_upgrade_is_its_body(address: tuple[str, int], upgrade: bytes):
    hidden = b"GET /livez HTTP/1.1\r\nHost: evil\r\n\r\n"
    raw = (
        b"POST /echo HTTP/1.1\r\n"
        + HOST
        + b"Connection: Upgrade\r\nUpgrade: "
        + upgrade
        + b"\r\nContent-Length: %d\r\n\r\n" % len(hidden)
        + hidden
    )
    got = await answers(address, raw + closing(LIVEZ))
    assert got.statuses == [200, 200]
    assert b"POST " + hidden in got.raw
    assert got.raw.endswith(ALIVE)


async def test_a_chunked_body_behind_an_upgrade_comes_whole_however_it_is_cut(address: tuple[str, int]):
    raw = (
        b"POST /echo HTTP/1.1\r\n"
        + HOST
        + b"Connection: upgrade, close\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
    )
    for cut in range(1, len(raw)):
        reader, writer = await asyncio.open_connection(*address)
        writer.write(raw[:cut])
        await writer.drain()
        await asyncio.sleep(0)
        writer.write(raw[cut:])
        async with asyncio.timeout(10):
            assert b"POST abcdefg " in await reader.read(-1)
        writer.close()


async def test_trailers_are_no_headers(address: tuple[str, int]):
    raw = (
        b"POST /echo HTTP/1.1\r\n"
        + HOST
        + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"1\r\na\r\n0\r\nAuthorization: Bearer x\r\nIf-Match: *\r\n\r\n"
    )
    got = (await answers(address, raw)).raw
    assert got.endswith(b"POST a connection,host,transfer-encoding")


@pytest.mark.parametrize("trailer", [b"X-Trailer: x", b"Connection: close", b"Connection: keep-alive"])
async def test_trailers_of_one_request_are_none_of_the_next(address: tuple[str, int], trailer: bytes):
    """The parser would heed some of them: nothing that follows is read."""
    first = CHUNKED + b"0\r\n" + trailer + b"\r\n\r\n"
    got = (await answers(address, first + closing(b"GET /echo HTTP/1.1\r\n" + HOST + b"\r\n"))).raw
    assert got.count(b"HTTP/1.1 200") == 1
    assert b"connection: close" in got
    assert b"trailer" not in got


async def test_an_old_client_gets_no_chunks(address: tuple[str, int], streams: Streams):
    reader, writer = await asyncio.open_connection(*address)
    writer.write(b"GET /stream HTTP/1.0\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    assert b"transfer-encoding" not in head
    assert b"connection: close" in head
    assert await reader.readexactly(6) == b"on\non\n"
    writer.close()
    async with asyncio.timeout(10):
        await streams.left.wait()
    assert (await answers(address, b"GET /livez HTTP/1.0\r\n\r\n")).raw.endswith(ALIVE)


async def test_an_absolute_target_is_a_path_of_ours(address: tuple[str, int]):
    got = await answers(address, closing(LIVEZ.replace(b"/livez", b"http://a/livez")))
    assert got.raw.endswith(ALIVE)


@pytest.mark.parametrize("behind", [LIVEZ, LIVEZ * 3, b"x" * 2 * BEHIND_BYTES_MAX, b"GE"])
async def test_who_leaves_a_stream_is_noticed_whatever_they_sent_behind_it(
    address: tuple[str, int], streams: Streams, behind: bytes
):
    reader, writer = await asyncio.open_connection(*address)
    writer.write(b"GET /stream HTTP/1.1\r\n" + HOST + b"\r\n" + behind)
    await reader.readuntil(b"on\n")
    await writer.drain()
    assert not streams.left.is_set()
    writer.close()
    async with asyncio.timeout(10):
        await streams.left.wait()


async def test_requests_that_are_sent_ahead_are_answered_in_order(address: tuple[str, int]):
    posts = [b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\n\r\n%d" % n for n in range(9)]
    got = (await answers(address, b"".join(posts) + closing(LIVEZ))).raw
    assert re.findall(rb"POST (\d) ", got) == [b"%d" % n for n in range(9)]
    assert got.endswith(ALIVE)


@pytest.mark.parametrize(
    "behind",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        b"GET /livez HTTP/2.0\r\n" + HOST + b"\r\n",
        b"GET http://a HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /livez HTTP/1.1\r\nX: " + b"x" * 2 * HEAD_BYTES_MAX,
        CHUNKED + b"zz\r\n",
    ],
    ids=["bytes", "coding", "version", "no path", "long", "chunk"],
)
async def test_what_is_no_request_behind_one_takes_nothing_from_it(address: tuple[str, int], behind: bytes):
    got = await answers(address, LIVEZ + behind)
    assert got.statuses == [200]
    assert got.raw.endswith(ALIVE)


@pytest.mark.parametrize("path", [b"/echo", b"/nowhere"])
async def test_a_body_of_tiny_chunks_ends_before_it_takes_anybodys_time(
    address: tuple[str, int], path: bytes
):
    reader, writer = await asyncio.open_connection(*address)
    writer.write(b"POST " + path + b" HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
    answer = asyncio.ensure_future(reader.read(-1))
    sent = 0
    with suppress(ConnectionError):
        while not answer.done() and sent < 64 * MIB:
            writer.write(b"1\r\n \r\n" * 10_000)
            await writer.drain()
            sent += 60_000
            assert (await answers(address, closing(LIVEZ))).raw.endswith(ALIVE)
    assert sent < 16 * MIB
    with suppress(ConnectionError):
        assert Answers(await answer).statuses in ([431], [404])
    writer.close()


@pytest.mark.parametrize("path", ["/livez", "/slow"])
async def test_a_client_that_ends_its_side_is_answered(made: Starlette, path: str):
    async def slow(_request: Request) -> Response:
        await asyncio.sleep(0.2)  # Longer than its end takes to come.
        return PlainTextResponse("at last")

    made.router.routes.append(Route("/slow", slow))
    async with served(made) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        writer.write_eof()
        async with asyncio.timeout(10):
            assert Answers(await reader.read(-1)).statuses == [200]
        writer.close()


async def test_what_came_whole_before_something_that_is_none_is_answered(address: tuple[str, int]):
    got = await answers(address, LIVEZ * 3 + b"BAD\r\n\r\n" + LIVEZ)
    assert got.statuses == [200] * 3


async def test_so_many_requests_wait_behind_one_and_no_more(address: tuple[str, int]):
    got = await answers(address, LIVEZ * 14_000)
    assert set(got.statuses) == {200}
    assert len(got.statuses) < 14_000
    assert b"connection: close" in got.raw.rpartition(b"HTTP/1.1 200")[2]


async def test_a_body_behind_a_stream_hides_nobody_that_leaves(address: tuple[str, int], streams: Streams):
    reader, writer = await asyncio.open_connection(*address)
    post = b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 100000\r\n\r\n"
    writer.write(b"GET /stream HTTP/1.1\r\n" + HOST + b"\r\n" + post + b"x" * 66_000)
    await reader.readuntil(b"on\n")
    writer.write(b"x")
    await writer.drain()
    writer.close()
    async with asyncio.timeout(10):
        await streams.left.wait()


async def test_a_body_that_breaks_after_its_refusal_is_not_answered_twice(address: tuple[str, int]):
    reader, writer = await asyncio.open_connection(*address)
    writer.write(b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 404")
    writer.write(b"zz\r\n")
    async with asyncio.timeout(10):
        assert b"HTTP/1.1" not in await reader.read(-1)
    writer.close()


async def test_many_upgrades_in_one_piece_are_each_answered(address: tuple[str, int]):
    one = b"GET /livez HTTP/1.1\r\nHost: a\r\nUpgrade: a\r\nConnection: upgrade\r\n\r\n"
    assert (await answers(address, one * 9 + closing(LIVEZ))).statuses == [200] * 10


async def test_a_page_is_told_that_its_headers_are_too_large_and_what_to_do_now(api: Api):
    serving = services(api.parts, Work([], []))
    page = (
        b"Origin: https://play.example\r\nContent-Type: application/json\r\nX: " + b"x" * 2 * HEAD_BYTES_MAX
    )
    path = b"/v1/players/00000000-0000-8000-8000-000000000000/measures"
    async with served(app(serving, "all", origins=["https://play.example"])) as address:
        got = await answers(address, b"POST " + path + b" HTTP/1.1\r\n" + HOST + page)
    got.is_problem(431, "headers-too-large")
    assert b"access-control-allow-origin: https://play.example" in got.raw
    assert b'"guidance":' in got.raw


async def test_a_length_of_any_number_of_digits_is_read(api: Api):
    player = await api.player()
    fields = (
        "POST /v1/sessions HTTP/1.1",
        "Host: a",
        "Connection: close",
        f"Authorization: Bearer {player.token}",
        "Content-Type: application/json",
        "Idempotency-Key: k",
        f"Content-Length: {'0' * 5_000}2",
    )
    async with served(app(services(api.parts, Work([], [])), "all")) as address:
        got = await answers(address, ("\r\n".join(fields) + "\r\n\r\n{}").encode())
    assert got.statuses in ([201], [400])


async def test_connections_beyond_the_limit_leave_each_other_alone(made: Starlette):
    async with served(made, connections_max=1) as address:
        busy_reader, busy = await asyncio.open_connection(*address)
        busy.write(b"GET /stream HTTP/1.1\r\n" + HOST + b"\r\n")
        await busy_reader.readuntil(b"on\n")
        extra = [await asyncio.open_connection(*address) for _ in range(5)]
        for reader, writer in extra:
            writer.write(LIVEZ)
            assert (await reader.readuntil(ALIVE)).endswith(ALIVE)
        busy.close()


@pytest.mark.parametrize("length", [MIB, IGNORED_BYTES_MAX - MIB])
async def test_a_refusal_is_read_however_much_its_client_still_sends(address: tuple[str, int], length: int):
    raw = b"POST /early HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % (2 * length)
    reader, writer = await asyncio.open_connection(*address)
    writer.write(raw)
    assert await reader.readuntil(b"too much")
    writer.write(b"x" * length)
    await writer.drain()
    async with asyncio.timeout(10):
        assert await reader.read(-1) == b""
    writer.close()


async def test_a_body_that_never_comes_after_its_refusal_is_not_waited_for(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connection, "HEAD_S_MAX", 0.2)
    raw = b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\n"
    got = await answers(address, raw)
    assert got.statuses == [404]


@pytest.mark.parametrize("sent", [b"GET /li", LIVEZ[:-2], LIVEZ[:-1], b"G"])
async def test_headers_that_do_not_come_in_time_are_refused(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch, sent: bytes
):
    monkeypatch.setattr(connection, "HEAD_S_MAX", 0.2)
    (await answers(address, sent)).is_problem(408, "request-timeout")


async def test_headers_that_trickle_have_no_more_time(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connection, "HEAD_S_MAX", 0.3)
    reader, writer = await asyncio.open_connection(*address)
    writer.write(b"GET /livez HTTP/1.1\r\nX: ")
    answer = asyncio.ensure_future(reader.read(-1))
    while not answer.done():
        writer.write(b"x")
        await asyncio.wait([answer], timeout=0.05)
    writer.close()
    Answers(answer.result()).is_problem(408, "request-timeout")


@pytest.mark.parametrize("sent", [b"", b"\r\n\r\n", LIVEZ])
async def test_a_connection_on_which_nothing_happens_is_closed(address: tuple[str, int], sent: bytes):
    began = time.monotonic()
    got = await answers(address, sent)
    assert got.statuses == ([200] if sent == LIVEZ else [])
    assert time.monotonic() - began >= 1.9


async def test_at_the_limit_the_longest_idle_is_closed(made: Starlette):
    async with served(made, connections_max=3) as address:
        idle = [await asyncio.open_connection(*address) for _ in range(3)]
        idle[0][1].write(LIVEZ)  # It has been busy since; now the second is idle for longest.
        assert (await idle[0][0].readuntil(ALIVE)).endswith(ALIVE)
        assert (await answers(address, closing(LIVEZ))).raw.endswith(ALIVE)
        async with asyncio.timeout(10):
            assert await idle[1][0].read(-1) == b""
        for reader, writer in (idle[0], idle[2]):
            writer.write(closing(LIVEZ))
            assert (await reader.read(-1)).endswith(ALIVE)


async def test_at_the_limit_who_runs_us_is_answered_and_others_are_told_to_come_back(api: Api):
    serving = services(api.parts, Work([], []))
    player = await api.player()
    story = closing(b"GET /v1/stories/clearing HTTP/1.1\r\n" + HOST + b"\r\n")
    async with served(app(serving, "all"), connections_max=2) as address:
        busy = [await asyncio.open_connection(*address) for _ in range(2)]
        for _, writer in busy:
            # Its body never comes.
            writer.write(b"POST /v1/sessions HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n")
            writer.write(f"Authorization: Bearer {player.token}\r\nContent-Length: 9\r\n\r\n".encode())
        assert (await answers(address, closing(LIVEZ))).statuses == [200]
        (await answers(address, story)).is_problem(503, "overloaded")
        busy[0][1].close()
        async with asyncio.timeout(10):
            while (await answers(address, story)).statuses == [503]:
                pass  # Until the server has noticed that the first one left.
        busy[1][1].close()


def test_what_is_leaned_on_of_uvicorn_and_its_parser_is_there():
    """None of it is promised by their makers, so both are pinned to the minor version."""
    for name in (
        "_start_asgi_task",
        "_unset_keepalive_if_required",
        "timeout_keep_alive_handler",
        "on_response_complete",
        "resume_writing",
    ):
        assert inspect.isfunction(getattr(HttpToolsProtocol, name))
    assert inspect.isfunction(FlowControl.resume_reading)
    made = inspect.getsource(HttpToolsProtocol.__init__)
    for name in (
        *("pipeline", "cycle", "scope", "headers", "flow", "tasks", "server_state", "app", "url", "parser"),
        *("timeout_keep_alive_task", "timeout_keep_alive", "expect_100_continue", "app_state", "transport"),
        *("asgi_version", "root_path", "logger", "access_logger", "access_log", "loop", "server", "client"),
        "scheme",
    ):
        assert f"self.{name}" in made + inspect.getsource(HttpToolsProtocol.on_message_begin), name
    cycle = inspect.getsource(RequestResponseCycle)
    for name in (
        "scope",
        "body",
        "disconnected",
        "message_event",
        "response_started",
        "response_complete",
        "keep_alive",
        "more_body",
        "chunked_encoding",
        "expected_content_length",
    ):
        assert f"self.{name}" in cycle, name
    assert httptools.HttpRequestParser.set_dangerous_leniencies
    pins = (Path(__file__).parents[3] / "pyproject.toml").read_text()
    assert re.search(r'"httptools>=0\.9(\.\d+)?,<0\.10"', pins)
    assert re.search(r'"uvicorn>=0\.54(\.\d+)?,<0\.55"', pins)
