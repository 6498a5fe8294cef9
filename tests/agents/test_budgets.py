"""Language models never use more than a day's budgets, for any caller and any number of calls at once."""

import asyncio
from uuid import UUID

import pytest

from tests.support.agents.brief_examples import stands
from tests.support.agents.gateway_examples import (
    CALL,
    CONSENT,
    LIMITS,
    QUESTION,
    endpoint,
    limited,
    opened,
    outcome_of,
)
from tests.support.agents.llm_server import LlmServer
from tta.agents.budgets import Budgets, OverBudget
from tta.agents.endpoint_client import Message
from tta.agents.gateway import NoEndpointAnswer
from tta.agents.messages import ModelConsent
from tta.domain.narration import NarrationOutcome
from tta.eventstore.child_server import ChildServer
from tta.eventstore.durability import Durability
from tta.eventstore.nodes import Nodes

OTHER = ModelConsent(UUID(int=2), stands)


async def test_a_players_day_ends(nodes: Nodes, store: str):
    budgets = Budgets(nodes, store, limited(tokens_player_day=250, tokens_store_day=10_000))
    for _ in range(2):
        await budgets.take(CONSENT, 100)
    with pytest.raises(OverBudget, match="player"):
        await budgets.take(CONSENT, 100)
    await budgets.take(CONSENT, 50)
    await budgets.take(OTHER, 100)


async def test_the_stores_day_ends_for_all(nodes: Nodes, store: str):
    budgets = Budgets(nodes, store, limited(tokens_player_day=10_000, tokens_store_day=150))
    await budgets.take(CONSENT, 100)
    with pytest.raises(OverBudget, match="store"):
        await budgets.take(OTHER, 100)


async def test_what_was_not_needed_is_given_back(nodes: Nodes, store: str):
    budgets = Budgets(nodes, store, limited(tokens_player_day=100, tokens_store_day=100))
    for _ in range(10):
        await budgets.settle(await budgets.take(CONSENT, 91), 1)
    with pytest.raises(OverBudget):
        await budgets.take(CONSENT, 91)


async def test_processes_that_ask_at_once_do_not_overrun_it(nodes: Nodes, other_nodes: Nodes, store: str):
    limits = limited(tokens_player_day=1_000, tokens_store_day=1_000)
    budgets = [Budgets(each, store, limits) for each in (nodes, other_nodes)]
    taken = await asyncio.gather(
        *(budgets[number % 2].take(CONSENT, 100) for number in range(40)), return_exceptions=True
    )
    assert sum(not isinstance(each, BaseException) for each in taken) == 10


async def test_counters_do_not_stay(nodes: Nodes, store: str):
    reservation = await Budgets(nodes, store, LIMITS).take(CONSENT, 100)
    for key in reservation.keys:
        assert 0 < await nodes.call("PTTL", key) <= 48 * 3_600_000


async def test_a_model_is_asked_only_within_the_budget(nodes: Nodes, store: str, model: LlmServer):
    limits = limited(tokens_player_day=400)
    async with opened(nodes, store, endpoint(model), limits=limits) as gateway:
        for _ in range(3):  # Each takes 10 + 100 and needs 100 + 20.
            await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=5)
        assert await outcome_of(gateway) is NarrationOutcome.OVER_BUDGET
        await gateway.ask(QUESTION, OTHER, call_id=CALL, within_s=5)
        assert not gateway.resting
    assert len(model.received) == 4


async def test_an_answer_that_never_came_is_counted_in_full(nodes: Nodes, store: str, model: LlmServer):
    model.behaviour = "hangs"
    async with opened(nodes, store, endpoint(model), limits=limited(tokens_player_day=199)) as gateway:
        assert await outcome_of(gateway) is NarrationOutcome.LATE
        assert await outcome_of(gateway) is NarrationOutcome.OVER_BUDGET


@pytest.mark.parametrize("status", ["400", "401", "404", "422", "429"])
async def test_a_refused_call_costs_nothing(nodes: Nodes, store: str, model: LlmServer, status: str):
    model.behaviour = status
    async with opened(nodes, store, endpoint(model), limits=limited(tokens_player_day=110)) as gateway:
        for _ in range(3):
            assert await outcome_of(gateway) is NarrationOutcome.FAILED
    assert len(model.received) == 3


