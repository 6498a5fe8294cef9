"""Folding a round of events in memory: which rows they touch, and what those become. Touches no graph."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple

import structlog

from tta.domain.base import Event
from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.event_types import EventTypes
from tta.eventstore.subscription import Batch, Mark
from tta.projector.read_model import Fact, Key, ReadModel, Row, RowLink, sequence_of
from tta.telemetry.errors import said

CACHE_MAX = 50_000
GIVE_WAY_EVERY = 32  # Events, about 0.3 ms: the loop also answers requests, and moves the save that goes on.

log = structlog.get_logger(__name__)


class Poison(NamedTuple):
    """An event that could not be digested: its slot's lane stops before it."""

    slot: int
    position: int
    event: str
    error: str
    sequence: str
    """The sequence that cannot go on; the slot's others could."""


class FoldedRound:
    """What rounds come to: the rows and links to save, how far each slot got, and what stopped a lane."""

    def __init__(self) -> None:
        self.rows: dict[Key, Row] = {}
        self.new: set[Key] = set()
        """Those of the rows that the graph does not have yet."""
        self.links: set[RowLink] = set()
        self.marks: dict[int, Mark] = {}
        self.poisons: list[Poison] = []
        self.touched = 0
        """How many keys the rounds asked for, each counted anew."""

    def add(self, later: "FoldedRound") -> None:
        """Go on with what later rounds came to."""
        self.rows |= later.rows
        self.new |= later.new
        self.links |= later.links
        self.marks |= later.marks
        self.poisons += later.poisons
        self.touched += later.touched

    @property
    def size(self) -> int:
        """How much there is to save."""
        return len(self.rows) + len(self.links)


class RowCache:
    """Rows as last folded, and keys that have none. True only while this worker holds their slots: who loses
    a slot, or cannot save what was folded, clears it.
    """

    def __init__(self, rows_max: int = CACHE_MAX) -> None:
        self._rows: OrderedDict[Key, Row | None] = OrderedDict()
        self._rows_max = rows_max

    def __len__(self) -> int:
        return len(self._rows)

    def missing(self, keys: Iterable[Key]) -> list[Key]:
        """Name the keys of which nothing is known; the others are the last to be dropped from now on."""
        missing = []
        for key in keys:
            if key in self._rows:
                self._rows.move_to_end(key)
            else:
                missing.append(key)
        return missing

    def get(self, key: Key) -> Row | None:
        return self._rows[key]

    def put(self, key: Key, row: Row | None) -> None:
        self._rows[key] = row

    def trim(self, unsaved: int) -> None:
        """Drop what was not touched for longest, but none of the last `unsaved`, which the graph lacks."""
        while len(self._rows) > max(self._rows_max, unsaved):
            self._rows.popitem(last=False)

    def clear(self) -> None:
        self._rows.clear()


class FoldStep(NamedTuple):
    """An event that concerns the model: the rows that it touches, or why it cannot be read."""

    recorded: RecordedEvent
    fact: Fact[Event] | None
    keys: Sequence[Key]
    error: Exception | None = None


async def fold(
    model: ReadModel,
    types: EventTypes,
    batches: Sequence[Batch],
    cache: RowCache,
    load: Callable[[list[Key]], Awaitable[dict[Key, Row]]],
) -> FoldedRound:
    """Fold a round, in the cache. An event that raises stops its own slot only; what was before it in the
    slot stands. Raises what `load` raises, and has then folded nothing.
    """
    handled = {event.__name__ for event in model.HANDLES}
    digests = [await _digest(model, types, handled, batch) for batch in batches]
    wanted: dict[Key, type[Event]] = {}
    for steps in digests:
        for step in steps:
            for key in step.keys:
                assert step.fact is not None
                wanted.setdefault(key, type(step.fact.event))
    missing = []
    for key in cache.missing(wanted):
        if model.BEGINS.get(wanted[key]) is key.row:
            cache.put(key, None)
        else:
            missing.append(key)
    if missing:
        loaded = await load(missing)
        for key in missing:
            cache.put(key, loaded.get(key))
    folded = FoldedRound()
    folded.touched = len(wanted)
    for batch, steps in zip(batches, digests, strict=True):
        poison, reached = await _apply(model, batch, steps, cache, folded)
        if reached.position >= batch.events[0].position:
            folded.marks[batch.slot] = reached
        if poison is not None:
            folded.poisons.append(poison)
            log.error(
                "a lane stops: an event cannot be digested",
                model=model.NAME,
                slot=poison.slot,
                position=poison.position,
                type=poison.event,
                error=poison.error,
            )
    return folded


async def _digest(model: ReadModel, types: EventTypes, handled: set[str], batch: Batch) -> list[FoldStep]:
    steps: list[FoldStep] = []
    for index, recorded in enumerate(batch.events):
        if index % GIVE_WAY_EVERY == 0:
            await asyncio.sleep(0)
        tag = recorded.envelope.type
        if tag not in handled and types.knows(tag):
            continue
        try:
            fact = Fact(types.event(recorded), recorded)
            steps.append(FoldStep(recorded, fact, model.keys(fact)))
        except Exception as error:  # noqa: BLE001 - It stops what `_apply` says, when it comes to it.
            steps.append(FoldStep(recorded, None, (), error))
    return steps


async def _apply(
    model: ReadModel, batch: Batch, steps: Sequence[FoldStep], cache: RowCache, folded: FoldedRound
) -> tuple[Poison | None, Mark]:
    for number, step in enumerate(steps):
        if number % GIVE_WAY_EVERY == 0:
            await asyncio.sleep(0)
        try:
            changed, links = _changes(model, step, cache)
        except Exception as error:  # noqa: BLE001 - Whatever a fold raises concerns its own sequence only.
            # The event's sequence cannot go on; all others could, as they share no row with it. No sequence
            # is parked yet, so the whole lane stops before this event. Only this place decides so.
            return _poison(model, step.recorded, error), _mark_before(batch, step.recorded)
        for key, row in changed:
            if cache.get(key) is None:
                folded.new.add(key)
            cache.put(key, row)
        folded.rows.update(changed)
        folded.links.update(links)
    return None, batch.mark


def _changes(
    model: ReadModel, step: FoldStep, cache: RowCache
) -> tuple[list[tuple[Key, Row]], Sequence[RowLink]]:
    """Return what an event makes of its rows, and the links that it makes. Changes nothing."""
    if step.fact is None:
        assert step.error is not None
        raise step.error
    return [(key, model.apply(key, cache.get(key), step.fact)) for key in step.keys], model.links(step.fact)


def _mark_before(batch: Batch, recorded: RecordedEvent) -> Mark:
    index = recorded.position - batch.events[0].position
    if index == 0:  # Nothing of this batch is digested: the slot stays where it is.
        return Mark(recorded.position - 1, b"")
    return Mark.of(batch.events[index - 1])


def _poison(model: ReadModel, recorded: RecordedEvent, error: Exception) -> Poison:
    text = said(error)[:300]
    sequence = sequence_of(model, recorded)
    return Poison(recorded.slot, recorded.position, recorded.envelope.type, text, sequence)
