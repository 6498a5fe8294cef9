"""Load 20 events, decide, append durably: one caller in sequence, state cached and cold."""

import asyncio
import time
from datetime import UTC, datetime
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bench.figures import Figure, median, sized
from bench.peers import WORDS, command_rate, postgresql, sqlite
from bench.stores import one_event, server, store
from tta.app.aggregates import event_types
from tta.commands.folding import Aggregates
from tta.commands.handle import CommandContext, Commands, handle
from tta.commands.player_queues import PlayerQueues
from tta.domain.identity import derived_id, owned_id
from tta.domain.player import RegisterPlayer
from tta.domain.session import StartSession
from tta.domain.targets import player_target, session_target
from tta.domain.turns import (
    AnswerInteraction,
    SubmitInteraction,
)
from tta.domain.vocabulary import AgeBand, Author
from tta.eventstore.appends import packed
from tta.eventstore.child_server import ChildServer
from tta.eventstore.durability import Durability
from tta.eventstore.envelope import ABSENT, Causation
from tta.eventstore.scripts import APPEND
from tta.eventstore.store import EventStore
from tta.security.key_files import read_key_encryption_keys
from tta.security.keyring import Keyring

TITLE = "Load 20 events + decide + durable append, one caller in sequence"
AGGREGATES = sized(1_000, 20)
ROUNDS = sized(3, 1)
NOW = datetime.now(UTC)
REGISTER = RegisterPlayer(
    name="Sam", language="en", region="GB", time_zone="UTC", age_band=AgeBand.UNDISCLOSED, at=NOW
)


async def run() -> list[Figure]:
    async with server() as child, store(child) as opened:
        wrapping = read_key_encryption_keys(child.directory / "keys" / "kek.json", create=True)
        keyring = await Keyring.open(child.url, "bench", wrapping, Durability("fsync"))
        warm_rates, bare_rates, cold_rates = [], [], []
        for turn in range(ROUNDS):
            commands = Commands(Aggregates(opened, event_types()), keyring, PlayerQueues())
            sessions = await _prepared(commands, turn)
            warm_rates.append(await _commands(commands, sessions))
            bare_rates.append(await _bare(child, opened, turn))
            cold = Commands(Aggregates(opened, event_types()), keyring, PlayerQueues())
            cold_rates.append(await _commands(cold, sessions))
        await keyring.close()
    warm, bare, cold_rate = median(warm_rates), median(bare_rates), median(cold_rates)
    figures = [
        Figure("bare EVALSHA of the same script", bare, "per s"),
        Figure("ours, state cached", warm, "commands/s"),
        Figure("ours, cold", cold_rate, "commands/s"),
        Figure("cached / bare EVALSHA", warm / bare, "×", "≥ 0.8"),
        Figure("cold / bare EVALSHA", cold_rate / bare, "×"),
    ]
    with sqlite() as environment:
        peer = await asyncio.to_thread(command_rate, environment, AGGREGATES)
        figures.append(Figure("eventsourcing on SQLite", peer, "commands/s"))
        figures.append(Figure("cached / SQLite", warm / peer, "×", "≥ 2"))
    with postgresql() as environment:
        if environment is None:
            figures.append(
                Figure("eventsourcing on PostgreSQL", float("nan"), "", note="no server to start here")
            )
        else:
            peer = await asyncio.to_thread(command_rate, environment, AGGREGATES // 2)
            figures.append(Figure("eventsourcing on PostgreSQL", peer, "commands/s"))
            figures.append(Figure("cached / PostgreSQL", warm / peer, "×", "≥ 4"))
    return figures


def _asked(*parts: str | UUID) -> CommandContext:
    command_id = derived_id(*parts)
    return CommandContext(
        Causation(
            actor="bench",
            command_id=command_id,
            correlation_id=command_id,
            causation_id=command_id,
            fingerprint=b"12345678",
        )
    )


async def _prepared(commands: Commands, turn: int) -> list[tuple[UUID, UUID]]:
    """Create sessions of 19 events, of registered players, with the last turn answered."""

    async def one(number: int) -> tuple[UUID, UUID]:
        player = derived_id("player", str(turn), str(number))
        identity = owned_id(player, "session")
        registered = _asked(player, "register")
        await handle(commands, player_target(player), REGISTER, registered, player_id=player)
        start = StartSession(player_id=player, story="clearing", consented=True, held=False, at=NOW)
        await handle(commands, session_target(identity), start, _asked(identity, "start"), player_id=player)
        for step in range(18):
            command: SubmitInteraction | AnswerInteraction
            if step % 2 == 0:
                command = SubmitInteraction(words=WORDS, held=False, consented=True, at=NOW)
            else:
                command = AnswerInteraction(
                    turn=step // 2 + 1, reply=WORDS, author=Author.STORY, held=False, at=NOW
                )
            context = _asked(identity, str(step))
            await handle(commands, session_target(identity), command, context, player_id=player)
        return identity, player

    return list(await asyncio.gather(*(one(number) for number in range(AGGREGATES))))


async def _commands(commands: Commands, sessions: list[tuple[UUID, UUID]]) -> float:
    """Send one command to each session in sequence: the twentieth event when warm, the next when cold."""
    began = time.perf_counter()
    for identity, player in sessions:
        warm = commands.aggregates.cached([session_target(identity)]) is not None
        command: SubmitInteraction | AnswerInteraction = SubmitInteraction(
            words=WORDS, held=False, consented=True, at=NOW
        )
        context = _asked(identity, "measured", "warm" if warm else "cold")
        if not warm:
            command = AnswerInteraction(turn=10, reply=WORDS, author=Author.STORY, held=False, at=NOW)
        await handle(commands, session_target(identity), command, context, player_id=player)
    return len(sessions) / (time.perf_counter() - began)


async def _bare(child: ChildServer, opened: EventStore, turn: int) -> float:
    """Run only the script, through the plain client, in sequence, with the same bytes."""
    requests = []
    for number in range(AGGREGATES):
        append = one_event(derived_id("bare", str(turn), str(number)), ABSENT)
        requests.append(packed(append, opened.layout, touch=False))
    client, sha = Redis.from_url(child.url, protocol=2, retry=Retry(NoBackoff(), 0)), APPEND.sha.decode()
    await client.script_load(APPEND.text)
    began = time.perf_counter()
    for request in requests:
        await client.evalsha(sha, len(request.keys), *request.keys, *request.arguments)
    rate = len(requests) / (time.perf_counter() - began)
    await client.aclose()
    return rate
