"""The one place that loads, folds, decides and appends.

A command that is sent again is recognised by the log itself before any rule is looked at, and
answered from the events it appended the first time: it waits for nobody and races with nobody. Other
commands of one player are handled one after another. A refusal is answered only from a state confirmed to
be current.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from itertools import takewhile
from typing import NamedTuple
from uuid import UUID

from tta.commands.folding import Aggregates, AnyVersionedState, states_of
from tta.commands.player_queues import Left, PlayerQueues, TooManyConflicts
from tta.domain.base import Event, Refusal
from tta.domain.joint.deciding import Decided
from tta.domain.player import PlayerRegistered
from tta.domain.targets import AnyTarget, CommandT, EventT, State, States, Target, player_target
from tta.eventstore.appends import EVENTS_MAX, Acknowledgement, Append, AppendResult, StreamAppend
from tta.eventstore.envelope import Causation, RecordedEvent, event_id
from tta.eventstore.errors import Conflict, HistoryChanged, StoreUnavailable
from tta.eventstore.event_types import EventTypes
from tta.eventstore.subscription import Mark
from tta.security.keyring import Keyring
from tta.security.policy import NotTheirs
from tta.security.sealing import DataKey, needs_sealing, seal_event
from tta.telemetry.metrics import COMMANDS_REFUSED

ATTEMPTS_MAX = 500  # 200 commands at once over eight processes took at most 34 attempts each.
BEGINS_SUBJECT: tuple[type[Event], ...] = (PlayerRegistered,)
"""The events whose append makes the subject's data key; whatever else is appended finds it there."""


class KeyReused(Exception):
    """The idempotency key came before, with another payload."""


class VersionMismatch(Exception):
    """The caller expected another version of the aggregate than stands there."""

    def __init__(self, expected: Collection[int], actual: int) -> None:
        named = " or ".join(map(str, sorted(expected))) or "of another kind"
        super().__init__(f"expected version {named}, got {actual}")
        self.expected = frozenset(expected)
        self.actual = actual


class Permission(NamedTuple):
    """Why the caller may do what they ask for, and what that was read from."""

    targets: tuple[AnyTarget, ...] = ()
    """The aggregates it was read from. They are guards of the append, so that what is withdrawn meanwhile is
    seen.
    """
    require: Callable[[States], None] = lambda _: None
    """Raises NotTheirs if it no longer holds."""


class CommandContext(NamedTuple):
    """The context of a command: what caused it, and what its sender takes for granted."""

    causation: Causation
    fingerprints: tuple[bytes, ...] = ()
    """Those that count as the same payload: under the current key and the one before."""
    expected_versions: frozenset[int] | None = None
    """From `If-Match`: one of them must stand; 0 says that the aggregate does not exist. None takes any."""
    left: Left | None = None
    """Returns once the sender has gone; None if the sender cannot leave."""
    permission: Permission = Permission()


class CommandResult(NamedTuple):
    """What became of a command: the events it stands for, whether appended now or before."""

    id: UUID
    version: int
    slot: int
    mark: Mark
    """The last entry of the log that a reader must have seen to see this command's effect."""
    events: list[Event]
    again: bool

    @property
    def position(self) -> int:
        return self.mark.position


Decision = Callable[[States], Decided]


def _admit_all(_: States) -> None:
    """Admit whatever stands there."""


def _no_further(_: States) -> Sequence[AnyTarget]:
    return ()


class HandledDecision(NamedTuple):
    """A decision as it is handled: over which targets, loaded in at most two rounds, and what it gives."""

    targets: Sequence[AnyTarget]
    """Loaded first. The first one is the one that the command's path names."""
    decide: Callable[[States], Awaitable[Decided]]
    """Is called anew, with the states as they stand then, after each conflict."""
    further: Callable[[States], Sequence[AnyTarget]] = _no_further
    """Names what to load as well, by the states of the first targets."""
    admit: Callable[[States], None] = _admit_all
    """Raises if one of the first targets is none of the caller's business, before anything is said of it."""
    is_costly: bool = False
    """Load the targets before the first attempt, whatever is remembered: an attempt in vain costs much."""


