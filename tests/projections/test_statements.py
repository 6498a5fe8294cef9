"""Every statement of the project runs on both engines, and says what it is there to say."""

import importlib
import pkgutil
import re
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import pytest

import tta
from tests.support.projections.histories import PLAYER_STATE, READ_MODELS, SESSION_STATE
from tta.graph.engine import Graph, GraphRefused
from tta.graph.migrations import migrate
from tta.projections import catalogue
from tta.projections.player_state import PLAYER_BY_ID, PlayerState
from tta.projections.session_state import SESSION_BY_ID, SessionState
from tta.projector.read_model import ReadModel, Row, Storage

CHECKPOINT = "journey@2/00"
SPECIAL_PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "tta.graph.migrations.RECORD": {"id": "0099_x", "number": 99, "name": "x", "checksum": "c", "now_ms": 7},
    "tta.projections.catalogue_answers.STORIES": {
        "catalogue": "c",
        "story": "",
        "world": "w",
        "skill": "s",
        "character": "p",
        "approach": "a",
        "location": "l",
        "free_of": ["f", "g"],
        "rows_max": 9,
    },
    "tta.projections.journey.SESSIONS_PLAYED": {
        "player": "p",
        "before_ms": 2**62,
        "before": "",
        "sessions_max": 9,
        "status": "open",
        "story": "",
    },
    "tta.projector.checkpoints.MAKE": {
        "rows": [{"id": CHECKPOINT, "model": "journey@2", "slot": 0, "hash": b"", "fills_to": 7}]
    },
    "tta.projector.checkpoints.ADOPT": {"rows": [{"id": CHECKPOINT, "fills_to": 7}]},
    "tta.projector.checkpoints.STOP": {"rows": [{"id": CHECKPOINT, "position": 7, "reason": "r"}]},
    "tta.projector.checkpoints.RESET": {
        "rows": [{"id": CHECKPOINT, "fills_to": 7}],
        "hash": b"forgotten",
        "by": "b",
    },
    "tta.projector.checkpoints.LAST_SAVE": {"model": "journey@2"},
    "tta.projector.checkpoints.FORGOTTEN_BY": {"model": "journey@2", "by": "b"},
    "tta.projector.checkpoints.LOCK": {"ids": [CHECKPOINT], "worker": "w"},
    "tta.projector.checkpoints.READ": {"ids": [CHECKPOINT]},
    "tta.projector.checkpoints.CLAIM": {"rows": [{"id": CHECKPOINT, "worker": "w"}]},
    "tta.projector.checkpoints.RELEASE": {"rows": [{"id": CHECKPOINT, "worker": "w"}]},
    "tta.projector.checkpoints.MOVE": {
        "rows": [
            {
                "id": CHECKPOINT,
                "epoch": 1,
                "stood_at": 0,
                "stood_hash": b"",
                "position": 9,
                "hash": b"h",
                "recorded_ms": 7,
            }
        ],
        "now_ms": 7,
    },
    "tta.projector.checkpoints.BEATS": {"models": ["journey@2"]},
    "tta.projector.checkpoints.BEAT": {
        "rows": [{"id": "w", "beat": 7, "model": "journey@2", "stopped": ["s"]}]
    },
    "tta.projector.checkpoints.FORGET": {"workers": ["w"]},
}
"""For statements that take rows, or whose parameters depend on each other; `parameters_of` has the others."""
OF_NEO4J_ALONE = {"tta.graph.engines.bolt", "tta.console.doctor_servers"}
"""Modules that only Neo4j is spoken to by; their own tests run what they say."""

cypher_pattern = re.compile(r"^\s*(?:MATCH|MERGE|CREATE|UNWIND|CALL|OPTIONAL)\b.*\b", re.MULTILINE)


def statements() -> dict[str, str]:
    """Every upper-case constant of the project that is Cypher, by module and name."""
    modules: list[ModuleType] = [
        importlib.import_module(each.name)
        for each in pkgutil.walk_packages(tta.__path__, "tta.")
        if not each.name.endswith("__main__") and each.name not in OF_NEO4J_ALONE
    ]
    return {
        f"{module.__name__}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and cypher_pattern.search(value)
    }


