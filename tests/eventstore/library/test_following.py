"""Followers and waiters are woken, not polling; filtered ones advance; all of them stop at once."""

import threading
import time
from collections.abc import Callable
from functools import partial

import pytest
from eventsourcing.persistence import (
    Tracking,
    WaitInterruptedError,
)

from tests.support.eventstore.recorder_servers import (
    ALICE,
    SERVERS,
    SyncServer,
    emptied,
    events,
    in_thread,
    opened,
)

WITHIN_S = 120.0


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> SyncServer:
    return emptied(request.param())


@pytest.fixture
def no_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks again by itself: whatever comes, comes by a wake-up."""
    monkeypatch.setattr("tta.eventstore.library.subscription.POLL_S", 3_600.0)
    monkeypatch.setattr("tta.eventstore.library.wakeups.POLL_S", 3_600.0)


def ended(thread: threading.Thread) -> bool:
    thread.join(WITHIN_S)
    return not thread.is_alive()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.usefixtures("no_poll")
def test_a_blocked_follower_is_woken_by_another_process_and_stops_at_once(server: SyncServer):
    with opened(server.url) as here, opened(server.url) as there:
        following = here.application_recorder().subscribe()
        seen: list[int] = []

        def follow() -> None:
            seen.extend(note.id for note in following)

        thread = in_thread(follow)
        time.sleep(0.3)
        there.application_recorder().insert_events(events(ALICE, 1))
        until(lambda: seen == [1])
        following.stop()
        assert ended(thread)


@pytest.mark.usefixtures("no_poll")
def test_waiting_asks_the_server_hardly_ever_and_wakes_at_once(server: SyncServer):
    with opened(server.url) as here, opened(server.url) as there:
        view, other = here.tracking_recorder(), there.tracking_recorder()
        view.wait("up", None)
        before = asked(server)
        thread = in_thread(lambda: view.wait("up", 5, timeout=WITHIN_S))
        time.sleep(0.8)
        assert asked(server) - before <= 4  # Polling at 100 ms would be eight; subscribing wakes twice.
        other.insert_tracking(Tracking("up", 5))
        assert ended(thread)
        assert here.tracking_recorder().max_tracking_id("up") == 5


def asked(server: SyncServer) -> int:
    return int(server.client.info("commandstats").get("cmdstat_hget", {"calls": 0})["calls"])


def test_waiting_ends_with_its_time_or_its_interrupt(server: SyncServer):
    with opened(server.url) as factory:
        view, interrupt = factory.tracking_recorder(), threading.Event()
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            view.wait("up", 1, timeout=0.3)
        assert time.monotonic() - began >= 0.3
        threading.Timer(0.2, interrupt.set).start()
        with pytest.raises(WaitInterruptedError):
            view.wait("up", 1, timeout=WITHIN_S, interrupt=interrupt)


def test_a_quiet_connection_is_tried_not_replaced(server: SyncServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tta.eventstore.library.wakeups.QUIET_S", 0.05)
    with opened(server.url) as factory, factory.application_recorder().subscribe():
        until(lambda: len(listeners(server)) == 1)
        listening = listeners(server)
        time.sleep(0.4)
        assert listeners(server) == listening


def listeners(server: SyncServer) -> list[str]:
    return [client["id"] for client in server.client.client_list() if client["cmd"] in ("ssubscribe", "ping")]


@pytest.mark.usefixtures("no_poll")
def test_a_process_step_wakes_who_waits_for_it(server: SyncServer):
    with opened(server.url) as factory:
        recorder = factory.process_recorder()
        threading.Timer(
            0.2, lambda: recorder.insert_events(events(ALICE, 1), tracking=Tracking("up", 3))
        ).start()
        recorder.wait("up", 3, timeout=WITHIN_S)


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
            thread = in_thread(partial(next, following, None))
            with pytest.raises(TimeoutError):
                view.wait("bank", 1, timeout=0.2)
            following.stop()
            thread.join()
        assert view.max_tracking_id("bank") is None
