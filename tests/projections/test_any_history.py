"""Whatever happened, and however it was cut into batches, a read model holds the same rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.projections.histories import (
    READ_MODELS,
    TYPES,
    WISHES,
    batch,
    batches,
    folded,
    log_of,
    mark,
    played,
    player_ids,
    wishes,
)
from tta.domain.base import personal_fields
from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.subscription import Batch
from tta.projector.folding import RowCache, fold
from tta.projector.read_model import Fact, Key, ReadModel, Row, RowLink, SequenceBy, Storage, sequence_of

models = st.sampled_from(READ_MODELS)


class Kept:
    """Rows as a graph would keep them: what is saved can be loaded, nothing else."""

    def __init__(self) -> None:
        self.rows: dict[Key, Row] = {}
        self.links: list[RowLink] = []

    async def load(self, keys: list[Key]) -> dict[Key, Row]:
        return {key: self.rows[key] for key in keys if key in self.rows}


def touched(model: ReadModel, recorded: RecordedEvent) -> list[Key]:
    """The rows that an event changes, and those that its links join."""
    fact = Fact(TYPES.event(recorded), recorded)
    joined = [
        key
        for link in model.links(fact)
        for key in (Key(link.type.source, link.source_id), Key(link.type.target, link.target_id))
    ]
    return [*model.keys(fact), *joined]


async def project(model: ReadModel, rounds: list[list[Batch]], cache: RowCache) -> Kept:
    """Fold rounds as a projector does: each is saved only while the next is folded already."""
    kept, saving = Kept(), None
    for each in rounds:
        folding = await fold(model, TYPES, each, cache, kept.load)
        cache.trim(folding.touched + (saving.touched if saving is not None else 0))
        if saving is not None:
            kept.rows |= saving.rows
        assert folding.poisons == []
        assert folding.new == {key for key in folding.rows if key not in kept.rows}
        kept.links += folding.links
        saving = folding
    if saving is not None:
        kept.rows |= saving.rows
    return kept


@given(models, wishes, st.lists(st.integers(1, 8)), st.integers(0, 4) | st.just(1_000))
async def test_any_cut_into_batches_gives_the_same_rows(
    model: ReadModel, wished: list[tuple[int, str, int]], sizes: list[int], rows_max: int
):
    log = log_of(played(wished, player_ids(2)))
    kept = await project(model, [[each] for each in batches(log, sizes)], RowCache(rows_max))
    rows, links = folded(model, log)
    assert rows == kept.rows
    assert sorted(links) == sorted(kept.links), "a link is made once"


@given(models, wishes, wishes, st.lists(st.integers(1, 8)))
async def test_slots_side_by_side_do_not_touch_each_other(
    model: ReadModel, one: list[tuple[int, str, int]], other: list[tuple[int, str, int]], sizes: list[int]
):
    logs = [
        log_of(played(wished, player_ids(2, slot=slot)), slot=slot) for slot, wished in ((3, one), (4, other))
    ]
    cut = [batches(log, sizes) for log in logs]
    rounds = [[each[step] for each in cut if step < len(each)] for step in range(max(map(len, cut)))]
    kept = await project(model, rounds, RowCache(10))
    assert kept.rows == folded(model, logs[0])[0] | folded(model, logs[1])[0]


@given(models, wishes)
async def test_a_round_moves_its_slot_to_its_last_event(model: ReadModel, wished: list[tuple[int, str, int]]):
    log = log_of(played(wished, player_ids(2)))
    folding = await fold(model, TYPES, [batch(log)], RowCache(), Kept().load)
    assert {log[0].slot: mark(log)} == folding.marks


@given(wishes)
def test_every_value_of_a_row_is_one_that_a_graph_holds(wished: list[tuple[int, str, int]]):
    log = log_of(played(wished, player_ids(2)))
    for model in READ_MODELS:
        storage = Storage(model)
        for row in folded(model, log)[0].values():
            for name, value in storage.properties(row).items():
                assert type(value) in (str, int, float, bool, bytes, list, type(None)), (
                    f"{name}: {type(value)}"
                )


@given(wishes)
def test_every_personal_value_is_in_a_box_or_nowhere(wished: list[tuple[int, str, int]]):
    happened = played(wished, player_ids(2))
    clear = {
        str(getattr(each.event, field)) for each in happened for field in personal_fields(type(each.event))
    } - {"None", "()"}
    for model in READ_MODELS:
        for row in folded(model, log_of(happened))[0].values():
            shown = {str(value) for value in Storage(model).properties(row).values()}
            assert not clear & shown, "personal text in the clear"


@pytest.mark.parametrize("model", READ_MODELS, ids=lambda model: model.NAME)
def test_what_players_wish_for_leads_to_every_event(model: ReadModel):
    wished = [(who, wish, number) for number in range(3) for wish in WISHES for who in range(2)]
    endings = [(0, "hold", 0), (0, "release", 0), (1, "start", 1), (1, "abandon", 1)]
    endings += [(1, "aim", 2), (1, "leave", 2)]
    happened = {each.type for each in log_of(played([*endings, *wished], player_ids(2)))}
    assert {event.__name__ for event in model.HANDLES} <= happened


@given(models, wishes)
async def test_a_row_is_begun_by_no_other_event_than_is_said(
    model: ReadModel, wished: list[tuple[int, str, int]]
):
    log = log_of(played(wished, player_ids(2)))
    there: set[Key] = set()
    for recorded in log:
        if recorded.type in {event.__name__ for event in model.HANDLES}:
            fact = Fact(TYPES.event(recorded), recorded)
            begun = {key for key in model.keys(fact) if model.BEGINS.get(type(fact.event)) is key.row}
            assert not begun & there, "nobody looks for what is said to begin here"
            there |= set(model.keys(fact))


@given(models, wishes)
def test_what_one_sequence_touches_no_other_touches(model: ReadModel, wished: list[tuple[int, str, int]]):
    """So one sequence can be folded, or left out, without the others: its rows and the ends of its links."""
    touched_by: dict[Key, str] = {}
    for recorded in log_of(played(wished, player_ids(2))):
        if recorded.type in {event.__name__ for event in model.HANDLES}:
            sequence = sequence_of(model, recorded)
            for key in touched(model, recorded):
                assert touched_by.setdefault(key, sequence) == sequence, key


@given(models, wishes)
def test_without_one_sequence_the_rows_of_the_others_are_the_same(
    model: ReadModel, wished: list[tuple[int, str, int]]
):
    log = log_of(played(wished, player_ids(2)))
    rows, links = folded(model, log)
    of_each: dict[Key, Row] = {}
    links_of_each: set[RowLink] = set()
    for sequence in {sequence_of(model, each) for each in log}:
        mine, my_links = folded(model, [each for each in log if sequence_of(model, each) == sequence])
        of_each |= mine
        links_of_each |= my_links
    assert (rows, links) == (of_each, links_of_each)


@pytest.mark.parametrize("model", READ_MODELS, ids=lambda model: model.NAME)
def test_a_sequence_is_an_aggregate_where_that_is_enough(model: ReadModel):
    """By subject, an event that cannot be folded would hold up more than it has to."""
    wished = [(who, wish, number) for number in range(3) for wish in WISHES for who in range(2)]
    touched_by: dict[Key, set[object]] = {}
    for recorded in log_of(played(wished, player_ids(2))):
        if recorded.type in {event.__name__ for event in model.HANDLES}:
            for key in touched(model, recorded):
                touched_by.setdefault(key, set()).add(recorded.aggregate_id)
    is_shared = any(len(aggregates) > 1 for aggregates in touched_by.values())
    assert is_shared == (model.SEQUENCE is SequenceBy.SUBJECT)


async def test_what_is_said_to_begin_is_not_looked_for():
    asked: list[Key] = []

    async def load(keys: list[Key]) -> dict[Key, Row]:
        asked.extend(keys)
        return {}

    log = log_of(played([(0, "say", 0), (0, "answer", 0), (0, "say", 0)], player_ids(1)))
    for model in (READ_MODELS[0], READ_MODELS[2]):
        await fold(model, TYPES, [batch(log)], RowCache(), load)
    assert asked == []
