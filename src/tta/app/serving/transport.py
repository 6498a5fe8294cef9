"""A transport that, when closed, still lets the peer read the answer."""

import asyncio
from collections.abc import Callable
from typing import Any

LINGER_S = 2.0  # After an early answer. Then the connection is reset if the client still sends.


class LingeringTransport:
    """Wraps a connection's transport. Closing a socket with unread bytes resets it, and the reset may
    overtake the answer. If the client may still be sending, closing first ends only our side and waits.
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
