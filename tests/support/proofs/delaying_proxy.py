"""A proxy on loopback that delays all replies by the same time, like a slow network without losses."""

import asyncio
from contextlib import suppress

from tests.support.eventstore.unreliable_proxy import UnreliableProxy


class DelayingProxy(UnreliableProxy):
    """Delays each reply by `delay_s`, in order, without one waiting for another."""

    delay_s = 0.0

    async def _replies(
        self,
        there: asyncio.StreamReader,
        client: asyncio.StreamWriter,
        pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
    ) -> None:
        loop, late = asyncio.get_running_loop(), asyncio.Queue[tuple[float, bytes]]()

        async def deliver() -> None:
            due, data = await late.get()
            while data:
                await asyncio.sleep(due - loop.time())
                client.write(data)
                await client.drain()
                due, data = await late.get()

        delivering = asyncio.create_task(deliver())
        with suppress(OSError):
            while data := await there.read(65536):
                late.put_nowait((loop.time() + self.delay_s, data))
        late.put_nowait((loop.time(), b""))
        await asyncio.gather(delivering, return_exceptions=True)
        self._pairs.discard(pair)
        for side in pair:
            side.transport.abort()
