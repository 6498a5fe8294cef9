"""What a query needs, whether it answers an HTTP call, a page or GraphQL: its caller, and how fresh it is.

It owns no read model and no wire format. A query first says which read models it reads (`be_fresh`), then
reads the graph, and opens sealed values for its reader.
"""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from tta.eventstore.consistency_token import ConsistencyToken
from tta.eventstore.layout import Layout
from tta.graph.engine import Graph
from tta.http.edge.opener import Opener
from tta.projector.freshness import Consistency, Freshness
from tta.security.keyring import Keyring
from tta.security.tokens import Principal

Judging = Callable[[float], Coroutine[Any, Any, Consistency]]
"""Judges the read models; the argument is how many seconds it may wait for them."""

MAY_CHANGE = {Consistency.STALE, Consistency.FILLING}
"""What is worth a wait."""
MAY_LACK = {Consistency.FILLING, Consistency.STOPPED}
"""While it is so, a row that is not there may only be missing for now."""


class NotFresh(Exception):
    """The read models cannot give the answer that the caller wants."""

    def __init__(self, consistency: Consistency) -> None:
        super().__init__(f"expected a fresh answer, this one is {consistency.name.lower()}")
        self.consistency = consistency


class NoSuchRow(Exception):
    """The read models have no such row."""


class QueryContext:
    """What a query needs."""

    def __init__(
        self,
        principal: Principal,
        keyring: Keyring,
        freshness: Freshness,
        graph: Graph,
        layout: Layout,
        *,
        token: ConsistencyToken | None = None,
        wait_s: float = 0.0,
        is_strict: bool = False,
        waiting: Callable[[Judging], Awaitable[Consistency]],
    ) -> None:
        """With a `token`, the answer is to show what it names: the query waits for that up to `wait_s`, as
        `waiting` carries it out. If `is_strict`, only a fresh answer is wanted.
        """
        self.principal = principal
        self.keyring = keyring
        self.freshness = freshness
        self.graph = graph
        self.token = token
        self.consistency: Consistency | None = None
        """What the answer is worth; None until `be_fresh` has judged it."""
        self._layout = layout
        self._wait_s = wait_s
        self._is_strict = is_strict
        self._waiting = waiting
        self._reads: tuple[Sequence[str], Sequence[int]] = (), ()

    async def be_fresh(self, *read_models: str, about: UUID | None = None) -> None:
        """Wait until the read models have seen the caller's token, and judge what the answer is worth.

        `about` is whose rows are shown, or which; without it, those of every slot. Raises NotFresh where the
        caller is strict and the answer would not be fresh.
        """
        slots = range(self._layout.slots) if about is None else [self._layout.slot_of(about)]
        self._reads = read_models, slots
        judged = partial(self.freshness.of, read_models, self.token, slots=slots)
        self.consistency = await judged()
        if self.token is not None and self._wait_s and self.consistency in MAY_CHANGE:
            self.consistency = await self._waiting(lambda wait_s: judged(wait_s=wait_s))
        if self._is_strict and self.consistency is not Consistency.FRESH:
            raise NotFresh(self.consistency)

    async def require_filled(self) -> None:
        """Raise NotFresh where the read models may lack a row only for now."""
        for found in (self.consistency, await self.freshness.now(*self._reads)):
            if found in MAY_LACK:
                raise NotFresh(found)

    async def absent(self) -> Exception:
        """Say why the read models lack a row: NoSuchRow. Raises NotFresh if they may only lack it for now."""
        await self.require_filled()
        return NoSuchRow()

    def opener(self, player_id: UUID) -> Opener:
        """Give what opens the sealed values of one answer about that player."""
        return Opener(self.keyring, player_id)
