"""What an append promises, on every kind of server, also while its slots change servers."""

import asyncio

import pytest

from tests.support.eventstore.store_examples import (
    SLOT,
    drafts,
    gains,
    grown,
    guard,
    head_of,
    kept,
    loaded,
    must_be_whole,
    raw_log,
    rewrite_log,
    some_id,
    step,
)
from tta.eventstore.appends import Append, StreamAppend
from tta.eventstore.envelope import ABSENT, Head
from tta.eventstore.errors import Conflict
from tta.eventstore.store import EventStore


async def test_positions_of_a_slot_are_contiguous_from_1(store: EventStore) -> None:
    first = await grown(store, some_id(SLOT), "a", "b")
    second = await grown(store, some_id(SLOT), "c")
    elsewhere = await grown(store, some_id(SLOT + 1), "d")
    assert [(step.first, step.last) for step in (first, second, elsewhere)] == [(1, 2), (3, 3), (1, 1)]
    assert [entry[0] for entry in await raw_log(store)] == [b"1-0", b"2-0", b"3-0"]


async def test_several_aggregates_gain_their_events_together(store: EventStore) -> None:
    session, record = some_id(), some_id()
    made = await store.append(step(gains(session, "a", "b"), gains(record, "c")))
    assert (made.first, made.last, made.again) == (1, 3, False)
    assert [event.aggregate_id for event in await must_be_whole(store)] == [session, session, record]
    assert made.heads == (await head_of(store, session), await head_of(store, record))


async def test_of_several_aggregates_none_gains_anything_where_one_conflicts(store: EventStore) -> None:
    session, record = some_id(), some_id()
    await grown(store, record, "a")
    before = await kept(store)
    with pytest.raises(Conflict):
        await store.append(step(gains(session, "b"), gains(record, "c")))
    assert await kept(store) == before


async def test_a_guard_that_stands_lets_an_append_pass(store: EventStore) -> None:
    session, record = some_id(), some_id()
    hold = (await grown(store, record, "a")).heads[0]
    made = await store.append(step(gains(session, "b"), guard(record, hold), guard(some_id(), ABSENT)))
    assert (made.first, made.heads[1]) == (2, hold)


async def test_a_guard_that_moved_refuses_the_append(store: EventStore) -> None:
    session, record = some_id(), some_id()
    hold = (await grown(store, record, "a")).heads[0]
    await grown(store, record, "b", after=hold)
    with pytest.raises(Conflict, match=f"{record}: expected version 1 .* got version 2"):
        await store.append(step(gains(session, "c"), guard(record, hold)))
    assert await head_of(store, session) == ABSENT


async def test_a_conflict_prints_both_sides_and_writes_nothing(store: EventStore) -> None:
    session = some_id()
    there = (await grown(store, session, "a")).heads[0]
    before = await kept(store)
    with pytest.raises(Conflict) as refused:
        await grown(store, session, "b")
    assert str(refused.value) == f"{session}: expected none, got version 1 ({there.hash.hex()[:12]})"
    assert await kept(store) == before


async def test_the_right_version_with_another_hash_conflicts(store: EventStore) -> None:
    session = some_id()
    await grown(store, session, "a")
    with pytest.raises(Conflict, match=r"expected version 1 \(0101"):
        await grown(store, session, "b", after=Head(1, b"\1" * 32))


async def test_a_version_ahead_of_what_stands_conflicts(store: EventStore) -> None:
    with pytest.raises(Conflict, match="got none"):
        await grown(store, some_id(), "b", after=Head(7, b"\1" * 32))


async def test_sent_again_it_gives_the_original_answer(store: EventStore) -> None:
    append = step(gains(some_id(), "a"), gains(some_id(), "b", "c"))
    await grown(store, some_id(), "before")
    first = await store.append(append)
    again = await store.append(append)
    assert again == first._replace(again=True)
    assert len(await must_be_whole(store)) == 4


