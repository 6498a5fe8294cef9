"""Work that ends when the client for whom it is done leaves."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

Result = TypeVar("Result")


async def while_there(request: Request, work: Coroutine[Any, Any, Result]) -> Result:
    """Give what comes of the work. Raises ClientDisconnect, and cancels it, when the client leaves first."""
    working, left = asyncio.create_task(work), asyncio.create_task(gone(request))
    try:
        await asyncio.wait((working, left), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return await working
        raise ClientDisconnect
    finally:
        working.cancel()
        left.cancel()
        await asyncio.wait((working, left))
        if not working.cancelled():
            working.exception()  # Of work that fails while it is ended nobody is told: its client is gone.


async def gone(request: Request) -> None:
    """Return once the client has left. The body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
