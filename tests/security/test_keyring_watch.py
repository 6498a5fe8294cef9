"""A keyring that is exchanged while a process runs is noticed, told once, and told again once it is right."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from tests.support.security.keyring_examples import FSYNC, K1, Pair
from tta.eventstore.appends import Append, StreamAppend
from tta.eventstore.child_server import ChildServer
from tta.eventstore.envelope import ABSENT
from tta.eventstore.owners import players
from tta.eventstore.store import EventStore
from tta.security.keyring import Keyring
from tta.security.keyring_watch import KeyringWatch

PLAYERS = [UUID(int=number << 64) for number in range(1, 2_500)]


@pytest_asyncio.fixture
async def pair(valkey: ChildServer, request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    name = f"watched-{abs(hash(request.node.name))}"
    store = await EventStore.open(valkey.url, name, slots=4)
    keyring = await Keyring.open(valkey.url, name, K1, FSYNC)
    yield Pair(store, keyring)
    await store.close()
    await keyring.close()


async def registered(pair: Pair, player_id: UUID) -> None:
    """A player with a key and an event, as a registration leaves them."""
    await pair.keyring.make(player_id)
    causation, draft = pair.event()
    streams = [StreamAppend(player_id, ABSENT, [draft], player_id)]
    await pair.store.append(Append(streams=streams, causation=causation))


async def test_every_player_is_found_page_by_page(pair: Pair):
    await pair.bound()
    for player_id in PLAYERS[:50]:
        await registered(pair, player_id)
    found = [each async for page in players(pair.store) for each in page]
    assert sorted(set(found)) == PLAYERS[:50]


async def test_players_without_a_key_are_found_at_the_first_look_and_once_more_when_they_are_back(pair: Pair):
    await pair.bound()
    for player_id in PLAYERS[:5]:
        await registered(pair, player_id)
    entry = pair.keyring.entry(PLAYERS[3])
    kept = await pair.keyring.nodes.call("DUMP", entry)
    await pair.keyring.nodes.call("DEL", entry)
    watch = KeyringWatch(pair.store, pair.keyring)
    with capture_logs() as lines:
        for _ in range(3):
            await watch.look()
        assert pair.keyring.lacking.first(10) == [PLAYERS[3]]
        await pair.keyring.nodes.call("RESTORE", entry, 0, kept)
        await watch.look()
    assert len(pair.keyring.lacking) == 0
    assert [line["log_level"] for line in lines] == ["critical", "warning"]


@pytest.mark.parametrize("there", ["", "theirs"])
async def test_another_one_is_told_once_and_what_was_remembered_is_looked_up_anew(pair: Pair, there: str):
    first = await pair.bound()
    await registered(pair, PLAYERS[0])
    watch = KeyringWatch(pair.store, pair.keyring)
    await watch.look()
    kept = await pair.keyring.nodes.call("DUMP", pair.keyring.record)
    await pair.keyring.nodes.call("DEL", pair.keyring.record, pair.keyring.entry(PLAYERS[0]))
    if there:
        await pair.keyring_is(named=there)
    with capture_logs() as lines:
        for _ in range(3):
            await watch.look()
        assert (pair.keyring.is_foreign, len(pair.keyring.lacking)) == (True, 1)
        assert not await pair.keyring.knows(PLAYERS[0])
        await pair.keyring.nodes.call("RESTORE", pair.keyring.record, 0, kept, "REPLACE")
        for _ in range(2):
            await watch.look()
    assert not pair.keyring.is_foreign
    told = [line for line in lines if "this store's" in line["event"]]
    assert [line["log_level"] for line in told] == ["critical", "warning"]
    assert (told[0]["expected"], told[0]["found"]) == (first, there or "none")


@pytest.mark.parametrize("has_looked", [True, False])
async def test_an_older_one_is_told_once_and_drops_what_was_remembered(pair: Pair, has_looked: bool):
    """Also where the keyring was exchanged before the process looked at it a first time."""
    await pair.bound()
    await registered(pair, PLAYERS[0])
    older = await pair.keyring.nodes.call("DUMP", pair.keyring.record)
    await registered(pair, PLAYERS[1])
    watch = KeyringWatch(pair.store, pair.keyring)
    if has_looked:
        await watch.look()
    newest = await pair.keyring.nodes.call("DUMP", pair.keyring.record)
    kept = await pair.keyring.nodes.call("DUMP", pair.keyring.entry(PLAYERS[1]))
    await pair.keyring.nodes.call("RESTORE", pair.keyring.record, 0, older, "REPLACE")
    await pair.keyring.nodes.call("DEL", pair.keyring.entry(PLAYERS[1]))
    with capture_logs() as lines:
        for _ in range(3):
            await watch.look()
        assert (pair.keyring.is_older, pair.keyring.lacking.first(2)) == (True, [PLAYERS[1]])
        await pair.keyring.nodes.call("RESTORE", pair.keyring.record, 0, newest, "REPLACE")
        await pair.keyring.nodes.call("RESTORE", pair.keyring.entry(PLAYERS[1]), 0, kept)
        await watch.look()
    assert (pair.keyring.is_older, len(pair.keyring.lacking)) == (False, 0)
    assert sum("older copy" in line["event"] for line in lines) == 1
