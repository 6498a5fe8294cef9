"""The cases that the eventsourcing library ships pass unmodified, on Valkey and on Debian's Redis 7.0."""

import os
from collections.abc import Callable
from typing import Any, ClassVar
from unittest import TestCase
from uuid import uuid4

from eventsourcing.persistence import Tracking
from eventsourcing.tests import application as application_cases
from eventsourcing.tests import persistence as cases
from eventsourcing.tests import projection as projection_cases
from eventsourcing.utils import Environment

from tests.support.eventstore.recorder_servers import SyncServer, emptied, needs_redis, redis70, valkey
from tta.eventstore.library.snapshots import StoreSnapshotRecorder
from tta.eventstore.library.tracking import Effect, StoreTrackingRecorder
from tta.eventstore.recorder import (
    Factory,
    StoreAggregateRecorder,
    StoreApplicationRecorder,
    StoreProcessRecorder,
)


class CountersView(StoreTrackingRecorder, projection_cases.EventCountersView):
    """The library's example of a view, kept in the slot of its tracking."""

    def get_created_event_counter(self) -> int:
        return int(self.read_view("HGET", "counters", "created") or 0)

    def get_subsequent_event_counter(self) -> int:
        return int(self.read_view("HGET", "counters", "subsequent") or 0)

    def incr_created_event_counter(self, tracking: Tracking) -> None:
        self.insert_tracking(tracking, [Effect("HINCRBY", self.view_key("counters"), ("created", 1))])

    def incr_subsequent_event_counter(self, tracking: Tracking) -> None:
        self.insert_tracking(tracking, [Effect("HINCRBY", self.view_key("counters"), ("subsequent", 1))])


class OnServer(TestCase):
    """An empty server for each case, and an environment that names it."""

    server: ClassVar[Callable[[], SyncServer]] = staticmethod(valkey)

    def setUp(self) -> None:
        server = emptied(type(self).server())
        self.env: Any = Environment(
            "store", {"PERSISTENCE_MODULE": "tta.eventstore.recorder", "TTA_STORE_URL": server.url}
        )
        self.factories: list[Factory] = []
        super().setUp()

    def tearDown(self) -> None:
        super().tearDown()
        for factory in self.factories:
            factory.close()

    def opened(self) -> Factory:
        factory = Factory(Environment(uuid4().hex, self.env))
        self.factories.append(factory)
        return factory


class InEnvironment(OnServer):
    """The cases that make applications without saying where read the process's environment."""

    def setUp(self) -> None:
        super().setUp()
        os.environ.update(self.env)

    def tearDown(self) -> None:
        for name in self.env:
            del os.environ[name]
        super().tearDown()


class TestAggregateRecorder(OnServer, cases.AggregateRecorderTestCase):
    def create_recorder(self) -> Any:
        return self.opened().aggregate_recorder()


class TestSnapshotRecorder(OnServer, cases.AggregateRecorderTestCase):
    def create_recorder(self) -> Any:
        recorder = self.opened().aggregate_recorder("snapshots")
        assert isinstance(recorder, StoreSnapshotRecorder)
        return recorder


class TestApplicationRecorder(OnServer, cases.ApplicationRecorderTestCase[Any]):
    def create_recorder(self) -> Any:
        return self.opened().application_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestTrackingRecorder(OnServer, cases.TrackingRecorderTestCase):
    def create_recorder(self) -> Any:
        return self.opened().tracking_recorder()


class TestProcessRecorder(OnServer, cases.ProcessRecorderTestCase):
    def create_recorder(self) -> Any:
        return self.opened().process_recorder()


class TestProcessRecorderTracks(OnServer, cases.TrackingRecorderTestCase):
    def create_recorder(self) -> Any:
        return self.opened().process_recorder()


class TestProcessRecorderRecords(OnServer, cases.ApplicationRecorderTestCase[Any]):
    def create_recorder(self) -> Any:
        return self.opened().process_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNonInterleaving(OnServer, cases.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> Any:
        return self.opened().application_recorder()


class View(StoreTrackingRecorder):
    pass


class TestFactory(OnServer, cases.InfrastructureFactoryTestCase[Factory]):
    def expected_factory_class(self) -> type[Factory]:
        return Factory

    def expected_aggregate_recorder_class(self) -> Any:
        return StoreAggregateRecorder

    def expected_application_recorder_class(self) -> Any:
        return StoreApplicationRecorder

    def expected_tracking_recorder_class(self) -> Any:
        return StoreTrackingRecorder

    def tracking_recorder_subclass(self) -> Any:
        return View

    def expected_process_recorder_class(self) -> Any:
        return StoreProcessRecorder


class TestExampleApplication(InEnvironment, application_cases.ExampleApplicationTestCase):
    expected_factory_topic = "tta.eventstore.recorder:Factory"


class TestApplication(InEnvironment, application_cases.ApplicationTestCase):
    pass


class TestCountersView(OnServer, projection_cases.EventCountersViewTestCase):
    def construct_event_counters_view(self) -> Any:
        return self.opened().tracking_recorder(CountersView)


class TestProjection(OnServer, projection_cases.AggregateEventCountersProjectionTestCase):
    view_class = CountersView


class TestEventSourcedProjection(OnServer, projection_cases.EventSourcedProjectionTestCase):
    pass


def on_redis(case: type[OnServer]) -> type[OnServer]:
    """The same case on Debian's Redis."""
    name = f"{case.__name__}OnRedis"
    made: type[OnServer] = type(name, (case,), {"server": staticmethod(redis70), "__module__": __name__})
    return needs_redis(made)


TestAggregateRecorderOnRedis = on_redis(TestAggregateRecorder)
TestSnapshotRecorderOnRedis = on_redis(TestSnapshotRecorder)
TestApplicationRecorderOnRedis = on_redis(TestApplicationRecorder)
TestTrackingRecorderOnRedis = on_redis(TestTrackingRecorder)
TestProcessRecorderOnRedis = on_redis(TestProcessRecorder)
TestProcessRecorderTracksOnRedis = on_redis(TestProcessRecorderTracks)
TestProcessRecorderRecordsOnRedis = on_redis(TestProcessRecorderRecords)
TestNonInterleavingOnRedis = on_redis(TestNonInterleaving)
TestFactoryOnRedis = on_redis(TestFactory)
TestExampleApplicationOnRedis = on_redis(TestExampleApplication)
TestApplicationOnRedis = on_redis(TestApplication)
TestCountersViewOnRedis = on_redis(TestCountersView)
TestProjectionOnRedis = on_redis(TestProjection)
TestEventSourcedProjectionOnRedis = on_redis(TestEventSourcedProjection)
