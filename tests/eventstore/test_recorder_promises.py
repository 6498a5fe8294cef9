"""What the library's cases do not ask: lost replies and servers, changed histories, waiting, opening."""

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import (
    IntegrityError,
    OperationalError,
    ProcessRecorder,
    StoredEvent,
    Tracking,
    WaitInterruptedError,
)
from eventsourcing.popo import POPOAggregateRecorder
from eventsourcing.utils import Environment
from recorder_servers import REDIS_BINARY, LossyProxy, SyncServer, redis70, stop_all, valkey
from redis.crc import key_slot
from store_servers import Cluster

from tta.eventstore.appends import EVENT_BYTES_MAX
from tta.eventstore.child_server import server_binary
from tta.eventstore.errors import ForeignStore, HistoryChanged, StoreMismatch, UnsafeServer
from tta.eventstore.recorder import Factory
from tta.eventstore.recorder_errors import (
    InsertTooLarge,
    InsertUnknown,
    ReadOnlyStore,
    RecorderUnavailable,
    VersionsApart,
)
from tta.eventstore.recorder_inserts import INSERT_EVENTS_MAX
from tta.eventstore.recorder_tracking import Effect, StoreTrackingRecorder
from tta.eventstore.scripts import APPEND, KEEP, TRACK

ALICE, BOB = UUID(int=1), UUID(int=2)


@pytest.fixture(
    params=[
        valkey,
        pytest.param(redis70, marks=pytest.mark.skipif(REDIS_BINARY is None, reason="no redis-server")),
    ]
)
def server(request: pytest.FixtureRequest) -> SyncServer:
    made: SyncServer = request.param()
    made.client.flushall()
    return made


@pytest.fixture(scope="module", autouse=True)
def servers() -> Iterator[None]:
    yield
    stop_all()


@pytest.fixture
def lossy(server: SyncServer) -> Iterator[LossyProxy]:
    # The reply that is lost must be the script's own, not the news that the server does not know it.
    for script in (APPEND, TRACK, KEEP):
        server.client.script_load(script.text)
    proxy = LossyProxy(server)
    yield proxy
    proxy.close()


@contextmanager
def opened(url: str, **variables: str) -> Iterator[Factory]:
    factory = Factory(Environment("bank", {"TTA_STORE_URL": url, **variables}))
    try:
        yield factory
    finally:
        factory.close()


def events(originator: UUID, *versions: int, topic: str = "Credited") -> list[StoredEvent]:
    return [StoredEvent(originator, version, topic, b"%d" % version) for version in versions]


def log_of(factory: Factory) -> list[tuple[UUID | str, int]]:
    recorder = factory.application_recorder()
    return [
        (note.originator_id, note.originator_version) for note in recorder.select_notifications(1, 10_000)
    ]


# Lost replies.


def test_an_insert_whose_reply_is_lost_has_one_effect_and_its_ids(server: SyncServer, lossy: LossyProxy):
    with opened(lossy.url) as factory:
        recorder = factory.application_recorder()
        assert recorder.insert_events(events(ALICE, 1)) == [1]
        lossy.lose_next(APPEND.sha)
        assert recorder.insert_events(events(ALICE, 2, 3) + events(BOB, 1) + events(ALICE, 4)) == [2, 3, 4, 5]
        assert lossy.lost == 1
        assert log_of(factory) == [(ALICE, 1), (ALICE, 2), (ALICE, 3), (BOB, 1), (ALICE, 4)]
        with pytest.raises(IntegrityError):
            recorder.insert_events(events(ALICE, 4))


def test_a_process_step_whose_reply_is_lost_is_recognised_as_its_own(server: SyncServer, lossy: LossyProxy):
    with opened(lossy.url) as factory:
        recorder = factory.process_recorder()
        lossy.lose_next(APPEND.sha)
        assert recorder.insert_events(events(ALICE, 1), tracking=Tracking("up", 7)) == [1]
        assert lossy.lost == 1
        assert recorder.max_tracking_id("up") == 7
        with pytest.raises(IntegrityError):
            recorder.insert_events(events(BOB, 1), tracking=Tracking("up", 7))
        assert log_of(factory) == [(ALICE, 1)]


