"""Helpers of the reactors' tests: players who speak, reactors over their log, and a waiting reaction."""

import asyncio
import os
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any, Self
from uuid import UUID

from tta.agents.orchestrator import AgentOrchestrator
from tta.agents.team import team_of
from tta.app.aggregates import event_types
from tta.commands.folding import Aggregates
from tta.commands.handle import CommandContext, Commands, handle
from tta.commands.player_queues import PlayerQueues
from tta.commands.sessions import handle_session
from tta.domain import player, safety_record
from tta.domain.base import Event
from tta.domain.identity import derived_id
from tta.domain.passages import Beginning
from tta.domain.player import GiveConsent, RegisterPlayer
from tta.domain.safety_record import PlaceSafetyHold
from tta.domain.safety_record import id_of as safety_record_id
from tta.domain.session import SessionPaused, StartSession
from tta.domain.session import id_of as new_session_id
from tta.domain.targets import Target, session_target
from tta.domain.turns import (
    InteractionAnswered,
    InteractionSubmitted,
    SubmitInteraction,
)
from tta.domain.vocabulary import AgeBand, ConsentPurpose, RiskLevel, Role
from tta.eventstore.appends import Acknowledgement, Append, StreamAppend
from tta.eventstore.durability import Durability
from tta.eventstore.envelope import ABSENT, Causation, Head, RecordedEvent
from tta.eventstore.errors import StoreUnavailable
from tta.eventstore.store import EventStore
from tta.reactors.reactor import Reactor, RunningReactor
from tta.reactors.reply import ReplyReactor
from tta.reactors.timer_clock import TimerClock
from tta.security.key_files import KeyEncryptionKeys
from tta.security.keyring import Keyring

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
SLOTS, SLOT = 8, 3
WITHIN_S = 30.0
TYPES = event_types()
WRAPPING = KeyEncryptionKeys("k1", {"k1": bytes(range(32))})
REGISTER = RegisterPlayer(
    name="Sam", language="en", region="GB", time_zone="UTC", age_band=AgeBand.FROM_25_TO_64, at=NOON
)
AGREE = GiveConsent(purpose=ConsentPurpose.PLAY, version=1, at=NOON)
HOLD = PlaceSafetyHold(reason="They said so.", level=RiskLevel.HIGH, by=Role.THERAPIST, at=NOON)
ASKS = InteractionSubmitted(turn=1, choice="on", at=NOON)
WANTS_NOTHING = "nothing"
ASKS_NOTHING = SessionPaused(at=NOON)
NOT_WANTED = InteractionSubmitted(turn=1, choice=WANTS_NOTHING, at=NOON)
IDS = ("command_id", "correlation_id", "causation_id")
_names = count(1)


def some_id(slot: int = SLOT) -> UUID:
    return UUID(bytes=bytes([slot]) + os.urandom(15))


