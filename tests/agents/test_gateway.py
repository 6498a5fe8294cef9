"""Whatever endpoints do, a question to them ends in time, with an answer or a reason."""

import asyncio
import random
from uuid import UUID

import pytest

from tests.support.agents.gateway_examples import (
    CALL,
    CONSENT,
    PLAYER,
    QUESTION,
    SLACK_S,
    endpoint,
    limited,
    opened,
    outcome_of,
)
from tests.support.agents.llm_server import LlmServer
from tta.agents.gateway import Gateway, NoEndpointAnswer
from tta.domain.narration import NarrationOutcome
from tta.eventstore.nodes import Nodes

FAILS = [
    "500",
    "429",
    "401",
    "404",
    "redirects",
    "no json",
    "half json",
    "odd json",
    "no choices",
    "huge",
    "packed",
]
FAILS_STREAMING = ["500", "cut", "odd", "endless", "no json"]


@pytest.mark.parametrize("streams", [False, True])
async def test_an_endpoint_that_is_well_answers(nodes: Nodes, store: str, model: LlmServer, streams: bool):
    model.says = ["Once upon a time, “quietly”."]
    async with opened(nodes, store, endpoint(model, streams=streams)) as gateway:
        answered = await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=5)
    assert answered.said == ("Once upon a time, “quietly”.", 100, 20)
    assert answered.endpoint.name == "first"


@pytest.mark.parametrize(
    ("behaviour", "streams"),
    [*((each, False) for each in FAILS), *((each, True) for each in FAILS_STREAMING)],
)
async def test_an_endpoint_that_fails_is_a_failure_and_nothing_else(
    nodes: Nodes, store: str, model: LlmServer, behaviour: str, streams: bool
):
    model.behaviour = behaviour
    async with opened(nodes, store, endpoint(model, streams=streams, timeout_s=5.0)) as gateway:
        assert await outcome_of(gateway, 5.0) is NarrationOutcome.FAILED
    assert len(model.received) == 1  # Never twice by itself.


@pytest.mark.parametrize(
    ("behaviours", "may_pass"),
    [(("500", "500"), True), (("429", "500"), True), (("500", "429"), True), (("429", "401"), False)],
)
async def test_only_what_was_not_refused_is_worth_asking_at_once_again(
    nodes: Nodes, store: str, model: LlmServer, behaviours: tuple[str, str], may_pass: bool
):
    model.behaviours = list(behaviours)
    async with opened(nodes, store, endpoint(model), endpoint(model, "second")) as gateway:
        with pytest.raises(NoEndpointAnswer) as failed:
            await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=5)
    assert (failed.value.outcome, failed.value.may_pass) == (NarrationOutcome.FAILED, may_pass)


@pytest.mark.parametrize(("behaviour", "streams"), [("hangs", False), ("hangs", True), ("stalls", True)])
async def test_an_endpoint_that_hangs_or_stalls_is_late(
    nodes: Nodes, store: str, model: LlmServer, behaviour: str, streams: bool
):
    model.behaviour = behaviour
    async with opened(nodes, store, endpoint(model, streams=streams)) as gateway:
        assert await outcome_of(gateway) is NarrationOutcome.LATE


AT_ONCE = 16


async def test_nobody_listening_is_a_failure(nodes: Nodes, store: str, model: LlmServer):
    async with opened(nodes, store, endpoint(model, base_url="http://127.0.0.1:1/v1")) as gateway:
        assert await outcome_of(gateway) is NarrationOutcome.FAILED


@pytest.mark.parametrize("behaviour", ["500", "hangs", "huge"])
async def test_the_next_endpoint_is_asked_when_one_fails(
    nodes: Nodes, store: str, model: LlmServer, other_model: LlmServer, behaviour: str
):
    model.behaviour, other_model.says = behaviour, ["from the second"]
    async with opened(nodes, store, endpoint(model), endpoint(other_model, "second")) as gateway:
        answered = await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=5)
    assert (answered.said.text, answered.endpoint.name) == ("from the second", "second")


async def test_an_endpoint_that_hangs_leaves_time_for_the_next(
    nodes: Nodes, store: str, model: LlmServer, other_model: LlmServer
):
    model.behaviour = "hangs"
    both = endpoint(model, timeout_s=20.0), endpoint(other_model, "second", timeout_s=20.0)
    async with opened(nodes, store, *both) as gateway:
        answered = await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=3)
    assert answered.endpoint.name == "second"


async def test_without_time_nobody_is_asked(nodes: Nodes, store: str, model: LlmServer):
    async with opened(nodes, store, endpoint(model)) as gateway:
        for within_s in (0.0, -1.0, 0.1):
            assert await outcome_of(gateway, within_s) is NarrationOutcome.LATE
    assert model.received == []


