"""A real HTTP server on loopback that serves /v1/chat/completions, correctly or not, as a test says."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Says = str | Callable[[str], str]
"""The answer, or a function that makes it from the last message."""
HANGS_S = 60.0
COMES_WITHIN_S = 120.0


class Received(NamedTuple):
    """A request as it was received, byte for byte."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def messages(self) -> list[dict[str, str]]:
        messages: list[dict[str, str]] = json.loads(self.body)["messages"]
        return messages


class LlmServer:
    """`behaviour` names what it does next; `says` is its answer."""

    def __init__(self) -> None:
        self.behaviour = "good"
        self.behaviours: list[str] = []
        """Its next behaviours, once each, before `behaviour` applies."""
        self.says: list[Says] = ["hello"]
        self.usage: Any = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        self.received: list[Received] = []
        self.raw = b""
        """The bytes that it answers to every question instead, in small pieces."""
        self.waits_s = 0.0
        """The delay of its answers."""
        self.may_answer = asyncio.Event()
        """While it is not set, every request waits."""
        self.may_answer.set()
        self.under_way = 0
        """Requests that wait for their answer."""
        self.came = asyncio.Condition()
        self.base_url = ""

    @property
    def all_bytes(self) -> str:
        """Everything that it ever received, for searching."""
        parts = [f"{each.path} {each.headers} {each.body.decode()}" for each in self.received]
        return "\n".join(parts)

    async def has_received(self, count: int) -> None:
        """Wait until this many requests have arrived."""
        async with asyncio.timeout(COMES_WITHIN_S), self.came:
            await self.came.wait_for(lambda: len(self.received) >= count)

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        async with self.came:
            self.received.append(Received(str(request.url), dict(request.headers), body))
            self.came.notify_all()
        asked = json.loads(body) if body else {}
        behaviour = self.behaviours.pop(0) if self.behaviours else self.behaviour
        says = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        text = says if isinstance(says, str) else says(asked["messages"][-1]["content"])
        streams = bool(asked.get("stream"))
        if behaviour == "hangs" and not streams:
            return await self._hang()
        await self._think()
        bad = self._bad_answer(behaviour)
        if bad is not None:
            return bad
        if request.method == "GET":
            return JSONResponse({"object": "list", "data": [{"id": "small"}]})
        if self.raw:
            kind = "text/event-stream" if streams else "application/json"
            return StreamingResponse(self._pieces(), media_type=kind)
        if streams:
            return StreamingResponse(self._stream(text, behaviour), media_type="text/event-stream")
        return JSONResponse(self._whole(text))

    async def _think(self) -> None:
        await asyncio.sleep(self.waits_s)
        self.under_way += 1
        try:
            await self.may_answer.wait()
        finally:
            self.under_way -= 1

    def _bad_answer(self, behaviour: str) -> Response | None:
        if behaviour.isdecimal():
            return JSONResponse({"error": {"message": "no"}}, int(behaviour))
        elsewhere = {"location": f"{self.base_url}/elsewhere"}
        return {
            "redirects": Response(status_code=307, headers=elsewhere),
            "no json": Response("<html>hello</html>", media_type="text/html"),
            "half json": Response('{"choices": [{"mess', media_type="application/json"),
            "odd json": JSONResponse({"choices": [{"message": {"content": ["not", "text"]}}]}),
            "no choices": JSONResponse({"choices": []}),
            "huge": JSONResponse(self._whole("x" * 2_000_000)),
            "packed": Response(b"\x1f\x8b", headers={"content-encoding": "gzip"}),
        }.get(behaviour)

    async def _hang(self) -> Response:
        await asyncio.sleep(HANGS_S)
        return Response(status_code=500)

    def _whole(self, text: str) -> dict[str, Any]:
        message = {"role": "assistant", "content": text}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        return {"id": "1", "object": "chat.completion", "choices": choices, "usage": self.usage}

    async def _stream(self, text: str, behaviour: str) -> AsyncIterator[bytes]:
        if behaviour == "hangs":
            await asyncio.sleep(HANGS_S)
        for start in range(0, len(text), 7):
            yield self._event({"choices": [{"index": 0, "delta": {"content": text[start : start + 7]}}]})
            if behaviour == "stalls":
                await asyncio.sleep(HANGS_S)
            if behaviour == "cut":
                return
            if behaviour == "odd":
                yield b"data: {\n\n"
        for _ in range(100 if behaviour == "endless" else 0):
            yield self._event({"choices": [{"index": 0, "delta": {"content": "x" * 10_000}}]})
        yield self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        yield self._event({"choices": [], "usage": self.usage})
        yield b"data: [DONE]\n\n"

    async def _pieces(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.raw), 50):
            yield self.raw[start : start + 50]

    @staticmethod
    def _event(chunk: dict[str, Any]) -> bytes:
        return (
            b"data: " + json.dumps({"id": "1", "object": "chat.completion.chunk", **chunk}).encode() + b"\n\n"
        )


@asynccontextmanager
async def model_server() -> AsyncIterator[LlmServer]:
    """Run a server on its own port."""
    model = LlmServer()
    app = Starlette(routes=[Route("/{path:path}", model.answer, methods=["GET", "POST"])])
    listening = socket.create_server(("127.0.0.1", 0))
    model.base_url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=0)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield model
    finally:
        server.should_exit = server.force_exit = True
        await serving


def retold(asked: str) -> str:
    """Return a careful language model's answer: the passage, a little longer."""
    data = json.loads(asked.splitlines()[1])
    return json.dumps(
        {"text": data["passage"] + " And so it is.", "choices": [c["id"] for c in data["choices"]]}
    )
