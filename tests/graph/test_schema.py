"""A declaration gives tables and statements that both engines take, and that lose no value."""

import re
from typing import Any

import pytest

from tta.graph.engine import Graph, GraphRefused
from tta.graph.engines.plans import EngineConnection
from tta.graph.engines.shapes import Statement, samples
from tta.graph.schema import (
    Edge,
    Node,
    Schema,
    add_edges,
    add_nodes,
    ddl,
    delete_nodes,
    load_nodes,
    save_edges,
    save_nodes,
    set_nodes,
)

KINDS: dict[str, Any] = {
    "words": "string",
    "turn": "integer",
    "is_open": "boolean",
    "score": "float",
    "seal": "bytes",
    "order": "strings",  # A word of the language: names are quoted.
}
THING = Node("Thing", properties=KINDS, indexes=("words",))
SCENE = Node("Scene", key="number", properties={"number": "integer", "title": "string"})
MET = Edge("MET", "Thing", "Scene", {"turn": "integer"}, target_key="number")
SCHEMA = Schema((THING, SCENE), (MET,))

FULL = {
    "id": "full",
    "words": "a \x00 'quoted' \"line\"\n\\ü",
    "turn": 2**63 - 1,
    "is_open": False,
    "score": -0.5,
    "seal": bytes(range(256)),
    "order": ["a,b", "", "'c'", "[d]"],
}
EMPTY = {"id": "empty"} | dict.fromkeys(KINDS)
SMALL = {"id": "small", "words": "", "turn": -5, "is_open": True, "score": 0.0, "seal": b"", "order": []}


async def loaded(graph: Graph, *keys: object) -> list[dict]:
    return sorted(await graph.read(load_nodes(THING), keys=list(keys)), key=lambda row: row["id"])


async def run(graph: Graph, statement: str, **parameters) -> list[dict]:
    async with graph.transaction() as tx:
        return await tx.run(statement, **parameters)


@pytest.fixture
async def declared(graph: Graph) -> Graph:
    await graph.declare(SCHEMA)
    return graph


@pytest.mark.parametrize(
    "batches", [[[EMPTY], [FULL], [SMALL]], [[FULL, SMALL, EMPTY]], [[SMALL], [EMPTY, FULL]]]
)
@pytest.mark.parametrize("save", [save_nodes, add_nodes])
async def test_every_kind_and_null_comes_back_as_it_was(declared, batches, save):
    for rows in batches:
        await run(declared, save(THING), rows=rows)
    assert await loaded(declared, "full", "small", "empty") == [EMPTY, FULL, SMALL]


async def test_saving_overwrites_and_a_missing_property_becomes_null(declared):
    await run(declared, save_nodes(THING), rows=[FULL, SMALL])
    await run(declared, save_nodes(THING), rows=[{"id": "full", "turn": 7}, {"id": "new", "words": "x"}])
    blank = dict.fromkeys(KINDS)
    expected = [{"id": "full"} | blank | {"turn": 7}, {"id": "new"} | blank | {"words": "x"}, SMALL]
    assert expected == await loaded(declared, "full", "small", "new")


async def test_setting_passes_over_what_does_not_exist(declared):
    await run(declared, add_nodes(THING), rows=[SMALL])
    await run(declared, set_nodes(THING), rows=[SMALL | {"turn": 300}, FULL])
    assert await loaded(declared, "full", "small") == [SMALL | {"turn": 300}]


async def test_adding_what_exists_is_refused(declared):
    await run(declared, add_nodes(THING), rows=[SMALL])
    with pytest.raises(GraphRefused):
        await run(declared, add_nodes(THING), rows=[FULL, SMALL])
    assert await loaded(declared, "full", "small") == [SMALL]


async def test_columns_count_by_name_and_not_by_place(declared):
    forwards, backwards = FULL | {"id": "f"}, dict(reversed((FULL | {"id": "b"}).items()))
    await run(declared, save_nodes(THING), rows=[forwards, backwards])
    assert await loaded(declared, "f", "b") == [FULL | {"id": "b"}, FULL | {"id": "f"}]


