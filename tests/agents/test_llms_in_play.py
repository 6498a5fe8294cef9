"""A turn of a real story with a real server behind the models: an answer comes, and says whose it is."""

import json
from uuid import UUID

import pytest

from tests.support.agents.brief_examples import stands
from tests.support.agents.gateway_examples import endpoint
from tests.support.agents.llm_examples import opened
from tests.support.agents.llm_server import HANGS_S, LlmServer, retold
from tta.agents.messages import ModelConsent, PendingTurn
from tta.agents.orchestrator import UNASKED, AgentOrchestrator
from tta.agents.steps import Deadlines
from tta.agents.team import team_of
from tta.domain.narration import NarrationOutcome
from tta.domain.passages import Play, Wishes
from tta.domain.vocabulary import Author
from tta.eventstore.nodes import Nodes
from tta.stories.playing.filtering import filter_of
from tta.stories.story import catalogue

PLAYER = UUID("7f3c9a52-0000-4000-8000-00000000abcd")
DEADLINES = Deadlines(interpret_s=1.5, narrate_s=1.5)
TURN = PendingTurn(
    session_id=UUID(int=5),
    number=1,
    story=catalogue()["storm_keeper"][1],
    play=Play(story="storm_keeper", version=1),
    wishes=filter_of(Wishes()),
    choice="curious",
    words=None,
    call_id=UUID(int=7),
    consent=ModelConsent(PLAYER, stands),
)
UNCLEAR = TURN._replace(choice=None, words="Purple monkey dishwasher")


async def test_a_good_model_tells_the_passage(nodes: Nodes, store: str, model: LlmServer):
    model.says = [retold]
    async with opened(nodes, store, endpoint(model)) as models:
        by = AgentOrchestrator(team_of(models, model_text_unchecked=True))
        plan = await by.plan(TURN)
        answer = await by.answer(TURN, plan, may_ask_model=True)
    assert answer.author is Author.MODEL
    assert answer.told == plan.told._replace(text=plan.told.text + " And so it is.")
    assert answer.narration is not None
    assert answer.narration.outcome is NarrationOutcome.WRITTEN


async def test_an_endpoint_that_asks_for_fewer_calls_is_not_asked_again_at_once(
    nodes: Nodes, store: str, model: LlmServer
):
    model.behaviour = "429"
    async with opened(nodes, store, endpoint(model)) as models:
        by = AgentOrchestrator(team_of(models, model_text_unchecked=True))
        answer = await by.answer(TURN, await by.plan(TURN), may_ask_model=True)
    assert answer.narration is not None
    assert answer.narration.outcome is NarrationOutcome.FAILED
    assert len(model.received) == 1


@pytest.mark.parametrize(
    ("behaviour", "says", "outcome"),
    [
        ("500", "", NarrationOutcome.FAILED),
        ("hangs", "", NarrationOutcome.LATE),
        ("good", "I'm sorry, I can't.", NarrationOutcome.UNFIT),
        ("good", json.dumps({"text": "You die.", "choices": []}), NarrationOutcome.UNFIT),
    ],
)
@pytest.mark.parametrize("streams", [False, True])
async def test_else_the_author_does(  # noqa: PLR0917 - Fixtures and parameters.
    nodes: Nodes,
    store: str,
    model: LlmServer,
    behaviour: str,
    says: str,
    outcome: NarrationOutcome,
    streams: bool,
):
    model.behaviour, model.says = behaviour, [says]
    async with opened(nodes, store, endpoint(model, streams=streams, timeout_s=HANGS_S)) as models:
        by = AgentOrchestrator(team_of(models, model_text_unchecked=True), DEADLINES)
        plan = await by.plan(TURN)
        answer = await by.answer(TURN, plan, may_ask_model=True)
    assert (answer.author, answer.told) == (Author.STORY, plan.told)
    assert answer.narration is not None
    assert (answer.narration.outcome, answer.narration.prompt) == (outcome, "narrate@1")


async def test_while_nobody_checks_texts_no_model_is_asked_for_one(
    nodes: Nodes, store: str, model: LlmServer
):
    async with opened(nodes, store, endpoint(model)) as models:
        by = AgentOrchestrator(team_of(models), DEADLINES)
        answer = await by.answer(TURN, await by.plan(TURN), may_ask_model=True)
    assert (answer.author, answer.narration) == (Author.STORY, UNASKED)
    assert model.received == []


async def test_a_model_says_which_choice_unclear_words_mean(nodes: Nodes, store: str, model: LlmServer):
    model.says = ['{"kind": "choice", "choice": "curious"}']
    async with opened(nodes, store, endpoint(model)) as models:
        by = AgentOrchestrator(team_of(models), DEADLINES)
        assert (await by.plan(UNCLEAR)).told.passage.move == "curious"
        model.says = ['{"kind": "choice", "choice": "fly"}']
        assert (await by.plan(UNCLEAR)).told.passage.move is None


async def test_without_consent_the_server_hears_nothing(nodes: Nodes, store: str, model: LlmServer):
    async with opened(nodes, store, endpoint(model)) as models:
        by = AgentOrchestrator(team_of(models, model_text_unchecked=True), DEADLINES)
        for turn in (TURN, UNCLEAR):
            without = turn._replace(consent=None)
            await by.answer(without, await by.plan(without), may_ask_model=True)
    assert model.received == []
