"""Folded aggregates: loaded in one call, kept in a bounded cache that append keeps honest."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar, get_args, get_type_hints
from uuid import UUID

import msgspec
import structlog

from tta.commands import fingerprints
from tta.domain.targets import AnyAggregate, AnyTarget, CommandT, EventT, State, States, Target, rules_of
from tta.eventstore.envelope import ABSENT, Head, RecordedEvent
from tta.eventstore.errors import HistoryChanged, StoreError
from tta.eventstore.event_types import EventTypes
from tta.eventstore.store import EventStore, LoadedAggregate, LoadRequest, Snapshot

CACHE_MAX = 50_000
COMMANDS_EACH = 10  # Recent commands, about 280 bytes each: so many times as many as aggregates.
RECENT_MAX = 1_024  # What http.md publishes: a retry is recognised for 24 hours and 1,024 commands.
RECENT_MS = 24 * 3600 * 1000
GAP_MS_MAX = 15 * 60 * 1000
"""So much at most does the time between two events count: a clock that jumped once forgets nothing."""
SNAPSHOT_EVERY = 100

log = structlog.get_logger(__name__)
State_co = TypeVar("State_co", covariant=True)


class Receipt(msgspec.Struct, frozen=True, array_like=True):
    """What a recent command appended to this aggregate."""

    first_version: int
    last_version: int
    last_position: int
    recorded_ms: int
    fingerprint: bytes | None
    lived_ms: int
    """How much time the aggregate's events bear witness to, until then."""


class VersionedState(NamedTuple, Generic[State_co]):
    """A state, where it was folded to, and which commands led there of late.

    `recent` is shared by the foldings of one aggregate and only ever gains.
    """

    state: State_co
    head: Head
    position: int
    recent: dict[bytes, Receipt]


AnyVersionedState = VersionedState[object]
"""A state of whatever kind, beside others; `states_of` gives each its type back."""


def states_of(targets: Sequence[AnyTarget], folded: Sequence[AnyVersionedState]) -> States:
    return States({target: each.state for target, each in zip(targets, folded, strict=True)})


def _typed(target: Target[State, CommandT, EventT], folded: AnyVersionedState) -> VersionedState[State]:
    state = states_of([target], [folded]).of(target)
    return VersionedState(state, folded.head, folded.position, folded.recent)


class SnapshotBody(msgspec.Struct, frozen=True, array_like=True):
    """What a snapshot holds."""

    state: msgspec.Raw
    position: int
    recent: dict[bytes, Receipt]


class OtherKind(Exception):
    """The id is of another kind of aggregate than was asked for."""


