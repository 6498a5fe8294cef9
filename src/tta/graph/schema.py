"""A read model's storage, declared once: both engines' tables, constraints and statements come from it.

Owns the texts, not their running; every statement here is one text for both engines.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Dialect = Literal["neo4j", "embedded"]
Kind = Literal["string", "integer", "boolean", "float", "bytes", "strings"]

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")

EMBEDDED_TYPES: Mapping[Kind, str] = {
    "string": "STRING",
    "integer": "INT64",
    "boolean": "BOOLEAN",
    "float": "DOUBLE",
    "bytes": "BLOB",
    "strings": "STRING[]",
}


@dataclass(frozen=True)
class Node:
    """A label with its unique key; every property but the key may be null.

    A key that `properties` does not name is a string. `indexes` are for Neo4j: the embedded engine has none
    beside its keys, and scans.
    """

    label: str
    key: str = "id"
    properties: Mapping[str, Kind] = field(default_factory=dict)
    indexes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what could not be written into a statement."""
        _check_names(self.label, self.key, *self.properties)
        assert self.key_kind in {"string", "integer"}, f"{self.label}.{self.key}: a key is text or integer"
        unknown = set(self.indexes) - set(self.properties)
        assert not unknown, (
            f"{self.label}: indexes on {sorted(unknown)}, properties {sorted(self.properties)}"
        )

    @property
    def key_kind(self) -> Kind:
        """The kind of the key."""
        return self.properties.get(self.key, "string")

    @property
    def others(self) -> tuple[str, ...]:
        """Every property but the key, in the order of declaration."""
        return tuple(name for name in self.properties if name != self.key)


@dataclass(frozen=True)
class Edge:
    """A relationship type between nodes of two labels, at most one from a source to a target."""

    type: str
    source: str
    target: str
    properties: Mapping[str, Kind] = field(default_factory=dict)
    source_key: str = "id"
    target_key: str = "id"

    def __post_init__(self) -> None:
        """Refuse what could not be written into a statement, or would hide the ends of a row."""
        _check_names(self.type, self.source, self.target, self.source_key, self.target_key, *self.properties)
        taken = {"source", "target"} & set(self.properties)
        assert not taken, f"{self.type}: {sorted(taken)} name the ends of an edge's row"


@dataclass(frozen=True)
class Schema:
    """All that one read model stores."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an edge whose ends are not declared here: edges stay within their read model."""
        declared = {(node.label, node.key) for node in self.nodes}
        for edge in self.edges:
            ends = {(edge.source, edge.source_key), (edge.target, edge.target_key)}
            assert ends <= declared, f"{edge.type}: expected ends among {declared}, got {ends - declared}"


def ddl(schema: Schema, dialect: Dialect) -> tuple[str, ...]:
    """Return the statements that make room for a schema; run again they change nothing.

    A property that was added to a declaration is added to the tables; a changed kind is not noticed, because
    a read model that changes takes new labels.
    """
    if dialect == "neo4j":
        return tuple(statement for node in schema.nodes for statement in _neo4j_node(node))
    tables = [statement for node in schema.nodes for statement in _embedded_node(node)]
    return (*tables, *(statement for edge in schema.edges for statement in _embedded_edge(edge)))


def load_nodes(node: Node) -> str:
    """Return the statement that reads whole rows: `keys` → one row per key that exists."""
    returned = ", ".join(f"n.`{name}` AS `{name}`" for name in (node.key, *node.others))
    return f"UNWIND $keys AS key\nMATCH (n:`{node.label}` {{`{node.key}`: key}})\nRETURN {returned}"


def save_nodes(node: Node) -> str:
    """Return the statement that writes `rows`, new or known: a property that a row lacks becomes null.

    No key may come twice in one call. Who knows which rows exist is faster with `add_nodes` and `set_nodes`.
    """
    merged = f"MERGE (n:`{node.label}` {{`{node.key}`: row.`{node.key}`}})"
    return f"UNWIND $rows AS row\n{merged}{_set('n', node.others)}"


def add_nodes(node: Node) -> str:
    """Return the statement that writes `rows` whose keys do not exist; one that does is refused."""
    names = (node.key, *node.others)
    written = ", ".join(f"`{name}`: row.`{name}`" for name in names)
    return f"UNWIND $rows AS row\nCREATE (n:`{node.label}` {{{written}}})"


def set_nodes(node: Node) -> str:
    """Return the statement that overwrites `rows` whose keys exist; others are passed over."""
    found = f"MATCH (n:`{node.label}` {{`{node.key}`: row.`{node.key}`}})"
    return f"UNWIND $rows AS row\n{found}{_set('n', node.others)}"


