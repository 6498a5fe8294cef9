"""Examples for the tests of commands: a player and their commands."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

from tta.commands.folding import Aggregates
from tta.commands.handle import CommandContext, CommandResult, Commands, handle
from tta.commands.player_queues import PlayerQueues
from tta.domain import care_plan, player, roster, safety_record, session
from tta.domain.identity import derived_id
from tta.domain.joint.facts import Facts, facts_of
from tta.domain.player import GiveConsent, PlayerCommand, RegisterPlayer, WithdrawConsent
from tta.domain.safety_record import PlaceSafetyHold
from tta.domain.session import StartSession
from tta.domain.session import id_of as new_session_id
from tta.domain.targets import Target, player_target, record_target, session_target
from tta.domain.turns import SubmitInteraction
from tta.domain.vocabulary import AgeBand, ConsentPurpose, RiskLevel, Role
from tta.eventstore.durability import Durability
from tta.eventstore.envelope import Causation, RecordedEvent
from tta.eventstore.event_types import EventTypes
from tta.eventstore.store import EventStore
from tta.security.key_files import KeyEncryptionKeys
from tta.security.keyring import Keyring

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
PLAYER, SESSION, SAFETY_RECORD = player, session, safety_record
REGISTER = RegisterPlayer(
    name="Sam", language="en", region="GB", time_zone="Europe/London", age_band=AgeBand.FROM_25_TO_64, at=NOON
)
AGREE = GiveConsent(purpose=ConsentPurpose.PLAY, version=1, at=NOON)
DISAGREE = WithdrawConsent(purpose=ConsentPurpose.PLAY, at=NOON)
HOLD = PlaceSafetyHold(reason="They said so.", level=RiskLevel.HIGH, by=Role.THERAPIST, at=NOON)


WRAPPING = KeyEncryptionKeys("k1", {"k1": bytes(range(32))})
FSYNC = Durability("fsync")
_names = count(1)


class Machine:
    """A store and its keyring, for any number of processes."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = f"commands-{next(_names)}"
        self._opened: list[Any] = []

    async def process(self, *, cache_max: int = 1_000, remembered_max: int = 100_000) -> Commands:
        """Return the commands of a newly started process: with connections and an empty cache."""
        store = await EventStore.open(self.url, self.name, slots=16)
        keyring = await Keyring.open(self.url, self.name, WRAPPING, FSYNC)
        self._opened += [store, keyring]
        modules = (player, session, roster, safety_record, care_plan)
        types = EventTypes(event for module in modules for event in module.EVENTS)
        aggregates = Aggregates(store, types, cache_max=cache_max, remembered_max=remembered_max)
        return Commands(aggregates, keyring, PlayerQueues())

    async def close(self) -> None:
        for opened in self._opened:
            await opened.close()

    def elsewhere(self, act: Callable[[Commands], Awaitable[object]]) -> None:
        """Let another process act while this one pauses in the middle of a decision."""

        async def acting() -> None:
            other = Machine(self.url)
            other.name = self.name
            try:
                await act(await other.process())
            finally:
                await other.close()

        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, acting()).result()


def some_id() -> UUID:
    return derived_id(os.urandom(16))


def context(
    key: str, *fingerprints: bytes, if_match: int | None = None, correlation: UUID | None = None
) -> CommandContext:
    """Return the context of a command that was sent with a key, with fingerprints of its payload."""
    command_id = derived_id("command", key)
    causation = Causation(
        actor="test",
        command_id=command_id,
        correlation_id=correlation or command_id,
        causation_id=command_id,
        fingerprint=fingerprints[0] if fingerprints else None,
    )
    return CommandContext(causation, fingerprints, None if if_match is None else frozenset({if_match}))


async def ask_player(
    commands: Commands, player_id: UUID, command: PlayerCommand, around: CommandContext
) -> CommandResult:
    return await handle(commands, player_target(player_id), command, around, player_id=player_id)


async def some_player(commands: Commands) -> UUID:
    """Register a player who consents to play."""
    player_id = some_id()
    await ask_player(commands, player_id, REGISTER, context(f"register {player_id}"))
    await ask_player(commands, player_id, AGREE, context(f"agree {player_id}"))
    return player_id


async def hold(commands: Commands, player_id: UUID) -> CommandResult:
    around = context(f"hold {player_id}")
    return await handle(commands, record_target(player_id), HOLD, around, player_id=player_id)


async def start(commands: Commands, player_id: UUID, around: CommandContext) -> CommandResult:
    facts = await facts_about(commands, player_id)
    command = StartSession(
        player_id=player_id, story="clearing", consented=facts.consented, held=facts.held, at=NOON
    )
    target = session_target(new_session_id(player_id, around.causation.command_id))
    return await handle(commands, target, command, around, player_id=player_id)


async def facts_about(commands: Commands, player_id: UUID) -> Facts:
    record = await commands.aggregates.one(record_target(player_id))
    person = await commands.aggregates.one(player_target(player_id))
    return facts_of(record.state, person.state)


async def some_session(commands: Commands) -> tuple[UUID, UUID]:
    player_id = await some_player(commands)
    return player_id, (await start(commands, player_id, context(f"start {player_id}"))).id


def says(words: str, turn: int | None = None) -> SubmitInteraction:
    return SubmitInteraction(words=words, turn=turn, at=NOON)


async def log_of(commands: Commands, aggregate_id: UUID) -> list[RecordedEvent]:
    return await commands.aggregates.store.versions_after(aggregate_id, 0, 10_000)


async def state_of(commands: Commands, target: Target) -> object:
    return (await commands.aggregates.load([target]))[0].state
