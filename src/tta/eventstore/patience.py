"""Waits for a server that is away: one retry shell for all that cannot go on without it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tta.eventstore.backoff import Backoff
from tta.telemetry.outages import Outage

Result = TypeVar("Result")


async def patiently(
    act: Callable[[], Awaitable[Result]],
    outage: Outage,
    away: tuple[type[Exception], ...],
    backoff: Backoff,
    *,
    what: str = "",
) -> Result:
    """Do it until none of those errors comes, with pauses between; the outage is logged once, not each try.

    `what` says in the log what cannot go on. Raises what else `act` raises.
    """
    with outage.trying() as attempts:
        while True:
            try:
                return await act()
            except away as error:
                attempts.failed(f"{what}: {error}" if what else str(error))
                await asyncio.sleep(backoff.next_s())