async def test_numbers_of_every_width_keep_their_value_in_one_statement(declared):
    widths = [0, -1, 127, 128, -129, 2**15, 2**16, -(2**31), 2**31, 2**32, -(2**63), 2**63 - 1]
    for number in (*widths, *reversed(widths)):
        await run(declared, save_nodes(THING), rows=[{"id": "n", "turn": number}])
        assert [number] == [row["turn"] for row in await loaded(declared, "n")]
        await run(
            declared,
            "MERGE (t:Thing {id: 's'})\nSET t.turn = $turn, t.score = $score",
            turn=number,
            score=1.5,
        )
        found = await declared.read("MATCH (t:Thing)\nWHERE t.turn = $turn\nRETURN t.id AS id", turn=number)
        assert {"n", "s"} == {row["id"] for row in found}


async def test_whole_numbers_in_a_column_of_fractions_keep_their_value(declared):
    for scores in ([1], [0.5, 2], [3]):
        rows = [{"id": f"{number}", "score": score} for number, score in enumerate(scores)]
        await run(declared, save_nodes(THING), rows=rows)
        assert scores == [row["score"] for row in await loaded(declared, *(row["id"] for row in rows))]


async def test_empty_lists_of_rows_and_keys_do_nothing(declared):
    for statement in (save_nodes(THING), add_nodes(THING), set_nodes(THING), save_edges(MET)):
        await run(declared, statement, rows=[])
    assert await run(declared, load_nodes(THING), keys=[]) == []
    assert await run(declared, delete_nodes(THING), keys=[]) == []
    assert await declared.read("MATCH (t:Thing)\nRETURN count(t) AS n") == [{"n": 0}]


async def edges(graph: Graph) -> list[tuple]:
    rows = await graph.read(
        "MATCH (t:Thing)-[m:MET]->(s:Scene)\nRETURN t.id AS id, m.turn AS turn, s.number AS number\n"
        "ORDER BY id, number"
    )
    return [(row["id"], row["turn"], row["number"]) for row in rows]


async def test_an_edge_is_saved_once_between_ends_that_exist(declared):
    await run(declared, add_nodes(THING), rows=[SMALL, FULL])
    await run(
        declared, add_nodes(SCENE), rows=[{"number": 1, "title": "gate"}, {"number": 2**40, "title": None}]
    )
    rows = [
        {"source": "full", "target": 1, "turn": None},
        {"source": "full", "target": 2**40, "turn": 9},
        {"source": "nobody", "target": 1, "turn": 9},
    ]
    await run(declared, save_edges(MET), rows=rows)
    await run(declared, save_edges(MET), rows=[{"source": "full", "target": 1, "turn": 300}])
    await run(declared, add_edges(MET), rows=[{"source": "small", "target": 1}])
    assert await edges(declared) == [("full", 300, 1), ("full", 9, 2**40), ("small", None, 1)]


async def test_deleting_takes_the_edges_along(declared):
    await run(declared, add_nodes(THING), rows=[SMALL, FULL])
    await run(declared, add_nodes(SCENE), rows=[{"number": 1}])
    await run(
        declared, add_edges(MET), rows=[{"source": "small", "target": 1}, {"source": "full", "target": 1}]
    )
    await run(declared, delete_nodes(THING), keys=["small", "nobody"])
    assert await edges(declared) == [("full", None, 1)]
    assert await loaded(declared, "small", "full") == [FULL]


async def test_declaring_again_keeps_the_rows_and_adds_new_properties(declared):
    await run(declared, add_nodes(THING), rows=[SMALL])
    await declared.declare(SCHEMA)
    wider = Node("Thing", properties=KINDS | {"mood": "string"})
    await declared.declare(Schema((wider,)))
    assert await declared.read(load_nodes(wider), keys=["small"]) == [SMALL | {"mood": None}]
    await run(declared, set_nodes(wider), rows=[SMALL | {"mood": "calm"}])
    assert await declared.read(load_nodes(wider), keys=["small"]) == [SMALL | {"mood": "calm"}]