class Commands(NamedTuple):
    """What handling a command needs."""

    aggregates: Aggregates
    keyring: Keyring
    queues: PlayerQueues | None
    """None while the caller has the player's turn already (see `turn_of`)."""


async def handle(
    commands: Commands,
    target: Target[State, CommandT, EventT],
    command: CommandT,
    context: CommandContext,
    *,
    player_id: UUID | None,
    attempts_max: int | None = ATTEMPTS_MAX,
) -> CommandResult:
    """Append what one aggregate decides. See `handle_decision` for what it raises."""

    def decide(states: States) -> Decided:
        return {target: target.module.decide(states.of(target), command)}

    return await handle_over(
        commands, [target], decide, context, player_id=player_id, attempts_max=attempts_max
    )


async def handle_over(
    commands: Commands,
    targets: Sequence[AnyTarget],
    decision: Decision,
    context: CommandContext,
    *,
    player_id: UUID | None,
    acknowledgement: Acknowledgement | None = None,
    attempts_max: int | None = ATTEMPTS_MAX,
) -> CommandResult:
    """Append what a decision gives over aggregates that are known beforehand.

    See `handle_decision` for what it raises.
    """

    async def decide(states: States) -> Decided:
        return decision(states)

    return await handle_decision(
        commands,
        HandledDecision(targets, decide),
        context,
        player_id=player_id,
        acknowledgement=acknowledgement,
        attempts_max=attempts_max,
    )


async def handle_decision(
    commands: Commands,
    decision: HandledDecision,
    context: CommandContext,
    *,
    player_id: UUID | None,
    acknowledgement: Acknowledgement | None = None,
    attempts_max: int | None = ATTEMPTS_MAX,
) -> CommandResult:
    """Append what a decision over several aggregates of one player gives, with all of them as guards.

    `player_id` is the subject of all aggregates, None if they concern nobody. With `acknowledgement`, even
    nothing to append is recorded as dealt with.

    With `attempts_max` None or an `acknowledgement`, the command is patient: it counts no attempts and has a
    place in the player's queue however many wait. Raises Refusal when a rule says no, KeyReused,
    VersionMismatch, NotTheirs if the context's permission was withdrawn, TooManyConflicts if the queue is
    full or `attempts_max` races were lost, SenderLeft, KeyringIncomplete if the player's key is missing, and
    what the event store and the decision raise.
    """
    if player_id is not None:
        await require_key(commands, player_id)
    is_busy = player_id is not None and commands.queues is not None and commands.queues.is_busy(player_id)
    # A retry waits for nobody: a command that would have to wait looks into the log first.
    if is_busy and (answer := await _answered_before(commands.aggregates, decision, context)):
        return answer
    decision = _permitted(decision, context.permission)
    pending = _PendingCommand(commands, decision, context, player_id, acknowledgement)
    if attempts_max is None or acknowledgement is not None:
        async with turn_of(commands, player_id, bounded=False):
            return await pending.tried(None)
    async with turn_of(commands, player_id, left=context.left):
        return await pending.tried(attempts_max)


def _permitted(decision: HandledDecision, permission: Permission) -> HandledDecision:
    """Judge a permission together with the decision: what it was read from is a guard too."""
    if not permission.targets:
        return decision
    targets = tuple(dict.fromkeys((*decision.targets, *permission.targets)))

    def admit(states: States) -> None:
        permission.require(states)
        decision.admit(states)

    def further(states: States) -> Sequence[AnyTarget]:
        return [target for target in decision.further(states) if target not in targets]

    return decision._replace(targets=targets, admit=admit, further=further)


def turn_of(
    commands: Commands, player_id: UUID | None, *, left: Left | None = None, bounded: bool = True
) -> AbstractAsyncContextManager[None]:
    """Wait until no other command of the player is handled in this process; see `PlayerQueues.turn`."""
    if player_id is None or commands.queues is None:
        return nullcontext()
    return commands.queues.turn(player_id, left=left, bounded=bounded)