async def test_a_call_that_reached_nobody_costs_nothing(nodes: Nodes, store: str, model: LlmServer):
    nobody = endpoint(model, base_url="http://127.0.0.1:1/v1")
    async with opened(nodes, store, nobody, limits=limited(tokens_player_day=110)) as gateway:
        for _ in range(3):
            assert await outcome_of(gateway) is NarrationOutcome.FAILED


@pytest.mark.parametrize("behaviour", ["500", "502", "503", "504", "408", "409", "redirects", "half json"])
async def test_a_call_that_may_have_been_worked_on_is_counted_in_full(
    nodes: Nodes, store: str, model: LlmServer, behaviour: str
):
    model.behaviour = behaviour
    async with opened(nodes, store, endpoint(model), limits=limited(tokens_player_day=219)) as gateway:
        assert await outcome_of(gateway) is NarrationOutcome.FAILED
        assert await outcome_of(gateway) is NarrationOutcome.OVER_BUDGET
    assert len(model.received) == 1


async def test_what_is_sent_is_counted_too(nodes: Nodes, store: str, model: LlmServer):
    long = QUESTION._replace(messages=(Message("user", "x" * 3_000),))
    async with opened(nodes, store, endpoint(model), limits=limited(tokens_player_day=1_500)) as gateway:
        model.usage = {"prompt_tokens": 900, "completion_tokens": 20}
        await gateway.ask(long, CONSENT, call_id=CALL, within_s=5)
        with pytest.raises(NoEndpointAnswer) as refused:
            await gateway.ask(long, CONSENT, call_id=CALL, within_s=5)
        assert refused.value.outcome is NarrationOutcome.OVER_BUDGET
        await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=5)
    assert len(model.received) == 2


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        {"prompt_tokens": None, "completion_tokens": None},
        {"prompt_tokens": -5, "completion_tokens": -5},
        {"prompt_tokens": 10**12, "completion_tokens": 10**12},
    ],
)
async def test_what_cannot_be_is_not_believed(nodes: Nodes, store: str, model: LlmServer, usage: object):
    model.says, model.usage = ["A quiet clearing, and a path."], usage
    async with opened(nodes, store, endpoint(model)) as gateway:
        said = (await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=5)).said
    assert 0 < said.tokens_in <= 2_000
    assert 0 < said.tokens_out <= 400


async def test_while_redis_is_away_nothing_is_spent(own_valkey: ChildServer, store: str, model: LlmServer):
    nodes = await Nodes.connect(own_valkey.url, Durability("fsync"))
    try:
        async with opened(nodes, store, endpoint(model)) as gateway:
            await own_valkey.kill()
            with pytest.raises(NoEndpointAnswer):
                await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=5)
    finally:
        await nodes.close()
    assert model.received == []


async def test_more_than_allowed_is_counted_too(nodes: Nodes, store: str, model: LlmServer):
    model.usage = {"prompt_tokens": 1, "completion_tokens": 300}
    async with opened(nodes, store, endpoint(model), limits=limited(tokens_player_day=350)) as gateway:
        await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=5)
        assert await outcome_of(gateway) is NarrationOutcome.OVER_BUDGET


async def test_a_clock_that_jumped_gives_nobody_their_day_again(nodes: Nodes, store: str):
    """The server's own: its counters are gone, because they expired; the process knows what they said."""
    budgets = Budgets(nodes, store, limited(tokens_player_day=250, tokens_store_day=300))
    reservation = await budgets.take(CONSENT, 200)
    await budgets.settle(reservation, 150)
    await nodes.call("DEL", *reservation.keys)
    with pytest.raises(OverBudget, match="player"):
        await budgets.take(CONSENT, 101)
    with pytest.raises(OverBudget, match="store"):
        await budgets.take(OTHER, 151)
    await budgets.take(CONSENT, 100)
    await nodes.call("DEL", *reservation.keys)
    await budgets.settle(reservation, 100)
    assert [int(await nodes.call("GET", key)) for key in reservation.keys] == [150, 150]
