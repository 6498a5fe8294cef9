"""Checks the log and the graph after a proof, without TTA's handlers, projectors and queries.

It uses only TTA's envelopes, the check of the hash chain, and the read models' pure `keys`, `apply`, `links`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from tests.support.proofs.retrying_client import Answer, Secrets, Sent
from tta.app.aggregates import event_types
from tta.app.work import READ_MODELS
from tta.domain.turns import (
    InteractionAnswered,
    InteractionSubmitted,
    NarrationRequested,
)
from tta.eventstore.consistency_token import ConsistencyToken
from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.event_types import EventTypes
from tta.eventstore.store import EventStore, LoadRequest
from tta.eventstore.subscription import Mark
from tta.eventstore.verify import verify_chain
from tta.graph.engine import Graph
from tta.projector.read_model import Fact, Key, ReadModel, Row, RowLink, Storage

TYPES: EventTypes = event_types()
OURS = frozenset(
    {
        "reactor:reply",
        "reactor:narration",
        "reactor:practice",
        "reactor:timers",
        "reactor:idle",
        "agents",
    }
)
"""Actors that write without a client's command."""


class Log(NamedTuple):
    """Every event of a store, by slot, in the order of the log."""

    slots: dict[int, list[RecordedEvent]]

    @property
    def events(self) -> list[RecordedEvent]:
        return [event for events in self.slots.values() for event in events]


async def whole_log(store: EventStore) -> Log:
    """Read every raw entry, and check that positions are contiguous and times never decrease."""
    slots: dict[int, list[RecordedEvent]] = {}
    for slot in range(store.layout.slots):
        entries = await store.nodes.call("XRANGE", store.layout.log(slot), "-", "+")
        for position, (identity, fields) in enumerate(entries, 1):
            assert identity == f"{position}-0".encode(), f"slot {slot}: expected {position}, got {identity}"
            slots.setdefault(slot, []).append(RecordedEvent(slot, position, int(fields[3]), fields[1]))
        times = [event.recorded_ms for event in slots.get(slot, [])]
        assert times == sorted(times), f"slot {slot}: recorded times fall"
    return Log(slots)


async def must_be_chained(store: EventStore, log: Log) -> int:
    """Verify each aggregate's hash chain up to its stored head; return the number of aggregates."""
    chains: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    for event in log.events:
        chains[event.aggregate_id].append(event)
    for aggregate, events in chains.items():
        head = (await store.load([LoadRequest(aggregate)]))[0].head
        flaw = verify_chain(events, head=head)
        assert flaw is None, f"{aggregate}: {flaw}"
    return len(chains)


def must_stand_once(log: Log, answers: Iterable[Answer], secrets: Secrets) -> int:
    """Check that each acknowledged command's events are exactly where its answer said, one on each of its
    aggregates; return the number of commands.
    """
    ids = Counter(event.event_id for event in log.events)
    assert [each for each, times in ids.items() if times > 1] == [], "an event stands twice"
    by_command: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    for event in log.events:
        by_command[event.command_id].append(event)
    count = 0
    for answer in answers:
        stands = by_command[secrets.command_id(answer.sent)]
        changed = {each.aggregate_id for each in stands}
        assert 1 <= len(stands) == len(changed), f"{answer}: expected one event each, got {len(stands)}"
        event, last = (choose(stands, key=lambda each: each.position) for choose in (min, max))
        token = ConsistencyToken.of(last.slot, Mark(last.position, last.hash))
        assert secrets.seen(answer) == token, f"{answer}: the log has {token}"
        assert answer.version == event.version, f"{answer}: the log has version {event.version}"
        must_be_told(answer, event)
        count += 1
    return count


def must_be_told(answer: Answer, event: RecordedEvent) -> None:
    """Compare the answer to the client with the event."""
    assert answer.body["version"] == event.version
    fact = TYPES.event(event)
    if isinstance(fact, InteractionSubmitted):
        told = (answer.body["interaction_id"], answer.body["turn"])
        assert told == (str(event.event_id), fact.turn), f"the client was told {told}"
    else:
        assert answer.body["id"] == str(event.aggregate_id)


