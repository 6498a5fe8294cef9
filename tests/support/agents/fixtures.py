"""Servers that act as language models."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.agents.llm_server import LlmServer, model_server


@pytest_asyncio.fixture
async def model() -> AsyncIterator[LlmServer]:
    async with model_server() as running:
        yield running


@pytest_asyncio.fixture
async def other_model() -> AsyncIterator[LlmServer]:
    async with model_server() as running:
        yield running
