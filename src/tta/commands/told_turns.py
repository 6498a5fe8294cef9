"""The turns of a session as they stand in the log, page by page, still sealed."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from tta.commands.folding import Aggregates
from tta.domain.base import Event
from tta.domain.session import SessionStarted
from tta.domain.turns import InteractionAnswered, InteractionSubmitted

EVENTS_OF_TURN = 4  # What is said, the request to a model, its answer, and now and then a change of status.
EVENTS_MORE = 16
EVENTS_MAX = 1_000  # In one call of the store, which serves nobody else meanwhile.


class ToldTurn(NamedTuple):
    """What was said, at which version of the session, and the answer if there is one yet."""

    version: int
    said: InteractionSubmitted
    answer: InteractionAnswered | None


class TurnPage(NamedTuple):
    """A page of turns; `next` is where to read on, None at the end of the session (or its beginning)."""

    turns: Sequence[ToldTurn]
    next: int | None
    started: SessionStarted | None
    """On the page that reaches the beginning."""


async def turns_after(
    aggregates: Aggregates, session_id: UUID, version: int, *, head: int, turns_max: int
) -> TurnPage:
    """Read the turns that were taken after a version of the session, whose last is `head`: oldest first."""
    read, found = version, list[tuple[int, Event]]()
    while True:
        found += await _events(aggregates, session_id, read, min(head, read + _window(turns_max)))
        read = min(head, read + _window(turns_max))
        turns = _turns(found)
        # That one more was taken shows that the last of the page has all that belongs to it.
        if read == head or len(turns) > turns_max:
            break
    following = turns[turns_max].version - 1 if len(turns) > turns_max else None
    return TurnPage(turns[:turns_max], following, _started(found))


async def turns_before(aggregates: Aggregates, session_id: UUID, version: int, *, turns_max: int) -> TurnPage:
    """Read the turns that were taken up to a version of the session: newest first.

    Nothing may belong to them that came after that version.
    """
    read, found = version, list[tuple[int, Event]]()
    while True:
        begin = max(0, read - _window(turns_max))
        found = await _events(aggregates, session_id, begin, read) + found
        read, turns = begin, _turns(found)
        if read == 0 or len(turns) > turns_max:
            break
    page = turns[-turns_max:][::-1]
    following = page[-1].version - 1 if len(turns) > turns_max else None
    return TurnPage(page, following, None if following else _started(found))


async def hash_at(aggregates: Aggregates, session_id: UUID, version: int) -> bytes | None:
    """Give the hash of the session's event of that version; None if it has none."""
    found = await aggregates.store.versions_after(session_id, version - 1, 1) if version else []
    return found[0].hash if found else None


def _window(turns_max: int) -> int:
    """How many events to read in one call: as a rule one page."""
    return min(turns_max * EVENTS_OF_TURN + EVENTS_MORE, EVENTS_MAX)


async def _events(
    aggregates: Aggregates, session_id: UUID, after: int, until: int
) -> list[tuple[int, Event]]:
    if until <= after:
        return []
    recorded = await aggregates.store.versions_after(session_id, after, until - after)
    # What this program does not know is of a newer one, beside which it still runs.
    return [
        (each.version, aggregates.types.event(each)) for each in recorded if aggregates.types.knows(each.type)
    ]


def _turns(found: Sequence[tuple[int, Event]]) -> list[ToldTurn]:
    """Join what was said with its answer; an answer to what was said before is left out."""
    turns: list[ToldTurn] = []
    for version, event in found:
        if isinstance(event, InteractionSubmitted):
            turns.append(ToldTurn(version, event, None))
        elif isinstance(event, InteractionAnswered) and turns and turns[-1].said.turn == event.turn:
            turns[-1] = turns[-1]._replace(answer=event)
    return turns


def _started(found: Sequence[tuple[int, Event]]) -> SessionStarted | None:
    return found[0][1] if found and isinstance(found[0][1], SessionStarted) else None
