"""Endpoints that fail, and how long it takes until one is tried again."""

import asyncio

import pytest

from tta.agents.breaker import CircuitBreaker

SOON_S = 0.3


class Broken(Exception):
    """Raised by the endpoint's call."""


async def fail(breaker: CircuitBreaker) -> None:
    with pytest.raises(Broken):
        async with breaker.guarded():
            raise Broken


async def until_tried(breaker: CircuitBreaker) -> None:
    """Wait until the breaker would let a call through."""
    while await breaker.look():  # noqa: ASYNC110 - Redis tells nobody when.
        await asyncio.sleep(0.02)
