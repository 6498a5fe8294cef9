"""Histories that changed, servers that were lost, moved or made less safe: noticed, never papered over."""

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from eventsourcing.persistence import (
    OperationalError,
    Tracking,
)
from redis.crc import key_slot

from tests.support.eventstore.recorder_servers import (
    ALICE,
    BOB,
    SERVERS,
    SyncServer,
    emptied,
    events,
    in_thread,
    log_of,
    opened,
)
from tests.support.eventstore.store_servers import Cluster
from tta.eventstore.child_server import server_binary
from tta.eventstore.errors import HistoryChanged, UnsafeServer
from tta.eventstore.library.errors import InsertUnknown, RecorderUnavailable


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> SyncServer:
    return emptied(request.param())


def test_a_history_that_was_replaced_is_not_written_on(server: SyncServer):
    with opened(server.url) as here, opened(server.url) as there:
        ours = here.application_recorder()
        ours.insert_events(events(ALICE, 1))
        server.client.flushdb()
        with pytest.raises(HistoryChanged):
            ours.insert_events(events(ALICE, 2))
        there.application_recorder().insert_events(events(ALICE, 1))
        with pytest.raises(HistoryChanged):
            ours.insert_events(events(ALICE, 2))


def test_an_altered_event_is_found(server: SyncServer):
    with opened(server.url) as factory:
        recorder = factory.application_recorder()
        recorder.insert_events(events(ALICE, 1, 2, 3))
        client, log = server.client, "{bank:00}:log"
        entries: Any = client.xrange(log)
        client.delete(log)
        for identity, fields in entries:
            altered = fields[b"e"].replace(b"Credited", b"Debited!") if identity == b"2-0" else fields[b"e"]
            client.xadd(log, {"e": altered, "t": fields[b"t"]}, id=identity)
        with pytest.raises(HistoryChanged):
            recorder.select_events(ALICE)


def test_a_missing_entry_stops_readers_and_followers(server: SyncServer):
    with opened(server.url) as factory:
        recorder = factory.application_recorder()
        recorder.insert_events(events(ALICE, 1, 2, 3))
        with recorder.subscribe() as following:
            assert [next(following).id for _ in range(3)] == [1, 2, 3]
            recorder.insert_events(events(ALICE, 4, 5))
            server.client.xdel("{bank:00}:log", "4-0")
            with pytest.raises(HistoryChanged):
                for _ in following:
                    pass
        with pytest.raises(HistoryChanged):
            recorder.select_notifications(1, 10)


def test_a_follower_notices_that_what_it_read_was_replaced(server: SyncServer):
    with opened(server.url) as here, opened(server.url) as there:
        recorder = here.application_recorder()
        recorder.insert_events(events(ALICE, 1))
        with recorder.subscribe() as following:
            assert next(following).id == 1
            server.client.flushdb()
            there.application_recorder().insert_events(events(BOB, 1, 2))
            with pytest.raises(HistoryChanged):
                next(following)
        with recorder.subscribe(gt=9) as ahead, pytest.raises(HistoryChanged):
            next(ahead)


@pytest.fixture
def mortal() -> Iterator[SyncServer]:
    server = SyncServer(server_binary()).start()
    yield server
    server.close()


def test_nothing_is_lost_or_doubled_when_the_server_is_killed(mortal: SyncServer):
    with opened(mortal.url) as factory:
        recorder, view = factory.application_recorder(), factory.tracking_recorder()
        following = recorder.subscribe()
        seen: list[Any] = []
        reader = in_thread(lambda: seen.extend(note.id for note in following))
        acknowledged: list[int] = []
        done = threading.Event()

        def write() -> None:
            version = 0
            while not done.is_set():
                version += 1
                acknowledged.extend(recorder.insert_events(events(ALICE, version)) or ())

        writer = in_thread(write)
        for _ in range(4):
            time.sleep(0.15)
            mortal.kill()
            mortal.start()
        time.sleep(0.2)
        done.set()
        writer.join()
        assert acknowledged == list(range(1, len(acknowledged) + 1))
        assert [version for _, version in log_of(factory)] == acknowledged
        view.insert_tracking(Tracking("bank", acknowledged[-1]))
        view.wait("bank", acknowledged[-1])
        deadline = time.monotonic() + 5
        while len(seen) < len(acknowledged) and time.monotonic() < deadline:
            time.sleep(0.01)
        following.stop()
        reader.join()
        assert seen == acknowledged


def test_a_server_that_stays_away_is_named(mortal: SyncServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tta.eventstore.library.server.WRITE_PATIENCE_S", 0.3)
    with opened(mortal.url) as factory:
        recorder = factory.application_recorder()
        mortal.kill()
        with pytest.raises((RecorderUnavailable, InsertUnknown)) as lost:
            recorder.insert_events(events(ALICE, 1))
        assert isinstance(lost.value, OperationalError)
        with pytest.raises(TimeoutError):
            factory.tracking_recorder().wait("up", 1, timeout=0.1)


def test_a_server_that_came_back_less_safe_is_refused(mortal: SyncServer):
    with opened(mortal.url) as factory:
        recorder = factory.application_recorder()
        recorder.insert_events(events(ALICE, 1))
        mortal.client.config_set("appendfsync", "no")
        mortal.client.client_kill_filter(_type="normal", skipme=True)
        with pytest.raises(UnsafeServer, match="appendfsync is no, must be always"):
            recorder.insert_events(events(ALICE, 2))


def test_too_few_copies_are_unknown_not_success(mortal: SyncServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tta.eventstore.library.server.COPIES_TIMEOUT_MS", 100)
    with opened(mortal.url, TTA_STORE_DURABILITY="replicated:1") as factory:
        with pytest.raises(InsertUnknown, match="1 copies were promised, 0 answered"):
            factory.application_recorder().insert_events(events(ALICE, 1))
        with pytest.raises(InsertUnknown):
            factory.tracking_recorder().insert_tracking(Tracking("up", 1))


@pytest.mark.cluster
async def test_a_recorder_finds_its_slot_in_a_cluster_and_follows_it_when_it_moves(cluster: Cluster):
    names = [f"moving-{number}" for number in range(4)]

    def use(name: str, version: int) -> None:
        with opened(cluster.url, TTA_STORE_NAME=name) as factory:
            recorder, view = factory.process_recorder(), factory.tracking_recorder()
            recorder.insert_events(events(ALICE, version), tracking=Tracking("up", version))
            view.wait("up", version)
            assert recorder.select_events(ALICE) == events(ALICE, *range(1, version + 1))

    for name in names:
        await asyncio.to_thread(use, name, 1)
    assert len({(await cluster.holder(key_slot(f"{name}:00".encode()))).port for name in names}) > 1
    with opened(cluster.url, TTA_STORE_NAME=names[0]) as factory:
        recorder, slot = factory.application_recorder(), key_slot(f"{names[0]}:00".encode())
        following = recorder.subscribe(gt=1)
        source = await cluster.holder(slot)
        to = cluster.nodes[(cluster.nodes.index(source) + 1) % 3]
        await cluster.move_atomically(slot, source, to)
        await asyncio.to_thread(recorder.insert_events, events(ALICE, 2))
        assert (await asyncio.to_thread(next, following)).id == 2
        following.stop()
    await asyncio.to_thread(use, names[0], 3)
