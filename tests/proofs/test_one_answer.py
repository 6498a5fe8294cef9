"""Commands sent again and again around lost replies have one effect each, and one answer."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.eventstore.unreliable_proxy import UnreliableProxy
from tests.support.proofs.evidence import (
    must_be_answered_once,
    must_be_chained,
    must_come_from,
    must_stand_once,
    unanswered,
    whole_log,
)
from tests.support.proofs.retrying_client import Answer, Api, Player, Secrets
from tests.support.proofs.system import STORE, System, until

PLAYERS = 6
LOST_OF_STORE, LOST_OF_API = 0.06, 0.15
CUT_EVERY_S = 0.5
SILENCE_S = 12.0  # Longer than the store's writer asks on: the API has to answer that it does not know.


class Insistent(Player):
    """Sends each command several times at once, and once more when all are answered."""

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        sent = self.sent(method, path, body, **headers)
        copies = self._chance.randint(2, 3)
        answers = await asyncio.gather(*(self.api.until_answered(sent) for _ in range(copies)))
        self.answers.append(answers[0])
        self.again += copies - 1
        for other in answers[1:]:
            assert other.same_as(answers[0]), f"two at once, two answers: {answers}"
        await self.retry(answers[0])
        if self._chance.random() < 0.3:
            await self.retry(self._chance.choice(self.answers))
        return answers[0]


@asynccontextmanager
async def cut_now_and_then(proxies: list[UnreliableProxy], chance: random.Random) -> AsyncIterator[None]:
    async def cutting() -> None:
        while True:
            await asyncio.sleep(chance.uniform(0, 2 * CUT_EVERY_S))
            chance.choice(proxies).cut()

    task = asyncio.create_task(cutting())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def insist(system: System, retries: int, chance: random.Random, *, silences: int = 0) -> None:
    async with UnreliableProxy(system.valkey.socket) as to_store:
        system.store_url = to_store.url
        part = await system.started("api", "serve", "commands")
        await system.started("reactor", "react")
        async with UnreliableProxy(part.port) as to_api:
            to_store.loses = lambda: chance.random() < LOST_OF_STORE
            to_api.loses = lambda: chance.random() < LOST_OF_API
            api = Api(to_api.url.replace("redis:", "http:"))
            players = [
                Insistent(api, system.mint, f"player-{number}", random.Random(chance.random()))
                for number in range(PLAYERS)
            ]

            def again() -> int:
                return sum(player.again for player in players)

            async def live(player: Player) -> None:
                await player.register()
                while again() < retries:
                    await player.play()

            async def be_silent() -> None:
                for number in range(silences):

                    async def far_enough(wanted: int = retries * (number + 1) // (silences + 1)) -> bool:
                        return again() >= wanted

                    await until(far_enough, within_s=600)
                    to_store.hold()
                    await asyncio.sleep(SILENCE_S)
                    to_store.release()

            async with cut_now_and_then([to_store, to_api], chance):
                await asyncio.gather(be_silent(), *map(live, players))
            await api.close()
            lost = (to_store.lost, to_api.lost)
            await must_have_had_one_effect(system, players)
    commands = sum(len(player.answers) for player in players)
    print(
        f"{again()} retries of {commands} commands, every answer alike; "
        f"{lost[0]} replies of the store lost, {lost[1]} of the API, {api.retries} requests sent anew for it"
    )
    assert min(lost) > 0
    assert again() >= retries


async def must_have_had_one_effect(system: System, players: list[Insistent]) -> None:
    answers = [answer for player in players for answer in player.answers]
    store, secrets = await system.store(), Secrets(system.keys, STORE)
    try:

        async def all_answered() -> bool:
            return unanswered(await whole_log(store)) == 0

        await until(all_answered)
        log = await whole_log(store)
        await must_be_chained(store, log)
        assert must_stand_once(log, answers, secrets) == len(answers)
        must_come_from(log, [answer.sent for answer in answers], secrets)
        must_be_answered_once(log)
    finally:
        await store.close()


async def test_retries_around_lost_replies_have_one_effect_and_one_answer(
    system: System, chance: random.Random
) -> None:
    await insist(system, 150, chance)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
async def test_retries_around_lost_replies_have_one_effect_and_one_answer_at_length(
    system: System, chance: random.Random
) -> None:
    await insist(system, 1_500, chance, silences=2)
