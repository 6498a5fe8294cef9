"""SIGKILL of API, store, projector and reactor at random moments under load: what was acknowledged stands."""

import asyncio
import random
import signal
from collections import Counter
from typing import NamedTuple

import pytest
from evidence import (
    Log,
    caught_up,
    must_be_answered_once,
    must_be_chained,
    must_come_from,
    must_equal_fold,
    must_stand_once,
    unanswered,
    whole_log,
)
from retrying_client import Api, Player, command_ids
from system import Part, System, until

PLAYERS = 8
VICTIMS = ("api", "store", "projector", "reactor")
CLAIMED = "slots claimed"
LOOKS_MAX = 30
PROGRESS = 12  # Commands acknowledged between two kills, so that every round has load.


class Load:
    """Players who go on through every crash."""

    def __init__(self, system: System, api: Api, chance: random.Random) -> None:
        self.api = api
        self.players = [
            Player(api, system.mint, f"player-{number}", random.Random(chance.random()))
            for number in range(PLAYERS)
        ]
        self._stop = asyncio.Event()
        self._tasks = [asyncio.create_task(self._live(player)) for player in self.players]

    @property
    def acknowledged(self) -> int:
        for task in self._tasks:
            if task.done() and not self._stop.is_set():
                task.result()
        return sum(len(player.answers) for player in self.players)

    async def _live(self, player: Player) -> None:
        await player.register()
        while not self._stop.is_set():
            await player.play()

    async def end(self) -> None:
        self._stop.set()
        await asyncio.gather(*self._tasks)

    async def progress(self) -> None:
        before = self.acknowledged

        async def more() -> bool:
            return self.acknowledged >= before + PROGRESS

        await until(more, within_s=120)


class Running(NamedTuple):
    system: System
    api: Part
    reactors: list[Part]
    """Two at once: neither knows of the other."""
    projectors: list[Part]

    async def kill(self, victim: str, chance: random.Random) -> None:
        """Kill one, and see that it comes back."""
        if victim == "store":
            await self.system.valkey.kill()
            await self.system.valkey.start()
        elif victim == "projector":
            await self._kill_projector(chance.choice(self.projectors), patient=chance.random() < 0.75)
        else:
            await {"api": self.api, "reactor": chance.choice(self.reactors)}[victim].kill()

    async def _kill_projector(self, projector: Part, *, patient: bool) -> None:
        before = projector.said(CLAIMED)
        await projector.kill()

        async def works() -> bool:
            return projector.said(CLAIMED) > before

        # Most often it works again before the next blow, or it would only ever be starting.
        if patient:
            await until(works)


async def running(system: System) -> Running:
    projectors = ["projector", "other-projector"] if system.shares_graph else ["projector"]
    return Running(
        system,
        await system.started("api", "serve", "commands"),
        [await system.started(name, "react") for name in ("reactor", "other-reactor")],
        [await system.started(name, "project") for name in projectors],
    )


async def survive(system: System, rounds: int, chance: random.Random) -> None:
    parts = await running(system)
    load = Load(system, Api(parts.api.url), chance)
    victims = [VICTIMS[number % len(VICTIMS)] for number in range(rounds)]
    chance.shuffle(victims)
    for victim in victims:
        await load.progress()
        await asyncio.sleep(chance.uniform(0, 0.5))
        await parts.kill(victim, chance)
    await load.progress()
    await load.end()
    await load.api.close()
    await must_have_kept_everything(parts, load, victims)


async def must_have_kept_everything(parts: Running, load: Load, victims: list[str]) -> None:
    system, answers = parts.system, [each for player in load.players for each in player.answers]
    store = await system.store()
    try:

        async def all_answered() -> bool:
            return unanswered(await whole_log(store)) == 0

        await until(all_answered)
        log, command_id = await whole_log(store), command_ids(system.keys)
        aggregates = await must_be_chained(store, log)
        acknowledged = must_stand_once(log, answers, command_id)
        must_come_from(log, [answer.sent for answer in answers], command_id)
        interactions = must_be_answered_once(log)
        rows = await read_models_equal(parts, log)
    finally:
        await store.close()
    again = sum(player.again for player in load.players)
    others = (parts.api, *parts.reactors, *parts.projectors)
    by_itself = [status for part in others for status in part.ended if status != -signal.SIGKILL]
    print(
        f"{len(victims)} kills {dict(Counter(victims))}: {acknowledged} acknowledged commands, "
        f"{len(log.events)} events of {aggregates} aggregates, {interactions} interactions answered once, "
        f"{rows} rows equal the fold; {load.api.retries} requests without an answer, {again} sent again "
        f"after one; ended by themselves meanwhile: {by_itself}"
    )
    assert acknowledged >= PROGRESS * len(victims)


async def read_models_equal(parts: Running, log: Log) -> int:
    """Once every checkpoint is at the end of the log, compare what was written; return how many rows."""
    for _ in range(LOOKS_MAX):
        if not parts.system.shares_graph:
            await parts.projectors[0].stop()
        graph = await parts.system.graph("projector")
        try:
            if await caught_up(graph, log):
                return await must_equal_fold(graph, log)
        finally:
            await graph.close()
        if not parts.system.shares_graph:
            await parts.projectors[0].start()
        # An embedded graph is open to one process only: between two looks its projector has to have a life.
        await asyncio.sleep(1)
    raise AssertionError("the projectors did not catch up")


async def test_what_was_acknowledged_survives_kills(system: System, chance: random.Random) -> None:
    await survive(system, 8, chance)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
async def test_what_was_acknowledged_survives_kills_at_length(system: System, chance: random.Random) -> None:
    await survive(system, 60, chance)


@pytest.mark.soak
@pytest.mark.neo4j
@pytest.mark.timeout(1_800)
async def test_what_was_acknowledged_survives_kills_on_neo4j(
    neo4j_system: System, chance: random.Random
) -> None:
    await survive(neo4j_system, 60, chance)
