"""A reactor's mark or position counts only in the history in which its entry stands."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from operator import itemgetter

import pytest

from tests.support.eventstore.store_examples import (
    SLOT,
    Entry,
    filled,
    gains,
    grown,
    kept,
    place,
    put_back,
    rewrite_log,
    some_id,
    step,
)
from tta.eventstore.appends import Acknowledgement
from tta.eventstore.envelope import NOWHERE, FingerprintedPosition
from tta.eventstore.errors import AlreadyDone, MarkChanged, StoreUnavailable
from tta.eventstore.marks import SETTLE_ATTEMPTS_MAX, Marks, MarkState
from tta.eventstore.store import EventStore

NAME = "greeter"
ELSEWHERE = SLOT + 1
MARKS_MIN, MARKS_MAX = 16, 32


async def deal(
    store: EventStore,
    position: FingerprintedPosition | None,
    mark: FingerprintedPosition = NOWHERE,
    *,
    parked: str = "",
    **other: int,
) -> None:
    await store.append(
        step(acknowledgement=Acknowledgement(NAME, position, mark, parked=parked, **other), slot=SLOT)
    )


async def state(store: EventStore) -> MarkState:
    return (await store.marks.check([NAME]))[NAME][SLOT].state


async def stands(store: EventStore) -> tuple[int, set[int], list[int]]:
    """Where the reactor goes on: its mark, what is done and what is parked."""
    start = await store.marks.resume(SLOT, NAME)
    return start.mark.position, start.done, [each.place.position for each in start.parked]


async def marked(store: EventStore, *positions: int) -> None:
    for each in positions:
        await deal(store, None, await place(store, each))


async def without_fingerprints(store: EventStore) -> None:
    """As the release before leaves it: marks and positions alone."""
    await store.nodes.call("DEL", store.layout.fingerprints(SLOT, NAME))


async def moved_by_the_release_before(store: EventStore, position: int) -> None:
    await store.nodes.call("HSET", store.layout.at(SLOT, NAME), "mark", position)


def marks_key(store: EventStore) -> list[str]:
    return [store.layout.at(SLOT, NAME), store.layout.fingerprints(SLOT, NAME)]


@pytest.mark.parametrize("grown_past", [False, True], ids=["shorter", "grown past it"])
@pytest.mark.parametrize("what", ["position", "mark", "both", "parked"])
async def test_a_place_of_another_history_is_refused_before_anything_is_written(
    store: EventStore, what: str, grown_past: bool
) -> None:
    await filled(store, 3)
    older = await kept(store)
    await filled(store, 5)
    lost = await place(store, 7)
    await put_back(store, older)
    if grown_past:
        await filled(store, 20)
    before, standing = await kept(store), await place(store, 2)
    dealt = {
        "position": Acknowledgement(NAME, lost, standing),
        "mark": Acknowledgement(NAME, standing, lost),
        "both": Acknowledgement(NAME, lost, lost),
        "parked": Acknowledgement(NAME, lost, parked="it does not work"),
    }[what]
    with pytest.raises(MarkChanged, match=f"greeter expected {lost.fingerprint} at position 7"):
        await store.append(step(gains(some_id(), "an effect"), acknowledgement=dealt))
    if what == "mark":
        with pytest.raises(MarkChanged):
            await deal(store, None, lost)
    assert await kept(store) == before


async def test_the_same_entry_recorded_again_at_that_position_is_another_history(store: EventStore) -> None:
    await filled(store, 3)
    before = await place(store, 3)

    def recorded_later(entries: list[Entry]) -> list[Entry]:
        identity, (e, entry, t, ms) = entries[-1]
        return [*entries[:-1], [identity, [e, entry, t, b"%d" % (int(ms) + 1)]]]

    await rewrite_log(store, recorded_later)
    with pytest.raises(MarkChanged):
        await deal(store, before)


@pytest.mark.parametrize("position", [2, 6])
async def test_what_is_remembered_of_another_history_answers_nothing(
    store: EventStore, position: int
) -> None:
    await filled(store, 4)
    older = await kept(store)
    await filled(store, 6)
    await deal(store, await place(store, 8))
    await marked(store, 3, 9)
    await put_back(store, older, but=marks_key(store))
    await filled(store, 20)
    before = await kept(store)
    with pytest.raises(MarkChanged, match="at position 9"):
        await deal(store, await place(store, position))
    assert await kept(store) == before
    assert await state(store) is MarkState.CHANGED
    assert await stands(store) == (3, set(), [])
    assert await state(store) is MarkState.STANDING
    await deal(store, await place(store, 6))
    with pytest.raises(AlreadyDone):
        await deal(store, await place(store, 2))


async def test_a_done_position_of_another_history_is_not_taken_for_this_one_s(store: EventStore) -> None:
    await filled(store, 4)
    older = await kept(store)
    await filled(store, 4)
    await deal(store, await place(store, 8), await place(store, 3))
    await put_back(store, older, but=marks_key(store))
    await filled(store, 4)
    assert await state(store) is MarkState.STANDING
    with pytest.raises(MarkChanged, match="at position 8"):
        await deal(store, await place(store, 8))
    start = await store.marks.resume(SLOT, NAME)
    assert (start.mark, start.done, start.was, start.forgotten) == (await place(store, 3), set(), None, 1)
    assert start.is_changed
    await deal(store, await place(store, 8))


async def test_it_is_put_back_to_the_newest_mark_that_stands_and_forgets_the_rest(store: EventStore) -> None:
    await filled(store, 10)
    await deal(store, await place(store, 4), parked="not now")
    await marked(store, 3, 6, 9)
    older = await kept(store)
    await filled(store, 10)
    await deal(store, await place(store, 18))
    await deal(store, await place(store, 17), parked="nor now")
    await marked(store, 12, 15)
    await put_back(store, older, but=marks_key(store))
    start = await store.marks.resume(SLOT, NAME)
    assert (start.mark, start.was, start.forgotten) == (await place(store, 9), 15, 2)
    assert [(each.place.position, each.reason) for each in start.parked] == [(4, "not now")]
    assert await store.dealt(SLOT, NAME) == (9, set(), {4: "not now"})
    check = (await store.marks.check([NAME]))[NAME][SLOT]
    assert check.state is MarkState.STANDING
    assert check.put_back is not None
    assert (check.put_back.was, check.put_back.now) == (15, 9)
    assert not (await store.marks.resume(SLOT, NAME)).is_changed, "once is enough"


async def test_where_no_mark_stands_it_begins_at_the_start(store: EventStore) -> None:
    await filled(store, 8)
    await deal(store, await place(store, 3), parked="not now")
    await marked(store, 2, 8)
    await put_back(store, {}, but=marks_key(store))
    await filled(store, 20)
    assert await stands(store) == (0, set(), [])
    await deal(store, await place(store, 3))


async def test_what_is_in_order_is_left_as_it_is(store: EventStore) -> None:
    await filled(store, 8)
    await deal(store, await place(store, 3), parked="not now")
    await deal(store, await place(store, 7), await place(store, 5))
    before = await kept(store)
    assert await stands(store) == (5, {7}, [3])
    assert await stands(store) == (5, {7}, [3])
    assert (await store.marks.resume(ELSEWHERE, NAME)).mark == NOWHERE
    assert await kept(store) == before


async def test_what_the_release_before_left_is_believed_once_if_its_entry_stands(store: EventStore) -> None:
    await filled(store, 8)
    await deal(store, await place(store, 3), parked="not now")
    await deal(store, await place(store, 7), await place(store, 5))
    await without_fingerprints(store)
    assert await state(store) is MarkState.UNKNOWN
    with pytest.raises(AlreadyDone):
        await deal(store, await place(store, 4))
    assert await stands(store) == (5, {7}, [3])
    assert await state(store) is MarkState.STANDING
    await rewrite_log(store, lambda entries: entries[:2])
    await filled(store, 8)
    assert await stands(store) == (0, set(), []), "from now on it is known which entry was meant"


async def test_an_append_gives_a_mark_of_the_release_before_its_successor(store: EventStore) -> None:
    await filled(store, 8)
    await marked(store, 5)
    await moved_by_the_release_before(store, 6)
    assert await state(store) is MarkState.UNKNOWN
    await marked(store, 7)
    assert await state(store) is MarkState.STANDING
    assert await stands(store) == (7, set(), [])


async def test_a_mark_of_the_release_before_whose_entry_is_gone_is_not_believed(store: EventStore) -> None:
    await filled(store, 8)
    await marked(store, 5)
    await moved_by_the_release_before(store, 18)
    await filled(store, 4)
    assert await state(store) is MarkState.CHANGED
    with pytest.raises(MarkChanged, match="greeter expected an entry at position 18, got none"):
        await deal(store, await place(store, 12))
    assert await stands(store) == (5, set(), [])


async def test_a_mark_that_came_from_one_that_is_gone_is_not_believed(store: EventStore) -> None:
    await filled(store, 4)
    await marked(store, 3)
    older = await kept(store)
    await filled(store, 4)
    await marked(store, 8)
    await put_back(store, older, but=marks_key(store))
    await filled(store, 20)
    await moved_by_the_release_before(store, 12)
    assert await state(store) is MarkState.CHANGED
    assert await stands(store) == (3, set(), [])


async def test_sixteen_marks_are_kept_and_reach_far_back(store: EventStore) -> None:
    await filled(store, 1_000)
    places = [each.place for each in (await store.read(SLOT, count=1_000)).events]
    for each in places:
        await deal(store, each, each)
    fields = await store.nodes.call("HKEYS", store.layout.fingerprints(SLOT, NAME))
    back = sorted(1_000 - int(each.removeprefix(b"m")) for each in fields)
    assert MARKS_MIN <= len(back) <= MARKS_MAX
    assert back[:3] == [0, 1, 2]
    assert back[-1] == 999
    assert all(further <= 4 * (nearer + 1) for nearer, further in pairwise(back[:-1])), back
    for last in (998, 700, 30):
        await rewrite_log(store, itemgetter(slice(last)))
        mark, _, _ = await stands(store)
        assert last - (1_000 - last) * 2 - 2 <= mark <= last


async def test_fingerprints_are_kept_of_what_is_kept_and_of_no_more(store: EventStore) -> None:
    await filled(store, 80)
    await deal(store, await place(store, 79), parked="not now")
    for position in (5, 7, 9):
        await deal(store, await place(store, position))
    # The release before takes the mark over positions, and leaves their fingerprints.
    await store.nodes.call("HDEL", store.layout.at(SLOT, NAME), "5", "7", "9")
    await moved_by_the_release_before(store, 10)
    await marked(store, *range(11, 70))
    fields = await store.nodes.call("HKEYS", store.layout.fingerprints(SLOT, NAME))
    assert {field for field in fields if not field.startswith(b"m")} == {b"79"}
    assert MARKS_MIN <= len(fields) - 1 <= MARKS_MAX


async def test_marks_about_another_slot_are_compared_with_that_ones_log(store: EventStore) -> None:
    await filled(store, 4, ELSEWHERE)
    older = await kept(store)
    await filled(store, 6, ELSEWHERE)
    for position in (3, 9):
        there = await place(store, position, ELSEWHERE)
        await store.append(
            step(gains(some_id(), "x"), acknowledgement=Acknowledgement(NAME, there, there, source=ELSEWHERE))
        )
    lost = await place(store, 6, ELSEWHERE)
    with pytest.raises(AlreadyDone):
        await deal(store, lost, source=ELSEWHERE)
    about = f"{NAME}:{ELSEWHERE:02x}"
    keys = [store.layout.at(SLOT, about), store.layout.fingerprints(SLOT, about), store.layout.log(SLOT)]
    await put_back(store, older, but=keys)
    await filled(store, 20, ELSEWHERE)
    before = await kept(store)
    for stale in (
        Acknowledgement(NAME, lost, source=ELSEWHERE),
        Acknowledgement(NAME, None, lost, source=ELSEWHERE),
    ):
        again = Acknowledgement(
            NAME, await place(store, 9, ELSEWHERE), stale.position or stale.mark, source=ELSEWHERE
        )
        with pytest.raises(MarkChanged):
            await store.append(step(gains(some_id(), "y"), acknowledgement=again))
    assert await kept(store) == before
    await deal(store, await place(store, 6, ELSEWHERE), source=ELSEWHERE)
    assert await store.dealt(SLOT, about) == (3, {6}, {})
    for done in (2, 6):
        with pytest.raises(AlreadyDone):
            await deal(store, await place(store, done, ELSEWHERE), source=ELSEWHERE)


class Outrun(Marks):
    """Somebody writes another position between each look at what is kept and its comparison."""

    def __init__(self, store: EventStore, kept_in: str) -> None:
        super().__init__(store.nodes, store.layout)
        self._kept_in = kept_in
        self._looked = 0

    async def _places(self, slot: int, positions: Sequence[int]) -> Mapping[int, str]:
        self._looked += 1
        await self._nodes.call("HSET", self._kept_in, self._looked + 2, "")
        return await super()._places(slot, positions)


async def test_a_comparison_that_others_outrun_each_time_ends(store: EventStore) -> None:
    await filled(store, SETTLE_ATTEMPTS_MAX + 3, ELSEWHERE)
    at = store.layout.at(SLOT, f"{NAME}:{ELSEWHERE:02x}")
    await store.nodes.call("HSET", at, "mark", "1", "2", "")
    dealt = Acknowledgement(NAME, await place(store, 2, ELSEWHERE), source=ELSEWHERE)
    with pytest.raises(StoreUnavailable, match=f"in each of {SETTLE_ATTEMPTS_MAX} attempts"):
        await Outrun(store, at).settle(SLOT, dealt)
    with pytest.raises(AlreadyDone):
        await deal(store, dealt.position, source=ELSEWHERE)


async def test_a_mark_about_another_slot_without_a_fingerprint_is_believed_if_its_entry_stands(
    store: EventStore,
) -> None:
    await filled(store, 9, ELSEWHERE)
    about = f"{NAME}:{ELSEWHERE:02x}"
    await store.nodes.call("HSET", store.layout.at(SLOT, about), "mark", "7", "9", "")
    for position in (4, 9):
        with pytest.raises(AlreadyDone):
            await deal(store, await place(store, position, ELSEWHERE), source=ELSEWHERE)
    await deal(store, await place(store, 8, ELSEWHERE), source=ELSEWHERE)
    await store.nodes.call("HSET", store.layout.at(SLOT, about), "mark", "70")
    with pytest.raises(AlreadyDone):
        await deal(store, await place(store, 5, ELSEWHERE), source=ELSEWHERE)
    assert await store.dealt(SLOT, about) == (7, set(), {})


async def test_an_effect_of_a_stale_reactor_stays_away_also_where_its_mark_was_taken_over(
    store: EventStore,
) -> None:
    """Two processes of one reactor: one goes on in the new history, the other wakes up from the old one."""
    await filled(store, 3)
    older = await kept(store)
    await filled(store, 5)
    lost = await place(store, 8)
    await put_back(store, older)
    await filled(store, 20)
    await marked(store, 15)
    with pytest.raises(MarkChanged):
        await store.append(
            step(gains(some_id(), "an effect"), acknowledgement=Acknowledgement(NAME, lost, lost))
        )
    with pytest.raises(AlreadyDone):
        await deal(store, await place(store, 8))


async def test_the_check_tells_of_each_reactor_and_slot_and_writes_nothing(store: EventStore) -> None:
    await filled(store, 5)
    await marked(store, 4)
    await grown(store, some_id(ELSEWHERE), "a")
    await store.nodes.call("HSET", store.layout.at(ELSEWHERE, "reminder"), "mark", "9")
    before = await kept(store)
    found = await Marks(store.nodes, store.layout).check([NAME, "reminder"])
    assert found[NAME].keys() == set(range(store.layout.slots))
    assert (found[NAME][SLOT].state, found[NAME][SLOT].position) == (MarkState.STANDING, 4)
    assert found[NAME][ELSEWHERE] == (MarkState.STANDING, 0, None)
    assert found["reminder"][ELSEWHERE] == (MarkState.CHANGED, 9, None)
    assert await kept(store) == before