class Aggregates:
    """Loads and folds aggregates, and remembers what it folded."""

    def __init__(
        self,
        store: EventStore,
        types: EventTypes,
        *,
        cache_max: int = CACHE_MAX,
        remembered_max: int | None = None,
    ) -> None:
        """Keep at most `cache_max` aggregates, and `remembered_max` recent commands of all of them."""
        self.store = store
        self.types = types
        self._cache: OrderedDict[UUID, AnyVersionedState] = OrderedDict()
        self._cache_max = cache_max
        self._remembered_max = COMMANDS_EACH * cache_max if remembered_max is None else remembered_max
        self._counted: dict[UUID, int] = {}
        """How many recent commands were counted for each that is cached."""
        self._remembered = 0
        self._fingerprints: dict[str, bytes] = {}

    def cached(self, targets: Sequence[AnyTarget]) -> list[AnyVersionedState] | None:
        """Give what is remembered of all of them, or None if one is missing."""
        found = []
        for target in targets:
            folded = self._cache.get(target.id)
            if folded is None:
                return None
            _require_kind(target, folded)
            self._cache.move_to_end(target.id)
            found.append(folded)
        return found

    async def one(self, target: Target[State, CommandT, EventT]) -> VersionedState[State]:
        """Fold one target as it stands now. Raises what `load` raises."""
        (folded,) = await self.load([target])
        return _typed(target, folded)

    async def at_hand(self, target: Target[State, CommandT, EventT]) -> VersionedState[State]:
        """Give one target as it is remembered, or folded as it stands now. Raises what `load` raises."""
        (folded,) = self.cached([target]) or await self.load([target])
        return _typed(target, folded)

    async def load(self, targets: Sequence[AnyTarget]) -> list[AnyVersionedState]:
        """Fold the targets (of one slot) as they stand now, from what is remembered or from the start.

        Raises OtherKind, and what the event store raises.
        """
        try:
            return await self._load(targets)
        except HistoryChanged as changed:
            log.warning("remembered history is gone, folding anew", error=str(changed))
            return await self.load_anew(targets)

    async def load_anew(self, targets: Sequence[AnyTarget]) -> list[AnyVersionedState]:
        """Fold the targets (of one slot) from their first events, whatever is remembered of them.

        Raises what `load` raises.
        """
        for target in targets:
            self._forget(target.id)
        return await self._load(targets, snapshots=False)

    def remember(self, target: AnyTarget, folded: AnyVersionedState) -> None:
        """Keep a folding for the next command; the least recently used one goes.

        A folding that goes further is kept instead: loads and appends of several commands overlap.
        """
        kept = self._cache.get(target.id)
        if kept is not None and kept.head.version > folded.head.version:
            return
        self._cache[target.id] = folded
        self._cache.move_to_end(target.id)
        self._remembered += len(folded.recent) - self._counted.get(target.id, 0)
        self._counted[target.id] = len(folded.recent)
        while len(self._cache) > self._cache_max or (
            self._remembered > self._remembered_max and len(self._cache) > 1
        ):
            self._forget(next(iter(self._cache)))

    def _forget(self, aggregate_id: UUID) -> None:
        self._cache.pop(aggregate_id, None)
        self._remembered -= self._counted.pop(aggregate_id, 0)

    def fold(
        self, module: AnyAggregate, folded: AnyVersionedState, events: Sequence[RecordedEvent]
    ) -> AnyVersionedState:
        """Fold recorded events on top of a folding."""
        state, kinds, rules = folded.state, module.EVENTS, rules_of(module)
        if folded.head == ABSENT and events[0].type not in {each.__name__ for each in kinds}:
            raise OtherKind(f"expected the events of a {module.NAME}, got {events[0].type}")
        for recorded in events:
            state = rules.evolve(state, self.types.event(recorded))
            _note(folded.recent, recorded)
        last = events[-1]
        return VersionedState(state, Head(last.version, last.hash), last.position, folded.recent)

    async def keep_snapshot(self, target: AnyTarget, before: Head, folded: AnyVersionedState) -> None:
        """Write a snapshot whenever another SNAPSHOT_EVERY versions have passed."""
        if before.version // SNAPSHOT_EVERY == folded.head.version // SNAPSHOT_EVERY:
            return
        body = SnapshotBody(msgspec.Raw(msgspec.msgpack.encode(folded.state)), folded.position, folded.recent)
        snapshot = Snapshot(folded.head, self._fingerprint(target.module), msgspec.msgpack.encode(body))
        try:
            await self.store.save_snapshot(target.id, snapshot)
        except StoreError as error:
            # The events stand already: their sender must not be told otherwise.
            log.warning("a snapshot was not kept", aggregate=str(target.id), error=str(error))

    async def _load(self, targets: Sequence[AnyTarget], *, snapshots: bool = True) -> list[AnyVersionedState]:
        known = [self._cache.get(target.id) for target in targets]
        for target, each in zip(targets, known, strict=True):
            if each is not None:
                _require_kind(target, each)
        requests = [
            LoadRequest(
                target.id,
                folded.head if folded else ABSENT,
                self._fingerprint(target.module) if snapshots else b"",
            )
            for target, folded in zip(targets, known, strict=True)
        ]
        result = []
        for target, folded, loaded in zip(targets, known, await self.store.load(requests), strict=True):
            base = self._base(target.module, folded, loaded)
            now = self.fold(target.module, base, loaded.events) if loaded.events else base
            self.remember(target, now)
            result.append(now)
        return result

    def _fingerprint(self, module: AnyAggregate) -> bytes:
        if module.NAME not in self._fingerprints:
            self._fingerprints[module.NAME] = fingerprint(module)
        return self._fingerprints[module.NAME]

    def _base(
        self, module: AnyAggregate, folded: AnyVersionedState | None, loaded: LoadedAggregate
    ) -> AnyVersionedState:
        if loaded.snapshot is None:
            return folded or VersionedState(module.initial, ABSENT, 0, {})
        try:
            body = msgspec.msgpack.decode(loaded.snapshot.state, type=SnapshotBody)
            state = msgspec.msgpack.decode(body.state, type=state_type(module))
        except msgspec.DecodeError as error:
            raise HistoryChanged(f"expected a snapshot of {module.NAME}, got other bytes: {error}") from error
        return VersionedState(state, loaded.snapshot.head, body.position, body.recent)


def fingerprint(module: AnyAggregate) -> bytes:
    """8 bytes over how an aggregate folds and what a snapshot of it holds (see fingerprints.py)."""
    situations = get_args(state_type(module)) or (state_type(module),)
    return fingerprints.fingerprint(rules_of(module).evolve, (*situations, Receipt))


def state_type(module: AnyAggregate) -> Any:
    """The type of an aggregate's state, or the union of its situations: what `evolve` gives."""
    return _type_given(rules_of(module).evolve)


@cache
def _type_given(evolve: Callable[..., object]) -> Any:
    return get_type_hints(evolve)["return"]


def _require_kind(target: AnyTarget, folded: AnyVersionedState) -> None:
    if not isinstance(folded.state, state_type(target.module)):
        raise OtherKind(f"expected a {target.module.NAME}, got a {type(folded.state).__name__}")


def _note(recent: dict[bytes, Receipt], recorded: RecordedEvent) -> None:
    """Remember the command of an event, and forget those past their time; the dict keeps them in order."""
    envelope = recorded.envelope
    before = recent.get(envelope.command)
    lived_ms = before.lived_ms if before else _lived_ms(recent, recorded)
    recent[envelope.command] = Receipt(
        before.first_version if before else envelope.version,
        envelope.version,
        recorded.position,
        recorded.recorded_ms,
        before.fingerprint if before else envelope.fingerprint,
        lived_ms,
    )
    while len(recent) > RECENT_MAX or next(iter(recent.values())).lived_ms < lived_ms - RECENT_MS:
        del recent[next(iter(recent))]


def _lived_ms(recent: dict[bytes, Receipt], recorded: RecordedEvent) -> int:
    """Add the time since the event before, which is the last one that is remembered."""
    if not recent:
        return 0
    last = next(reversed(recent.values()))
    return last.lived_ms + min(max(recorded.recorded_ms - last.recorded_ms, 0), GAP_MS_MAX)
