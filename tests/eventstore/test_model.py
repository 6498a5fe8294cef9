"""Whatever is asked in whatever order, the store on a real server does as a few lines of memory do.

Now and then its newest history is lost, with what reactors remember or without.
"""

import asyncio
from typing import NamedTuple, cast
from uuid import UUID

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.support.eventstore.store_examples import (
    SLOT,
    SLOTS,
    causation,
    drafts,
    fresh_name,
    kept,
    must_be_whole,
    put_back,
    some_id,
)
from tta.eventstore.appends import Acknowledgement, Append, AppendResult, StreamAppend
from tta.eventstore.child_server import ChildServer
from tta.eventstore.envelope import ABSENT, NOWHERE, FingerprintedPosition, Head, RecordedEvent
from tta.eventstore.errors import AlreadyDone, Conflict, MarkChanged, StoreError
from tta.eventstore.store import EventStore, LoadRequest

AGGREGATES = [some_id() for _ in range(4)]
REACTORS = ["greeter", "reminder"]
picks = st.integers(0, len(AGGREGATES) - 1)


class Made(NamedTuple):
    append: Append
    first: int
    heads: tuple[Head, ...]


class Backup(NamedTuple):
    copy: dict[bytes, bytes]
    heads: dict[UUID, list[Head]]
    log: list[tuple[UUID, bytes]]
    dealt: set[tuple[str, int]]
    marks: dict[str, int]


class Astray(NamedTuple):
    """A reactor's mark, and how much of the log in which it was reached still stands."""

    mark: int
    shared: int


