"""A transport whose closing lets the peer read what was answered."""

import asyncio
from collections.abc import Callable
from typing import Any

LINGER_S = 2.0  # After an answer that the client has not waited for; then whatever it still sends is reset.


class LingeringTransport:
    """Wraps a connection's transport. A socket that is closed with bytes unread is reset, and the reset may
    overtake the answer. Where the client may still be sending, closing ends our side only, then waits.
    """

    def __init__(self, inner: asyncio.Transport, may_be_sending: Callable[[], bool]) -> None:
        self._inner = inner
        self._may_be_sending = may_be_sending
        self._lingers = False

    def close(self) -> None:
        if self.is_closing():
            return
        if not self._may_be_sending():
            self._inner.close()
            return
        self._lingers = True
        self._inner.write_eof()
        self._inner.resume_reading()
        asyncio.get_running_loop().call_later(LINGER_S, self._inner.close)

    def is_closing(self) -> bool:
        return self._lingers or self._inner.is_closing()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
