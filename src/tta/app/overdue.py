"""Turns that have waited for their reply for minutes, measured in the background.

A reactor's own mark may be wrong, so the read model names the sessions, and the log confirms them. Held play
is left out.
"""

import asyncio
from collections.abc import Callable
from uuid import UUID

import msgspec
import structlog

from tta.clock import now_ms
from tta.commands.folding import Aggregates, OtherKind
from tta.domain.session import NoSession, SessionStatus
from tta.domain.targets import session_target
from tta.eventstore.errors import StoreError, UnknownEventType
from tta.graph.engine import Graph, GraphRefused, GraphUnavailable
from tta.http.edge.wiring import OverdueReplies
from tta.projections.player_state import held_among
from tta.projections.session_state import UnansweredTurn, unanswered_before
from tta.telemetry.errors import traced

OVERDUE_S = 120.0  # Every turn is answered within 20 s, even if a language model is slow.
MEASURED_EVERY_S = 60.0
SESSIONS_MAX = 1_000  # Many of them may belong to held players.
ANSWERS_MAX = 100  # Looked up in the log in one measurement. More have a common cause.

log = structlog.get_logger(__name__)


async def overdue_answers(
    aggregates: Aggregates, graph: Graph, *, overdue_s: float = OVERDUE_S, sessions_max: int = SESSIONS_MAX
) -> OverdueReplies:
    """Count the overdue turns, and measure how long the oldest has waited.

    Raises StoreError, GraphUnavailable and GraphRefused.
    """
    at_ms = now_ms()
    before_ms = at_ms - round(overdue_s * 1000)
    named = await unanswered_before(graph, before_ms, sessions_max=sessions_max)
    held = await held_among(graph, sorted({each.player for each in named}))
    waiting = [each for each in named if each.player not in held]
    # The read model may lag: the log has newer answers.
    late: list[UnansweredTurn] = []
    for each in waiting:
        if len(late) < ANSWERS_MAX and await _still_waits(aggregates, each):
            late.append(each)
    oldest_s = (at_ms - late[0].changed_ms) / 1000 if late else None
    return OverdueReplies(len(late), oldest_s)


async def _still_waits(aggregates: Aggregates, each: UnansweredTurn) -> bool:
    try:
        session = (await aggregates.one(session_target(UUID(each.id)))).state
    except UnknownEventType:
        return False  # It belongs to a newer release, which answers it.
    except (msgspec.DecodeError, OtherKind):
        return True  # An unreadable session cannot be answered.
    if isinstance(session, NoSession) or session.status is not SessionStatus.OPEN:
        return False
    return session.turns.unanswered and session.turns.last == each.turn


class OverdueAnswers:
    """Measures repeatedly. `latest` is None while the number is unknown."""

    def __init__(
        self,
        aggregates: Aggregates,
        graph: Graph,
        *,
        overdue_s: float = OVERDUE_S,
        every_s: float = MEASURED_EVERY_S,
    ) -> None:
        self.latest: OverdueReplies | None = None
        self._aggregates = aggregates
        self._graph = graph
        self._overdue_s = overdue_s
        self._every_s = every_s

    async def run(self, measured: Callable[[], None] = lambda: None) -> None:
        """Measure until cancelled."""
        while True:
            before = self.latest
            try:
                self.latest = await overdue_answers(self._aggregates, self._graph, overdue_s=self._overdue_s)
            except (StoreError, GraphUnavailable, GraphRefused):
                self.latest = None  # Health reports the state of both.
            except Exception as error:  # noqa: BLE001 - A diagnosis must not end the process.
                self.latest = None
                log.error("overdue replies cannot be measured", error=traced(error))  # noqa: TRY400 - A traceback of our own making.
            if self.latest and self.latest.answers and not (before and before.answers):
                log.error(
                    "turns are not answered", answers=self.latest.answers, oldest_s=self.latest.oldest_s
                )
            measured()
            await asyncio.sleep(self._every_s)
