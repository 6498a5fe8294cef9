"""Tokens and failures of language models count once, even if a reply of the server is lost."""

from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio

from tests.support.agents.breaker_examples import SOON_S, Broken, fail, until_tried
from tests.support.agents.gateway_examples import CONSENT, LIMITS, limited
from tests.support.eventstore.unreliable_proxy import GREETING_REPLIES, UnreliableProxy
from tta.agents.breaker import BreakerOpen, circuit_breaker
from tta.agents.budgets import Budgets, OverBudget
from tta.eventstore.child_server import ChildServer
from tta.eventstore.durability import Durability
from tta.eventstore.nodes import Nodes


@pytest_asyncio.fixture
async def proxy(valkey: ChildServer) -> AsyncIterator[UnreliableProxy]:
    async with UnreliableProxy(valkey.socket) as running:
        yield running


@pytest_asyncio.fixture
async def far_nodes(proxy: UnreliableProxy) -> AsyncIterator[Nodes]:
    """Connections on which replies are lost as a test says."""
    connected = await Nodes.connect(proxy.url, Durability("fsync"))
    yield connected
    await connected.close()


async def lose_next_reply(proxy: UnreliableProxy, nodes: Nodes) -> None:
    for _ in range(GREETING_REPLIES):
        await nodes.call("GET", "nothing")
    proxy.lose_one()


async def counted(nodes: Nodes, keys: list[str]) -> list[int]:
    return [int(await nodes.call("GET", key)) for key in keys]


async def test_what_is_taken_and_given_back_is_counted_once(
    proxy: UnreliableProxy, far_nodes: Nodes, store: str
):
    budgets = Budgets(far_nodes, store, limited(tokens_player_day=1_500))
    await budgets.take(CONSENT, 1)
    await lose_next_reply(proxy, far_nodes)
    reservation = await budgets.take(CONSENT, 1_000)
    assert (proxy.lost, await counted(far_nodes, reservation.keys)) == (1, [1_001, 1_001])
    await lose_next_reply(proxy, far_nodes)
    await budgets.settle(reservation, 400)
    assert (proxy.lost, await counted(far_nodes, reservation.keys)) == (2, [401, 401])


async def test_what_was_refused_is_refused_again(proxy: UnreliableProxy, far_nodes: Nodes, store: str):
    budgets = Budgets(far_nodes, store, limited(tokens_player_day=100))
    reservation = await budgets.take(CONSENT, 60)
    await lose_next_reply(proxy, far_nodes)
    with pytest.raises(OverBudget, match="player"):
        await budgets.take(CONSENT, 60)
    assert (proxy.lost, await counted(far_nodes, reservation.keys)) == (1, [60, 60])


async def test_what_remembers_a_call_does_not_stay(nodes: Nodes, store: str):
    await Budgets(nodes, store, LIMITS).take(CONSENT, 1)
    (key,) = await nodes.call("KEYS", f"{{{store}}}:model:tokens:*:call:*")
    assert 0 < await nodes.call("PTTL", key.decode()) <= 60_000


async def test_a_failure_is_counted_once(proxy: UnreliableProxy, far_nodes: Nodes, store: str):
    breaker = circuit_breaker(far_nodes, store, "first", failure_threshold=3)
    for failures in (1, 2, 3):
        with suppress(Broken):
            async with breaker.guarded():
                await lose_next_reply(proxy, far_nodes)
                raise Broken
        assert proxy.lost == failures
        assert await breaker.look() is (failures == 3)


async def test_who_is_let_through_to_find_out_is_not_shut_out_by_themselves(
    proxy: UnreliableProxy, far_nodes: Nodes, nodes: Nodes, store: str
):
    here, there = (
        circuit_breaker(each, store, "first", failure_threshold=1, recovery_timeout=SOON_S)
        for each in (far_nodes, nodes)
    )
    await fail(here)
    await until_tried(here)
    await lose_next_reply(proxy, far_nodes)
    async with here.guarded():
        assert proxy.lost == 1
        with pytest.raises(BreakerOpen):
            async with there.guarded():
                pass
    assert not await here.look()
