"""A circuit breaker for each endpoint, shared by all processes.

The available library (purgatory) is not used, because it reads and writes its state in separate commands,
over a client with its own retries, does not support a cluster, and lets every caller through when half open.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from uuid import uuid4

from tta.eventstore.errors import StoreError
from tta.eventstore.nodes import Nodes
from tta.eventstore.scripts import Script, script
from tta.telemetry.errors import said
from tta.telemetry.llm_metrics import MODEL_BREAKER_OPEN
from tta.telemetry.outages import Outage

SHARED_WITHIN_S = 0.5  # Redis answers in a millisecond. If it does not, no player should wait for it.
PROBE_S = 30.0  # Longer than any call, so that a process that died during a probe delays the others briefly.

BREAKER: Script = script(files("tta.agents").joinpath("breaker.lua").read_bytes())


class BreakerOpen(Exception):
    """The breaker is open: the endpoint failed repeatedly and is not called for a while."""


class GuardedCall:
    """A call that was let through."""

    counts = True
    """False if the way it ended says nothing about the endpoint."""


class CircuitBreaker:
    """Lets calls through until too many in a row fail, and then one at a time as a probe.

    While Redis does not answer, it counts as closed.
    """

    def __init__(self, nodes: Nodes, key: str, endpoint: str, threshold: int, recovery_s: float) -> None:
        self._nodes = nodes
        self._key = key
        self._endpoint = endpoint
        self._threshold = threshold
        self._recovery_s = recovery_s
        self._rests_until = 0.0
        self._outage = Outage("the state of a breaker", endpoint=endpoint)
        MODEL_BREAKER_OPEN.labels(endpoint).set(0)

    @property
    def resting(self) -> bool:
        """Whether it is open, as far as this process knows."""
        return time.monotonic() < self._rests_until

    @asynccontextmanager
    async def guarded(self) -> AsyncIterator[GuardedCall]:
        """Make one call. Raises BreakerOpen before it. An exception of the call counts as a failure, except a
        cancellation.
        """
        if self.resting:
            raise BreakerOpen(self._endpoint)
        call_id = uuid4().hex
        state = await self._ask("enter", call_id)
        if state == "OPEN":
            raise BreakerOpen(self._endpoint)
        call = GuardedCall()
        try:
            yield call
        except BaseException as error:
            if call.counts and not isinstance(error, asyncio.CancelledError):
                await self._ask("failed", call_id)
            elif state == "PROBE":
                await self._ask("left", call_id)
            raise
        await self._ask("worked", call_id)

    async def look(self) -> bool:
        """Return whether it is open for all processes, and set its gauge."""
        return await self._ask("look") == "OPEN"

    async def _ask(self, what: str, call_id: str = "") -> str:
        arguments: list[str | bytes | int] = [
            *(what, self._threshold, int(self._recovery_s * 1000)),
            *(int(PROBE_S * 1000), call_id),
        ]
        try:
            async with asyncio.timeout(SHARED_WITHIN_S):
                state, rests_ms = await self._nodes.run(BREAKER, [self._key], arguments)
        except (StoreError, TimeoutError) as error:
            self._outage.failed(self, said(error))
            state, rests_ms = b"CLOSED", 0
        else:
            self._outage.worked(self)
        is_open = bytes(state) == b"OPEN"
        self._rests_until = time.monotonic() + rests_ms / 1000 if is_open else 0.0
        MODEL_BREAKER_OPEN.labels(self._endpoint).set(is_open)
        return bytes(state).decode()


def circuit_breaker(
    nodes: Nodes, store: str, endpoint: str, *, failure_threshold: int = 5, recovery_timeout: float = 30
) -> CircuitBreaker:
    """Return the breaker of an endpoint. `failure_threshold` failures in a row open it for
    `recovery_timeout` seconds.
    """
    key = f"{{{store}}}:model:breaker:{endpoint}"
    return CircuitBreaker(nodes, key, endpoint, failure_threshold, recovery_timeout)
