"""No call to a model goes out but on a consent that stands at that moment."""

import json
from collections.abc import Sequence

import pytest

from tests.support.agents.brief_examples import BRIEF, RETOLD, answer
from tests.support.agents.gateway_examples import CALL, PLAYER, QUESTION, endpoint, limited, opened
from tests.support.agents.llm_examples import opened as opened_models
from tests.support.agents.llm_server import LlmServer
from tta.agents.gateway import NoEndpointAnswer
from tta.agents.llm import NoModelText
from tta.agents.messages import ModelConsent
from tta.domain.narration import NarrationOutcome
from tta.eventstore.nodes import Nodes


def standing(*reads: bool) -> ModelConsent:
    """A consent that reads so, once each."""
    left = list(reads)

    async def stands() -> bool:
        return left.pop(0)

    return ModelConsent(PLAYER, stands)


@pytest.mark.parametrize(("reads", "asked"), [((False,), 0), ((True, False), 1)])
async def test_before_each_endpoint_it_is_read_again(  # noqa: PLR0917 - Fixtures and parameters.
    nodes: Nodes, store: str, model: LlmServer, other_model: LlmServer, reads: Sequence[bool], asked: int
):
    model.behaviour = "500"
    async with opened(nodes, store, endpoint(model), endpoint(other_model, "second")) as gateway:
        with pytest.raises(NoEndpointAnswer) as refused:
            await gateway.ask(QUESTION, standing(*reads), call_id=CALL, within_s=5)
    assert refused.value.outcome is NarrationOutcome.WITHDRAWN
    assert (len(model.received), other_model.received) == (asked, [])


async def test_a_text_that_does_not_fit_is_not_asked_for_again_once_it_is_withdrawn(
    nodes: Nodes, store: str, model: LlmServer
):
    model.says = [answer(RETOLD + " Behind her stands Bertha.")]
    once = standing(True, False)
    async with opened_models(nodes, store, endpoint(model, timeout_s=2.0)) as models:
        with pytest.raises(NoModelText) as refused:
            await models.narrate(BRIEF._replace(consent=once), call_id=CALL, within_s=5)
    assert len(model.received) == 1
    assert refused.value.narration.tokens_in > 0
    assert "player_said" in json.dumps(model.received[0].messages)


async def test_what_was_not_asked_costs_nothing_and_blames_nobody(nodes: Nodes, store: str, model: LlmServer):
    async with opened(nodes, store, endpoint(model), limits=limited(tokens_player_day=110)) as gateway:
        for _ in range(6):
            with pytest.raises(NoEndpointAnswer):
                await gateway.ask(QUESTION, standing(False), call_id=CALL, within_s=5)
        await gateway.ask(QUESTION, standing(True), call_id=CALL, within_s=5)
    assert len(model.received) == 1
