"""What goes out to an endpoint and how much may come back: an allow-list of headers, and a bound on bytes.

The client library adds headers of its own and reads some from the environment; none of that leaves.
"""

import ssl
from collections.abc import AsyncIterator
from functools import cache

import httpx2

BYTES_MAX = 512 * 1024  # A reply has 8,000 characters; streamed singly, each comes in 60 bytes.
HEADERS_SENT = ("host", "accept", "content-type", "content-length", "idempotency-key")


class TooMuch(httpx2.TransportError):
    """An endpoint sends more than any answer could need, or sends it packed."""


@cache
def _certificates() -> ssl.SSLContext:
    """The machine's certificates, read once for all endpoints: it takes 30 ms."""
    return httpx2.create_ssl_context(trust_env=False)


class BoundedTransport(httpx2.AsyncBaseTransport):
    """Sends what a call needs and nothing else; takes at most `bytes_max` of an answer, unpacked."""

    def __init__(self, api_key: str, *, bytes_max: int = BYTES_MAX) -> None:
        self._api_key = api_key
        self._bytes_max = bytes_max
        # The environment's proxies and certificates are not this system's configuration.
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
            raise TooMuch("expected an answer as it is, got a packed one")
        assert isinstance(response.stream, httpx2.AsyncByteStream), "an asynchronous transport streams so"
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
                raise TooMuch("expected an answer within its bound of bytes, got more")
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()
