"""A store that records agents' lives, and ways to read them."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, Self
from uuid import UUID

from tta.agents.lifecycle import AgentLives
from tta.agents.registry import AgentRegistry
from tta.commands.folding import Aggregates
from tta.commands.handle import Commands
from tta.commands.player_queues import PlayerQueues
from tta.domain import agent
from tta.domain.agent import id_of as agent_id
from tta.domain.base import Event
from tta.eventstore.durability import Durability
from tta.eventstore.event_types import EventTypes
from tta.eventstore.store import EventStore
from tta.security.key_files import KeyEncryptionKeys
from tta.security.keyring import Keyring

SLOTS = 8
WITHIN_S = 60.0
WORKER = "here:7"
TYPES = EventTypes(agent.EVENTS)
_names = count(1)


class Written:
    """A store, as a process opens it."""

    def __init__(self, url: str, name: str = "") -> None:
        self.url = url
        self.name = name or f"lives-{os.getpid()}-{next(_names)}"

    async def __aenter__(self) -> Self:
        self.store = await EventStore.open(self.url, self.name, slots=SLOTS)
        keys = KeyEncryptionKeys("k1", {"k1": bytes(range(32))})
        self._keyring = await Keyring.open(self.url, self.name, keys, Durability("fsync"))
        self.commands = Commands(Aggregates(self.store, TYPES), self._keyring, PlayerQueues())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._keyring.close()
        await self.store.close()

    def lives(self, registry: AgentRegistry, worker: str = WORKER, **every_s: float) -> AgentLives:
        """Return the lives of a newly started process, which looks all the time and never measures by
        itself.
        """
        pace: dict[str, Any] = {"beat_every_s": 0.01, "look_every_s": 0.01, "measure_every_s": 3600.0}
        return AgentLives(
            self.commands, registry, worker, life=UUID(bytes=os.urandom(16)), **(pace | every_s)
        )

    async def events(self, name: str, worker: str = WORKER) -> list[Event]:
        identity = agent_id(worker, name)
        slot = self.store.layout.slot_of(identity)
        log = (await self.store.read(slot, count=1_000)).events
        return [TYPES.event(each) for each in log if each.aggregate_id == identity]

    async def said(self, name: str, worker: str = WORKER) -> list[str]:
        return [type(each).__name__ for each in await self.events(name, worker)]


@asynccontextmanager
async def living(lives: AgentLives) -> AsyncIterator["asyncio.Task[None]"]:
    """Keep lives meanwhile, and stop them in order."""
    task = asyncio.create_task(lives.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    """Let other tasks run until a condition holds."""
    async with asyncio.timeout(WITHIN_S):
        while not await condition():  # noqa: ASYNC110 - What a store holds has no event to wait for.
            await asyncio.sleep(0.01)
