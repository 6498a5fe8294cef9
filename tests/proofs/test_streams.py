"""Live streams lose and repeat nothing, however often clients leave, and whichever process they come to."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.support.http.event_source import Event, EventSource, Refused
from tests.support.proofs.evidence import TYPES
from tests.support.proofs.retrying_client import Api, Player
from tests.support.proofs.system import Part, System, until
from tta.domain.turns import (
    InteractionAnswered,
    InteractionSubmitted,
)
from tta.eventstore.store import EventStore

STATUSES = {"SessionPaused": "paused", "SessionResumed": "open", "SessionCompleted": "completed"}
# One less than a player may have: a client may reopen a stream before its last one has ended.
STREAMS_EACH = 7
OPEN = re.compile(r"^tta_streams_open (\S+)$", re.MULTILINE)
Told = tuple[str, Any]
COMPLETED: Told = ("status", "completed")


class Follower:
    """A client of one session's stream who leaves at random moments and comes back where it was."""

    def __init__(
        self, processes: list[Part], path: str, token: str, chance: random.Random, *, stays_s: float
    ) -> None:
        self.told: list[Told] = []
        self.reopened = 0
        self.begun = asyncio.Event()
        self._processes = processes
        self._source = EventSource(("127.0.0.1", 0), path, token)
        self._chance = chance
        self._stays_s = stays_s

    @property
    def is_done(self) -> bool:
        return bool(self.told) and self.told[-1] == COMPLETED

    async def follow(self) -> None:
        """Follow until the session is completed."""
        while not self.is_done:
            self._source.address = ("127.0.0.1", self._chance.choice(self._processes).port)
            stay_s = self._chance.uniform(0, 2 * self._stays_s)
            try:
                async with asyncio.timeout(stay_s if self._source.last_id else None):
                    await self._source.open()
                    await self._read()
            except (TimeoutError, EOFError, OSError):
                self.reopened += 1
            except Refused as refused:
                if refused.status not in (429, 503):
                    raise
                await asyncio.sleep(0.05)
            finally:
                self._source.close()

    async def _read(self) -> None:
        leaves_after = self._chance.randint(1, 16)
        while not self.is_done and leaves_after:
            event = await self._source.next()
            self.begun.set()
            if event.id is None or event.name == "open":
                assert event.name in ("open", "bye", "progress", "resync"), event
                continue
            assert event.name != "resync", "nothing was left out, and no history was lost"
            self.told.append(durable(event))
            leaves_after -= 1
        self.reopened += 1


def durable(event: Event) -> Told:
    return event.name, event.data["status"] if event.name == "status" else event.data["turn"]


async def in_the_log(store: EventStore, session: str) -> list[Told]:
    """What a stream that was opened at the session's start has to tell."""
    found: list[Told] = []
    for recorded in await store.versions_after(UUID(session), 1, 10_000):
        event = TYPES.event(recorded)
        if isinstance(event, InteractionSubmitted):
            found.append(("interaction", event.turn))
        elif isinstance(event, InteractionAnswered):
            found.append(("reply", event.turn))
        else:
            found.append(("status", STATUSES[recorded.type]))
    return found


async def lives(player: Player, session: str, turns: int, chance: random.Random, *, thinks_s: float) -> None:
    path = f"/v1/sessions/{session}"
    for turn in range(1, turns + 1):
        await asyncio.sleep(chance.uniform(0, 2 * thinks_s))
        await player.ask(
            "POST", f"{path}/interactions", {"text": f"turn {turn}", "turn": turn}, prefer="wait=20"
        )
        if chance.random() < 0.2:
            await player.ask("POST", f"{path}/pause")
            await player.ask("POST", f"{path}/resume")
    await player.ask("POST", f"{path}/complete")


