"""A chain of events names the first one that is not as it was written."""

from collections.abc import Callable

import pytest

from tests.support.eventstore.store_examples import causation, drafts, some_id
from tta.eventstore.envelope import ABSENT, Head, RecordedEvent, pack
from tta.eventstore.verify import Flaw, verify_chain

EVENTS = 5


def chain() -> tuple[list[RecordedEvent], Head]:
    payloads = drafts(*(f"payload {n}" for n in range(1, EVENTS + 1)))
    entries, last = pack(
        payloads, aggregate=some_id(), subject=some_id(), after=ABSENT, first_index=0, causation=causation()
    )
    return [RecordedEvent(3, 10 * n, 1_000 + n, entry) for n, entry in enumerate(entries, 1)], Head(
        EVENTS, last
    )


def flaw(events: list[RecordedEvent], head: Head | None) -> Flaw:
    found = verify_chain(events, head=head)
    assert found is not None
    return found


def test_a_chain_as_written_has_no_flaw() -> None:
    events, head = chain()
    assert verify_chain(events, head=head) is None
    assert verify_chain(events) is None
    assert verify_chain([], head=ABSENT) is None
    assert verify_chain(events[2:], after=Head(2, events[1].hash), head=head) is None


@pytest.mark.parametrize("version", range(1, EVENTS + 1))
def test_any_altered_byte_names_its_event(version: int) -> None:
    events, head = chain()
    entry = events[version - 1].entry
    for place in range(len(entry)):
        flipped = bytearray(entry)
        flipped[place] ^= 0x01
        try:
            altered = RecordedEvent(3, 10 * version, 1_000, bytes(flipped))
        except ValueError:
            continue  # It no longer reads as an event at all.
        found = flaw([*events[: version - 1], altered, *events[version:]], head)
        assert (found.version, found.position) == (version, 10 * version), (place, found)


def test_without_a_head_only_the_last_event_is_not_vouched_for() -> None:
    events, head = chain()
    forged = RecordedEvent(3, 50, 1_000, events[-1].entry.replace(b"payload 5", b"payload 6"))
    assert verify_chain([*events[:-1], forged]) is None
    assert flaw([*events[:-1], forged], head).version == EVENTS


@pytest.mark.parametrize("version", range(1, EVENTS))
def test_a_deleted_event_is_named(version: int) -> None:
    events, head = chain()
    del events[version - 1]
    assert flaw(events, head).version == version


def test_missing_last_events_are_named() -> None:
    events, head = chain()
    assert flaw(events[:-1], head) == Flaw(5, 40, "expected versions up to 5, got 4")
    assert flaw([], head).version == 1


@pytest.mark.parametrize(
    ("change", "version"),
    [
        (lambda e: [e[0], e[2], e[1], e[3], e[4]], 2),
        (lambda e: [e[0], e[1], e[1], e[2], e[3], e[4]], 3),
        (lambda e: [e[0], e[1], RecordedEvent(3, 20, 0, e[2].entry), e[3], e[4]], 3),
    ],
    ids=["swapped", "doubled", "at the same position"],
)
def test_a_changed_order_is_named(
    change: Callable[[list[RecordedEvent]], list[RecordedEvent]], version: int
) -> None:
    events, head = chain()
    assert flaw(change(events), head).version == version