def must_come_from(log: Log, sent: Iterable[Sent], secrets: Secrets) -> None:
    """Check that each event belongs to a client's command, a reactor or an agent."""
    known = {secrets.command_id(each) for each in sent}
    strangers = [event for event in log.events if event.actor not in OURS and event.command_id not in known]
    assert strangers == [], f"nobody sent {[(each.type, each.actor) for each in strangers]}"


def unanswered(log: Log) -> int:
    """Count the interactions without an answer."""
    kinds = Counter(event.type for event in log.events)
    return max(kinds[InteractionSubmitted.__name__] - kinds[InteractionAnswered.__name__], 0)


def must_be_answered_once(log: Log) -> int:
    """Pair each interaction with its one answer, by turn and by cause, or by a request for a narration;
    return their number.
    """
    narrations: dict[UUID, UUID] = {}
    asked: dict[tuple[UUID, int], UUID] = {}
    answered: Counter[tuple[UUID, int, UUID]] = Counter()
    for event in log.events:
        fact = TYPES.event(event)
        if isinstance(fact, InteractionSubmitted):
            assert (event.aggregate_id, fact.turn) not in asked, "a turn was submitted twice"
            asked[event.aggregate_id, fact.turn] = event.event_id
        elif isinstance(fact, NarrationRequested):
            assert event.causation_id not in narrations.values(), "one turn was to be narrated twice"
            narrations[event.event_id] = event.causation_id
        elif isinstance(fact, InteractionAnswered):
            cause = narrations.get(event.causation_id, event.causation_id)
            answered[event.aggregate_id, fact.turn, cause] += 1
    assert answered == Counter({(*turn, cause): 1 for turn, cause in asked.items()})
    return len(asked)


def folded(model: ReadModel, log: Log) -> tuple[dict[Key, Row], set[RowLink]]:
    """Fold the log with the read model, event by event."""
    rows: dict[Key, Row] = {}
    links: set[RowLink] = set()
    handled = {event.__name__ for event in model.HANDLES}
    for event in log.events:
        if event.type in handled:
            fact = Fact(TYPES.event(event), event)
            for key in model.keys(fact):
                rows[key] = model.apply(key, rows.get(key), fact)
            links.update(model.links(fact))
    return rows, links


async def must_equal_fold(graph: Graph, log: Log) -> int:
    """Compare every row and edge of every read model with the fold; return the number of rows."""
    total = 0
    for model in READ_MODELS:
        rows, links = folded(model, log)
        storage = Storage(model)
        for kind, node in storage.nodes.items():
            names = ["id", *node.others]
            shown = ", ".join(f"n.{name} AS {name}" for name in names)
            found = await graph.read(f"MATCH (n:{node.label}) RETURN {shown}")
            expected = [_plain(storage.properties(row)) for key, row in rows.items() if key.row is kind]
            assert _sorted(map(_plain, found)) == _sorted(expected), f"{model.NAME}: {node.label}"
            total += len(expected)
        for link, edge in storage.edges.items():
            pattern = f"(a:{edge.source})-[r:{edge.type}]->(b:{edge.target})"
            found = await graph.read(f"MATCH {pattern} RETURN a.id AS source, b.id AS target")
            ends = sorted((each["source"], each["target"]) for each in found)
            assert ends == sorted((each.source_id, each.target_id) for each in links if each.type == link)
    return total


async def caught_up(graph: Graph, log: Log) -> bool:
    """Return whether every checkpoint is exactly at the end of its slot's log."""
    statement = "MATCH (c:Checkpoint) RETURN c.model AS model, c.slot AS slot, c.position AS position"
    found = {(each["model"], each["slot"]): each["position"] for each in await graph.read(statement)}
    wanted = {
        (f"{model.NAME}@{model.VERSION}", slot): events[-1].position
        for model in READ_MODELS
        for slot, events in log.slots.items()
    }
    beyond = [each for each in wanted if found.get(each, 0) > wanted[each]]
    assert beyond == [], f"a checkpoint stands beyond the log: {beyond}"
    return all(found.get(each) == position for each, position in wanted.items())


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: bytes(value) if isinstance(value, bytearray) else value for name, value in row.items()}


def _sorted(rows: Iterable[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    return sorted(rows, key=lambda row: str(row["id"]))
