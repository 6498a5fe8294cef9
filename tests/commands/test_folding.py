"""What is remembered of an aggregate saves time only: it is bounded, and dropped when it is not history."""

import asyncio
import inspect
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from msgspec.structs import asdict
from structlog.testing import capture_logs

from tests.support.commands.command_examples import (
    AGREE,
    DISAGREE,
    NOON,
    PLAYER,
    REGISTER,
    SESSION,
    Machine,
    ask_player,
    context,
    log_of,
    says,
    some_id,
    some_player,
    some_session,
)
from tests.support.domain.given import SEALED
from tta.commands.folding import (
    GAP_MS_MAX,
    RECENT_MAX,
    RECENT_MS,
    SNAPSHOT_EVERY,
    Aggregates,
    SnapshotBody,
    VersionedState,
    fingerprint,
)
from tta.commands.handle import CommandResult, Commands
from tta.commands.sessions import handle_session
from tta.domain import player, session
from tta.domain.player import ConsentGiven, GiveConsent
from tta.domain.targets import AnyAggregate, Target, rules_of
from tta.domain.vocabulary import ConsentPurpose
from tta.eventstore.appends import Append, StreamAppend
from tta.eventstore.child_server import ChildServer
from tta.eventstore.envelope import ABSENT, Head, RecordedEvent, pack
from tta.eventstore.event_types import EventTypes
from tta.eventstore.store import LoadRequest


def agrees(version: int) -> GiveConsent:
    return GiveConsent(purpose=ConsentPurpose.RESEARCH, version=version, at=NOON)


async def aged(commands: Commands, player_id: UUID, until: int) -> CommandResult:
    """Give a player one consent after the other, until they are at that version."""
    folded = (await commands.aggregates.load([Target(PLAYER, player_id)]))[0]
    for version in range(folded.head.version + 1, until + 1):
        handled = await ask_player(commands, player_id, agrees(version), context(f"{player_id} {version}"))
    return handled


async def loaded(commands: Commands, player_id: UUID, module: AnyAggregate = PLAYER) -> Any:
    """What the store answers to a process that knows nothing."""
    return (await commands.aggregates.store.load([LoadRequest(player_id, ABSENT, fingerprint(module))]))[0]


async def test_a_warm_command_loads_nothing(machine: Machine):
    commands = await machine.process()
    player_id = await some_player(commands)
    (before,) = commands.aggregates.cached([Target(PLAYER, player_id)]) or []
    assert before == (await commands.aggregates.load([Target(PLAYER, player_id)]))[0]
    assert before.head.version == 2


async def test_of_two_foldings_the_further_one_is_remembered(machine: Machine):
    """A load that was sent before an append may be answered after it."""
    commands = await machine.process()
    player_id = await some_player(commands)
    target = Target(PLAYER, player_id)
    older = await commands.aggregates.load([target])
    await ask_player(commands, player_id, DISAGREE, context("a"))
    commands.aggregates.remember(target, older[0])
    (remembered,) = commands.aggregates.cached([target]) or []
    assert remembered.head.version == 3


async def test_the_cache_is_bounded_and_forgets_what_was_not_used_for_longest(machine: Machine):
    commands = await machine.process(cache_max=3)
    players = [await some_player(commands) for _ in range(3)]
    await ask_player(commands, players[0], DISAGREE, context("used"))
    await some_player(commands)
    there = [commands.aggregates.cached([Target(PLAYER, each)]) is not None for each in players]
    assert there == [True, False, True]
    assert (await ask_player(commands, players[1], DISAGREE, context("forgotten"))).version == 3


async def test_the_commands_remembered_of_all_are_bounded_too(machine: Machine):
    commands = await machine.process(remembered_max=7)
    one, other = [await some_player(commands) for _ in range(2)]
    for number in range(4):
        await ask_player(commands, other, (DISAGREE, AGREE)[number % 2], context(f"command {number}"))
    assert commands.aggregates.cached([Target(PLAYER, one)]) is None, "used least of late"
    assert commands.aggregates.cached([Target(PLAYER, other)]) is not None
    for number in range(4, 10):
        await ask_player(commands, other, (DISAGREE, AGREE)[number % 2], context(f"command {number}"))
    assert commands.aggregates.cached([Target(PLAYER, other)]) is not None, "one alone is kept"


