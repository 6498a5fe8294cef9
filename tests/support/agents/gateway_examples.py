"""A gateway over the tests' endpoints, and a question for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

from tests.support.agents.brief_examples import stands
from tests.support.agents.llm_server import LlmServer
from tta.agents.budgets import Limits
from tta.agents.endpoint_client import Message
from tta.agents.endpoints import Endpoint
from tta.agents.gateway import Gateway, NoEndpointAnswer, Question
from tta.agents.messages import ModelConsent
from tta.app.llms import limits_of
from tta.app.settings import Settings
from tta.domain.narration import NarrationOutcome
from tta.eventstore.nodes import Nodes

PLAYER = UUID("7f3c9a52-0000-4000-8000-00000000abcd")
CONSENT = ModelConsent(PLAYER, stands)
CALL = UUID(int=7)
QUESTION = Question("narrate@1", (Message("system", "Tell it."), Message("user", "The clearing is quiet.")))
SLACK_S = 2.0  # The delay that two shared cores may add.
TIMEOUT_S = 0.6
LIMITS = limits_of(Settings())


def limited(**bounds: int) -> Limits:
    return LIMITS._replace(**bounds)


def endpoint(model: LlmServer, name: str = "first", **other: object) -> Endpoint:
    told: dict[str, Any] = {
        "base_url": model.base_url,
        "timeout_s": TIMEOUT_S,
        "tokens_out_max": 100,
        **other,
    }
    return Endpoint(name=name, model="small", **told)


@asynccontextmanager
async def opened(
    nodes: Nodes, store: str, *endpoints: Endpoint, limits: Limits = LIMITS
) -> AsyncIterator[Gateway]:
    gateway = Gateway(endpoints, nodes, store, limits)
    # As a process does. Otherwise the first call would have to load its library within its short time.
    await gateway.warm()
    try:
        yield gateway
    finally:
        await gateway.close()


async def outcome_of(gateway: Gateway, within_s: float = 2.0) -> NarrationOutcome:
    with pytest.raises(NoEndpointAnswer) as refused:
        async with asyncio.timeout(within_s + SLACK_S):
            await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=within_s)
    return refused.value.outcome
