"""Waiting for the reply to a turn: the log is the truth, publications only say when to look."""

import asyncio
from typing import NamedTuple
from uuid import UUID

from tta.commands.folding import Aggregates
from tta.domain.session import STATUS_AFTER, SessionStatus
from tta.domain.turns import InteractionAnswered
from tta.eventstore.subscription import POLL_S

EVENTS_MAX = 20  # After an interaction come its answer and a change of status or two.


class TurnReply(NamedTuple):
    """The sealed answer to a turn, and what it leaves behind."""

    answer: InteractionAnswered
    status: SessionStatus | None
    """What became of the session since the interaction, by this answer at the latest; None if it is what it
    was.
    """


async def reply_to(
    aggregates: Aggregates, session_id: UUID, version: int, turn: int, *, wait_s: float
) -> TurnReply | None:
    """Wait at most `wait_s` seconds for the answer to a turn that was submitted as `version`."""
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


async def _standing(aggregates: Aggregates, session_id: UUID, version: int, turn: int) -> TurnReply | None:
    found: InteractionAnswered | None = None
    command: UUID | None = None
    status: SessionStatus | None = None
    for recorded in await aggregates.store.versions_after(session_id, version, EVENTS_MAX):
        if found is not None and recorded.command_id != command:
            break  # What came of the session later is no matter of this reply, which is read again and again.
        event = aggregates.types.event(recorded)
        if isinstance(event, InteractionAnswered) and event.turn == turn:
            found, command = event, recorded.command_id
        status = STATUS_AFTER.get(type(event), status)
    if found is None:
        return None
    return TurnReply(found, status)
