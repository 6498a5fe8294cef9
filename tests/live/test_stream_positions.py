"""However reading and live overlap, and wherever a client returns: each event once and in order."""

from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.live.stream_histories import history, is_session, stands_after
from tta.eventstore.envelope import RecordedEvent
from tta.live.stream_positions import CHARACTERS_MAX, NotNext, StreamPosition

histories = st.lists(st.booleans(), max_size=30).map(history)
draws = st.data()


def told_by(
    stood: StreamPosition, *sources: Sequence[RecordedEvent]
) -> tuple[list[RecordedEvent], StreamPosition]:
    """What a stream tells that stands there and is handed these, one source after the other."""
    told = []
    for recorded in (each for source in sources for each in source):
        seen = stood.after(recorded, of_session=is_session(recorded))
        if seen is not None:
            told.append(recorded)
            stood = seen
    return told, stood


@given(events=histories, data=draws)
def test_catch_up_and_live_overlap_as_they_will_and_each_event_comes_once(
    events: list[RecordedEvent], data: st.DataObject
):
    """A watch begins first, then the head is read, then what was missed: so live begins before it ends."""
    told: list[RecordedEvent] = []
    stood = stands_after([])
    while len(told) < len(events):
        begins = data.draw(st.integers(0, len(events)), label="live begins behind")
        stands = data.draw(st.integers(max(begins, len(told)), len(events)), label="the head was read at")
        leaves = data.draw(st.integers(0, len(events)), label="the client leaves after so many")
        handed = [*events[len(told) : stands], *events[begins:]]
        # The client comes back with the id that it has, as it was written.
        more, stood = told_by(StreamPosition.read(str(stood)), handed[:leaves])
        told += more
        assert stood == stands_after(told)
        if leaves == 0:
            break
    assert told == events[: len(told)]


@given(events=histories, data=draws)
def test_an_event_that_is_missing_is_noticed(events: list[RecordedEvent], data: st.DataObject):
    assume(events)
    gap = data.draw(st.integers(0, len(events) - 1))
    rest = [each for each in events[gap + 1 :] if is_session(each) == is_session(events[gap])]
    assume(rest)
    with pytest.raises(NotNext):
        told_by(stands_after(events[:gap]), rest)


@given(kinds=st.lists(st.booleans(), min_size=2, max_size=20), data=draws)
def test_an_event_of_another_history_is_noticed(kinds: list[bool], data: st.DataObject):
    here, there = history(kinds), history(kinds, told=b"otherwise ")
    stood = data.draw(st.integers(1, len(kinds) - 1))
    assume(kinds[stood] in kinds[:stood])
    with pytest.raises(NotNext):
        told_by(stands_after(here[:stood]), there[stood : stood + 1])


@given(events=histories)
def test_an_id_is_read_back_as_it_was_and_is_short(events: list[RecordedEvent]):
    seen = stands_after(events)
    assert StreamPosition.read(str(seen)) == seen
    assert len(str(seen)) <= CHARACTERS_MAX


@given(raw=st.one_of(st.text(max_size=80), st.binary(max_size=60).map(lambda raw: raw.decode("latin-1"))))
def test_what_is_no_id_is_refused_and_nothing_else_happens(raw: str):
    try:
        seen = StreamPosition.read(raw)
    except ValueError:
        return
    assert StreamPosition.read(str(seen)) == seen
