"""What language models write reaches a player only where the setting says so: in real processes."""

import json
import random
from typing import Any
from uuid import UUID

import pytest

from tests.support.agents.llm_server import LlmServer, model_server, retold
from tests.support.proofs.evidence import whole_log
from tests.support.proofs.retrying_client import Api, Player
from tests.support.proofs.system import System
from tests.support.told_passages import next_passage
from tta.app import aggregates, work
from tta.domain.narration import NarrationOutcome
from tta.domain.passages import Wishes
from tta.domain.turns import InteractionAnswered
from tta.domain.vocabulary import Author
from tta.stories.playing.narrating import opening
from tta.stories.story import catalogue

STORY = "storm_keeper"
UNCLEAR = "Purple monkey dishwasher"
WAIT_S = 20
TYPES = aggregates.event_types()


class Told:
    """A session of a player who agreed to model processing, and what its events say."""

    def __init__(self, system: System, api: Api) -> None:
        self._system = system
        self._player = Player(api, system.mint, "agreed", random.Random(1))
        self.session = ""

    async def begin(self) -> None:
        await self._player.register()
        path = f"/v1/players/{self._player.id}/consents/model_processing"
        await self._player.ask("PUT", path, {"given": True})
        started = await self._player.ask("POST", "/v1/sessions", {"story": STORY})
        self.session = started.body["id"]

    async def turn(self, **said: str) -> tuple[dict[str, Any], InteractionAnswered]:
        """Say something; the reply as the player has it, and the answer as the log has it."""
        path = f"/v1/sessions/{self.session}/interactions"
        reply = (await self._player.ask("POST", path, said, prefer=f"wait={WAIT_S}")).reply
        assert reply is not None
        store = await self._system.store()
        try:
            events = [TYPES.event(each) for each in (await whole_log(store)).events]
        finally:
            await store.close()
        answers = [each for each in events if isinstance(each, InteractionAnswered)]
        return reply, answers[-1]


def offers(received: str) -> list[dict[str, str]]:
    choices: list[dict[str, str]] = json.loads(received.splitlines()[1])["choices"]
    return choices


def meant_or_retold(received: str) -> str:
    """What a good model says: the first choice where it is asked what was meant, else the passage anew."""
    if "passage" in json.loads(received.splitlines()[1]):
        return retold(received)
    return json.dumps({"kind": "choice", "choice": offers(received)[0]["id"]})


async def started(system: System, model: LlmServer, **settings: str) -> Api:
    """The API, and a `tta react` whose models are one good server."""
    model.says = [meant_or_retold]
    file = system.directory / "models.json"
    file.write_text(json.dumps([{"name": "near", "base_url": model.base_url, "model": "small"}]))
    api = await system.started("api", "serve", "commands")
    reactor = await system.started("reactor", "react", models_file=str(file), **settings)
    says = work.UNCHECKED if settings else work.UNTOLD
    assert reactor.said(says) == 1, reactor.output.read_text()
    return Api(api.url)


@pytest.mark.parametrize("is_set", [False, True])
async def test_a_model_s_text_reaches_a_player_only_where_the_setting_says_so(system: System, is_set: bool):
    async with model_server() as model:
        api = await started(system, model, **({"model_text_unchecked": "true"} if is_set else {}))
        told = Told(system, api)
        await told.begin()
        story = catalogue()[STORY][max(catalogue()[STORY])]
        seed = UUID(told.session)
        first = opening(story, seed, Wishes()).passage.choices[0]
        passage = next_passage(story, seed, (), Wishes(), choice=first, words=None)

        reply, event = await told.turn(choice=first)
        asked = [each.messages[1]["content"] for each in model.received]
        assert event.interpreting is None
        if is_set:
            assert (reply["author"], event.author, len(asked)) == ("model", Author.MODEL, 1)
            assert reply["text"] == passage.text + " And so it is."
            assert event.narration is not None
            assert event.narration.outcome is NarrationOutcome.WRITTEN
        else:
            assert (reply["author"], event.author, asked) == ("story", Author.STORY, [])
            assert (reply["text"], event.narration) == (passage.text, None)

        second = passage.passage.choices[0]
        passage = next_passage(story, seed, (first,), Wishes(), choice=second, words=None)
        reply, event = await told.turn(text=UNCLEAR)
        assert event.interpreting is not None
        assert event.narration is not None
        assert (event.interpreting.outcome, event.passage.move) == (NarrationOutcome.INTERPRETED, second)
        assert event.interpreting.endpoint == "near"
        if is_set:
            assert reply["text"] == passage.text + " And so it is."
            assert len(model.received) == 3
        else:
            assert (reply["author"], reply["text"]) == ("story", passage.text)
            assert len(model.received) == 1, "it is asked what was meant, and nothing else"
            assert (event.narration.outcome, event.narration.endpoint) == (NarrationOutcome.UNCHECKED, "")
        await api.close()
