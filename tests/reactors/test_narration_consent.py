"""A consent that is withdrawn while models are at work: nothing more is sent, no model's text is shown."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from tests.support.agents.gateway_examples import LIMITS
from tests.support.agents.llm_server import LlmServer, model_server, retold
from tests.support.reactors.narration_examples import UNCLEAR, Model, answer, narrating, playing
from tests.support.reactors.reactor_examples import NOON, Machine, reacting, running
from tta.agents.endpoint_llms import EndpointLlms
from tta.agents.endpoints import Endpoint
from tta.agents.gateway import Gateway
from tta.agents.messages import Brief, ModelMeaning, ModelText
from tta.agents.orchestrator import AgentOrchestrator
from tta.agents.team import team_of
from tta.domain import player
from tta.domain.narration import NarrationOutcome
from tta.domain.player import WithdrawConsent
from tta.domain.vocabulary import Author, ConsentPurpose
from tta.reactors.narration import NarrationReactor
from tta.reactors.reply import ReplyReactor

WITHDRAWN = WithdrawConsent(purpose=ConsentPurpose.MODEL_PROCESSING, at=NOON)


class Between:
    """Models behind a real endpoint, and what happens after one of them said what was meant."""

    resting = False

    def __init__(self, models: EndpointLlms) -> None:
        self._models = models
        self.happens: Callable[[], Awaitable[None]] | None = None

    async def interpret(self, brief: Brief, *, call_id: UUID, within_s: float) -> ModelMeaning:
        meant = await self._models.interpret(brief, call_id=call_id, within_s=within_s)
        if self.happens is not None:
            await self.happens()
        return meant

    async def narrate(self, brief: Brief, *, call_id: UUID, within_s: float) -> ModelText:
        return await self._models.narrate(brief, call_id=call_id, within_s=within_s)


@asynccontextmanager
async def asking(machine: Machine, server: LlmServer) -> AsyncIterator[Between]:
    """Reactors of a process that asks such models."""
    store = machine.store
    endpoint = Endpoint("near", server.base_url, "small")
    models = EndpointLlms(Gateway([endpoint], store.nodes, machine.name, LIMITS))
    between = Between(models)
    by = AgentOrchestrator(team_of(between, model_text_unchecked=True))
    reactors = ReplyReactor(machine.commands, by), NarrationReactor(machine.commands, by)
    try:
        async with running(*(reacting(store, each) for each in reactors)):
            yield between
    finally:
        await models.close()


async def test_withdrawn_between_understanding_and_telling_the_author_s_text_is_told(machine: Machine):
    who, play, choice = await playing(machine)
    async with model_server() as server, asking(machine, server) as models:
        server.says = [json.dumps({"kind": "choice", "choice": choice}), retold]
        models.happens = lambda: machine.ask(player, who, WITHDRAWN, who)
        await machine.say(who, play, UNCLEAR)
        await machine.all_answered()
        assert len(server.received) == 1
    told = await answer(machine, who)
    assert told.narration is not None
    assert told.interpreting is not None
    assert (told.author, told.passage.move) == (Author.STORY, choice)
    assert (told.narration.outcome, told.narration.tokens_in) == (NarrationOutcome.WITHDRAWN, 0)
    assert told.interpreting.outcome is NarrationOutcome.INTERPRETED


async def test_while_it_stands_both_calls_are_made(machine: Machine):
    who, play, choice = await playing(machine)
    async with model_server() as server, asking(machine, server):
        server.says = [json.dumps({"kind": "choice", "choice": choice}), retold]
        await machine.say(who, play, UNCLEAR)
        await machine.all_answered()
        assert len(server.received) == 2
    assert (await answer(machine, who)).author is Author.MODEL


async def test_withdrawn_while_a_model_tells_its_text_is_not_shown(machine: Machine):
    who, play, choice = await playing(machine)
    model, other_process = Model(), await machine.process()
    model.may_answer.clear()
    async with running(*narrating(other_process, model)):
        await machine.say(who, play, choice)
        async with asyncio.timeout(30):
            await model.begun.wait()
        await machine.ask(player, who, WITHDRAWN, who)
        model.may_answer.set()
        await machine.all_answered()
    told = await answer(machine, who)
    assert told.narration is not None
    assert (told.author, told.narration.outcome) == (Author.STORY, NarrationOutcome.WITHDRAWN)
    assert len(model.asked) == 1
