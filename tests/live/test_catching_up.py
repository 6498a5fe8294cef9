"""What was missed is read from the log, whole and in its order, or it is said that it cannot be."""

from tests.support.eventstore.store_examples import drafts, some_id, step
from tta.eventstore.appends import StreamAppend
from tta.eventstore.envelope import ABSENT, Head, RecordedEvent
from tta.eventstore.store import EventStore
from tta.live.catching_up import CATCH_UP_MAX, ResyncReason, missed
from tta.live.stream_positions import AggregatePosition, StreamPosition

KINDS = (True, True, False, True, False, False, True, True)


async def written(
    store: EventStore, kinds: tuple[bool, ...]
) -> tuple[list[RecordedEvent], list[StreamPosition], list[Head]]:
    """Write a history of two aggregates; give its events, and where one stands after each."""
    ids, heads = [some_id(), some_id()], [ABSENT, ABSENT]
    stands = [StreamPosition(*map(AggregatePosition.of, heads))]
    for kind in kinds:
        index = 0 if kind else 1
        made = await store.append(step(StreamAppend(ids[index], heads[index], drafts("x"))))
        heads[index] = made.heads[0]
        stands.append(StreamPosition(*map(AggregatePosition.of, heads)))
    return (await store.read(store.layout.slot_of(ids[0]))).events, stands, heads


async def test_between_any_two_places_it_is_just_what_happened_there(store: EventStore):
    events, stands, _ = await written(store, KINDS)
    session, record = events[0].aggregate_id, events[2].aggregate_id
    for begins, stood in enumerate(stands):
        for ends, now in enumerate(stands):
            found = await missed(store, session, record, stood, now)
            if ends < begins:
                assert found is ResyncReason.UNKNOWN
            else:
                assert not isinstance(found, str)
                assert [each.position for each in found] == list(range(begins + 1, ends + 1))


async def test_a_place_of_another_history_is_unknown(store: EventStore):
    events, stands, _ = await written(store, KINDS)
    session, record = events[0].aggregate_id, events[2].aggregate_id
    for begins in range(1, len(KINDS)):
        stood = stands[begins]
        wrong = stood._replace(session=stood.session._replace(hash=b"other!"))
        assert await missed(store, session, record, wrong, stands[-1]) is ResyncReason.UNKNOWN


async def test_so_much_is_told_one_by_one_and_no_more(store: EventStore):
    session, record = some_id(), some_id()
    made = await store.append(step(StreamAppend(session, ABSENT, drafts(*["x"] * (CATCH_UP_MAX + 1)))))
    begun = StreamPosition(AggregatePosition.of(ABSENT), AggregatePosition.of(ABSENT))
    now = begun._replace(session=AggregatePosition.of(made.heads[0]))
    assert await missed(store, session, record, begun, now) is ResyncReason.BEHIND
    first = (await store.read(store.layout.slot_of(session))).events[0]
    later = begun.after(first, of_session=True)
    assert later is not None
    assert len(await missed(store, session, record, later, now)) == CATCH_UP_MAX