async def test_sent_again_after_later_events_it_gives_the_original_answer(store: EventStore) -> None:
    session = some_id()
    append = step(gains(session, "a", "b"))
    first = await store.append(append)
    await grown(store, session, "c", after=first.heads[0])
    again = await store.append(append)
    assert (again.first, again.last, again.again, again.recorded_ms) == (1, 2, True, first.recorded_ms)
    assert len(await must_be_whole(store)) == 3


async def test_sent_again_its_guards_are_not_looked_at(store: EventStore) -> None:
    session, record = some_id(), some_id()
    hold = (await grown(store, record, "a")).heads[0]
    append = step(gains(session, "b"), guard(record, hold))
    first = await store.append(append)
    await grown(store, record, "c", after=hold)
    assert await store.append(append) == first._replace(again=True)


async def test_the_same_ids_with_other_bytes_conflict(store: EventStore) -> None:
    append = step(gains(some_id(), "a"))
    await store.append(append)
    stream = append.streams[0]
    forged = Append(
        streams=[StreamAppend(stream.aggregate, stream.expected, drafts("b"))], causation=append.causation
    )
    with pytest.raises(Conflict):
        await store.append(forged)


async def test_part_of_it_standing_is_a_conflict(store: EventStore) -> None:
    append = step(gains(some_id(), "a"))
    await store.append(append)
    more = Append(streams=[*append.streams, gains(some_id(), "b")], causation=append.causation)
    before = await kept(store)
    with pytest.raises(Conflict):
        await store.append(more)
    assert await kept(store) == before


async def test_an_append_without_events_confirms_what_stands(store: EventStore) -> None:
    session = some_id()
    head = (await grown(store, session, "a")).heads[0]
    before = await kept(store)
    confirmed = await store.append(step(guard(session, head), guard(some_id(), ABSENT)))
    assert (confirmed.first, confirmed.last, confirmed.heads) == (0, 0, (head, ABSENT))
    assert await kept(store) == before
    with pytest.raises(Conflict):
        await store.append(step(guard(session, ABSENT)))


async def test_an_aggregate_that_begins_is_entered_in_its_players_index(store: EventStore) -> None:
    player, session = some_id(), some_id()
    made = await store.append(step(gains(player, "a", subject=player), gains(session, "b", subject=player)))
    await store.append(step(gains(session, "c", after=made.heads[1], subject=player)))
    assert await store.owned(player) == {player, session}
    assert await store.owned(some_id()) == set()


async def test_the_time_of_recording_never_falls(store: EventStore) -> None:
    ahead_ms = 4_000_000_000_000
    await grown(store, some_id(), "by a server whose clock was ahead")
    await rewrite_log(store, lambda log: [[log[0][0], [*log[0][1][:3], str(ahead_ms)]]])
    made = await grown(store, some_id(), "by one whose clock is right")
    assert made.recorded_ms == ahead_ms
    assert [event.recorded_ms for event in await must_be_whole(store)] == [ahead_ms, ahead_ms]


async def test_concurrent_appends_to_one_aggregate_let_one_pass(store: EventStore) -> None:
    session = some_id()
    answers = await asyncio.gather(
        *(grown(store, session, f"{n}") for n in range(20)), return_exceptions=True
    )
    passed = [answer for answer in answers if not isinstance(answer, Conflict)]
    assert [type(answer) for answer in answers].count(Conflict) == 19
    assert len(passed) == len(await loaded(store, session)) == 1


async def test_many_appends_over_many_slots_leave_whole_logs(store: EventStore) -> None:
    async def player(slot: int) -> None:
        aggregate, head = some_id(slot), ABSENT
        for n in range(8):
            head = (await grown(store, aggregate, f"{n}", after=head)).heads[0]

    await asyncio.gather(*(player(slot) for slot in range(16) for _ in range(3)))
    for slot in range(16):
        assert len(await must_be_whole(store, slot)) == 24