async def test_a_snapshot_is_kept_now_and_then_and_saves_reading(machine: Machine):
    commands = await machine.process()
    player_id = await some_player(commands)
    await aged(commands, player_id, SNAPSHOT_EVERY - 1)
    assert (await loaded(commands, player_id)).snapshot is None
    last = await aged(commands, player_id, SNAPSHOT_EVERY + 2)
    found = await loaded(commands, player_id)
    assert found.snapshot.head.version == SNAPSHOT_EVERY
    assert [event.version for event in found.events] == [SNAPSHOT_EVERY + 1, SNAPSHOT_EVERY + 2]
    fresh, known = await machine.process(), commands.aggregates.cached([Target(PLAYER, player_id)])
    assert await fresh.aggregates.load([Target(PLAYER, player_id)]) == known
    assert known is not None
    assert known[0].position == last.position


async def test_commands_of_before_a_snapshot_are_recognised(machine: Machine):
    commands = await machine.process()
    player_id = await some_player(commands)
    first = await ask_player(commands, player_id, DISAGREE, context("early", b"12345678"))
    await aged(commands, player_id, SNAPSHOT_EVERY + 1)
    again = await ask_player(await machine.process(), player_id, DISAGREE, context("early", b"12345678"))
    assert again == first._replace(again=True)


async def test_a_snapshot_of_other_rules_is_ignored(machine: Machine):
    """A deployment that folds otherwise must not go on from what the one before folded."""
    commands = await machine.process()
    player_id = await some_player(commands)
    await aged(commands, player_id, SNAPSHOT_EVERY)

    def evolve(state: player.Player, event: player.PlayerEvent) -> player.Player:
        return player.evolve(state, event)

    changed = cast(
        "AnyAggregate",
        SimpleNamespace(NAME="player", initial=player.initial, EVENTS=player.EVENTS, evolve=evolve),
    )
    assert fingerprint(changed) != fingerprint(PLAYER)
    assert (await loaded(commands, player_id, changed)).snapshot is None
    (folded,) = await (await machine.process()).aggregates.load([Target(rules_of(changed), player_id)])
    assert folded.head.version == SNAPSHOT_EVERY


PRINT = """
from tta.commands.folding import fingerprint
from tta.domain import session
print(fingerprint(session).hex())
"""


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, Callable[[str], str]], str]:
    """Edits a module in a copy of the domain, and gives the fingerprint that a session has then."""
    source = Path(inspect.getfile(player)).parents[1]
    copied = tmp_path / "tta"
    shutil.copytree(source, copied, ignore=shutil.ignore_patterns("__pycache__", "authored", "migrations"))

    def edit(module: str, change: Callable[[str], str]) -> str:
        path = copied / "domain" / module
        written = path.read_text()
        assert change(written) != written
        path.write_text(change(written))
        environment = os.environ | {"PYTHONPATH": str(tmp_path)}
        done = subprocess.run([sys.executable, "-c", PRINT], env=environment, capture_output=True, check=True)
        path.write_text(written)
        return done.stdout.decode().strip()

    return edit


def reworded(written: str) -> str:
    """Every docstring and every comment in other words, and a remark at the end."""
    return (
        written.replace('"""\n', ' In other words."""\n').replace("  # ", "  # In short: ") + "\n# The end.\n"
    )


@pytest.mark.parametrize("module", ["session.py", "turns.py", "passages.py", "vocabulary.py"])
def test_editing_a_docstring_discards_no_snapshot(edited: Callable[..., str], module: str):
    assert edited(module, reworded) == fingerprint(SESSION).hex()


@pytest.mark.parametrize(
    ("module", "rule", "instead"),
    [
        ("session.py", "SessionPaused: SessionStatus.PAUSED", "SessionPaused: SessionStatus.OPEN"),
        ("turns.py", "TURNS_MAX = 500", "TURNS_MAX = 501"),
        ("passages.py", "def after(self", "def behind(self"),
        ("vocabulary.py", 'PLAY = "play"', 'PLAY = "plays"'),
    ],
)
def test_changing_a_rule_discards_snapshots(edited: Callable[..., str], module: str, rule: str, instead: str):
    assert edited(module, lambda written: written.replace(rule, instead, 1)) != fingerprint(SESSION).hex()


