"""What the library inserts is all or nothing, in order, chained, and done once though a reply be lost."""

import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from eventsourcing.persistence import (
    IntegrityError,
    StoredEvent,
    Tracking,
)
from eventsourcing.popo import POPOAggregateRecorder

from tests.support.eventstore.recorder_servers import (
    ALICE,
    BOB,
    SERVERS,
    LossyProxy,
    SyncServer,
    emptied,
    events,
    log_of,
    opened,
)
from tta.eventstore.appends import EVENT_BYTES_MAX
from tta.eventstore.library.errors import InsertTooLarge, VersionsApart
from tta.eventstore.library.inserts import INSERT_EVENTS_MAX
from tta.eventstore.library.tracking import Effect
from tta.eventstore.scripts import APPEND, KEEP, TRACK


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> SyncServer:
    return emptied(request.param())


@pytest.fixture
def lossy(server: SyncServer) -> Iterator[LossyProxy]:
    # The reply that is lost must be the script's own, not the news that the server does not know it.
    for script in (APPEND, TRACK, KEEP):
        server.client.script_load(script.text)
    proxy = LossyProxy(server)
    yield proxy
    proxy.close()


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
        recorder = factory.application_recorder()
        won: list[Any] = []

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
