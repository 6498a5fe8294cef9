"""SIGKILL of API, store, projector and reactor at random moments under load: what was acknowledged stands."""

import asyncio
import random
import signal
from collections import Counter
from typing import NamedTuple

import pytest

from tests.support.proofs.evidence import (
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
from tests.support.proofs.retrying_client import Api, Player, Secrets
from tests.support.proofs.system import STORE, Part, System, until

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

        await until(more, within_s=240)


class Running(NamedTuple):
    system: System
    api: Part
    reactors: list[Part]
    """One that nobody stands in for; in the second half two, of which neither knows of the other."""
    projectors: list[Part]

    async def kill(self, victim: str, chance: random.Random) -> None:
        """Kill one, or all of its kind at once: what one of two leaves undone the other might do."""
        if victim == "store":
            await self.system.valkey.kill()
            await self.system.valkey.start()
            return
        kind = {"api": [self.api], "reactor": self.reactors, "projector": self.projectors}[victim]
        victims = kind if chance.random() < 0.5 else [chance.choice(kind)]
        claimed = [part.said(CLAIMED) for part in victims]
        await asyncio.gather(*(part.kill() for part in victims))

        async def work() -> bool:
            return all(part.said(CLAIMED) > before for part, before in zip(victims, claimed, strict=True))

        # Most often projectors work again before the next blow, or they would only ever be starting.
        if victim == "projector" and chance.random() < 0.75:
            await until(work)


async def running(system: System) -> Running:
    projectors = ["projector", "other-projector"] if system.shares_graph else ["projector"]
    return Running(
        system,
        await system.started("api", "serve", "commands"),
        [await system.started("reactor", "react")],
        [await system.started(name, "project") for name in projectors],
    )


async def survive(system: System, rounds: int, chance: random.Random) -> None:
    parts = await running(system)
    load = Load(system, Api(parts.api.url), chance)
    half = [VICTIMS[number % len(VICTIMS)] for number in range(rounds // 2)]
    victims = [*chance.sample(half, len(half)), *chance.sample(half, len(half))]
    for number, victim in enumerate(victims):
        if number == len(half):
            parts.reactors.append(await system.started("other-reactor", "react"))
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
        # Agents say now and then how they did, and in the end that they leave: then the log stands still.
        await asyncio.gather(*(part.stop() for part in parts.reactors))
        log, secrets = await whole_log(store), Secrets(system.keys, STORE)
        aggregates = await must_be_chained(store, log)
        acknowledged = must_stand_once(log, answers, secrets)
        must_come_from(log, [answer.sent for answer in answers], secrets)
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
