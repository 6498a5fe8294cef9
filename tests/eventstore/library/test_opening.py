"""A recorder opens only what it can keep its promises on, and says both sides of what it refuses."""

from uuid import uuid4

import pytest
from eventsourcing.persistence import (
    ProcessRecorder,
    Tracking,
)
from eventsourcing.utils import Environment

from tests.support.eventstore.recorder_servers import ALICE, SERVERS, SyncServer, emptied, events, opened
from tta.eventstore.errors import ForeignStore, StoreMismatch, UnsafeServer
from tta.eventstore.library.errors import ReadOnlyStore
from tta.eventstore.recorder import Factory


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> SyncServer:
    return emptied(request.param())


def refusal_of(server: SyncServer, **variables: str) -> str:
    with (
        pytest.raises((StoreMismatch, ForeignStore, OSError, UnsafeServer)) as refused,
        opened(server.url, **variables),
    ):
        pass
    return str(refused.value)


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
    client.hset("{blue}:store", "colour", "blue")
    assert "expected the record of an event store" in refusal_of(server, TTA_STORE_NAME="blue")
    assert client.hgetall("{blue}:store") == {b"colour": b"blue"}
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