def test_an_effect_whose_reply_is_lost_happens_once(server: SyncServer, lossy: LossyProxy):
    with opened(lossy.url) as factory:
        view = factory.tracking_recorder()
        effect = Effect("HINCRBY", view.view_key("totals"), ("seen", 1))
        lossy.lose_next(TRACK.sha)
        view.insert_tracking(Tracking("up", 1), [effect])
        assert lossy.lost == 1
        assert int(view.read_view("HGET", "totals", "seen")) == 1
        with pytest.raises(IntegrityError):
            view.insert_tracking(Tracking("up", 1), [effect])
        assert int(view.read_view("HGET", "totals", "seen")) == 1


def test_a_snapshot_whose_reply_is_lost_is_kept_once(server: SyncServer, lossy: LossyProxy):
    with opened(lossy.url) as factory:
        recorder = factory.aggregate_recorder("snapshots")
        recorder.insert_events(events(ALICE, 40))
        lossy.lose_next(KEEP.sha)
        recorder.insert_events(events(ALICE, 3))
        assert lossy.lost == 1
        assert [kept.originator_version for kept in recorder.select_events(ALICE)] == [3, 40]
        with pytest.raises(IntegrityError):
            recorder.insert_events(events(ALICE, 3))


def test_a_read_whose_reply_is_lost_is_read_again(server: SyncServer, lossy: LossyProxy):
    with opened(lossy.url) as factory:
        recorder = factory.application_recorder()
        recorder.insert_events(events(ALICE, 1))
        lossy.lose_next(b"XREVRANGE")
        assert recorder.max_notification_id() == 1
        assert lossy.lost == 1


# Inserts.


def test_a_batch_keeps_its_order_across_aggregates(server: SyncServer):
    with opened(server.url) as factory:
        recorder = factory.application_recorder()
        batch = events(ALICE, 0) + events(BOB, 1) + events(ALICE, 1, 2) + events(BOB, 2)
        assert recorder.insert_events(batch) == [1, 2, 3, 4, 5]
        assert log_of(factory) == [(event.originator_id, event.originator_version) for event in batch]
        assert recorder.select_events(ALICE) == events(ALICE, 0, 1, 2)
        assert recorder.select_events(BOB) == events(BOB, 1, 2)


def test_a_batch_over_aggregates_is_all_or_nothing(server: SyncServer):
    with opened(server.url) as factory:
        recorder = factory.application_recorder()
        recorder.insert_events(events(BOB, 1))
        with pytest.raises(IntegrityError):
            recorder.insert_events(events(ALICE, 1) + events(BOB, 1) + events(ALICE, 2))
        assert log_of(factory) == [(BOB, 1)]
        assert recorder.select_events(ALICE) == []


def test_a_recorder_that_did_not_see_the_last_event_may_still_follow_it(server: SyncServer):
    with opened(server.url) as here, opened(server.url) as there:
        ours, theirs = here.application_recorder(), there.application_recorder()
        ours.insert_events(events(ALICE, 0))
        theirs.insert_events(events(ALICE, 1))
        assert ours.insert_events(events(ALICE, 2)) == [3]
        assert there.process_recorder().insert_events(events(ALICE, 3)) == [4]
        with pytest.raises(IntegrityError):
            ours.insert_events(events(ALICE, 3))
        # select_events checks the chain of hashes over both.
        assert ours.select_events(ALICE) == events(ALICE, 0, 1, 2, 3)


@pytest.mark.parametrize("versions", [(1, 3), (5,), (2, 3), (-1,)])
def test_versions_apart_are_refused(server: SyncServer, versions: tuple[int, ...]):
    with opened(server.url) as factory:
        recorder = factory.application_recorder()
        with pytest.raises(VersionsApart) as refused:
            recorder.insert_events(events(ALICE, *versions))
        assert isinstance(refused.value, IntegrityError)
        assert recorder.max_notification_id() is None


def test_what_one_atomic_call_cannot_hold_is_refused_by_name(server: SyncServer):
    with opened(server.url) as factory:
        recorder = factory.application_recorder()
        with pytest.raises(InsertTooLarge):
            recorder.insert_events(events(ALICE, *range(INSERT_EVENTS_MAX + 1)))
        with pytest.raises(InsertTooLarge):
            recorder.insert_events([StoredEvent(ALICE, 1, "Big", bytes(EVENT_BYTES_MAX + 1))])
        assert recorder.max_notification_id() is None