class StoreAndModel(RuleBasedStateMachine):
    """The model: what each aggregate's heads have been, which entries the log holds, what was dealt with."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.store = self.runner.run(EventStore.open(url, fresh_name(), slots=SLOTS))
        self.heads: dict[UUID, list[Head]] = {aggregate: [ABSENT] for aggregate in AGGREGATES}
        self.log: list[tuple[UUID, bytes]] = []
        self.made: list[Made] = []
        self.dealt: set[tuple[str, int]] = set()
        self.marks = dict.fromkeys(REACTORS, 0)
        """Up to where each reactor has dealt with everything, in this history."""
        self.read: list[FingerprintedPosition] = [NOWHERE]
        """Every place that a reactor has read, in this history or another."""
        self.backups: list[Backup] = []
        self.astray: dict[str, Astray] = {}
        """Reactors whose positions stayed while the log was put back."""

    def teardown(self) -> None:
        self.runner.run(self.store.close())
        self.runner.close()

    def append(self, append: Append) -> AppendResult | StoreError:
        try:
            return self.runner.run(self.store.append(append))
        except StoreError as refused:
            return refused

    def takes(self, append: Append) -> None:
        """The store makes the append, and so does the model."""
        made = self.append(append)
        assert isinstance(made, AppendResult)
        assert not made.again
        count = sum(len(stream.events) for stream in append.streams)
        assert (made.first, made.last) == ((len(self.log) + 1, len(self.log) + count) if count else (0, 0))
        for stream, head, entries in zip(append.streams, made.heads, made.entries, strict=True):
            self.log += [(stream.aggregate, entry) for entry in entries]
            before = self.heads[stream.aggregate]
            before += [Head(before[-1].version + n, b"") for n in range(1, len(entries))]
            if entries:
                before.append(head)
        if append.acknowledgement is not None and append.acknowledgement.position is not None:
            self.dealt.add((append.acknowledgement.reactor, append.acknowledgement.position.position))
        if count:
            self.made.append(Made(append, made.first, made.heads))

    @rule(gaining=st.dictionaries(picks, st.integers(1, 4), min_size=1), guards=st.sets(picks))
    def append_where_everything_stands(self, gaining: dict[int, int], guards: set[int]) -> None:
        streams = [self.stream(AGGREGATES[n], count) for n, count in gaining.items()]
        streams += [self.stream(AGGREGATES[n], 0) for n in guards - gaining.keys()]
        self.takes(Append(streams=streams, causation=causation()))

    @rule(pick=picks, count=st.integers(0, 3), back=st.integers(1, 5), others=st.sets(picks))
    def append_where_something_moved(self, pick: int, count: int, back: int, others: set[int]) -> None:
        heads = [head for head in self.heads[AGGREGATES[pick]] if head.hash or head == ABSENT]
        if len(heads) <= back:
            return
        stale = StreamAppend(AGGREGATES[pick], heads[-1 - back], drafts(*["stale"] * count))
        streams = [self.stream(AGGREGATES[n], 1) for n in others - {pick}]
        assert isinstance(self.append(Append(streams=[*streams, stale], causation=causation())), Conflict)

    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        if not self.made:
            return
        append, first, heads = data.draw(st.sampled_from(self.made))
        again = self.append(append)
        if append.acknowledgement is not None:
            assert isinstance(again, AlreadyDone)
        else:
            assert isinstance(again, AppendResult)
            assert (again.again, again.first, again.heads) == (True, first, heads)

    @rule(data=st.data())
    def send_again_with_other_bytes(self, data: st.DataObject) -> None:
        if not self.made:
            return
        append, *_ = data.draw(st.sampled_from(self.made))
        streams = [
            StreamAppend(stream.aggregate, stream.expected, drafts(*["other"] * len(stream.events)))
            for stream in append.streams
        ]
        assert isinstance(self.append(Append(streams=streams, causation=append.causation)), Conflict)

    @rule(data=st.data(), reactor=st.sampled_from(REACTORS), pick=picks, count=st.integers(0, 2))
    def deal(self, data: st.DataObject, reactor: str, pick: int, count: int) -> None:
        self.resume(reactor)
        place, mark = (data.draw(st.sampled_from(self.read)) for _ in range(2))
        if place == NOWHERE:
            return
        append = Append(
            streams=[self.stream(AGGREGATES[pick], count)],
            causation=causation(),
            acknowledgement=Acknowledgement(reactor, place, mark),
        )
        standing = {NOWHERE, *self.places()}
        if place not in standing or mark not in standing:
            assert isinstance(self.append(append), MarkChanged)
        elif (reactor, place.position) in self.dealt or place.position <= self.marks[reactor]:
            assert isinstance(self.append(append), AlreadyDone)
        else:
            self.takes(append)
            self.marks[reactor] = max(self.marks[reactor], mark.position)

    @rule()
    def look(self) -> None:
        """Reactors read the log."""
        self.read += self.places()

    @rule()
    def back_up(self) -> None:
        for reactor in REACTORS:
            self.resume(reactor)
        copy = self.runner.run(kept(self.store))
        heads = {aggregate: [*heads] for aggregate, heads in self.heads.items()}
        self.backups.append(Backup(copy, heads, [*self.log], {*self.dealt}, {**self.marks}))

    @rule(data=st.data(), astray=st.sets(st.sampled_from(REACTORS)))
    def lose_the_newest(self, data: st.DataObject, astray: set[str]) -> None:
        """The store is as it was; what reactors that went astray had written stays."""
        if not self.backups:
            return
        number = data.draw(st.integers(0, len(self.backups) - 1))
        copy, heads, log, dealt, marks = self.backups[number]
        del self.backups[number + 1 :]
        for reactor in REACTORS:
            before = self.astray.pop(reactor, Astray(self.marks[reactor], len(self.log)))
            if reactor in astray:
                self.astray[reactor] = Astray(before.mark, min(before.shared, len(log)))
        layout = self.store.layout
        but = [key(SLOT, name) for name in astray for key in (layout.at, layout.fingerprints)]
        self.runner.run(put_back(self.store, copy, but=but))
        self.heads = {aggregate: [*each] for aggregate, each in heads.items()}
        self.log, self.dealt, self.marks, self.made = [*log], {*dealt}, {**marks}, []

    def resume(self, reactor: str) -> None:
        """The reactor goes on where it has come to in this history, and remembers nothing of another."""
        start = self.runner.run(self.store.marks.resume(SLOT, reactor))
        astray = self.astray.pop(reactor, None)
        if astray is not None:
            if astray.mark <= astray.shared:
                assert start.mark.position == astray.mark
            assert start.mark.position <= astray.shared
            assert all(position <= astray.shared for position in start.done)
            self.dealt = {each for each in self.dealt if each[0] != reactor}
            self.dealt |= {(reactor, position) for position in start.done}
            self.marks[reactor] = start.mark.position
        assert start.mark in {NOWHERE, *self.places()}
        assert start.mark.position == self.marks[reactor]
        done = {position for name, position in self.dealt if name == reactor}
        assert start.done == {position for position in done if position > start.mark.position}

    def places(self) -> list[FingerprintedPosition]:
        return [each.place for each in self.runner.run(self.store.read(SLOT, count=10_000)).events]

    @rule(picked=st.lists(picks, min_size=1, max_size=3), back=st.integers(0, 5))
    def load(self, picked: list[int], back: int) -> None:
        wanted = []
        for n in picked:
            heads = [head for head in self.heads[AGGREGATES[n]] if head.hash or head == ABSENT]
            wanted.append(LoadRequest(AGGREGATES[n], heads[max(0, len(heads) - 1 - back)]))
        for want, part in zip(wanted, self.runner.run(self.store.load(wanted)), strict=True):
            entries = [entry for aggregate, entry in self.log if aggregate == want.aggregate]
            assert part.head == self.heads[want.aggregate][-1]
            assert [event.entry for event in part.events] == entries[want.known.version :]

    @invariant()
    def the_log_is_the_models(self) -> None:
        events = self.runner.run(must_be_whole(self.store, SLOT))
        assert [(event.aggregate_id, event.entry) for event in events] == self.log
        assert all(isinstance(event, RecordedEvent) for event in events)

    def stream(self, aggregate: UUID, count: int) -> StreamAppend:
        words = [f"{len(self.log)}.{n}" for n in range(count)]
        return StreamAppend(aggregate, self.heads[aggregate][-1], drafts(*words))


def test_the_store_does_as_its_model(valkey: ChildServer) -> None:
    run_state_machine_as_test(
        cast("type[RuleBasedStateMachine]", lambda: StoreAndModel(valkey.url)),  # Whatever makes one will do.
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