def parameters_of(name: str, statement: str) -> Mapping[str, Any]:
    """What a statement is tried with. `$rows_max` and `$now_ms` are numbers, what follows IN is a list, and
    all else is text.
    """
    if name in SPECIAL_PARAMETERS:
        return SPECIAL_PARAMETERS[name]
    found = set(re.findall(r"\$(\w+)", statement))
    lists = set(re.findall(r"\bIN \$(\w+)", statement))
    assert not re.search(r"UNWIND \$", statement), f"give {name} its rows in SPECIAL_PARAMETERS"
    numbers = {each for each in found if each.endswith(("_max", "_ms"))}
    return {each: ["a", "b"] if each in lists else 9 if each in numbers else "text" for each in found}


def rows_of(row: type[Row]) -> list[dict[str, Any]]:
    """Two rows: with every field filled, and with every field null that may be."""
    samples = {"str": "text", "int": 2**40, "bool": True, "bytes": b"\x01\x00box", "tuple": ["a", "b"]}
    samples["float"] = 0.5
    full, bare = {}, {}
    for name, hint in row.__annotations__.items() | Row.__annotations__.items():
        if name not in row.__struct_fields__:
            continue
        word = re.findall(r"str|int|bool|bytes|float|tuple", str(hint))
        value = samples["tuple" if "tuple" in word else word[0]]
        full[name] = value
        bare[name] = None if "None" in str(hint) else [] if "tuple" in word else value
    return [full | {"id": "one"}, bare | {"id": "two"}]


async def prepared(graph: Graph) -> None:
    await migrate(graph)
    for model in READ_MODELS:
        await graph.declare(Storage(model).schema)
    await graph.declare(catalogue.STORAGE.schema)


def test_no_statement_is_left_out():
    assert SPECIAL_PARAMETERS.keys() <= statements().keys()
    found = {name.rpartition(".")[0] for name in statements()}
    assert {f"tta.projections.{model.NAME}" for model in READ_MODELS} <= found, "each answers something"


async def test_every_constant_runs(graph: Graph):
    await prepared(graph)
    for name, statement in statements().items():
        async with graph.transaction() as tx:
            await tx.run(statement, **parameters_of(name, statement))


async def test_every_constant_names_its_parameters():
    for name, statement in statements().items():
        assert set(re.findall(r"\$(\w+)", statement)) == set(parameters_of(name, statement)), name


async def test_rows_are_read_as_they_were_written(graph: Graph):
    await prepared(graph)
    for storage in map(Storage, READ_MODELS):
        for row in storage.nodes:
            full, bare = rows_of(row)
            changed = [bare | {"id": "one"}, full | {"id": "two"}]
            for statement, written in ((storage.adds, [full, bare]), (storage.sets, changed)):
                async with graph.transaction() as tx:
                    await tx.run(statement[row], rows=written)
                found = await graph.read(storage.loads[row], keys=["one", "two", "none such"])
                assert by_id(written) == by_id(found)
            with pytest.raises(GraphRefused):  # A row that exists is not added again.
                async with graph.transaction() as tx:
                    await tx.run(storage.adds[row], rows=[full])


async def test_links_lead_from_row_to_row(graph: Graph):
    await prepared(graph)
    for model in READ_MODELS:
        storage = Storage(model)
        async with graph.transaction() as tx:
            for row, statement in storage.adds.items():
                await tx.run(statement, rows=rows_of(row))
            for statement in storage.joins.values():
                ends = [{"source": "one", "target": "two"}, {"source": "none such", "target": "two"}]
                await tx.run(statement, rows=ends)
        for edge in storage.edges.values():
            found = await graph.read(
                f"MATCH (a:{edge.source})-[:{edge.type}]->(b:{edge.target}) RETURN a.id AS a, b.id AS b"
            )
            assert found == [{"a": "one", "b": "two"}]


async def test_a_query_by_id_gives_the_whole_row(graph: Graph):
    await prepared(graph)
    queries: list[tuple[str, type[Row], ReadModel]] = [
        (SESSION_BY_ID, SessionState, SESSION_STATE),
        (PLAYER_BY_ID, PlayerState, PLAYER_STATE),
    ]
    for query, row, model in queries:
        written = rows_of(row)
        async with graph.transaction() as tx:
            await tx.run(Storage(model).adds[row], rows=written)
        for each in written:
            assert await graph.read(query, id=each["id"]) == [each]
            assert set(row.__struct_fields__) == each.keys()
        assert await graph.read(query, id="none such") == []


def by_id(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return sorted((dict(row) for row in rows), key=lambda row: str(row["id"]))
