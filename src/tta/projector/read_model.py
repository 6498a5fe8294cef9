"""What a read model is: rows of typed fields, links between them, and a pure fold.

A read model is a module: `NAME`, `VERSION`, `ROWS`, `LINKS`, `HANDLES`, `keys`, `apply`, `links`.
Its storage is declared once, by the row classes: Neo4j's constraints and the embedded engine's
tables both come from them.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from types import ModuleType
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar, cast, get_type_hints, overload

import msgspec

from tta.domain.base import Event, SealedText
from tta.eventstore.envelope import RecordedEvent
from tta.graph.schema import (
    Edge,
    Kind,
    Node,
    Schema,
    add_edges,
    add_nodes,
    load_nodes,
    remove_nodes,
    remove_targets,
    set_nodes,
)

EventT_co = TypeVar("EventT_co", bound=Event, covariant=True)

named_pattern = re.compile(r"([(\[])(\w*):([A-Za-z]\w*)")
every_field_pattern = re.compile(r"\b(\w+)\.\*")

KINDS: dict[Any, Kind] = {
    str: "string",
    int: "integer",
    bool: "boolean",
    float: "float",
    bytes: "bytes",
    tuple[str, ...]: "strings",
}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A node of a read model. Times are milliseconds since 1970, UTC."""

    LABEL: ClassVar[str] = ""
    """Its label, where that is not the name of its class: a label stays when a class is renamed."""

    id: str


class LinkType(NamedTuple):
    """A relationship between two kinds of rows."""

    name: str
    source: type[Row]
    target: type[Row]


class RowLink(NamedTuple):
    type: LinkType
    source_id: str
    target_id: str


class Fact(Generic[EventT_co]):
    """An event with what the store knows of it, and two things that every fold asks for.

    A read model's fold takes facts of the union of events that it declares.
    """

    __slots__ = ("aggregate", "at_ms", "event", "recorded")

    def __init__(self, event: EventT_co, recorded: RecordedEvent) -> None:
        self.event = event
        self.recorded = recorded
        self.aggregate = _text(recorded.envelope.aggregate)
        """The id of what it happened to, as rows hold it."""
        self.at_ms = milliseconds(event.at)


class Key(NamedTuple):
    row: type[Row]
    id: str


class SequenceBy(Enum):
    """What events have in common that have to be folded one after another."""

    AGGREGATE = "aggregate"
    """Its rows, and the ends of its links, are touched by one aggregate's events alone."""
    SUBJECT = "subject"
    """Several aggregates of one subject touch the same row, or are joined by a link."""


class ReadModel(Protocol):
    """One question, answered."""

    NAME: str
    VERSION: int
    SEQUENCE: SequenceBy
    """Events of different sequences touch no row in common, so one can be folded without the other."""
    ROWS: tuple[type[Row], ...]
    LINKS: tuple[LinkType, ...]
    HANDLES: tuple[type[Event], ...]
    """The members of the union of events that its fold takes."""
    BEGINS: Mapping[type[Event], type[Row]]
    """Which event is always the first to touch a row of which kind: nobody looks whether it is there."""

    def keys(self, fact: Fact[Any]) -> Sequence[Key]:
        """Name the rows that an event touches."""

    def apply(self, key: Key, row: Any, fact: Fact[Any]) -> Row:
        """Give the row as it is after the event; `row` is None where there was none."""

    def links(self, fact: Fact[Any]) -> Sequence[RowLink]:
        """Name the relationships that an event makes; no other event may make the same one."""


class StoredRows(Protocol):
    """What lies in the graph as rows and links, whoever writes them."""

    @property
    def VERSION(self) -> int: ...  # noqa: N802 - Named as a read model's module names it.
    @property
    def ROWS(self) -> tuple[type[Row], ...]: ...  # noqa: N802
    @property
    def LINKS(self) -> tuple[LinkType, ...]: ...  # noqa: N802