async def test_who_asks_may_go_away_at_any_time(nodes: Nodes, store: str, model: LlmServer):
    model.behaviour = "hangs"
    async with opened(nodes, store, endpoint(model, timeout_s=20.0), limits=limited(calls_max=1)) as gateway:
        asking = asyncio.create_task(gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=20))
        await model.has_received(1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        model.behaviour = "good"
        assert await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=5)


async def test_more_calls_at_once_than_allowed_wait(nodes: Nodes, store: str, model: LlmServer):
    model.behaviour = "hangs"
    async with opened(nodes, store, endpoint(model, timeout_s=20.0), limits=limited(calls_max=2)) as gateway:
        asking = [
            asyncio.create_task(gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=20)) for _ in range(2)
        ]
        await model.has_received(2)
        assert await outcome_of(gateway, 0.5) is NarrationOutcome.LATE
        for each in asking:
            each.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    assert len(model.received) == 2


async def test_a_call_that_is_repeated_says_so(nodes: Nodes, store: str, model: LlmServer):
    async with opened(nodes, store, endpoint(model, idempotency_header=True)) as gateway:
        for call_id in (CALL, CALL, UUID(int=8)):
            await gateway.ask(QUESTION, CONSENT, call_id=call_id, within_s=5)
        await gateway.ask(QUESTION._replace(turn="/again"), CONSENT, call_id=CALL, within_s=5)
    first, again, other, second = (each.headers["idempotency-key"] for each in model.received)
    assert first == again
    assert len({first, other, second}) == 3


async def test_the_header_is_sent_only_where_it_is_understood(nodes: Nodes, store: str, model: LlmServer):
    async with opened(nodes, store, endpoint(model)) as gateway:
        await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=5)
    assert "idempotency-key" not in model.received[0].headers


async def test_nothing_but_the_messages_leaves(nodes: Nodes, store: str, model: LlmServer):
    async with opened(nodes, store, endpoint(model, api_key="k-123", idempotency_header=True)) as gateway:
        await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=5)
    (received,) = model.received
    allowed = {"host", "accept", "content-type", "content-length", "idempotency-key", "user-agent"}
    assert allowed | {"accept-encoding", "authorization"} == received.headers.keys()
    assert (received.headers["user-agent"], received.headers["authorization"]) == ("tta", "Bearer k-123")
    for secret in (str(PLAYER), PLAYER.hex, store, str(CALL)):
        assert secret not in model.all_bytes


async def test_without_a_key_none_is_sent(nodes: Nodes, store: str, model: LlmServer):
    async with opened(nodes, store, endpoint(model)) as gateway:
        await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=5)
    assert "authorization" not in model.received[0].headers


async def test_whatever_two_servers_do_at_random_every_question_ends(
    nodes: Nodes, store: str, model: LlmServer, other_model: LlmServer
):
    chance = random.Random(20261124)
    what = ["good", "good", "hangs", "stalls", *FAILS, *FAILS_STREAMING]
    for server in (model, other_model):
        server.behaviours = [chance.choice(what) for _ in range(200)]
    both = endpoint(model), endpoint(other_model, "second", streams=True)
    outcomes: list[str] = []

    async def ask(gateway: Gateway, number: int) -> None:
        try:
            async with asyncio.timeout(2 + SLACK_S):
                await gateway.ask(QUESTION, CONSENT, call_id=UUID(int=number), within_s=2)
            outcomes.append("answered")
        except NoEndpointAnswer as error:
            outcomes.append(error.outcome.value)

    for part in range(5):
        # A store of its own for each part: its breakers are closed.
        async with opened(nodes, f"{store}{part}", *both) as gateway:
            await asyncio.gather(*(ask(gateway, 100 * part + number) for number in range(8)))
    assert len(outcomes) == 40
    assert {"answered", "failed"} <= set(outcomes) <= {"answered", "failed", "late", "resting"}


async def test_calls_that_were_given_up_hold_no_connection(nodes: Nodes, store: str, model: LlmServer):
    # More at once would find the budget slow to tell, where other programs have the processor.
    model.behaviours = ["hangs"] * 2 * AT_ONCE
    limits = limited(calls_max=AT_ONCE, tokens_player_day=10**9, tokens_store_day=10**9)
    async with opened(nodes, store, endpoint(model, timeout_s=20.0), limits=limits) as gateway:
        for part in (1, 2):
            asking = [
                asyncio.create_task(gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=20))
                for _ in range(AT_ONCE)
            ]
            await model.has_received(part * AT_ONCE)
            for each in asking:
                each.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        assert await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=5)
