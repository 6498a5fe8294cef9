"""The only access to language models: endpoints in order of preference, each behind its breaker.

It needs the player's consent, keeps to time and budgets, and sends only the messages it is given.
"""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID, uuid5

import structlog

from tta.agents.breaker import BreakerOpen, CircuitBreaker, circuit_breaker
from tta.agents.budgets import Budgets, Limits, OverBudget
from tta.agents.endpoint_client import CallFailed, EndpointAnswer, EndpointClient, Message, tokens_of
from tta.agents.endpoints import Endpoint
from tta.agents.messages import ModelConsent
from tta.domain.narration import NarrationOutcome
from tta.eventstore.nodes import Nodes
from tta.telemetry.llm_metrics import MODEL_CALLS, MODEL_SECONDS, MODEL_TOKENS

ATTEMPT_S_MIN = 0.2  # No language model answers faster. A call with less time left would only cost tokens.
SHARE = 0.6  # The share of the time left for one endpoint, if another could still be asked.
PLACE_S_MAX = 1.0  # A turn that would wait longer for a place is told as it was authored.
# An endpoint that got less than this, and less than its own timeout, is not blamed for being late.
FAIR_S = 1.0

log = structlog.get_logger(__name__)


class Question(NamedTuple):
    """A question: the template with its version, and the messages made from it."""

    prompt: str
    messages: tuple[Message, ...]
    turn: str = ""
    """Distinguishes the second question of a call from the first."""
    tokens_max: int | None = None
    """A limit on the answer's tokens, if it is less than the endpoint's own."""


class GatewayAnswer(NamedTuple):
    said: EndpointAnswer
    endpoint: Endpoint


class _ConsentWithdrawn(Exception):
    """The consent no longer stands."""


class NoEndpointAnswer(Exception):
    """No endpoint gave an answer. `endpoint` is the last one that was asked, or None."""

    def __init__(
        self, outcome: NarrationOutcome, endpoint: Endpoint | None, *, may_pass: bool = False
    ) -> None:
        super().__init__(f"expected an answer, got {outcome.value}")
        self.outcome = outcome
        self.endpoint = endpoint
        self.may_pass = may_pass
        """An endpoint failed but did not refuse, so it may answer if it is asked again at once."""