class Machine:
    """A store and its keyring, for any number of processes; players that speak through one of them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = f"reactors-{next(_names)}"
        self._opened: list[Any] = []
        self._heads: dict[UUID, Head] = defaultdict(lambda: ABSENT)
        self.commands: Commands
        self.store: EventStore

    async def __aenter__(self) -> Self:
        self.commands = await self.process()
        self.store = self.commands.aggregates.store
        return self

    async def __aexit__(self, *_: object) -> None:
        for opened in self._opened:
            await opened.close()

    async def process(self) -> Commands:
        """Return the commands of a newly started process: with connections and an empty cache."""
        store = await EventStore.open(self.url, self.name, slots=SLOTS)
        keyring = await Keyring.open(self.url, self.name, WRAPPING, Durability("fsync"))
        self._opened += [store, keyring]
        return Commands(Aggregates(store, TYPES), keyring, PlayerQueues())

    async def ask(self, module: Any, aggregate_id: UUID, command: Any, player_id: UUID) -> None:
        target = Target[Any, Any, Any](module, aggregate_id)
        await handle(self.commands, target, command, around(), player_id=player_id)

    async def session(self, slot: int = SLOT, *, begins: Beginning | None = None) -> tuple[UUID, UUID]:
        """A new player, and a session that they began; four events in the slot."""
        player_id = some_id(slot)
        await self.ask(player, player_id, REGISTER, player_id)
        await self.ask(player, player_id, AGREE, player_id)

        context = around()
        play = new_session_id(player_id, context.causation.command_id)
        command = StartSession(
            player_id=player_id,
            story="clearing",
            begins=begins or Beginning(),
            consented=True,
            held=False,
            at=NOON,
        )
        await handle(self.commands, session_target(play), command, context, player_id=player_id)
        return player_id, play

    async def say(self, player_id: UUID, play: UUID, words: str = "Hello") -> None:
        await handle_session(
            self.commands, play, player_id, SubmitInteraction(words=words, at=NOON), around()
        )

    async def hold(self, player_id: UUID) -> None:
        await self.ask(safety_record, safety_record_id(player_id), HOLD, player_id)

    async def speak(self, slots: int = SLOTS) -> list[tuple[UUID, UUID]]:
        """Let a player in each slot begin a session, and say something."""
        sessions = [await self.session(slot) for slot in range(slots)]
        for each in sessions:
            await self.say(*each)
        return sessions

    async def stand(self, aggregate_id: UUID, *events: Event) -> int:
        """Append events without checking rules; return the position of the last."""
        ids: dict[str, Any] = {name: derived_id(os.urandom(16)) for name in IDS}
        causation = Causation(**ids, actor="test")
        drafts = [TYPES.draft(event) for event in events]
        streams = [StreamAppend(aggregate_id, self._heads[aggregate_id], drafts)]
        appended = await self.store.append(Append(streams=streams, causation=causation))
        self._heads[aggregate_id] = appended.heads[0]
        return appended.last

    async def ends(self) -> dict[int, int]:
        return {slot: end for slot, (end, _) in (await self.store.ends()).items()}

    async def log(self, slot: int) -> list[RecordedEvent]:
        return (await self.store.read(slot, count=1_000_000)).events

    async def answers(self) -> Counter[tuple[UUID, int]]:
        """Return how often each submitted turn was answered; 0 without an answer."""
        found: Counter[tuple[UUID, int]] = Counter()
        for slot in range(SLOTS):
            for recorded in await self.log(slot):
                event = TYPES.event(recorded)
                if isinstance(event, InteractionSubmitted):
                    found[recorded.aggregate_id, event.turn] += 0
                elif isinstance(event, InteractionAnswered):
                    found[recorded.aggregate_id, event.turn] += 1
        return found

    async def all_answered(self) -> None:
        """Wait until each turn is answered."""
        await until(self._all_answered)

    async def _all_answered(self) -> bool:
        try:
            return all((await self.answers()).values())
        except StoreUnavailable:
            return False

    async def must_be_answered_once(self) -> int:
        found = await self.answers()
        assert set(found.values()) == {1}, f"answered other than once: {found}"
        return len(found)


class Awaiting:
    """A reactor that records its calls, and waits where a test says."""

    NAME = "awaiting"
    ASKS: tuple[type[Event], ...] = (InteractionSubmitted,)

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self.asked: list[RecordedEvent] = []
        self.done: list[RecordedEvent] = []
        self.held_up: dict[UUID, asyncio.Event] = {}
        self.fails: dict[UUID, int] = {}
        """How often it fails on an aggregate's events."""
        self.busy = self.busy_max = 0

    def hold_up(self, aggregate_id: UUID) -> asyncio.Event:
        return self.held_up.setdefault(aggregate_id, asyncio.Event())

    def wants(self, event: Event) -> bool:
        return not (isinstance(event, InteractionSubmitted) and event.choice == WANTS_NOTHING)

    async def react(self, event: Event, recorded: RecordedEvent, acknowledgement: Acknowledgement) -> None:
        self.asked.append(recorded)
        self.busy += 1
        self.busy_max = max(self.busy, self.busy_max)
        try:
            await self._react(recorded, acknowledgement)
        finally:
            self.busy -= 1

    async def _react(self, recorded: RecordedEvent, acknowledgement: Acknowledgement) -> None:
        if recorded.aggregate_id in self.held_up:
            await self.held_up[recorded.aggregate_id].wait()
        if self.fails.get(recorded.aggregate_id, 0):
            self.fails[recorded.aggregate_id] -= 1
            raise RuntimeError("it does not work")
        await self._store.append(Append(streams=(), slot=recorded.slot, acknowledgement=acknowledgement))
        self.done.append(recorded)

    def done_of(self, aggregate_id: UUID) -> list[int]:
        return [recorded.position for recorded in self.done if recorded.aggregate_id == aggregate_id]


def around() -> CommandContext:
    command_id = derived_id(os.urandom(16))
    return CommandContext(
        Causation(actor="test", command_id=command_id, correlation_id=command_id, causation_id=command_id)
    )


@asynccontextmanager
async def running(*reactors: RunningReactor | TimerClock) -> AsyncIterator[None]:
    """Run reactors meanwhile; raise what one of them raises."""
    tasks = [asyncio.create_task(each.run()) for each in reactors]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result


def replier(commands: Commands) -> ReplyReactor:
    """Return the reply reactor of a process without language models."""
    return ReplyReactor(commands, AgentOrchestrator(team_of()))


def reacting(store: EventStore, reactor: Reactor, **settings: Any) -> RunningReactor:
    return RunningReactor(store, TYPES, reactor, **settings)


async def until(condition: Callable[[], object | Awaitable[object]]) -> None:
    """Let other tasks run until a condition holds."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            found = condition()
            if await found if isinstance(found, Awaitable) else found:
                return
            await asyncio.sleep(0.005)
