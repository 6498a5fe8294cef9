"""SIGKILL of reactors while language models are asked for their turns: each turn gets one answer.

Before each kill the model keeps its answers back, so that a call is under way whatever the machine does. How
many turns are told by a model in time depends on the machine, and is printed only.
"""

import asyncio
import json
import random
from collections import Counter
from contextlib import suppress
from uuid import UUID, uuid5

import pytest

from tests.support.agents.llm_server import LlmServer, model_server, retold
from tests.support.proofs.evidence import must_be_answered_once, unanswered, whole_log
from tests.support.proofs.retrying_client import Api, Player, Sent
from tests.support.proofs.system import System, until
from tta.app.aggregates import event_types
from tta.domain.narration import NarrationOutcome
from tta.domain.turns import InteractionAnswered, NarrationRequested
from tta.eventstore.errors import StoreUnavailable

PLAYERS = 6
SLOW_S = 0.25
WITHIN_S = 240.0  # A busy machine starts a reactor in a minute.
STORY = "storm_keeper"
PURPOSES = ("narrate@1", "narrate@1/again", "interpret@1")
TYPES = event_types()


class ModelPlayer:
    """Agrees to model processing, and plays by choices."""

    def __init__(self, api: Api, system: System, number: int, chance: random.Random) -> None:
        self.player = Player(api, system.mint, f"model-player-{number}", random.Random(chance.random()))
        self.turns = 0
        self._api = api
        self._chance = random.Random(chance.random())

    async def live(self, stop: asyncio.Event) -> None:
        await self.player.register()
        path = f"/v1/players/{self.player.id}/consents/model_processing"
        await self.player.ask("PUT", path, {"given": True})
        while not stop.is_set():
            started = await self.player.ask("POST", "/v1/sessions", {"story": STORY})
            await self._play(f"/v1/sessions/{started.body['id']}", stop)

    async def _play(self, path: str, stop: asyncio.Event) -> None:
        said: dict[str, str] = {"text": "1"}
        while not stop.is_set():
            sent = self.player.sent("POST", f"{path}/interactions", said, Prefer="wait=20")
            reply = await self._reply_to(sent, stop)
            if reply is None or reply["ending"] or not reply["choices"]:
                return
            self.turns += 1
            said = {"choice": self._chance.choice(reply["choices"])["id"]}

    async def _reply_to(self, sent: Sent, stop: asyncio.Event) -> dict | None:
        while True:
            answered = await self._api.until_answered(sent)
            if answered.reply is not None or stop.is_set():
                return answered.reply


async def survive(system: System, model: LlmServer, rounds: int, chance: random.Random) -> None:
    model.waits_s, model.says = SLOW_S, [retold]
    endpoint = {"name": "slow", "base_url": model.base_url, "model": "small", "idempotency_header": True}
    file = system.directory / "models.json"
    file.write_text(json.dumps([endpoint]))
    told = {"models_file": str(file), "model_text_unchecked": "true"}
    told |= {"model_tokens_player_day": "100000000", "model_tokens_store_day": "100000000"}
    api_part = await system.started("api", "serve", "commands")
    reactors = [await system.started(name, "react", **told) for name in ("reactor", "other-reactor")]
    api, stop = Api(api_part.url), asyncio.Event()
    players = [ModelPlayer(api, system, number, chance) for number in range(PLAYERS)]
    tasks = [asyncio.create_task(each.live(stop)) for each in players]
    try:
        for number in range(rounds):
            turns = sum(each.turns for each in players)

            async def asked() -> bool:
                must_live(tasks)
                return model.under_way > 0

            async def went_on(turns: int = turns) -> bool:
                must_live(tasks)
                return sum(each.turns for each in players) > turns

            model.may_answer.clear()
            await until(asked, within_s=WITHIN_S)
            # All of them first, so that at least one call is cut short for certain.
            victims = reactors if number == 0 or chance.random() < 0.5 else [chance.choice(reactors)]
            await asyncio.gather(*(each.kill() for each in victims))
            model.may_answer.set()
            await until(went_on, within_s=WITHIN_S)

        async def told_by_the_model() -> bool:
            must_live(tasks)
            with suppress(StoreUnavailable):  # A busy machine is slow to let a connection in.
                return await written(system) > 0
            return False

        await until(told_by_the_model, within_s=WITHIN_S)
        stop.set()
        async with asyncio.timeout(WITHIN_S):
            await asyncio.gather(*tasks)  # Where a player failed, the proof did.
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await api.close()
    await must_be_narrated_once(system, model)


def must_live(tasks: list[asyncio.Task[None]]) -> None:
    """Fail as a player did."""
    for task in tasks:
        if task.done():
            task.result()


async def written(system: System) -> int:
    """How many turns a model has told."""
    store = await system.store()
    try:
        facts = [TYPES.event(event) for event in (await whole_log(store)).events]
    finally:
        await store.close()
    answers = [fact.narration for fact in facts if isinstance(fact, InteractionAnswered)]
    return sum(each is not None and each.outcome is NarrationOutcome.WRITTEN for each in answers)


async def must_be_narrated_once(system: System, model: LlmServer) -> None:
    store = await system.store()
    try:

        async def all_answered() -> bool:
            return unanswered(await whole_log(store)) == 0

        await until(all_answered, within_s=WITHIN_S)
        log = await whole_log(store)
    finally:
        await store.close()
    count = must_be_answered_once(log)
    requested: set[UUID] = set()
    outcomes: Counter[str] = Counter()
    for event in log.events:
        fact = TYPES.event(event)
        if isinstance(fact, NarrationRequested):
            requested.add(event.event_id)
        elif isinstance(fact, InteractionAnswered):
            outcomes[fact.narration.outcome.value if fact.narration else "none asked"] += 1
    keys = Counter(each.headers["idempotency-key"] for each in model.received)
    ours = {str(uuid5(request, purpose)) for request in requested for purpose in PURPOSES}
    assert keys.keys() <= ours, "a model was asked for a turn that no event speaks of"
    again = sum(times > 1 for times in keys.values())
    print(f"{count} interactions, {len(model.received)} calls under {len(keys)} keys, {dict(outcomes)}")
    print(f"{again} of the calls came more than once")


async def test_killed_in_the_middle_of_a_models_turn_each_turn_has_one_answer(
    system: System, chance: random.Random
):
    async with model_server() as model:
        await survive(system, model, 5, chance)


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_killed_in_the_middle_of_a_models_turn_each_turn_has_one_answer_at_length(
    system: System, chance: random.Random
):
    async with model_server() as model:
        await survive(system, model, 60, chance)