class Cypher:
    """Renders the statements of one version of a read model, which name its rows and links plainly.

    `(s:SessionState)` and `[:PLAYED]` become the labels and types that carry the version; in what a statement
    returns, `s.*` stands for every field of the row that `s` is.
    """

    def __init__(self, version: int, rows: Sequence[type[Row]], links: Sequence[LinkType] = ()) -> None:
        self._fields = {row.LABEL or row.__name__: row.__struct_fields__ for row in rows}
        self._names = {
            plain: versioned(plain, version) for plain in (*self._fields, *(link.name for link in links))
        }

    def __call__(self, statement: str) -> str:
        """Render a statement; a name that this read model does not declare is a mistake of ours."""
        rows = {
            variable: plain
            for bracket, variable, plain in named_pattern.findall(statement)
            if bracket == "(" and variable
        }
        returned = every_field_pattern.sub(
            lambda found: ", ".join(f"{found[1]}.{name} AS {name}" for name in self._fields[rows[found[1]]]),
            statement,
        )
        return named_pattern.sub(lambda found: f"{found[1]}{found[2]}:{self._names[found[3]]}", returned)


class Storage:
    """How one version of a read model lies in the graph."""

    def __init__(self, model: StoredRows) -> None:
        self.nodes = {row: Node(label(model, row), properties=_properties(row)) for row in model.ROWS}
        self.edges = {
            link: Edge(
                versioned(link.name, model.VERSION),
                self.nodes[link.source].label,
                self.nodes[link.target].label,
            )
            for link in model.LINKS
        }
        self.schema = Schema(tuple(self.nodes.values()), tuple(self.edges.values()))
        self.loads = {row: load_nodes(node) for row, node in self.nodes.items()}
        self.adds = {row: add_nodes(node) for row, node in self.nodes.items()}
        self.sets = {row: set_nodes(node) for row, node in self.nodes.items()}
        self.joins = {link: add_edges(edge) for link, edge in self.edges.items()}
        self.removals = [
            *(remove_targets(edge) for edge in reversed(self.edges.values())),
            *map(remove_nodes, self.nodes.values()),
        ]
        """What removes the rows of a slot, in this order: a row whose id does not begin with the slot's first
        byte is the target of an edge from one that does.
        """
        self._lists = {
            row: [name for name, kind in node.properties.items() if kind == "strings"]
            for row, node in self.nodes.items()
        }

    def properties(self, row: Row) -> dict[str, Any]:
        """Give a row as the graph takes it: tuples become lists."""
        given = msgspec.structs.asdict(row)
        for name in self._lists[type(row)]:
            given[name] = list(given[name])
        return given


def sequence_of(model: ReadModel, recorded: RecordedEvent) -> str:
    """Return the sequence of an event, readable or not: the id of its aggregate, or of its subject."""
    subject = recorded.envelope.subject
    if model.SEQUENCE is SequenceBy.SUBJECT and isinstance(subject, bytes):
        return _text(subject)
    return _text(recorded.envelope.aggregate)


def label(model: StoredRows, row: type[Row]) -> str:
    """The label of a row class: it carries the model's version, so that two can stand side by side."""
    return versioned(row.LABEL or row.__name__, model.VERSION)


def versioned(plain: str, version: int) -> str:
    """The name by which the graph knows a row's label or a link's type."""
    return f"{plain}_v{version}"


@overload
def boxed(sealed: str | SealedText) -> bytes: ...
@overload
def boxed(sealed: str | tuple[str, ...] | SealedText | None) -> bytes | None: ...
def boxed(sealed: str | tuple[str, ...] | SealedText | None) -> bytes | None:
    """Personal text as rows hold it: sealed, as it came."""
    assert sealed is None or isinstance(sealed, SealedText), "personal text reaches a read model sealed"
    return None if sealed is None else sealed.box


def milliseconds(at: datetime) -> int:
    """A time as rows hold it."""
    return round(at.timestamp() * 1000)


def _text(raw: bytes | str) -> str:
    """Write an id as a UUID is written, without making one: folding does this for every event."""
    if isinstance(raw, str):
        return raw
    digits = raw.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def read_model(module: ModuleType) -> ReadModel:
    """See a read model's module as what it is; the type checker cannot follow modules of many rows."""
    return cast("ReadModel", module)


def _properties(row: type[Row]) -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    hints = get_type_hints(row)
    for name in row.__struct_fields__:
        hint = hints[name]
        clear = [kind for kind in getattr(hint, "__args__", ()) if kind is not type(None)]
        kind = clear[0] if clear and type(None) in hint.__args__ else hint
        assert kind in KINDS, f"{row.__name__}.{name}: no graph holds {hint}"
        found[name] = KINDS[kind]
    del found["id"]
    return found