async def test_the_shared_subset_of_the_language_means_the_same(declared):
    await run(
        declared, add_nodes(THING), rows=[{"id": f"{n}", "turn": n, "words": "ab"[n % 2]} for n in range(10)]
    )
    await run(declared, add_nodes(SCENE), rows=[{"number": 1}])
    await run(declared, add_edges(MET), rows=[{"source": "3", "target": 1}])
    grouped = await declared.read(
        "MATCH (t:Thing)\nWITH t.words AS words, sum(t.turn) AS total, collect(t.id) AS ids\n"
        "RETURN words, total, size(ids) AS n\nORDER BY words"
    )
    assert grouped == [{"words": "a", "total": 20, "n": 5}, {"words": "b", "total": 25, "n": 5}]
    assert all(type(row["total"]) is int for row in grouped)
    met = "MATCH (t:Thing)\nWHERE EXISTS { MATCH (t)-[:MET]->(:Scene) }\nRETURN t.id AS id"
    assert await declared.read(met) == [{"id": "3"}]
    counted = (
        "MATCH (t:Thing {id: $id})\nOPTIONAL MATCH (t)-[:MET]->(s:Scene)\nRETURN t.id AS id, count(s) AS n"
    )
    assert await declared.read(counted, id="3") == [{"id": "3", "n": 1}]
    assert await declared.read(counted, id="4") == [{"id": "4", "n": 0}]
    page = "MATCH (t:Thing)\nRETURN t.turn AS turn\nORDER BY turn\nSKIP $skip\nLIMIT $limit"
    assert [row["turn"] for row in await declared.read(page, skip=2, limit=2)] == [2, 3]
    assert await declared.read(page, skip=300, limit=2) == []
    some = "MATCH (t:Thing)\nWHERE t.turn IN $turns AND t.words IN $words\nRETURN t.id AS id"
    assert await declared.read(some, turns=[4, 5, 1000], words=["a"]) == [{"id": "4"}]
    assert await declared.read(some, turns=[], words=["a"]) == []


@pytest.mark.parametrize(
    "make",
    [
        lambda: Node("No name"),
        lambda: Node("Thing", properties={"a`b": "string"}),
        lambda: Node("Thing", key="on", properties={"on": "boolean"}),
        lambda: Node("Thing", indexes=("absent",)),
        lambda: Edge("MET", "Thing", "Scene", {"source": "string"}),
        lambda: Schema((THING,), (MET,)),
        lambda: Schema((THING, SCENE), (Edge("MET", "Thing", "Scene"),)),
    ],
)
def test_a_declaration_that_could_not_work_is_refused_at_once(make):
    with pytest.raises(AssertionError):
        make()


def test_the_embedded_engine_looks_nodes_up_by_key_and_never_scans_for_them(tmp_path):
    import ladybug

    database = ladybug.Database(tmp_path / "graph")
    session = EngineConnection(database, 10)
    connection = ladybug.Connection(database)
    for text in ddl(SCHEMA, "embedded"):
        session.define(text)
    session.run("UNWIND range(1, 3000) AS i CREATE (t:Thing {id: string(i)})", {})
    row = {"id": "1", "words": "x", "source": "1", "target": 1, "turn": 1}
    for text in (load_nodes(THING), delete_nodes(THING), save_nodes(THING), set_nodes(THING), add_edges(MET)):
        statement = Statement(text)
        shape, _ = statement.fit({"keys": ["1"]} if "$keys" in text else {"rows": [row]})
        for step in statement.texts(shape):
            explained: Any = connection.execute(f"EXPLAIN {step}", samples(shape))
            plan = explained.get_all()[0][0]
            operators = set(re.findall(r"([A-Z_]+)\[\d+\]", plan))
            assert "QUERY_PRIMARY_KEY_LOOKUP" in operators, step
            assert not operators & {"SCAN_NODE_TABLE", "CROSS_PRODUCT"}, step
    connection.close()
    session.close()
    database.close()
