"""Waiting for the reply to a turn: the log is the truth, publications only say when to look."""

import asyncio
from uuid import UUID

from tta.commands.folding import Aggregates
from tta.domain.turns import InteractionAnswered
from tta.eventstore.subscription import POLL_S

EVENTS_MAX = 20  # After an interaction come its answer and a change of status or two.


async def reply_to(
    aggregates: Aggregates, session_id: UUID, version: int, turn: int, *, wait_s: float
) -> InteractionAnswered | None:
    """Wait at most `wait_s` seconds for the sealed answer to a turn that was submitted as `version`."""
    store = aggregates.store
    watched, woken = store.layout.slot_of(session_id), asyncio.Event()

    def wake(slot: int) -> None:
        if slot == watched:
            woken.set()

    store.wakeups.add(wake)
    deadline = asyncio.get_running_loop().time() + wait_s
    try:
        while True:
            woken.clear()
            reply = await _standing(aggregates, session_id, version, turn)
            left_s = deadline - asyncio.get_running_loop().time()
            if reply is not None or left_s <= 0:
                return reply
            try:
                async with asyncio.timeout(min(left_s, POLL_S)):
                    await woken.wait()
            except TimeoutError:
                continue
    finally:
        store.wakeups.remove(wake)


async def _standing(
    aggregates: Aggregates, session_id: UUID, version: int, turn: int
) -> InteractionAnswered | None:
    for recorded in await aggregates.store.versions_after(session_id, version, EVENTS_MAX):
        event = aggregates.types.event(recorded)
        if isinstance(event, InteractionAnswered) and event.turn == turn:
            return event
    return None
