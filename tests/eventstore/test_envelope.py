"""The envelope's format is final: these bytes must be read, and written, for ever."""

import hashlib
from uuid import UUID

import pytest

from tta.eventstore.envelope import ABSENT, Causation, Draft, Head, RecordedEvent, event_id, pack

SESSION = UUID("07000000-0000-8000-8000-000000000001")
PLAYER = UUID("07000000-0000-8000-8000-000000000002")
ACCOUNT = UUID("aa000000-0000-8000-8000-000000000003")
COMMAND = UUID("0c000000-0000-8000-8000-000000000004")
CAUSE = UUID("0e000000-0000-8000-8000-000000000005")
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
FULL = Causation(
    actor=ACCOUNT,
    command_id=COMMAND,
    correlation_id=SESSION,
    causation_id=CAUSE,
    fingerprint=b"8 bytes!",
    traceparent=TRACE,
)
PLAIN = Causation(actor="tta.reactor", command_id=COMMAND, correlation_id=COMMAND, causation_id=COMMAND)

GOLDEN = bytes.fromhex(
    "9eae53657373696f6e5374617274656402c4100700000000008000800000000000000101c41007000000000080008000"
    "000000000002c410aa000000000080008000000000000003c4100c00000000008000800000000000000400c408382062"
    "7974657321c41007000000000080008000000000000001c4100e000000000080008000000000000005c4190af7651916"
    "cd43dd8448eb211c80319cb7ad6b716920333101c4077061796c6f6164c400"
)


def packed(
    *drafts: Draft, causation: Causation = FULL, subject: UUID | None = PLAYER, after: Head = ABSENT
) -> list[RecordedEvent]:
    entries, _ = pack(
        list(drafts), aggregate=SESSION, subject=subject, after=after, first_index=0, causation=causation
    )
    return [RecordedEvent(7, position, 1_700_000_000_000, entry) for position, entry in enumerate(entries, 1)]


def test_the_bytes_of_an_envelope_are_final() -> None:
    event = packed(Draft("SessionStarted", b"payload", schema=2))[0]
    assert event.entry == GOLDEN
    assert event.hash == hashlib.sha256(GOLDEN).digest()


def test_every_field_comes_back() -> None:
    event = packed(Draft("SessionStarted", b"payload", schema=2), after=Head(4, b"h" * 32))[0]
    assert (event.type, event.envelope.schema, event.payload) == ("SessionStarted", 2, b"payload")
    assert (event.aggregate_id, event.version, event.envelope.previous) == (SESSION, 5, b"h" * 32)
    assert (event.subject_id, event.actor) == (PLAYER, ACCOUNT)
    assert (event.command_id, event.correlation_id, event.causation_id) == (COMMAND, SESSION, CAUSE)
    assert (event.envelope.fingerprint, event.traceparent) == (b"8 bytes!", TRACE)
    assert event.event_id == event_id(COMMAND, 0)
    assert event.recorded_at.isoformat() == "2023-11-14T22:13:20+00:00"


def test_what_is_not_known_comes_back_as_not_known() -> None:
    event = packed(Draft("SessionStarted", b""), causation=PLAIN, subject=None)[0]
    assert (event.subject_id, event.envelope.fingerprint, event.traceparent) == (None, None, None)
    assert event.actor == "tta.reactor"


def test_an_id_that_equals_another_is_not_stored_twice() -> None:
    event = packed(Draft("SessionStarted", b""), causation=PLAIN, subject=SESSION)[0]
    assert event.entry.count(SESSION.bytes) == event.entry.count(COMMAND.bytes) == 1
    assert event.subject_id == SESSION
    assert event.correlation_id == event.causation_id == COMMAND


def test_an_aggregate_may_be_named_by_text() -> None:
    entries, _ = pack(
        [Draft("Opened", b"")],
        aggregate="ledger 7",
        subject=None,
        after=ABSENT,
        first_index=0,
        causation=PLAIN,
    )
    assert RecordedEvent(0, 1, 0, entries[0]).envelope.aggregate == "ledger 7"


def test_the_envelope_takes_at_most_200_bytes_beside_the_payload() -> None:
    payload = b"x" * 200
    first, second = packed(Draft("InteractionSubmitted", payload), Draft("InteractionSubmitted", payload))
    assert len(first.entry) - len(payload) <= 200
    assert len(second.entry) - len(payload) <= 200


def test_each_event_holds_the_hash_of_the_one_before() -> None:
    events = packed(Draft("A", b"1"), Draft("B", b"2"), Draft("C", b"3"))
    assert [event.version for event in events] == [1, 2, 3]
    assert [event.envelope.previous for event in events] == [b"", events[0].hash, events[1].hash]


def test_the_fingerprint_is_on_a_commands_first_event_only() -> None:
    events = packed(Draft("A", b"1"), Draft("B", b"2"))
    assert [event.envelope.fingerprint for event in events] == [b"8 bytes!", None]


def test_events_of_one_command_have_ids_of_their_own() -> None:
    ids = [event.event_id for event in packed(Draft("A", b"1"), Draft("A", b"1"))]
    assert ids == [event_id(COMMAND, 0), event_id(COMMAND, 1)]
    assert len(set(ids)) == 2


@pytest.mark.parametrize("trace", ["", "00-zz", "00-0af7-b7ad-01"])
def test_a_trace_that_is_none_is_our_own_mistake(trace: str) -> None:
    broken = Causation(
        actor="x", command_id=COMMAND, correlation_id=COMMAND, causation_id=COMMAND, traceparent=trace
    )
    with pytest.raises(ValueError, match="traceparent"):
        packed(Draft("A", b""), causation=broken)