def test_a_module_that_an_aggregate_does_not_reach_is_none_of_its_rules(edited: Callable[..., str]):
    assert edited("agent.py", lambda written: written + "\nOTHER = 1\n") == fingerprint(SESSION).hex()


async def test_a_snapshot_of_another_state_is_ignored():
    class Wider(player.RegisteredPlayer, frozen=True, kw_only=True):
        nickname: str = ""

    def evolve(state: Wider, _: player.PlayerEvent) -> Wider:
        return state

    wider = SimpleNamespace(NAME="player", initial=Wider(), EVENTS=player.EVENTS, evolve=evolve)
    assert fingerprint(cast("AnyAggregate", wider)) != fingerprint(PLAYER)
    assert fingerprint(SESSION) != fingerprint(PLAYER)


async def test_a_snapshot_that_cannot_be_read_is_ignored(machine: Machine):
    commands = await machine.process()
    player_id = await some_player(commands)
    await aged(commands, player_id, SNAPSHOT_EVERY)
    store = commands.aggregates.store
    key = store.layout.snap(store.layout.slot_of(player_id), player_id)
    raw = await store.nodes.call("GET", key)
    await store.nodes.call("SET", key, raw[:-40] + b"\xc1" * 40)
    assert (await loaded(commands, player_id)).snapshot is not None
    fresh = await machine.process()
    assert (await ask_player(fresh, player_id, DISAGREE, context("a"))).version == SNAPSHOT_EVERY + 1


async def test_a_snapshot_holds_no_clear_words(machine: Machine):
    commands = await machine.process()
    player_id, session_id = await some_session(commands)
    await handle_session(commands, session_id, player_id, says("Marked words"), context("a"))
    (folded,) = commands.aggregates.cached([Target(SESSION, session_id)]) or []
    assert b"Marked" not in msgspec.msgpack.encode(folded.state)


@pytest_asyncio.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[ChildServer]:
    server = ChildServer(tmp_path / "valkey")
    await server.start()
    yield server
    await server.stop()


async def test_a_snapshot_that_cannot_be_kept_fails_no_command(own_server: ChildServer):
    machine = Machine(own_server.url)
    commands = await machine.process()
    player_id = await some_player(commands)
    await aged(commands, player_id, SNAPSHOT_EVERY - 1)
    await commands.aggregates.store.nodes.call("ACL", "SETUSER", "default", "-set")
    with capture_logs() as logs:
        assert (await aged(commands, player_id, SNAPSHOT_EVERY)).version == SNAPSHOT_EVERY
    assert [each["event"] for each in logs] == ["a snapshot was not kept"]
    await machine.close()


async def test_what_is_remembered_of_a_lost_history_is_dropped(machine: Machine):
    """As after a failover to a replica that had not received the last writes."""
    commands, other = await machine.process(), await machine.process()
    player_id = await some_player(commands)
    await ask_player(commands, player_id, agrees(7), context("lost"))
    store, kept = commands.aggregates.store, (await log_of(commands, player_id))[:2]
    slot = store.layout.slot_of(player_id)
    for key in (store.layout.log(slot), store.layout.head(slot, player_id)):
        await store.nodes.call("DEL", key)
    await other.aggregates.store.append(_again(other, player_id, kept))
    await ask_player(other, player_id, DISAGREE, context("instead"))
    with capture_logs() as logs:
        handled = await ask_player(commands, player_id, AGREE, context("next"))
    assert handled.version == 4
    assert "remembered history is gone, folding anew" in [each["event"] for each in logs]
    assert not (await ask_player(commands, player_id, agrees(7), context("lost"))).again


def _again(commands: Commands, player_id: UUID, kept: list[RecordedEvent]) -> Any:
    """One append of what others appended before."""
    drafts = [commands.aggregates.types.draft(commands.aggregates.types.event(each)) for each in kept]
    return Append(
        streams=[StreamAppend(player_id, ABSENT, drafts, player_id)], causation=context("restored").causation
    )