async def open_while_played(process: Part, followers: list[Follower]) -> list[float]:
    """How many streams a process says that it has open, again and again until the first session is over."""
    counts: list[float] = []
    async with httpx2.AsyncClient(base_url=process.operators_url, trust_env=False, timeout=20) as http:
        while not any(follower.is_done for follower in followers):
            counts.append(float(OPEN.findall((await http.get("/metrics")).text)[0]))
            await asyncio.sleep(0.25)
    return counts


async def stream(
    system: System,
    chance: random.Random,
    *,
    players: int,
    turns: int,
    stays_s: float,
    thinks_s: float = 0.0,
    roaming: bool = False,
    open_min: int = 0,
    meanwhile: Callable[[list[Follower]], Awaitable[None]] | None = None,
) -> None:
    """Play on one process, follow on the other (or on both), and compare what was told with the log."""
    one = await system.started("one", "serve", "all")
    other = await system.started("other", "serve", "queries")
    await system.started("reactor", "react")
    api = Api(one.url)
    processes = [one, other] if roaming else [other]

    async def begin(number: int) -> tuple[Player, str, list[Follower]]:
        player = Player(api, system.mint, f"player-{number}", random.Random(chance.random()))
        await player.register()
        session = await player.start_session()
        path, token = f"/v1/sessions/{session}/stream", system.mint(player.name, player=player.id)
        chances = [random.Random(chance.random()) for _ in range(STREAMS_EACH)]
        return player, session, [Follower(processes, path, token, each, stays_s=stays_s) for each in chances]

    playing = await asyncio.gather(*map(begin, range(players)))
    followers = [each for _, _, found in playing for each in found]
    async with asyncio.TaskGroup() as group:
        for follower in followers:
            group.create_task(follower.follow())
        await asyncio.gather(*(follower.begun.wait() for follower in followers))
        for player, session, _ in playing:
            group.create_task(
                lives(player, session, turns, random.Random(chance.random()), thinks_s=thinks_s)
            )
        if meanwhile is not None:
            await meanwhile(followers)
        counts = await open_while_played(other, followers) if open_min else []
    await api.close()
    store = await system.store()
    try:
        for _, session, found in playing:
            expected = await in_the_log(store, session)
            assert len(expected) >= 2 * turns + 1
            for follower in found:
                assert follower.told == expected
    finally:
        await store.close()
    events = sum(len(follower.told) for follower in followers)
    reopened = sum(follower.reopened for follower in followers)
    print(f"{len(followers)} streams, opened again {reopened} times: {events} events, each once and in order")
    if open_min:
        seen = f"{min(counts):.0f} to {max(counts):.0f} of them open, {len(counts)} times"
        print(seen)
        # How many come back at one moment is the machine's matter: so many were open at once.
        assert max(counts) >= open_min, seen


async def test_500_streams_lose_and_repeat_nothing(system: System, chance: random.Random) -> None:
    await stream(system, chance, players=84, turns=8, stays_s=6.0, thinks_s=2.0, open_min=500)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
async def test_500_streams_lose_and_repeat_nothing_at_length(system: System, chance: random.Random) -> None:
    await stream(system, chance, players=84, turns=60, stays_s=6.0, thinks_s=2.0, open_min=500)


async def kill_the_store(system: System, chance: random.Random, *, turns: int, kills: int) -> None:
    async def kill(followers: list[Follower]) -> None:
        for number in range(1, kills + 1):

            async def far_enough(number: int = number) -> bool:
                told = min(len(follower.told) for follower in followers)
                return told >= 2 * turns * number // (kills + 1)

            await until(far_enough)
            await system.valkey.kill()
            await system.valkey.start()

    await stream(system, chance, players=8, turns=turns, stays_s=3.0, roaming=True, meanwhile=kill)


async def test_streams_of_two_processes_go_on_through_kills_of_the_store(
    system: System, chance: random.Random
) -> None:
    await kill_the_store(system, chance, turns=12, kills=3)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
async def test_streams_of_two_processes_go_on_through_kills_of_the_store_at_length(
    system: System, chance: random.Random
) -> None:
    await kill_the_store(system, chance, turns=200, kills=20)