class _PendingCommand(NamedTuple):
    """A command, and what decides on it."""

    commands: Commands
    decision: HandledDecision
    context: CommandContext
    player_id: UUID | None
    acknowledgement: Acknowledgement | None

    async def tried(self, attempts_max: int | None) -> CommandResult:
        """Decide and append, anew after each conflict. Raises what `handle_decision` raises."""
        aggregates, targets, tried = self.commands.aggregates, self.decision.targets, 0
        remembered = None if self.decision.is_costly else aggregates.cached(targets)
        folded = remembered or await aggregates.load(targets)
        while attempts_max is None or tried < attempts_max:
            tried += 1
            with suppress(Conflict):
                if self.context.causation.command_id.bytes not in folded[0].recent:
                    return await self._once(folded, is_remembered=folded is remembered)
                if answer := await _answered_before(aggregates, self.decision, self.context):
                    return answer
            folded = await aggregates.load(targets)
        COMMANDS_REFUSED.labels("conflicts").inc()
        raise TooManyConflicts(f"{targets[0].id}: {tried} attempts met other writers")

    async def _once(self, first: Sequence[AnyVersionedState], *, is_remembered: bool) -> CommandResult:
        aggregates, decision, context = self.commands.aggregates, self.decision, self.context
        targets, folded = list(decision.targets), list(first)
        try:
            decision.admit(states_of(targets, folded))
            _require_version(first[0], context)
            further = decision.further(states_of(targets, folded))
            if further:
                remembered = aggregates.cached(further) if is_remembered else None
                folded += remembered or await aggregates.load(further)
                targets += further
            decided = _in_order(targets, await decision.decide(states_of(targets, folded)))
        except (Refusal, VersionMismatch, NotTheirs):
            await _confirm(aggregates, targets, folded)
            raise
        assert decided[0] or not any(decided), "a retry looks for the command on the first aggregate"
        events = await _sealed(self.commands, decided, context.causation.command_id, self.player_id)
        streams = _streams(aggregates.types, targets, folded, events, self.player_id)
        append = Append(streams=streams, causation=context.causation, acknowledgement=self.acknowledgement)
        appended = await aggregates.store.append(append)
        return await _remembered(aggregates, targets, folded, events, appended)


def _in_order(targets: Sequence[AnyTarget], decided: Decided) -> list[Sequence[Event]]:
    assert decided.keys() <= set(targets), "only what was loaded is decided on"
    return [decided.get(target, ()) for target in targets]


def _require_version(folded: AnyVersionedState, context: CommandContext) -> None:
    if context.expected_versions is not None and folded.head.version not in context.expected_versions:
        raise VersionMismatch(context.expected_versions, folded.head.version)


async def _confirm(
    aggregates: Aggregates, targets: Sequence[AnyTarget], folded: Sequence[AnyVersionedState]
) -> None:
    """Make sure that the aggregates stand where they were folded to. Raises Conflict."""
    guards = [StreamAppend(target.id, each.head) for target, each in zip(targets, folded, strict=True)]
    await aggregates.store.append(Append(streams=guards))


async def _answered_before(
    aggregates: Aggregates, decision: HandledDecision, context: CommandContext
) -> CommandResult | None:
    """Answer a command that the log knows from its events there, as the first time; None if it knows none.

    What is remembered only says where to look. Each event that is read must be this command's, else it is
    folded anew: memory of a history that was lost answers nothing. Raises KeyReused.
    """
    targets = decision.targets
    folded = await aggregates.load(targets)
    for _ in range(2):
        if context.causation.command_id.bytes not in folded[0].recent:
            return None
        try:
            answer = await _read_answer(aggregates, decision, folded, context)
        except HistoryChanged:
            answer = None
        if answer is not None:
            return answer
        folded = await aggregates.load_anew(targets)
    raise StoreUnavailable(f"{targets[0].id}: the log changes while it is read")


