"""SIGKILL of reactors and of the store while timers are set, called off and fall due: each comes once."""

import asyncio
import random
from collections import Counter
from uuid import UUID

import pytest

from tests.support.proofs.evidence import TYPES, Log, must_be_chained, whole_log
from tests.support.proofs.retrying_client import Api, Player
from tests.support.proofs.system import System, until
from tta.domain.session import SessionAbandoned, SessionCompleted, SessionStarted
from tta.domain.timer import TimerCancelled, TimerDue, TimerScheduled

PLAYERS = 5
SESSIONS = 15  # Each; below the 20 that a player may have under way while no reactor lives.
IDLE_S = 1.0
WITHIN_S = 240.0  # A busy machine starts a reactor in a minute.


async def live(player: Player, chance: random.Random) -> None:
    """Begin sessions; play and complete some of them, leave the others."""
    await player.register()
    for number in range(SESSIONS):
        session = await player.start_session()
        if chance.random() < 0.5:
            await player.say(session, f"turn of {number}", wait_s=5)
        if chance.random() < 0.3:
            await player.ask("POST", f"/v1/sessions/{session}/complete")
        await asyncio.sleep(chance.uniform(0, IDLE_S))


async def survive(system: System, rounds: int, chance: random.Random) -> None:
    told = {"session_idle_hours": str(IDLE_S / 3600)}
    api = Api((await system.started("api", "serve", "commands")).url)
    reactors = [await system.started(name, "react", **told) for name in ("reactor", "other-reactor")]
    store = await system.store()
    try:
        players = [
            Player(api, system.mint, f"player-{number}", random.Random(chance.random()))
            for number in range(PLAYERS * rounds)
        ]
        for each in range(rounds):
            begun = players[each * PLAYERS : (each + 1) * PLAYERS]
            async with asyncio.TaskGroup() as playing:
                lives = [playing.create_task(live(each, random.Random(chance.random()))) for each in begun]
                for _ in range(6):
                    before = kinds(await whole_log(store))["TimerDue"]

                    async def more(before: int = before, lives: list[asyncio.Task[None]] = lives) -> bool:
                        """Another timer came, or there are no more: a slow machine kills slowly."""
                        log = await whole_log(store)
                        none_left = all(life.done() for life in lives) and standing(log) == 0
                        return none_left or kinds(log)["TimerDue"] > before

                    await until(more, within_s=WITHIN_S)
                    await asyncio.sleep(chance.uniform(0, 0.2))
                    if chance.random() < 0.25:
                        await system.valkey.kill()
                        await system.valkey.start()
                    else:
                        victims = reactors if chance.random() < 0.5 else [chance.choice(reactors)]
                        await asyncio.gather(*(part.kill() for part in victims))

        async def all_over() -> bool:
            log = await whole_log(store)
            seen = kinds(log)
            over = seen["SessionAbandoned"] + seen["SessionCompleted"]
            return over == seen["SessionStarted"] and standing(log) == 0

        await until(all_over, within_s=WITHIN_S)
        log = await whole_log(store)
        await must_be_chained(store, log)
    finally:
        await store.close()
        await api.close()
    must_have_come_once(log)
    print({name: count for name, count in kinds(log).items() if name.startswith(("Timer", "Session"))})


def kinds(log: Log) -> Counter[str]:
    return Counter(event.type for event in log.events)


def standing(log: Log) -> int:
    """Count the timers that are scheduled, and neither due nor called off."""
    last = {event.aggregate_id: event.type for event in log.events if event.type.startswith("Timer")}
    return sum(kind == TimerScheduled.__name__ for kind in last.values())


def must_have_come_once(log: Log) -> None:
    """Each schedule came once, not early, or was called off; what was left is abandoned once, by a timer."""
    schedules: dict[UUID, TimerScheduled] = {}
    dues: dict[UUID, TimerDue] = {}
    started: set[UUID] = set()
    over: Counter[UUID] = Counter()
    for event in log.events:
        fact = TYPES.event(event)
        match fact:
            case TimerScheduled():
                schedules[event.aggregate_id] = fact
            case TimerDue():
                wanted = schedules.pop(event.aggregate_id)
                assert (fact.due_at, fact.about) == (wanted.due_at, wanted.about)
                assert event.recorded_ms >= fact.due_at.timestamp() * 1000, "it came early"
                dues[event.event_id] = fact
            case TimerCancelled():
                schedules.pop(event.aggregate_id)
            case SessionStarted():
                started.add(event.aggregate_id)
            case SessionCompleted():
                over[event.aggregate_id] += 1
            case SessionAbandoned():
                over[event.aggregate_id] += 1
                assert dues[event.causation_id].about == event.aggregate_id
    assert schedules == {}
    assert over == Counter(dict.fromkeys(started, 1))


async def test_killed_at_random_moments_each_timer_comes_once(system: System, chance: random.Random):
    await survive(system, 1, chance)


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_killed_at_random_moments_each_timer_comes_once_at_length(
    system: System, chance: random.Random
):
    await survive(system, 12, chance)
