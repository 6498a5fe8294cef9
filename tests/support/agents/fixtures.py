"""Servers that speak as language models do."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.agents.llm_server import ModelServer, model_server


@pytest_asyncio.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with model_server() as running:
        yield running


@pytest_asyncio.fixture
async def other_model() -> AsyncIterator[ModelServer]:
    async with model_server() as running:
        yield running
