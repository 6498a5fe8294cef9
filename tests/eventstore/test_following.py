"""A projection written with the eventsourcing library follows a slot of TTA's own store."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.persistence import Tracking
from eventsourcing.projection import Projection, ProjectionRunner

from tests.support.eventstore.recorder_servers import SyncServer, emptied, valkey
from tta.domain.base import Event, SealedText
from tta.domain.session import SessionPaused, SessionStarted
from tta.domain.turns import InteractionSubmitted
from tta.eventstore.appends import Append, StreamAppend
from tta.eventstore.envelope import Causation, Draft, Head
from tta.eventstore.errors import UnknownEventType
from tta.eventstore.event_types import EventTypes
from tta.eventstore.following import FollowedEvent, slot_application
from tta.eventstore.library.errors import ReadOnlyStore
from tta.eventstore.library.tracking import Effect, StoreTrackingRecorder
from tta.eventstore.store import EventStore

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PLAYER, SESSION, ELSEWHERE = (UUID(bytes=bytes([first]) + bytes(14) + b"\x01") for first in (7, 7 + 64, 8))
STARTED = SessionStarted(player_id=PLAYER, story="garden", at=NOON)
SAID = InteractionSubmitted(turn=1, words=SealedText(b"a box"), at=NOON)
PAUSED = SessionPaused(at=NOON)
TYPES = EventTypes([SessionStarted, InteractionSubmitted, SessionPaused])


class Turns(StoreTrackingRecorder):
    """Counts what each session's player said."""

    def turns(self, session: UUID) -> int:
        return int(self.read_view("HGET", "turns", str(session)) or 0)

    def count_turn(self, session: UUID, tracking: Tracking) -> None:
        self.insert_tracking(tracking, [Effect("HINCRBY", self.view_key("turns"), (str(session), 1))])


class TurnCount(Projection[Turns]):
    topics = ("SessionStarted", "InteractionSubmitted")

    @singledispatchmethod
    def process_event(self, followed: FollowedEvent, tracking: Tracking) -> None:
        match followed.event:
            case InteractionSubmitted(words=SealedText()):
                self.view.count_turn(followed.originator_id, tracking)
            case _:
                self.view.insert_tracking(tracking)


@pytest.fixture
def server() -> SyncServer:
    return emptied(valkey())


def append(server: SyncServer, aggregate: UUID, *drafts: Draft | Event, expected: Head | None = None) -> Head:
    """As TTA does it; returns where the aggregate stands."""

    async def run() -> Head:
        store = await EventStore.open(server.url, "tta", slots=64)
        command = uuid4()
        causation = Causation(actor=PLAYER, command_id=command, correlation_id=command, causation_id=command)
        packed = [draft if isinstance(draft, Draft) else TYPES.draft(draft) for draft in drafts]
        stream = StreamAppend(aggregate, expected or Head(0, b""), packed, PLAYER)
        done = await store.append(Append(streams=[stream], causation=causation))
        await store.close()
        return done.heads[0]

    return asyncio.run(run())


def test_a_projection_of_the_library_follows_a_slot(server: SyncServer):
    head = append(server, SESSION, STARTED, SAID)
    append(server, ELSEWHERE, STARTED, SAID)
    with ProjectionRunner(
        application_class=slot_application("tta", 7),
        projection_class=TurnCount,
        view_class=Turns,
        env={"PERSISTENCE_MODULE": "tta.eventstore.recorder", "TTA_STORE_URL": server.url},
    ) as runner:
        runner.wait(2, timeout=5)
        assert runner.projection.view.turns(SESSION) == 1
        head = append(server, SESSION, SAID, expected=head)
        runner.wait(3, timeout=5)
        assert runner.projection.view.turns(SESSION) == 2
        # What the projection does not ask for moves its position all the same.
        append(server, SESSION, PAUSED, expected=head)
        runner.wait(4, timeout=5)
        assert runner.projection.view.max_tracking_id("tta_07") == 4
        assert runner.projection.view.turns(ELSEWHERE) == 0
    assert server.client.hget("{tta}:store", "slots") == b"64"


def test_a_followed_event_says_whose_it_is_and_who_caused_it(server: SyncServer):
    append(server, SESSION, STARTED)
    with slot_application("tta", 7)({"TTA_STORE_URL": server.url}) as application:
        note = application.recorder.select_notifications(1, 1)[0]
        followed = application.mapper.to_domain_event(note)
        assert isinstance(followed, FollowedEvent)
        assert (followed.originator_id, followed.originator_version) == (SESSION, 1)
        assert followed.event == STARTED
        assert (followed.recorded.actor, followed.recorded.subject_id) == (PLAYER, PLAYER)
        assert [event.event for event in application.events.get(SESSION)] == [STARTED]  # type: ignore[attr-defined]


def test_nothing_of_the_library_is_written_to_a_slot(server: SyncServer):
    append(server, SESSION, STARTED)
    with slot_application("tta", 7)({"TTA_STORE_URL": server.url}) as application:
        with pytest.raises(ReadOnlyStore):
            application.mapper.to_stored_event(STARTED)  # type: ignore[arg-type]
        with pytest.raises(ReadOnlyStore):
            application.recorder.insert_events(application.recorder.select_notifications(1, 1))


def test_an_event_from_a_newer_program_stops_the_projection_by_name(server: SyncServer):
    append(server, SESSION, Draft("SessionDreamt", b"\x80"))
    with slot_application("tta", 7)({"TTA_STORE_URL": server.url}) as application:
        note = application.recorder.select_notifications(1, 1)[0]
        with pytest.raises(UnknownEventType, match="SessionDreamt"):
            application.mapper.to_domain_event(note)
