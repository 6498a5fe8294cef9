"""A language model's meaning counts only if it is one of the offers."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.agents.brief_examples import BRIEF, CHOICES, WORDS
from tests.support.agents.gateway_examples import endpoint
from tests.support.agents.llm_examples import opened
from tests.support.agents.llm_server import LlmServer
from tta.agents.llm import NoModelText
from tta.agents.llm_interpreter import ANSWER_MAX, meaning_in
from tta.domain.narration import Narration, NarrationOutcome
from tta.eventstore.nodes import Nodes
from tta.stories.understanding.meaning import KINDS, Kind, Meaning

CALL = UUID(int=9)
UNSURE = Meaning("unsure")


@pytest.mark.parametrize(
    ("raw", "meaning"),
    [
        ('{"kind": "choice", "choice": "fine"}', Meaning("choice", "fine")),
        ('{"kind": "look", "choice": ""}', Meaning("look")),
        ('{"kind": "help"}', Meaning("help")),
        ('{"kind": "unsure", "choice": ""}', UNSURE),
        ('{"kind": "choice", "choice": "flee"}', UNSURE),
        ('{"kind": "choice"}', UNSURE),
        ('{"kind": "look", "choice": "fine"}', UNSURE),
        ('{"kind": "status"}', Meaning("status")),
        ('{"kind": "self"}', Meaning("self")),
        ('{"kind": "action"}', Meaning("action")),
        ('{"kind": "pause"}', UNSURE),
        ('{"kind": "quit", "confirmed": true}', UNSURE),
        ('{"kind": "quit"}', UNSURE),
        ('{"kind": "gone"}', UNSURE),
        ('{"kind": "choice", "choice": "fine", "why": "x"}', UNSURE),
        ("fine", UNSURE),
        ("", UNSURE),
        ("[" * 10_000, UNSURE),
        ('{"kind": "look"' + " " * ANSWER_MAX + "}", UNSURE),
        ("I can't help with that.", UNSURE),
    ],
)
def test_only_an_offer_counts(raw: str, meaning: Meaning):
    assert meaning_in(raw, CHOICES) == meaning


@given(
    st.text()
    | st.builds(
        json.dumps,
        st.dictionaries(st.sampled_from(["kind", "choice"]), st.sampled_from([*KINDS, *CHOICES, ""])),
    )
)
def test_whatever_a_model_says_nothing_else_is_meant(raw: str):
    kinds: set[Kind] = {"look", "help", "status", "self", "action", "unsure"}
    offers = {Meaning("choice", each) for each in CHOICES}
    assert meaning_in(raw, CHOICES) in offers | {Meaning(each) for each in kinds}


async def test_a_model_is_asked_with_the_offers_and_the_words(nodes: Nodes, store: str, model: LlmServer):
    model.says = ['{"kind": "choice", "choice": "tell"}']
    async with opened(nodes, store, endpoint(model)) as models:
        meaning, narration = await models.interpret(BRIEF, call_id=CALL, within_s=2)
    assert meaning == Meaning("choice", "tell")
    assert narration is not None
    assert replace(narration, took_ms=0) == Narration(
        outcome=NarrationOutcome.INTERPRETED,
        endpoint="first",
        model="small",
        prompt="interpret@1",
        tokens_in=100,
        tokens_out=20,
    )
    asked = json.loads(model.received[0].messages[1]["content"].splitlines()[1])
    offers = [{"id": "tell", "text": "'Nervous.'"}, {"id": "fine", "text": "'Fine.'"}]
    assert asked == {"choices": offers, "player_said": WORDS}


async def test_of_many_words_only_the_first_leave(nodes: Nodes, store: str, model: LlmServer):
    said = BRIEF._replace(words="w" * 2_001)
    async with opened(nodes, store, endpoint(model)) as models:
        await models.interpret(said, call_id=CALL, within_s=2)
        with pytest.raises(NoModelText):
            await models.narrate(said, call_id=CALL, within_s=2)
    assert len(model.received) == 3
    for received in model.received:
        asked = json.loads(received.messages[1]["content"].splitlines()[1])
        assert asked["player_said"] == "w" * 2_000, "docs/models.md says so"


async def test_without_words_nobody_is_asked(nodes: Nodes, store: str, model: LlmServer):
    async with opened(nodes, store, endpoint(model)) as models:
        asked = await models.interpret(BRIEF._replace(words=None), call_id=CALL, within_s=2)
    assert asked == (UNSURE, None)
    assert model.received == []


@pytest.mark.parametrize(
    ("behaviour", "outcome"), [("429", NarrationOutcome.FAILED), ("hangs", NarrationOutcome.LATE)]
)
async def test_a_model_that_does_not_answer_is_a_reason(
    nodes: Nodes, store: str, model: LlmServer, behaviour: str, outcome: NarrationOutcome
):
    model.behaviour = behaviour
    async with opened(nodes, store, endpoint(model)) as models:
        with pytest.raises(NoModelText) as error:
            await models.interpret(BRIEF, call_id=CALL, within_s=2)
    narration = error.value.narration
    assert (narration.outcome, error.value.may_pass) == (outcome, False)
    assert (narration.endpoint, narration.model, narration.prompt) == ("first", "small", "interpret@1")