def recorded(versions: Iterator[int], *, recorded_ms: int, count: int = 1) -> list[RecordedEvent]:
    """Events as the store would give them, one command each."""
    found = []
    for version in (next(versions) for _ in range(count)):
        given = ConsentGiven(purpose=ConsentPurpose.PLAY, version=1, at=NOON)
        event = given if version > 1 else player.PlayerRegistered(**(asdict(REGISTER) | {"name": SEALED}))
        entries, _ = pack(
            [_types().draft(event)],
            aggregate=UUID(int=1),
            subject=UUID(int=1),
            after=Head(version - 1, b"\x00" * 32),
            first_index=0,
            causation=context(f"command {version}").causation,
        )
        found.append(RecordedEvent(0, version, recorded_ms, entries[0]))
    return found


def _types() -> Any:
    return EventTypes([*player.EVENTS, *session.EVENTS])


def folds(events: list[RecordedEvent], folded: VersionedState | None = None) -> VersionedState:
    aggregates = Aggregates(cast("Any", None), _types())
    return aggregates.fold(PLAYER, folded or VersionedState(player.initial, ABSENT, 0, {}), events)


def test_of_recent_commands_1024_are_remembered():
    folded = folds(recorded(iter(range(1, 2_000)), recorded_ms=1_000, count=RECENT_MAX + 3))
    assert len(folded.recent) == RECENT_MAX
    assert context("command 3").causation.command_id.bytes not in folded.recent
    assert context("command 4").causation.command_id.bytes in folded.recent


def test_recent_commands_are_remembered_for_24_hours():
    versions = iter(range(1, 2_000))
    folded = folds(recorded(versions, recorded_ms=1_000, count=3))
    gaps = RECENT_MS // GAP_MS_MAX
    for gap in range(1, gaps + 1):
        folded = folds(recorded(versions, recorded_ms=1_000 + gap * GAP_MS_MAX), folded)
    assert len(folded.recent) == 3 + gaps
    folded = folds(recorded(versions, recorded_ms=1_001 + RECENT_MS), folded)
    assert next(iter(folded.recent)) == context("command 4").causation.command_id.bytes
    assert len(folded.recent) == gaps + 1


@pytest.mark.parametrize("days", [1 / 24, 31, 365])
def test_a_clock_of_the_server_that_jumped_makes_no_command_forgotten(days: float):
    jump_ms, versions = round(days * 24 * 3600 * 1000), iter(range(1, 2_000))
    folded = folds(recorded(versions, recorded_ms=1_000, count=3))
    for seconds in range(6):
        folded = folds(recorded(versions, recorded_ms=jump_ms + 2_000 + seconds * 1_000), folded)
    # What was recorded stands still then, until the true time gets there.
    folded = folds(recorded(versions, recorded_ms=jump_ms + 7_000, count=500), folded)
    assert len(folded.recent) == 509


def test_the_bounds_are_those_that_are_published():
    assert (RECENT_MAX, RECENT_MS) == (1_024, 24 * 60 * 60 * 1000)


def test_what_is_kept_with_a_snapshot_comes_back_as_it_was():
    folded = folds(recorded(iter(range(1, 9)), recorded_ms=1_000, count=5))
    kept = SnapshotBody(msgspec.Raw(msgspec.msgpack.encode(folded.state)), folded.position, folded.recent)
    back = msgspec.msgpack.decode(msgspec.msgpack.encode(kept), type=SnapshotBody)
    assert back.recent == folded.recent
    assert list(back.recent) == list(folded.recent)


async def test_two_who_load_at_once_fold_the_same(machine: Machine):
    commands = await machine.process()
    player_id = some_id()
    await ask_player(await machine.process(), player_id, REGISTER, context("a"))
    loads = await asyncio.gather(*(commands.aggregates.load([Target(PLAYER, player_id)]) for _ in range(3)))
    assert loads[0] == loads[1] == loads[2]
    assert len(loads[0][0].recent) == 1
