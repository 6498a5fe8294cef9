"""Waiting for the reply to a turn: the log is the truth, publications only say when to look."""

import asyncio
from typing import NamedTuple
from uuid import UUID

from tta.commands.folding import Aggregates
from tta.domain.base import Sealed
from tta.domain.passages import Passage
from tta.domain.turns import (
    InteractionAnswered,
)
from tta.eventstore.subscription import POLL_S

EVENTS_MAX = 20  # After an interaction come its answer and a change of status or two.


class Reply(NamedTuple):
    """A reply as it stands in the log, still sealed."""

    box: bytes
    author: str
    scene: str | None
    skill: str | None
    passage: Passage = Passage()
    choices_box: bytes | None = None
    disclosed: bool = False


async def reply_to(
    aggregates: Aggregates, session_id: UUID, version: int, turn: int, *, wait_s: float
) -> Reply | None:
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


async def _standing(aggregates: Aggregates, session_id: UUID, version: int, turn: int) -> Reply | None:
    for recorded in await aggregates.store.versions_after(session_id, version, EVENTS_MAX):
        event = aggregates.types.event(recorded)
        if isinstance(event, InteractionAnswered) and event.turn == turn:
            assert isinstance(event.reply, Sealed), "a reply is stored sealed"
            texts = event.choice_texts
            assert not isinstance(texts, tuple), "choices are stored sealed"
            choices_box = None if texts is None else texts.box
            return Reply(
                event.reply.box,
                event.author.value,
                event.scene,
                event.skill,
                event.passage,
                choices_box,
                event.disclosed,
            )
    return None
