"""A server that could lose more than the mode promises is refused, by the name of its setting."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.eventstore.store_examples import (
    SLOT,
    SLOTS,
    causation,
    drafts,
    filled,
    fresh_name,
    gains,
    grown,
    guard,
    head_of,
    must_be_whole,
    place,
    some_id,
    step,
)
from tests.support.eventstore.store_servers import TcpServer, redis7_binary, until
from tta.eventstore import writer
from tta.eventstore.appends import Acknowledgement
from tta.eventstore.durability import Durability
from tta.eventstore.envelope import ABSENT, Head, RecordedEvent, pack
from tta.eventstore.errors import OutcomeUnknown, UnsafeServer
from tta.eventstore.store import EventStore

REFUSED = [
    ("fsync", "appendonly", "no", "yes"),
    ("fsync", "appendfsync", "everysec", "always"),
    ("fsync", "appendfsync", "no", "always"),
    ("fsync", "no-appendfsync-on-rewrite", "yes", "no"),
    ("fsync", "maxmemory-policy", "allkeys-lru", "noeviction"),
    ("fsync", "maxmemory-policy", "volatile-ttl", "noeviction"),
    ("everysec", "appendonly", "no", "yes"),
    ("everysec", "appendfsync", "no", "everysec or always"),
    ("everysec", "no-appendfsync-on-rewrite", "yes", "no"),
    ("replicated:1", "appendonly", "no", "yes"),
    ("replicated:1", "appendfsync", "no", "everysec or always"),
    ("replicated:1", "maxmemory-policy", "allkeys-lfu", "noeviction"),
    ("memory", "maxmemory-policy", "allkeys-random", "noeviction"),
]
KEPT = [
    ("fsync", {}),
    ("everysec", {"appendfsync": "everysec"}),
    ("everysec", {}),
    ("replicated:1", {"appendfsync": "everysec"}),
    ("memory", {"appendonly": "no", "appendfsync": "no", "no-appendfsync-on-rewrite": "yes"}),
]


async def opened(server: TcpServer, mode: str = "fsync", *, declared: bool = False) -> EventStore:
    return await EventStore.open(
        server.url, fresh_name(), slots=SLOTS, durability=Durability.parse(mode, declared=declared)
    )


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[TcpServer]:
    one = TcpServer(tmp_path / "server")
    await one.start()
    yield one
    await one.kill()


@pytest.mark.parametrize(("mode", "setting", "value", "must"), REFUSED)
async def test_a_setting_that_breaks_the_promise_is_named(
    server: TcpServer, mode: str, setting: str, value: str, must: str
) -> None:
    await server.say("CONFIG", "SET", setting, value)
    with pytest.raises(
        UnsafeServer, match=f"cannot keep {mode}: {setting} is {value}, must be {must} "
    ) as refused:
        await opened(server, mode)
    assert ";" not in str(refused.value)


@pytest.mark.parametrize(("mode", "settings"), KEPT)
async def test_settings_that_keep_the_promise_are_taken(
    server: TcpServer, mode: str, settings: dict[str, str]
) -> None:
    for setting, value in settings.items():
        await server.say("CONFIG", "SET", setting, value)
    store = await opened(server, mode)
    assert str(store.nodes.durability) == mode
    await store.close()


async def test_everything_that_is_wrong_is_named_at_once(server: TcpServer) -> None:
    await server.say("CONFIG", "SET", "appendfsync", "no")
    await server.say("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    with pytest.raises(UnsafeServer, match=r"maxmemory-policy is allkeys-lru.*appendfsync is no"):
        await opened(server)


@pytest.mark.parametrize("text", ["", "fsync:1", "replicated", "replicated:0", "replicated:x", "always"])
def test_a_mode_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="durability is fsync, everysec, replicated:N or memory"):
        Durability.parse(text)


async def test_what_was_changed_meanwhile_is_found_at_the_next_connection(server: TcpServer) -> None:
    store = await opened(server)
    head = (await grown(store, some_id(), "a")).heads[0]
    await server.say("CONFIG", "SET", "appendfsync", "everysec")
    await server.say("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")

    async def refused() -> bool:
        try:
            await grown(store, some_id(), "b")
        except UnsafeServer as error:
            return "appendfsync is everysec, must be always" in str(error)
        return False

    await until(refused)
    await server.say("CONFIG", "SET", "appendfsync", "always")
    await grown(store, some_id(), "c")
    assert head.version == 1
    await store.close()


@pytest.mark.parametrize("rename", [True, False], ids=["renamed command", "user without the right"])
async def test_a_server_that_hides_its_settings_must_be_declared(tmp_path: Path, rename: bool) -> None:
    settings = (
        {"rename_command": "CONFIG\n"} if rename else {"user": "default\non\nnopass\n~*\n&*\n+@all\n-config"}
    )
    server = TcpServer(tmp_path / "server", **settings)
    await server.start()
    with pytest.raises(UnsafeServer, match=r"does not let its settings be read.*TTA_STORE_DECLARED=true"):
        await opened(server)
    store = await opened(server, declared=True)
    await grown(store, some_id(), "a")
    await store.close()
    await server.say("REPLICAOF", "127.0.0.1", 1)
    with pytest.raises(UnsafeServer, match="its role is slave, must be primary"):
        await opened(server, declared=True)
    await server.kill()


class Pair:
    """A primary and its replica."""

    def __init__(self, primary: TcpServer, replica: TcpServer) -> None:
        self.primary = primary
        self.replica = replica

    def signal(self, how: signal.Signals) -> None:
        assert self.replica.process is not None
        self.replica.process.send_signal(how)

    async def linked(self) -> bool:
        return "state=online" in await self.primary.say("INFO", "replication")


@pytest_asyncio.fixture(params=["valkey", "redis7"])
async def pair(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Pair]:
    binary = redis7_binary() if request.param == "redis7" else None
    primary = TcpServer(tmp_path / "primary", binary=binary, repl_diskless_sync_delay="0")
    await primary.start()
    replica = TcpServer(tmp_path / "replica", binary=binary, replicaof=f"127.0.0.1\n{primary.port}")
    await replica.start()
    both = Pair(primary, replica)
    await until(both.linked)
    yield both
    both.signal(signal.SIGCONT)
    await replica.kill()
    await primary.kill()


async def test_the_role_of_a_replica_is_refused(pair: Pair) -> None:
    with pytest.raises(UnsafeServer, match="its role is slave, must be primary"):
        await opened(pair.replica)


async def test_a_primary_that_was_demoted_is_refused(pair: Pair) -> None:
    store = await opened(pair.primary)
    await grown(store, some_id(), "a")
    await pair.replica.say("REPLICAOF", "NO", "ONE")
    await pair.primary.say("REPLICAOF", "127.0.0.1", pair.replica.port)
    with pytest.raises(UnsafeServer, match="its role is slave"):
        await grown(store, some_id(), "b")
    await pair.primary.say("REPLICAOF", "NO", "ONE")
    await grown(store, some_id(), "c")
    await store.close()


async def test_what_is_acknowledged_stands_on_the_copy(pair: Pair) -> None:
    store = await opened(pair.primary, "replicated:1")
    await asyncio.gather(*(grown(store, some_id(), f"{n}") for n in range(50)))
    there = await pair.replica.say("XLEN", store.layout.log(SLOT))
    assert there == len(await must_be_whole(store)) == 50
    await store.close()


async def test_an_append_sent_again_is_no_success_until_the_copies_answer(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened(pair.primary, "replicated:1")
    session, absent = some_id(), some_id()
    await filled(store, 1)
    monkeypatch.setattr(writer, "COPIES_TIMEOUT_MS", 150)
    append = step(guard(absent, ABSENT), gains(session, "a"))
    dealt = step(acknowledgement=Acknowledgement("greeter", await place(store, 1)), slot=SLOT)
    pair.signal(signal.SIGSTOP)
    for each in (append, append, dealt, dealt):
        # A connection that has written nothing yet must not take that for an answer.
        await store.nodes.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        with pytest.raises(OutcomeUnknown):
            await store.append(each)
    there = (await must_be_whole(store))[1]
    with pytest.raises(OutcomeUnknown):
        await store.append(step(guard(session, Head(1, there.hash))))
    pair.signal(signal.SIGCONT)

    async def stands_on_both() -> bool:
        try:
            return (await store.append(append)).again
        except OutcomeUnknown:
            return False

    await until(stands_on_both)
    await store.close()


async def test_with_no_copy_at_all_nothing_is_promised(
    server: TcpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "COPIES_TIMEOUT_MS", 50)
    store = await opened(server, "replicated:1")
    with pytest.raises(OutcomeUnknown, match="1 copies were promised, 0 answered"):
        await grown(store, some_id(), "a")
    await store.close()


async def test_events_that_are_read_again_are_no_success_until_the_copies_answer(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor are they appended where they do not stand any more."""
    store = await opened(pair.primary, "replicated:1")
    session = some_id()
    await grown(store, session, "a")
    read = await store.versions_after(session, 0, 1)
    await grown(store, session, "b", after=Head(1, read[0].hash))
    assert await store.stands(read), "others may have appended since"
    other = RecordedEvent(SLOT, 1, 0, read[0].entry.replace(b"a", b"b"))
    assert not await store.stands([other]), "another event stands there"
    elsewhere = some_id()
    (entry,), _ = pack(
        drafts("a"), aggregate=elsewhere, subject=None, after=ABSENT, first_index=0, causation=causation()
    )
    assert not await store.stands([RecordedEvent(SLOT, 1, 0, entry)]), "nothing stands there"
    assert (await head_of(store, elsewhere)) == ABSENT
    monkeypatch.setattr(writer, "COPIES_TIMEOUT_MS", 150)
    pair.signal(signal.SIGSTOP)
    for _ in range(2):
        await store.nodes.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        with pytest.raises(OutcomeUnknown):
            await store.stands(read)
    await store.close()