class Gateway:
    """Asks one endpoint after another until one answers. There is one for each process and event loop."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        nodes: Nodes,
        store: str,
        limits: Limits,
    ) -> None:
        self._lines = [
            _Line(EndpointClient(each), circuit_breaker(nodes, store, each.name)) for each in endpoints
        ]
        self._budgets = Budgets(nodes, store, limits)
        self._places = asyncio.Semaphore(limits.calls_max)

    @property
    def resting(self) -> bool:
        """True while every endpoint's breaker is open, as far as this process knows."""
        return all(line.breaker.resting for line in self._lines)

    async def warm(self) -> None:
        """Load what the first call needs, so that no player waits for it."""
        for line in self._lines:
            await line.client.open()

    async def all_rest(self) -> bool:
        """Return whether every endpoint's shared breaker is open. Calls no endpoint."""
        return all(await asyncio.gather(*(line.breaker.look() for line in self._lines)))

    async def refresh_gauges(self) -> None:
        """Read every breaker, so that a process that calls no endpoint shows its state too."""
        await self.all_rest()

    async def close(self) -> None:
        for line in self._lines:
            await line.client.close()

    async def ask(
        self, question: Question, consent: ModelConsent, *, call_id: UUID, within_s: float
    ) -> GatewayAnswer:
        """Ask until an endpoint answers. Raises NoEndpointAnswer, within `within_s`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        try:
            async with asyncio.timeout_at(min(deadline - ATTEMPT_S_MIN, loop.time() + PLACE_S_MAX)):
                await self._places.acquire()
        except TimeoutError:
            raise NoEndpointAnswer(NarrationOutcome.LATE, None) from None
        try:
            key = uuid5(call_id, question.prompt + question.turn)
            return await self._ask(question, consent, key, deadline)
        finally:
            self._places.release()

    async def _ask(
        self, question: Question, consent: ModelConsent, key: UUID, deadline: float
    ) -> GatewayAnswer:
        now = asyncio.get_running_loop().time
        outcome, last, may_pass = NarrationOutcome.RESTING, None, False
        waiting = [line for line in self._lines if not line.breaker.resting]
        for index, line in enumerate(waiting):
            left_s = deadline - now()
            if left_s < ATTEMPT_S_MIN:
                outcome = NarrationOutcome.LATE
                break
            share_s = left_s * SHARE if index + 1 < len(waiting) else left_s
            endpoint, attempt = line.client.endpoint, _Attempt(line, question, now())
            try:
                said = await self._attempt(attempt, consent, key, min(share_s, endpoint.timeout_s))
            except BreakerOpen:
                continue
            except OverBudget:
                attempt.note("over_budget", now())
                raise NoEndpointAnswer(NarrationOutcome.OVER_BUDGET, last) from None
            except _ConsentWithdrawn:
                raise NoEndpointAnswer(NarrationOutcome.WITHDRAWN, last) from None
            except TimeoutError:
                attempt.note("late", now())
                outcome = NarrationOutcome.LATE
            except CallFailed as failed:
                attempt.note("failed", now(), why=failed.why)
                outcome, may_pass = NarrationOutcome.FAILED, may_pass or not failed.is_refused
            else:
                attempt.note("answered", now(), said)
                return GatewayAnswer(said, endpoint)
            last = endpoint
        raise NoEndpointAnswer(outcome, last, may_pass=may_pass and outcome is NarrationOutcome.FAILED)

    async def _attempt(
        self, attempt: "_Attempt", consent: ModelConsent, key: UUID, within_s: float
    ) -> EndpointAnswer:
        """Ask one endpoint. Raises BreakerOpen, OverBudget, _ConsentWithdrawn, TimeoutError or CallFailed."""
        client, breaker = attempt.line
        tokens_max = client.endpoint.tokens_out_max
        if attempt.question.tokens_max is not None:
            tokens_max = min(tokens_max, attempt.question.tokens_max)
        is_fair = within_s >= min(FAIR_S, client.endpoint.timeout_s)
        async with breaker.guarded() as call:
            try:
                await _require_standing(consent)
                told = tokens_of(attempt.question.messages)
                reserved = await self._budgets.take(consent, told + tokens_max)
                async with asyncio.timeout(within_s):
                    said = await client.ask(attempt.question.messages, key=key, tokens_max=tokens_max)
            except (OverBudget, _ConsentWithdrawn):
                call.counts = False
                raise
            except TimeoutError:
                call.counts = is_fair
                raise
            except CallFailed as failed:
                if failed.is_unbilled:
                    await self._budgets.settle(reserved, 0)
                raise
        await self._budgets.settle(reserved, said.tokens_in + said.tokens_out)
        return said


async def _require_standing(consent: ModelConsent) -> None:
    if not await consent.stands():
        raise _ConsentWithdrawn


class _Line(NamedTuple):
    client: EndpointClient
    breaker: CircuitBreaker


class _Attempt(NamedTuple):
    line: _Line
    question: Question
    began: float

    def note(self, outcome: str, now: float, said: EndpointAnswer | None = None, *, why: str = "") -> None:
        """Count a call and log it: codes and numbers, never words."""
        endpoint = self.line.client.endpoint
        tokens_in, tokens_out = (said.tokens_in, said.tokens_out) if said else (0, 0)
        MODEL_CALLS.labels(endpoint.name, outcome).inc()
        MODEL_SECONDS.labels(endpoint.name).observe(now - self.began)
        MODEL_TOKENS.labels(endpoint.name, "in").inc(tokens_in)
        MODEL_TOKENS.labels(endpoint.name, "out").inc(tokens_out)
        log.info(
            "model asked",
            endpoint=endpoint.name,
            model=endpoint.model,
            prompt=self.question.prompt + self.question.turn,
            outcome=outcome,
            why=why or None,
            ms=round((now - self.began) * 1000),
            tokens_in=tokens_in,
            tokens_out=tokens_out,
        )
