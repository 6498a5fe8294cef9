"""One request to one endpoint, plain or as a stream. The size of the answer is limited, because endpoints may
misbehave.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Literal, NamedTuple
from uuid import UUID

import httpx2

from tta.agents.bounded_transport import BoundedTransport, TooMuch
from tta.agents.completions import Completion, UnreadableCompletion, Usage, completion_in
from tta.agents.endpoints import Endpoint
from tta.agents.event_lines import events_in

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletionMessageParam

# An underestimate, so that an endpoint without counts is charged too much rather than too little.
CHARACTERS_PER_TOKEN = 3
TOKENS_SAID_MAX = 4  # Times the allowed number. A larger count is not believed.
TOKENS_AROUND_MAX = 1_000  # Tokens that an endpoint may add to a request. A token has at least one character.
TALKATIVE = ("openai", "httpx2", "httpcore2")


class Message(NamedTuple):
    role: Literal["system", "user"]
    text: str


class EndpointAnswer(NamedTuple):
    """An endpoint's text, and its cost."""

    text: str
    tokens_in: int
    tokens_out: int


class CallFailed(Exception):
    """An endpoint gave no usable answer. `why` is our own code, never its words."""

    def __init__(self, why: str, *, is_refused: bool = False, is_unreached: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.is_refused = is_refused
        """The endpoint refused, and would refuse again at once."""
        self.is_unbilled = is_refused or is_unreached
        """The endpoint did no work."""


class EndpointClient:
    """Asks an endpoint. It has no time limit: the caller sets one, and may cancel at any moment."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._opened: AsyncOpenAI | None = None

    async def open(self) -> "AsyncOpenAI":
        """Return the client. The library takes 0.4 s to load, so a thread loads it on first use."""
        if self._opened is None:
            AsyncOpenAI = await asyncio.to_thread(_loaded)  # noqa: N806 - It is a class.
        if self._opened is None:  # Another task may have created it meanwhile.
            transport = BoundedTransport(self.endpoint.api_key)
            self._opened = AsyncOpenAI(
                api_key="in the transport",
                organization="",
                project="",
                base_url=self.endpoint.base_url,
                timeout=None,
                max_retries=0,
                http_client=httpx2.AsyncClient(
                    transport=transport, trust_env=False, follow_redirects=False, timeout=None
                ),
            )
        return self._opened

    async def close(self) -> None:
        if self._opened is not None:
            await self._opened.close()

    async def ask(self, messages: Sequence[Message], *, key: UUID, tokens_max: int) -> EndpointAnswer:
        """Ask. `key` is the same if this request is repeated. Raises CallFailed."""
        try:
            text, usage = await self._ask(messages, key, tokens_max)
        except CallFailed:
            raise
        except Exception as error:  # noqa: BLE001 - What the library makes of a lying server is not ours to list.
            raise _failed(error) from None
        asked = _characters(messages)
        said = usage or Usage()
        return EndpointAnswer(
            text,
            _believed(said.tokens_in, asked, asked + TOKENS_AROUND_MAX),
            _believed(said.tokens_out, len(text), TOKENS_SAID_MAX * tokens_max),
        )

    async def _ask(self, messages: Sequence[Message], key: UUID, tokens_max: int) -> tuple[str, Usage | None]:
        endpoint = self.endpoint
        extra: dict[str, object] = {endpoint.tokens_field: tokens_max}
        if endpoint.streams:
            extra |= {"stream": True, "stream_options": {"include_usage": True}}
        told: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": each.text}
            if each.role == "system"
            else {"role": "user", "content": each.text}
            for each in messages
        ]
        client = await self.open()
        async with client.chat.completions.with_streaming_response.create(
            model=endpoint.model,
            messages=told,
            extra_body=extra,
            extra_headers={"Idempotency-Key": str(key)} if endpoint.idempotency_header else None,
        ) as response:
            if endpoint.streams:
                return await _streamed(response.iter_bytes())
            answer = completion_in(await response.read())
        if answer.text is None:
            raise CallFailed("no message")
        return answer.text, answer.usage


async def _streamed(parts: AsyncIterator[bytes]) -> tuple[str, Usage | None]:
    """Collect a stream. A stream without its end marker was truncated."""
    texts: list[str] = []
    usage: Usage | None = None
    is_whole = False
    async for event in events_in(parts):
        chunks = _chunks(event.data)
        if event.name == "error":
            raise CallFailed("unreadable")
        for chunk in chunks:
            usage = chunk.usage or usage
            texts.append(chunk.text or "")
            is_whole = is_whole or chunk.is_finished
        if any(line.strip() == "[DONE]" for line in event.data):
            is_whole = True
            break
    if not is_whole:
        raise CallFailed("cut")
    return "".join(texts), usage


def _chunks(data: list[str]) -> list[Completion]:
    """Read one event's data: one chunk over its lines, or one chunk per line if blank lines are missing."""
    lines = [line for line in data if line.strip() not in ("", "[DONE]")]
    if len(lines) > 1:
        with suppress(UnreadableCompletion):
            return [completion_in("\n".join(lines))]
    return [completion_in(line) for line in lines]


def _loaded() -> "type[AsyncOpenAI]":
    from openai import AsyncOpenAI

    for name in TALKATIVE:
        # The environment can make it log its requests, which contain players' words.
        logging.getLogger(name).setLevel(logging.WARNING)
    return AsyncOpenAI


def tokens_of(messages: Sequence[Message]) -> int:
    """Estimate the cost of sending messages, too high rather than too low."""
    return -(-_characters(messages) // CHARACTERS_PER_TOKEN)


def _characters(messages: Sequence[Message]) -> int:
    return sum(len(message.text) for message in messages)


def _refuses(status: int) -> bool:
    """Return whether the call was refused before any work. A gateway that gave up (5xx, 408), or a call that
    is already under way (409), may still be billed.
    """
    return 400 <= status < 500 and status not in (408, 409)


def _believed(told: int | None, characters: int, most: int) -> int:
    """Return the endpoint's count of tokens if it is plausible, else an estimate."""
    estimated = -(-characters // CHARACTERS_PER_TOKEN)
    return min(told, max(most, estimated)) if told and told > 0 else estimated


def _failed(error: Exception) -> CallFailed:
    from openai import APIConnectionError, APIStatusError

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, TooMuch):
            return CallFailed("too much")
        cause = cause.__cause__
    if isinstance(error, APIStatusError):
        return CallFailed(f"status {error.status_code}", is_refused=_refuses(error.status_code))
    if isinstance(error, APIConnectionError):
        is_unreached = isinstance(error.__cause__, httpx2.ConnectError)
        return CallFailed("unreachable" if is_unreached else "cut", is_unreached=is_unreached)
    if isinstance(error, httpx2.HTTPError):
        return CallFailed("cut")
    return CallFailed("unreadable")
