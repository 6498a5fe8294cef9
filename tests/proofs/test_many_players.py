"""Many players at once, each in their own story: each is answered as it goes, and memory stays in bounds."""

import asyncio
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.proofs.evidence import must_be_answered_once, must_be_chained, must_stand_once, whole_log
from tests.support.proofs.retrying_client import Api, Secrets
from tests.support.proofs.story_player import StoryPlayer
from tests.support.proofs.system import STORE, Part, System

AT_ONCE = 32  # Players whose turn is under way; all others read.
SAMPLES = 400
SMAPS = Path("/proc/self/smaps")
GRAPH_RESERVES = 1 << 40  # Bytes of address space, of which the engine uses as much as its pool may have.
REMEMBERED_MAX = 2_000  # Full after some thousand turns; a leak would hide for long while more fills up.
LOOKS = 10  # Into how many spans the second half is cut; in each, the least that was in use counts.
LEAK_MAX = 500  # Bytes per turn: far above what floors scatter, and half the kilobyte that must be found.

mapping_pattern = re.compile(r"([0-9a-f]+)-([0-9a-f]+) ")


class Sample(NamedTuple):
    turns: int
    bytes: dict[str, int]
    """Resident, of each part."""


class Playing:
    """All players, and how much memory the parts have while they play, if that is to be watched."""

    def __init__(self, parts: dict[str, Part], players: Sequence[StoryPlayer], turns_each: int) -> None:
        self.samples: list[Sample] = []
        self.watches = False
        self._parts = parts
        self._players = players
        self._turns_each = turns_each
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._every = max(1, len(players) * turns_each // SAMPLES)
        self._turns = 0

    async def all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for player in self._players:
                group.create_task(self._live(player))

    async def _live(self, player: StoryPlayer) -> None:
        async with self._at_once:
            await player.register()
            await player.begin()
        for _ in range(self._turns_each):
            # Whoever waits comes in turn, so all sessions go on side by side.
            async with self._at_once:
                await player.take_turn()
            self._turns += 1
            if self.watches and self._turns % self._every == 0:
                sizes = {name: resident(part) for name, part in self._parts.items()}
                self.samples.append(Sample(self._turns, sizes))

    def gained(self) -> dict[str, float]:
        """Bytes that each part gained per turn in the second half."""
        settled = [each for each in self.samples if each.turns > self._turns // 2]
        return {name: slope(floors(settled, name), name) for name in self._parts}


def resident(part: Part) -> int:
    """Bytes that a process has in memory, without the embedded graph's own pages, which it bounds itself."""
    total = reserved = 0
    with Path(f"/proc/{part.pid}/smaps").open() as lines:
        for line in lines:
            if found := mapping_pattern.match(line):
                reserved = int(found[2], 16) - int(found[1], 16)
            elif line.startswith("Rss:") and reserved < GRAPH_RESERVES:
                total += int(line.split()[1]) * 1024
    return total


def floors(samples: Sequence[Sample], name: str) -> list[Sample]:
    """The least of each span. What the allocator holds for a moment comes and goes by some 40 MB and hides
    a trend; what has leaked is still there when everything else has gone."""
    span = max(1, len(samples) // LOOKS)
    return [
        min(samples[start : start + span], key=lambda each: each.bytes[name])
        for start in range(0, len(samples), span)
    ]


def slope(samples: Sequence[Sample], name: str) -> float:
    """Bytes gained per turn, by least squares."""
    turns, sizes = [each.turns for each in samples], [each.bytes[name] for each in samples]
    middle, mean = sum(turns) / len(turns), sum(sizes) / len(sizes)
    return sum((x - middle) * (y - mean) for x, y in zip(turns, sizes, strict=True)) / sum(
        (x - middle) ** 2 for x in turns
    )


async def play(
    system: System, count: int, turns: int, chance: random.Random, *, watches: bool = False, **settings: str
) -> Playing:
    """Have so many players take so many turns each; check every answer, and the log at the end."""
    parts = {
        "API": await system.started("api", "serve", "all", **settings),
        "reactor": await system.started("reactor", "react", **settings),
        "projector": await system.started("projector", "project", **settings),
    }
    api = Api(parts["API"].url)
    players = [
        StoryPlayer(
            api, system.mint, f"player-{number}", random.Random(chance.random()), looks=system.shares_graph
        )
        for number in range(count)
    ]
    playing = Playing(parts, players, turns)
    playing.watches = watches
    await playing.all()
    await api.close()
    assert [part.ended for part in parts.values()] == [[], [], []], "a part ended meanwhile"
    assert api.retries == 0, "an answer was 503, or none came"
    assert sum(player.turns for player in players) == count * turns
    await asyncio.gather(*(part.stop() for part in parts.values()))
    await must_stand_in_the_log(system, players)
    print(
        f"{count} players, {count * turns} turns, {sum(each.sessions for each in players)} sessions, "
        f"{sum(each.again for each in players)} commands sent again, "
        f"{sum(each.refusals for each in players)} refused as expected"
    )
    return playing


async def must_stand_in_the_log(system: System, players: Sequence[StoryPlayer]) -> None:
    answers = [each for player in players for each in player.answers]
    store, secrets = await system.store(), Secrets(system.keys, STORE)
    try:
        log = await whole_log(store)
        await must_be_chained(store, log)
        assert must_stand_once(log, answers, secrets) == len(answers)
        assert must_be_answered_once(log) == sum(player.turns for player in players)
    finally:
        await store.close()


@pytest.mark.parametrize("seed", range(20))
def test_a_leak_of_a_kilobyte_per_turn_would_be_found(seed: int) -> None:
    chance, turns = random.Random(seed), range(50_000, 100_000, 100_000 // SAMPLES)
    scatter = [chance.uniform(0, 40e6) for _ in turns]  # As the projector's memory is seen to do.
    flat = [Sample(turn, {"part": int(260e6 + more)}) for turn, more in zip(turns, scatter, strict=True)]
    leaking = [Sample(each.turns, {"part": each.bytes["part"] + 1_024 * each.turns}) for each in flat]
    assert slope(floors(flat, "part"), "part") < LEAK_MAX < slope(floors(leaking, "part"), "part")


async def test_each_of_many_players_is_told_their_own_story(system: System, chance: random.Random) -> None:
    await play(system, 30, 25, chance)


@pytest.mark.neo4j
async def test_each_of_many_players_is_told_their_own_story_on_neo4j(
    neo4j_system: System, chance: random.Random
) -> None:
    await play(neo4j_system, 10, 15, chance)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
@pytest.mark.skipif(not SMAPS.exists(), reason="only Linux tells which memory is the graph's own")
async def test_each_of_many_players_is_told_their_own_story_at_length(
    system: System, chance: random.Random
) -> None:
    playing = await play(system, 1_000, 100, chance, watches=True, remembered_max=str(REMEMBERED_MAX))
    gained = playing.gained()
    print("gained per turn: " + ", ".join(f"{name} {size:,.0f} bytes" for name, size in gained.items()))
    assert [name for name, size in gained.items() if size > LEAK_MAX] == [], gained