def test_equal_writers_at_once_leave_no_gap_and_no_double(server: SyncServer):
    with opened(server.url) as factory:
        recorder, won = factory.application_recorder(), []

        def write() -> None:
            for version in range(50):
                try:
                    won.extend(recorder.insert_events(events(ALICE, version)) or ())
                except IntegrityError:
                    time.sleep(0)

        threads = [threading.Thread(target=write) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        versions = [version for _, version in log_of(factory)]
        assert versions == list(range(len(versions)))
        assert sorted(won) == list(range(1, len(versions) + 1))


def test_selecting_agrees_with_the_librarys_own_recorder(server: SyncServer):
    chance, reference = random.Random(7), POPOAggregateRecorder()
    with opened(server.url) as factory:
        recorder = factory.application_recorder()
        for start in range(0, 1_300, 100):
            batch = events(ALICE, *range(start, start + 100)) + events(BOB, start // 100 + 1)
            recorder.insert_events(batch)
            reference.insert_events(batch)
        for _ in range(60):
            wanted: dict[str, Any] = {
                "gt": chance.choice([None, -1, 0, chance.randrange(1_400)]),
                "lte": chance.choice([None, 0, chance.randrange(1_400)]),
                "desc": chance.random() < 0.5,
                "limit": chance.choice([None, 1, chance.randrange(1, 1_400)]),
            }
            for originator in (ALICE, BOB):
                assert recorder.select_events(originator, **wanted) == reference.select_events(
                    originator, **wanted
                ), wanted


def test_originators_named_by_text_are_given_back_as_text(server: SyncServer):
    with opened(server.url) as factory:
        recorder = factory.application_recorder()
        recorder.insert_events([StoredEvent("order-7", 1, "Placed", b"")])
        assert recorder.select_events("order-7")[0].originator_id == "order-7"
        assert recorder.select_notifications(1, 1)[0].originator_id == "order-7"


# Changed histories.


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
        entries = client.xrange(log)
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


# Following and waiting.


def in_thread(work: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)  # A failed test must not wait for it.
    thread.start()
    return thread


def test_a_blocked_follower_is_woken_by_another_process_and_stops_at_once(server: SyncServer):
    with opened(server.url) as here, opened(server.url) as there:
        following, seen = here.application_recorder().subscribe(), []

        def follow() -> None:
            seen.extend((note.id, time.monotonic()) for note in following)

        thread = in_thread(follow)
        time.sleep(0.3)
        there.application_recorder().insert_events(events(ALICE, 1))
        written = time.monotonic()
        time.sleep(0.2)
        assert [identity for identity, _ in seen] == [1]
        assert seen[0][1] - written < 0.1
        stopping = time.monotonic()
        following.stop()
        thread.join()
        assert time.monotonic() - stopping < 0.1


def test_waiting_asks_the_server_hardly_ever_and_wakes_at_once(server: SyncServer):
    with opened(server.url) as here, opened(server.url) as there:
        view, other = here.tracking_recorder(), there.tracking_recorder()
        view.wait("up", None)
        woken: list[float] = []

        def wait() -> None:
            view.wait("up", 5, timeout=5)
            woken.append(time.monotonic())

        before = asked(server)
        thread = in_thread(wait)
        time.sleep(0.8)
        assert asked(server) - before <= 4  # Polling at 100 ms would be eight; subscribing wakes twice.
        other.insert_tracking(Tracking("up", 5))
        written = time.monotonic()
        thread.join()
        assert woken[0] - written < 0.1


def asked(server: SyncServer) -> int:
    return int(server.client.info("commandstats").get("cmdstat_hget", {"calls": 0})["calls"])


def test_waiting_ends_with_its_time_or_its_interrupt(server: SyncServer):
    with opened(server.url) as factory:
        view, interrupt = factory.tracking_recorder(), threading.Event()
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            view.wait("up", 1, timeout=0.3)
        assert 0.3 <= time.monotonic() - began < 0.5
        threading.Timer(0.2, interrupt.set).start()
        began = time.monotonic()
        with pytest.raises(WaitInterruptedError):
            view.wait("up", 1, timeout=5, interrupt=interrupt)
        assert time.monotonic() - began < 0.5


def test_a_quiet_connection_is_tried_not_replaced(server: SyncServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tta.eventstore.recorder_wakeups.QUIET_S", 0.05)
    with opened(server.url) as factory, factory.application_recorder().subscribe():
        time.sleep(0.2)
        listening = listeners(server)
        time.sleep(0.4)
        assert len(listening) == 1
        assert listeners(server) == listening


def listeners(server: SyncServer) -> list[str]:
    return [client["id"] for client in server.client.client_list() if client["cmd"] in ("ssubscribe", "ping")]


def test_a_process_step_wakes_who_waits_for_it(server: SyncServer):
    with opened(server.url) as factory:
        recorder = factory.process_recorder()
        threading.Timer(
            0.2, lambda: recorder.insert_events(events(ALICE, 1), tracking=Tracking("up", 3))
        ).start()
        began = time.monotonic()
        recorder.wait("up", 3, timeout=5)
        assert time.monotonic() - began < 0.4


# Filtered followers.


class Buffering(StoreTrackingRecorder):
    """A view that writes what it makes later."""


def test_a_filtered_follower_is_moved_over_what_it_does_not_want(server: SyncServer):
    with opened(server.url) as here, opened(server.url, TTA_STORE_NAME="view") as there:
        recorder, view = here.application_recorder(), there.tracking_recorder()
        recorder.insert_events(events(ALICE, 1, 2, topic="Noise"))
        following = recorder.subscribe(gt=view.max_tracking_id("bank"), topics=["Credited"])

        def follow() -> None:
            for note in following:
                view.insert_tracking(Tracking("bank", note.id))

        thread = in_thread(follow)
        view.wait("bank", 2)
        recorder.insert_events(events(ALICE, 3) + events(ALICE, 4, topic="Noise"))
        view.wait("bank", 4)
        recorder.insert_events(events(ALICE, *range(5, 900), topic="Noise"))
        with opened(server.url, TTA_STORE_NAME="view") as elsewhere:
            elsewhere.tracking_recorder().wait("bank", 899)
        following.stop()
        thread.join()
        assert view.max_tracking_id("bank") == 899


def test_a_follower_that_has_not_tracked_is_not_moved(server: SyncServer):
    with opened(server.url) as here, opened(server.url, TTA_STORE_NAME="view") as there:
        recorder, view = here.application_recorder(), there.tracking_recorder()
        recorder.insert_events(events(ALICE, 1) + events(ALICE, 2, 3, topic="Noise"))
        following = recorder.subscribe(gt=view.max_tracking_id("bank"), topics=["Credited"])
        buffered: list[int] = []
        thread = in_thread(lambda: buffered.extend(note.id for note in following))
        with pytest.raises(TimeoutError):
            view.wait("bank", 3, timeout=0.4)
        assert buffered == [1]
        assert view.max_tracking_id("bank") is None
        # Once it has written what it held back, it is moved over the rest.
        view.insert_tracking(Tracking("bank", 1))
        view.wait("bank", 3, timeout=3)
        following.stop()
        thread.join()


def test_reading_on_behalf_of_nobody_moves_nobody(server: SyncServer):
    with opened(server.url) as here, opened(server.url, TTA_STORE_NAME="view") as there:
        recorder, view = here.application_recorder(), there.tracking_recorder()
        recorder.insert_events(events(ALICE, 1, 2, topic="Noise"))
        for ask in (lambda: view.max_tracking_id("another application"), lambda: view.wait("bank", None)):
            ask()
            following = recorder.subscribe(gt=None, topics=["Credited"])
            thread = in_thread(lambda following=following: next(following, None))
            with pytest.raises(TimeoutError):
                view.wait("bank", 1, timeout=0.2)
            following.stop()
            thread.join()
        assert view.max_tracking_id("bank") is None


# Lost servers.


@pytest.fixture
def mortal() -> Iterator[SyncServer]:
    server = SyncServer(server_binary()).start()
    yield server
    server.close()


def test_nothing_is_lost_or_doubled_when_the_server_is_killed(mortal: SyncServer):
    with opened(mortal.url) as factory:
        recorder, view = factory.application_recorder(), factory.tracking_recorder()
        following, seen = recorder.subscribe(), []
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
    monkeypatch.setattr("tta.eventstore.recorder_server.WRITE_PATIENCE_S", 0.3)
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
    monkeypatch.setattr("tta.eventstore.recorder_server.COPIES_TIMEOUT_MS", 100)
    with opened(mortal.url, TTA_STORE_DURABILITY="replicated:1") as factory:
        with pytest.raises(InsertUnknown, match="1 copies were promised, 0 answered"):
            factory.application_recorder().insert_events(events(ALICE, 1))
        with pytest.raises(InsertUnknown):
            factory.tracking_recorder().insert_tracking(Tracking("up", 1))


# Opening.


def test_a_read_only_slot_refuses_to_be_written(server: SyncServer):
    with opened(server.url) as factory:
        factory.application_recorder().insert_events(events(ALICE, 1))
    with opened(server.url, TTA_STORE_READ_ONLY="yes") as factory:
        assert factory.application_recorder().max_notification_id() == 1
        process: ProcessRecorder = factory.process_recorder()
        snapshots = factory.aggregate_recorder("snapshots")
        for refused in (
            lambda: process.insert_events(events(ALICE, 2)),
            lambda: process.insert_events([], tracking=Tracking("up", 1)),
            lambda: factory.tracking_recorder().insert_tracking(Tracking("up", 1)),
            lambda: snapshots.insert_events(events(ALICE, 1)),
        ):
            with pytest.raises(ReadOnlyStore):
                refused()


def refusal_of(server: SyncServer, **variables: str) -> str:
    with (
        pytest.raises((StoreMismatch, ForeignStore, OSError, UnsafeServer)) as refused,
        opened(server.url, **variables),
    ):
        pass
    return str(refused.value)


def test_what_is_not_this_store_is_refused_with_both_sides(server: SyncServer):
    client = server.client
    client.hset("{tta}:store", mapping={"layout": "1", "slots": "64"})
    assert refusal_of(server, TTA_STORE_NAME="tta") == "store tta: expected slots 1, got 64"
    client.hset("{old}:store", mapping={"layout": "0", "slots": "1"})
    assert refusal_of(server, TTA_STORE_NAME="old") == "store old: expected layout 1, got 0"
    client.set("{strange:00}:log", "a word")
    assert refusal_of(server, TTA_STORE_NAME="strange") == "{strange:00}:log: expected a stream, got string"
    client.set("{odd}:store", "a word")
    assert "not this event store's" in refusal_of(server, TTA_STORE_NAME="odd")
    assert "letters, digits" in refusal_of(server, TTA_STORE_NAME="a b")


def test_a_slot_to_follow_must_be_there(server: SyncServer):
    server.client.hset("{tta}:store", mapping={"layout": "1", "slots": "64"})
    follow = {"TTA_STORE_NAME": "tta", "TTA_STORE_READ_ONLY": "yes"}
    assert refusal_of(server, **follow, TTA_STORE_SLOT="64") == "store tta: expected a slot below 64, got 64"
    assert "is the number of a slot" in refusal_of(server, **follow, TTA_STORE_SLOT="x")
    assert "open it read-only" in refusal_of(server, TTA_STORE_SLOT="7")
    absent = {"TTA_STORE_NAME": "nobody", "TTA_STORE_READ_ONLY": "yes"}
    assert refusal_of(server, **absent) == "store nobody: expected layout 1, got nothing"
    assert server.client.exists("{nobody}:store") == 0


def test_the_environment_must_say_where(server: SyncServer):
    with pytest.raises(OSError, match="TTA_STORE_URL"):
        Factory(Environment("bank", {}))
    with pytest.raises(OSError, match="TTA_STORE_NAME"):
        Factory(Environment("", {"TTA_STORE_URL": server.url}))
    assert "durability is fsync" in refusal_of(server, TTA_STORE_DURABILITY="hope")


def test_each_application_has_a_store_of_its_own(server: SyncServer):
    env = {"TTA_STORE_URL": server.url, "SHOP_TTA_STORE_NAME": "market"}
    for name in ("bank", "shop"):
        factory = Factory(Environment(name, env))
        assert factory.application_recorder().insert_events(events(uuid4(), 1)) == [1]
        factory.close()
    assert {key for key in server.client.scan_iter() if key.endswith(b":log")} == {
        b"{bank:00}:log",
        b"{market:00}:log",
    }


# Clusters.


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
