"""Two API processes decide as one: what both are asked is done once, and neither trusts its memory."""

import asyncio
import random

import pytest

from tests.support.proofs.evidence import (
    must_be_answered_once,
    must_be_chained,
    must_come_from,
    must_stand_once,
    unanswered,
    whole_log,
)
from tests.support.proofs.retrying_client import Answer, Api, Player, Refused, Secrets, Sent
from tests.support.proofs.system import STORE, System, until


class Twofold(Player):
    """Asks two APIs at the same moment."""

    other: Api

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        sent = self.sent(method, path, body, **headers)
        one, two = await asyncio.gather(self.api.until_answered(sent), self.other.until_answered(sent))
        assert one.same_as(two), f"one key, two answers: {one} and {two}"
        self.answers.append(one)
        self.again += 1
        return one


async def two_apis(system: System) -> tuple[Api, Api]:
    one = await system.started("one", "serve", "commands")
    other = await system.started("other", "serve", "commands")
    await system.started("reactor", "react")
    return Api(one.url), Api(other.url)


async def ask_both(system: System, commands: int, chance: random.Random) -> None:
    one, other = await two_apis(system)
    players = [Twofold(one, system.mint, f"player-{number}", chance) for number in range(4)]
    for player in players:
        player.other = other

    def asked() -> int:
        return sum(len(player.answers) for player in players)

    async def live(player: Twofold) -> None:
        await player.register()
        while asked() < commands:
            await player.play()

    await asyncio.gather(*map(live, players))
    await asyncio.gather(one.close(), other.close())
    store, secrets = await system.store(), Secrets(system.keys, STORE)
    try:

        async def all_answered() -> bool:
            return unanswered(await whole_log(store)) == 0

        await until(all_answered)
        log = await whole_log(store)
        await must_be_chained(store, log)
        answers = [answer for player in players for answer in player.answers]
        assert must_stand_once(log, answers, secrets) == len(answers)
        must_come_from(log, [answer.sent for answer in answers], secrets)
        interactions = must_be_answered_once(log)
    finally:
        await store.close()
    print(
        f"{asked()} commands asked of both at once, answered alike, one effect each; {interactions} replies"
    )


async def test_one_key_asked_of_both_at_once_has_one_effect(system: System, chance: random.Random) -> None:
    await ask_both(system, 80, chance)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
async def test_one_key_asked_of_both_at_once_has_one_effect_at_length(
    system: System, chance: random.Random
) -> None:
    await ask_both(system, 2_000, chance)


class Pair:
    """One player who talks to either API."""

    def __init__(self, apis: tuple[Api, Api], player: Player) -> None:
        self.apis = apis
        self._player = player

    def command(self, path: str, body: object = None) -> Sent:
        return self._player.sent("POST", path, body)

    async def by(self, api: int, sent: Sent) -> int | str:
        """Ask an API just once; give the version that it answers, or the code of its refusal."""
        response = await self.apis[api].once(sent)
        return int(response.headers["etag"].strip('"v')) if response.is_success else response.json()["code"]


async def distrust(system: System, rounds: int, chance: random.Random) -> None:
    apis = await two_apis(system)
    player = Player(apis[0], system.mint, "player", random.Random(chance.random()))
    await player.register()
    path = f"/v1/sessions/{await player.start_session()}"
    pair, version, turn = Pair(apis, player), 1, 0
    for number in range(rounds):
        here, there = (0, 1) if chance.random() < 0.5 else (1, 0)
        turn += 1
        # Both remember the session open: one takes a turn (and waits for its reply), the other looks at it.
        body = {"choice": "left", "turn": turn}
        taken = await apis[there].until_answered(
            player.sent("POST", f"{path}/interactions", body, prefer="wait=20")
        )
        assert taken.reply is not None
        version += 2
        assert await pair.by(there, pair.command(f"{path}/resume")) == version, "it is open: nothing changes"
        assert await pair.by(here, pair.command(f"{path}/pause")) == version + 1
        refused = pair.command(f"{path}/interactions", {"choice": "left"})
        assert await pair.by(there, refused) == "session-is-paused", f"round {number}"
        # Now both remember it paused; the same command is judged anew once it goes on.
        assert await pair.by(here, refused) == "session-is-paused"
        assert await pair.by(there, pair.command(f"{path}/resume")) == version + 2
        assert await pair.by(here, refused) == version + 3, "refused from what was remembered"
        turn, version = turn + 1, version + 3

        async def answered(version: int = version) -> bool:
            return await pair.by(0, pair.command(f"{path}/resume")) == version + 1

        await until(answered)
        version += 1
    with pytest.raises(Refused, match="turn-out-of-order"):
        await apis[0].until_answered(
            player.sent("POST", f"{path}/interactions", {"choice": "left", "turn": 1})
        )
    await asyncio.gather(*(api.close() for api in apis))
    print(f"{rounds} rounds: no refusal and no acceptance from what another process had changed")


async def test_a_refusal_is_never_given_from_stale_memory(system: System, chance: random.Random) -> None:
    await distrust(system, 20, chance)


@pytest.mark.soak
async def test_a_refusal_is_never_given_from_stale_memory_at_length(
    system: System, chance: random.Random
) -> None:
    await distrust(system, 200, chance)
