"""How a turn comes along, told across processes while it is on its way: a courtesy, never part of the log.

A message names session, turn and step, and nothing that anybody said. It may get lost.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple
from uuid import UUID

from tta.eventstore.store import EventStore

QUIET_S = 0.05  # A turn that is answered sooner tells no steps, and costs nothing here.
STEPS_MAX = 16  # Of one turn; what takes more tells no further ones.

message_pattern = re.compile(rb"(?s)(.{16})(..)([a-z][a-z_]{0,31})")


class StepNotice(NamedTuple):
    """A step of a turn. `session` is the id's bytes."""

    session: bytes
    turn: int
    step: str


def step_notice_of(message: bytes) -> StepNotice | None:
    """Read a message; None where it is not one."""
    found = message_pattern.fullmatch(message)
    if found is None:
        return None
    return StepNotice(found[1], int.from_bytes(found[2], "big"), found[3].decode())


async def tell_step(store: EventStore, session_id: UUID, turn: int, step: str) -> None:
    """Tell whoever streams the session, on any process. While the store is away nobody is told."""
    message = session_id.bytes + turn.to_bytes(2, "big") + step.encode()
    assert message_pattern.fullmatch(message), f"a step is a short lower-case word, got {step!r}"
    await store.tell(store.layout.slot_of(session_id), message)


@asynccontextmanager
async def telling_steps(
    store: EventStore, session_id: UUID, turn: int, *, quiet_s: float = QUIET_S
) -> AsyncIterator[Callable[[str], None]]:
    """Give the function that is called with each step of a turn: `on_step("narrating")`.

    Nothing is told for the first `quiet_s` seconds; then the step of that moment, and each later one.
    """
    steps: list[str] = []
    more = asyncio.Event()

    async def tell() -> None:
        told = max(len(steps) - 1, 0)
        while told < STEPS_MAX:
            for step in steps[told:STEPS_MAX]:
                await tell_step(store, session_id, turn, step)
                told += 1
            more.clear()
            if told == len(steps):
                await more.wait()

    def on_step(step: str) -> None:
        if len(steps) < STEPS_MAX:
            steps.append(step)
            more.set()

    tasks: list[asyncio.Task[None]] = []
    loop = asyncio.get_running_loop()
    timer = loop.call_later(quiet_s, lambda: tasks.append(loop.create_task(tell(), name="telling steps")))
    try:
        yield on_step
    finally:
        timer.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
