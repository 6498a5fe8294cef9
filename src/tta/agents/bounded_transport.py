"""An HTTP transport with an allow-list of headers sent, and a limit on bytes received.

The client library adds its own headers and reads some from the environment; none of these is sent.
"""

import ssl
from collections.abc import AsyncIterator
from functools import cache

import httpx2

BYTES_MAX = 512 * 1024  # A reply has up to 8,000 characters. Streamed one at a time, each takes 60 bytes.
HEADERS_SENT = ("host", "accept", "content-type", "content-length", "idempotency-key")


class TooMuch(httpx2.TransportError):
    """An endpoint sent more than any answer could need, or a compressed answer."""


@cache
def _certificates() -> ssl.SSLContext:
    """The machine's certificates, read once for all endpoints: it takes 30 ms."""
    return httpx2.create_ssl_context(trust_env=False)


class BoundedTransport(httpx2.AsyncBaseTransport):
    """Sends only what a call needs, and accepts at most `bytes_max` of an uncompressed answer."""

    def __init__(self, api_key: str, *, bytes_max: int = BYTES_MAX) -> None:
        self._api_key = api_key
        self._bytes_max = bytes_max
        # Ignore the environment's proxies and certificates: they are not TTA's configuration.
        limits = httpx2.Limits(max_connections=64, max_keepalive_connections=8, keepalive_expiry=30)
        self._inner = httpx2.AsyncHTTPTransport(
            verify=_certificates(), trust_env=False, retries=0, limits=limits
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        headers = {name: request.headers[name] for name in HEADERS_SENT if name in request.headers}
        headers |= {"user-agent": "tta", "accept-encoding": "identity"}
        if self._api_key:
            headers["authorization"] = f"Bearer {self._api_key}"
        bare = httpx2.Request(
            request.method, request.url, headers=headers, stream=request.stream, extensions=request.extensions
        )
        response = await self._inner.handle_async_request(bare)
        if response.headers.get("content-encoding", "").strip().lower() not in ("", "identity"):
            await response.aclose()
            raise TooMuch("expected an uncompressed answer, got a compressed one")
        assert isinstance(response.stream, httpx2.AsyncByteStream), (
            "an asynchronous transport streams its answer"
        )
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=_BoundedStream(response.stream, self._bytes_max),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream, bytes_max: int) -> None:
        self._inner = inner
        self._left = bytes_max

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._inner:
            self._left -= len(part)
            if self._left < 0:
                raise TooMuch("expected an answer within the limit of bytes, got more")
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()
