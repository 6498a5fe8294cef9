"""The daily budgets of language models, for one player and for all, counted in Redis for all processes.

The maximum cost of a call is reserved before it, and the unused part is returned, so that simultaneous calls
exceed no budget. A call without an answer keeps its reservation, because it may be billed.
"""

import asyncio
from importlib.resources import files
from typing import NamedTuple
from uuid import uuid4

from tta.agents.messages import ModelConsent
from tta.clock import now
from tta.eventstore.errors import StoreError
from tta.eventstore.nodes import Nodes
from tta.eventstore.scripts import Script, script
from tta.telemetry.errors import said
from tta.telemetry.outages import Outage

KEPT_MS = 48 * 3_600_000  # Long enough for the day's last call in every time zone.
SHARED_WITHIN_S = 0.5
KNOWN_MAX = 10_000  # Players of a day. The store's own counter is always the newest entry.
REMEMBERED_MS = 60_000  # Far longer than a lost reply is retried.

SPEND: Script = script(files("tta.agents").joinpath("spend.lua").read_bytes())


class OverBudget(Exception):
    """The day's tokens of the player or of the store are used up, or Redis does not answer."""


class Limits(NamedTuple):
    """Tokens that language models may read and write in a day (UTC), and simultaneous calls in this
    process.
    """

    tokens_player_day: int
    tokens_store_day: int
    calls_max: int


class Reservation(NamedTuple):
    """Reserved tokens, and their counters."""

    keys: list[str]
    tokens: int


class Budgets:
    """The day's tokens. While Redis is away they cannot be counted, so no language model is asked."""

    def __init__(self, nodes: Nodes, store: str, limits: Limits) -> None:
        self._nodes = nodes
        self._store = store
        self._limits = limits
        self._known: dict[str, int] = {}
        """The last known value of each counter, for the day of the last call."""
        self._outage = Outage("the budget of tokens: no language model is asked until it answers")

    async def take(self, consent: ModelConsent, tokens: int) -> Reservation:
        """Reserve the maximum cost of a call. Raises OverBudget."""
        day = f"{{{self._store}}}:model:tokens:{now():%Y%m%d}"
        reservation = Reservation([day, f"{day}:{consent.player_id}"], tokens)
        answer = await self._spend(reservation.keys, tokens)
        if answer != b"TAKEN":
            raise OverBudget(f"expected {tokens} tokens to be left, got {answer.decode().lower()}")
        return reservation

    async def settle(self, reservation: Reservation, used: int) -> None:
        """Record the actual cost of a call: the rest is returned, or the excess is added."""
        if used != reservation.tokens:
            await self._spend(reservation.keys, used - reservation.tokens, is_spent=True)

    async def _spend(self, keys: list[str], tokens: int, *, is_spent: bool = False) -> bytes:
        arguments: list[str | bytes | int] = [
            *(tokens, self._limits.tokens_store_day, self._limits.tokens_player_day),
            *(KEPT_MS, int(is_spent), REMEMBERED_MS),
            *(self._known.get(key, 0) for key in keys),
        ]
        this_call = f"{keys[0]}:call:{uuid4().hex}"
        try:
            async with asyncio.timeout(SHARED_WITHIN_S):
                answer, *spent = await self._nodes.run(SPEND, [*keys, this_call], arguments)
        except (StoreError, TimeoutError) as error:
            self._outage.failed(self, said(error))
            return b"UNKNOWN"
        self._outage.worked(self)
        self._know(keys, spent)
        return bytes(answer)

    def _know(self, keys: list[str], spent: list[int]) -> None:
        if keys[0] not in self._known:
            self._known.clear()  # A new day has begun.
        for key, tokens in zip(keys, spent, strict=True):
            self._known.pop(key, None)
            self._known[key] = tokens
        if len(self._known) > KNOWN_MAX:
            del self._known[next(iter(self._known))]
