"""The bookkeeping of one slot: the mark follows what is done, and room ends where the store would refuse."""

from hypothesis import given
from hypothesis import strategies as st

from tta.eventstore.envelope import FingerprintedPosition
from tta.reactors.lanes import HELD_MAX, Lane


def lane(mark: int = 0, done: tuple[int, ...] = (), parked: tuple[int, ...] = ()) -> Lane:
    return Lane(3, at(mark), done=done, parked=parked)


def at(position: int) -> FingerprintedPosition:
    return FingerprintedPosition(position, f"{position:016x}")


def test_the_mark_waits_for_the_oldest():
    slot = lane()
    assert [slot.take(at(position)) for position in (1, 2, 3)] == [True, True, True]
    slot.finish(3)
    slot.finish(2)
    assert slot.mark == at(0)
    slot.finish(1)
    assert slot.mark == at(3)


def test_what_was_done_before_is_not_to_be_dealt_with_again():
    slot = lane(5, done=(7,), parked=(6, 2))
    assert [slot.take(at(position)) for position in (6, 7, 8)] == [False, False, True]
    slot.finish(6)
    slot.finish(7)
    assert slot.mark == at(7)


def test_the_mark_that_an_effect_carries_is_the_one_it_makes():
    slot = lane(5, done=(7,))
    for position in (6, 7, 8):
        slot.take(at(position))
    assert (slot.mark_with(6), slot.mark_with(8)) == (at(7), at(5))


def test_there_is_no_more_room_than_the_store_holds_positions():
    slot = lane(2, parked=(1, 2))
    position = 2
    while slot.room.is_set():
        position += 1
        slot.take(at(position))
    assert position - slot.mark.position == HELD_MAX - 2
    slot.finish(4)
    assert not slot.room.is_set()
    slot.finish(3)
    assert slot.room.is_set()


@given(st.permutations(range(1, 40)), st.sets(st.integers(1, 39)))
def test_in_any_order_the_mark_is_what_all_up_to_it_are_done(order: list[int], before: set[int]):
    slot, done = lane(done=tuple(before)), set(before)
    for position in range(1, 40):
        if not slot.take(at(position)):
            slot.finish(position)
    for position in order:
        if position not in before:
            expected = max(
                (mark for mark in range(40) if set(range(1, mark + 1)) <= done | {position}), default=0
            )
            assert at(expected) == slot.mark_with(position)
            done.add(position)
            slot.finish(position)
            assert at(expected) == slot.mark
    assert slot.mark == at(39)