def save_edges(edge: Edge) -> str:
    """Return the statement that writes `rows` of `source` and `target` keys and properties, new or known.

    A row whose source or target does not exist is passed over.
    """
    return f"{_ends(edge)}\nMERGE (a)-[e:`{edge.type}`]->(b){_set('e', tuple(edge.properties))}"


def add_edges(edge: Edge) -> str:
    """Return the statement that writes `rows` of edges that do not exist yet: faster, it looks for none."""
    return f"{_ends(edge)}\nCREATE (a)-[e:`{edge.type}`]->(b){_set('e', tuple(edge.properties))}"


def delete_nodes(node: Node) -> str:
    """Return the statement that deletes the nodes of `keys`, with their edges."""
    return f"UNWIND $keys AS key\nMATCH (n:`{node.label}` {{`{node.key}`: key}})\nDETACH DELETE n"


def remove_nodes(node: Node) -> str:
    """Return the statement that deletes at most `removed_max` nodes whose key begins with `prefix`, with
    their edges, and says how many it `removed`.
    """
    found = f"MATCH (n:`{node.label}`)\nWHERE n.`{node.key}` STARTS WITH $prefix"
    return f"{found}\nWITH n\nLIMIT $removed_max\nDETACH DELETE n\nRETURN count(*) AS removed"


def remove_targets(edge: Edge) -> str:
    """Return the statement that deletes at most `removed_max` nodes to which an edge leads from one whose
    key begins with `prefix`, with all their edges, and says how many it `removed`.
    """
    found = f"MATCH (a:`{edge.source}`)-[:`{edge.type}`]->(n:`{edge.target}`)"
    chosen = f"WHERE a.`{edge.source_key}` STARTS WITH $prefix\nWITH DISTINCT n\nLIMIT $removed_max"
    return f"{found}\n{chosen}\nDETACH DELETE n\nRETURN count(*) AS removed"


def keep_nodes(node: Node, name: str) -> str:
    """Return the statement that deletes the nodes whose text `name` is none of `kept`, with its edges."""
    kind = node.key_kind if name == node.key else node.properties.get(name)
    assert kind == "string", f"{node.label}.{name}: expected text, got {kind}"
    return f"MATCH (n:`{node.label}`)\nWHERE NOT n.`{name}` IN $kept\nDETACH DELETE n"


def _set(variable: str, names: tuple[str, ...]) -> str:
    assignments = ", ".join(f"{variable}.`{name}` = row.`{name}`" for name in names)
    return f"\nSET {assignments}" if assignments else ""


def _ends(edge: Edge) -> str:
    # Two MATCH clauses, never one with a comma: the embedded engine makes a cross product of that (600 ms
    # for one row over 100,000 nodes), and two key look-ups of this.
    source = f"MATCH (a:`{edge.source}` {{`{edge.source_key}`: row.source}})"
    target = f"MATCH (b:`{edge.target}` {{`{edge.target_key}`: row.target}})"
    return f"UNWIND $rows AS row\n{source}\n{target}"


def _neo4j_node(node: Node) -> list[str]:
    unique = f"CREATE CONSTRAINT `{node.label}_{node.key}` IF NOT EXISTS FOR (n:`{node.label}`)"
    return [f"{unique} REQUIRE n.`{node.key}` IS UNIQUE"] + [
        f"CREATE INDEX `{node.label}_{name}` IF NOT EXISTS FOR (n:`{node.label}`) ON (n.`{name}`)"
        for name in node.indexes
    ]


def _embedded_node(node: Node) -> list[str]:
    key = f"`{node.key}` {EMBEDDED_TYPES[node.key_kind]}"
    table = f"CREATE NODE TABLE IF NOT EXISTS `{node.label}`({key}, PRIMARY KEY(`{node.key}`))"
    return [table, *_columns(node.label, {name: node.properties[name] for name in node.others})]


def _embedded_edge(edge: Edge) -> list[str]:
    ends = f"FROM `{edge.source}` TO `{edge.target}`"
    return [
        f"CREATE REL TABLE IF NOT EXISTS `{edge.type}`({ends})",
        *_columns(edge.type, edge.properties),
    ]


def _columns(table: str, properties: Mapping[str, Kind]) -> list[str]:
    return [
        f"ALTER TABLE `{table}` ADD IF NOT EXISTS `{name}` {EMBEDDED_TYPES[kind]}"
        for name, kind in properties.items()
    ]


def _check_names(*names: str) -> None:
    for name in names:
        assert NAME.fullmatch(name), f"{name!r} is no name: letters, digits and _, at most 63"
