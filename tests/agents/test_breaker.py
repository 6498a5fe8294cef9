"""An endpoint that fails again and again is left alone by all processes, and tried by one of them later."""

import asyncio
import time
from contextlib import suppress
from uuid import UUID

import pytest

from tests.support.agents.breaker_examples import SOON_S, Broken, fail, until_tried
from tests.support.agents.gateway_examples import CALL, CONSENT, QUESTION, endpoint, opened, outcome_of
from tests.support.agents.llm_server import LlmServer
from tta.agents.breaker import BreakerOpen, CircuitBreaker, circuit_breaker
from tta.domain.narration import NarrationOutcome
from tta.eventstore.child_server import ChildServer
from tta.eventstore.durability import Durability
from tta.eventstore.nodes import Nodes
from tta.telemetry.metrics import REGISTRY


async def rests(breaker: CircuitBreaker) -> bool:
    try:
        async with breaker.guarded():
            return False
    except BreakerOpen:
        return True


def gauge(name: str) -> float | None:
    return REGISTRY.get_sample_value("tta_model_breaker_open", {"endpoint": name})


async def test_five_failures_in_a_row_open_it_for_every_process(nodes: Nodes, other_nodes: Nodes, store: str):
    here, there = (circuit_breaker(each, store, "first") for each in (nodes, other_nodes))
    for _ in range(4):
        await fail(here)
    assert not here.resting
    await fail(there)
    assert there.resting
    assert gauge("first") == 1
    assert await rests(here)
    assert await rests(there)
    assert here.resting


async def test_one_that_works_between_begins_the_count_anew(nodes: Nodes, store: str):
    breaker = circuit_breaker(nodes, store, "first")
    for _ in range(3):
        for _ in range(4):
            await fail(breaker)
        assert not await rests(breaker)
    assert gauge("first") == 0


async def test_when_it_has_rested_one_call_finds_out(nodes: Nodes, other_nodes: Nodes, store: str):
    here, there = (
        circuit_breaker(each, store, "first", failure_threshold=1, recovery_timeout=SOON_S)
        for each in (nodes, other_nodes)
    )
    await fail(here)
    await until_tried(there)
    async with there.guarded():
        with pytest.raises(BreakerOpen):
            async with here.guarded():
                pass
    assert not await rests(there)
    await until_tried(here)
    assert not await rests(here)


async def test_a_probe_that_fails_opens_it_again(nodes: Nodes, store: str):
    breaker = circuit_breaker(nodes, store, "first", failure_threshold=2, recovery_timeout=SOON_S)
    await fail(breaker)
    await fail(breaker)
    await until_tried(breaker)
    await fail(breaker)
    assert breaker.resting


async def test_a_probe_that_is_given_up_lets_another_try(nodes: Nodes, store: str):
    breaker = circuit_breaker(nodes, store, "first", failure_threshold=1, recovery_timeout=SOON_S)
    await fail(breaker)
    await until_tried(breaker)
    with pytest.raises(asyncio.CancelledError):
        async with breaker.guarded():
            raise asyncio.CancelledError
    assert not await rests(breaker)


async def test_what_does_not_count_does_not_open_it(nodes: Nodes, store: str):
    breaker = circuit_breaker(nodes, store, "first", failure_threshold=1)
    with suppress(Broken):
        async with breaker.guarded() as call:
            call.counts = False
            raise Broken
    assert not await rests(breaker)


async def test_breakers_of_two_endpoints_and_stores_are_apart(nodes: Nodes, store: str):
    await fail(circuit_breaker(nodes, store, "first", failure_threshold=1))
    assert not await rests(circuit_breaker(nodes, store, "second"))
    assert not await rests(circuit_breaker(nodes, f"{store}x", "first"))
    assert await rests(circuit_breaker(nodes, store, "first"))


async def test_while_redis_is_away_it_counts_as_closed(own_valkey: ChildServer, store: str):
    nodes = await Nodes.connect(own_valkey.url, Durability("fsync"))
    try:
        breaker = circuit_breaker(nodes, store, "first", failure_threshold=1)
        await fail(breaker)
        assert await rests(breaker)
        fresh = circuit_breaker(nodes, store, "first", failure_threshold=1)
        await own_valkey.kill()
        for _ in range(2):
            await fail(fresh)
        assert not await rests(fresh)
    finally:
        await nodes.close()


async def test_an_endpoint_that_failed_five_times_is_passed_over_by_all(
    nodes: Nodes, other_nodes: Nodes, store: str, model: LlmServer, other_model: LlmServer
):
    model.behaviour = "500"
    both = endpoint(model), endpoint(other_model, "second")
    async with opened(nodes, store, *both) as here, opened(other_nodes, store, *both) as there:
        for number in range(8):
            gateway = (here, there)[number % 2]
            answered = await gateway.ask(QUESTION, CONSENT, call_id=UUID(int=number), within_s=5)
            assert answered.endpoint.name == "second"
        assert len(model.received) == 5
        assert len(other_model.received) == 8
        assert not here.resting
    assert gauge("first") == 1


async def test_when_all_rest_nobody_is_asked(nodes: Nodes, store: str, model: LlmServer):
    model.behaviour = "500"
    async with opened(nodes, store, endpoint(model)) as gateway:
        for _ in range(5):
            assert await outcome_of(gateway) is NarrationOutcome.FAILED
        assert gateway.resting
        assert await outcome_of(gateway) is NarrationOutcome.RESTING
    assert len(model.received) == 5


async def test_a_process_that_asks_nobody_shows_the_state_too(
    nodes: Nodes, other_nodes: Nodes, store: str, model: LlmServer
):
    await fail(circuit_breaker(nodes, store, "first", failure_threshold=1))
    async with opened(other_nodes, store, endpoint(model)) as gateway:
        assert gauge("first") == 0
        await gateway.refresh_gauges()
        assert gauge("first") == 1
        assert gateway.resting


async def test_little_time_is_not_the_endpoints_fault(nodes: Nodes, store: str, model: LlmServer):
    model.behaviour = "hangs"
    async with opened(nodes, store, endpoint(model, timeout_s=20.0)) as gateway:
        for _ in range(6):
            assert await outcome_of(gateway, 0.25) is NarrationOutcome.LATE
        assert not gateway.resting
        model.behaviour = "good"
        assert await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=5)


@pytest.mark.parametrize("field", ["opened", "probing"])
async def test_what_a_server_s_clock_that_was_ahead_said_keeps_nobody_waiting(
    nodes: Nodes, store: str, field: str
):
    breaker = circuit_breaker(nodes, store, "first", failure_threshold=1, recovery_timeout=SOON_S)
    await fail(breaker)
    await until_tried(breaker)
    ahead_ms = int((time.time() + 365 * 86_400) * 1000)
    await nodes.call("HSET", breaker._key, field, ahead_ms)
    async with asyncio.timeout(10):
        await until_tried(breaker)
    breaker._rests_until = 0.0
    assert not await rests(breaker)