async def _read_answer(
    aggregates: Aggregates,
    decision: HandledDecision,
    folded: Sequence[AnyVersionedState],
    context: CommandContext,
) -> CommandResult | None:
    """Read a command's events; None if others stand there. Raises KeyReused, HistoryChanged."""
    store, command, first = aggregates.store, context.causation.command_id.bytes, decision.targets[0]
    receipt = folded[0].recent[command]
    length = receipt.last_version - receipt.first_version + 1
    read = await store.versions_after(first.id, receipt.first_version - 1, length)
    # Its last event may stand on another of its aggregates.
    position = max(each.recent[command].last_position for each in folded if command in each.recent)
    slot = store.layout.slot_of(first.id)
    last = read[-1] if read and read[-1].position == position else await store.at(slot, position)
    if len(read) != length or any(each.envelope.command != command for each in (*read, last)):
        return None
    if decision.further is not _no_further:
        # Also on one that was found by the states of that time: its events stand in a row.
        behind = await store.read(slot, Mark.of(last), EVENTS_MAX)
        last = [last, *takewhile(lambda each: each.envelope.command == command, behind.events)][-1]
    if not await store.stands(read):
        return None
    fingerprint = read[0].envelope.fingerprint
    if fingerprint is not None and context.fingerprints and fingerprint not in context.fingerprints:
        raise KeyReused("this Idempotency-Key was used with another payload")
    events = [aggregates.types.event(each) for each in read]
    return CommandResult(
        first.id, receipt.last_version, slot, Mark(last.position, last.hash), events, again=True
    )


def _newest(folded: Sequence[AnyVersionedState]) -> Mark:
    """Give the mark of the last event of all of them."""
    return max((Mark(each.position, each.head.hash) for each in folded), key=lambda mark: mark.position)


async def require_key(commands: Commands, player_id: UUID, *, while_away: bool = False) -> None:
    """Raise KeyringIncomplete where a player has events and no key: nothing is recorded of them until the
    keyring is whole again. An erased player had one, and one that never was needs none.

    Raises StoreUnavailable if the keyring does not answer; with `while_away` that is taken for no lack.
    """
    try:
        gap = await commands.keyring.gap(player_id)
    except StoreUnavailable:
        if while_away:
            return
        raise
    if not gap:
        return
    if (await commands.aggregates.one(player_target(player_id))).head.version:
        raise commands.keyring.lacks(player_id, gap)


async def key_of(commands: Commands, player_id: UUID) -> DataKey:
    """Give the data key of a player of the log. Raises PlayerErased, KeyringIncomplete, StoreUnavailable."""
    await require_key(commands, player_id)
    return await commands.keyring.newest(player_id)


async def _sealed(
    commands: Commands, decided: Sequence[Sequence[Event]], command_id: UUID, player_id: UUID | None
) -> list[list[Event]]:
    index, sealed = 0, []
    begins = any(isinstance(event, BEGINS_SUBJECT) for events in decided for event in events)
    for events in decided:
        row: list[Event] = []
        for event in events:
            if needs_sealing(event):
                assert player_id is not None, f"{type(event).__name__} is personal, and nobody's"
                keyring = commands.keyring
                key = await (keyring.make(player_id) if begins else keyring.newest(player_id))
                row.append(seal_event(event, key, event_id(command_id, index)))
            else:
                row.append(event)
            index += 1
        sealed.append(row)
    return sealed


def _streams(
    types: EventTypes,
    targets: Sequence[AnyTarget],
    folded: Sequence[AnyVersionedState],
    events: Sequence[Sequence[Event]],
    player_id: UUID | None,
) -> list[StreamAppend]:
    return [
        StreamAppend(target.id, each.head, [types.draft(event) for event in added], player_id)
        for target, each, added in zip(targets, folded, events, strict=True)
    ]


async def _remembered(
    aggregates: Aggregates,
    targets: Sequence[AnyTarget],
    folded: Sequence[AnyVersionedState],
    events: Sequence[Sequence[Event]],
    appended: AppendResult,
) -> CommandResult:
    """Fold what was appended into what is remembered."""
    position, now = appended.first, list(folded)
    for index, (target, each) in enumerate(zip(targets, folded, strict=True)):
        recorded = []
        for entry in appended.entries[index]:
            recorded.append(RecordedEvent(appended.slot, position, appended.recorded_ms, entry))
            position += 1
        if recorded:
            now[index] = aggregates.fold(target.module, each, recorded)
            aggregates.remember(target, now[index])
            await aggregates.keep_snapshot(target, each.head, now[index])
    first = now[0]
    return CommandResult(
        targets[0].id, first.head.version, appended.slot, _newest(now), list(events[0]), appended.again
    )
