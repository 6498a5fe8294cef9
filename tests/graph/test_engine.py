"""Both engines keep the seam's promises: all or nothing, named errors, nothing left open."""

import asyncio
from contextlib import suppress

import pytest

from tta.graph.engine import Graph, GraphRefused, GraphUnavailable
from tta.graph.opening import open_graph
from tta.graph.schema import Node, Schema

THING = Node("Thing", properties={"turn": "integer"})
SAVE = "MERGE (t:Thing {id: $id})\nSET t.turn = $turn"
IDS = "MATCH (t:Thing)\nRETURN t.id AS id\nORDER BY id"
ENDLESS = """
MATCH (a:Thing), (b:Thing), (c:Thing), (d:Thing), (e:Thing)
WHERE a.turn < b.turn AND b.turn < c.turn AND c.turn < d.turn AND d.turn < e.turn AND e.turn < a.turn
RETURN count(*) AS n
"""


@pytest.fixture
async def things(graph: Graph) -> Graph:
    await graph.declare(Schema((THING,)))
    return graph


async def ids(graph: Graph) -> list[str]:
    return [row["id"] for row in await graph.read(IDS)]


async def fill(graph: Graph, many: int) -> None:
    rows = [{"id": f"{number}", "turn": number} for number in range(many)]
    async with graph.transaction() as tx:
        await tx.run("UNWIND $rows AS row\nCREATE (t:Thing {id: row.id, turn: row.turn})", rows=rows)


async def test_a_transaction_sees_what_it_wrote_and_others_do_not_yet(things):
    async with things.transaction() as tx:
        await tx.run(SAVE, id="a", turn=1)
        assert await tx.run(IDS) == [{"id": "a"}]
        assert await ids(things) == []
    assert await ids(things) == ["a"]


async def test_an_exception_rolls_back_and_comes_through(things):
    async def write_and_fail() -> None:
        async with things.transaction() as tx:
            await tx.run(SAVE, id="a", turn=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write_and_fail()
    assert await ids(things) == []
    await fill(things, 1)
    assert await ids(things) == ["0"]


async def test_a_transaction_is_over_after_an_error_even_if_its_caller_goes_on(things):
    async def go_on(wrong: str, *, writing: bool) -> None:
        async with things.transaction() as tx:
            await tx.run(SAVE, id="before", turn=1)
            with suppress(GraphRefused):
                await tx.run(wrong)
            if writing:
                await tx.run(SAVE, id="after", turn=1)

    for wrong in ("MATCH (t:Thing RETURN nothing", "CREATE (t:Thing {id: 'd'})\nCREATE (u:Thing {id: 'd'})"):
        for writing in (True, False):
            with pytest.raises(GraphRefused):
                await go_on(wrong, writing=writing)
    assert await ids(things) == []


async def test_statements_that_are_run_together_are_run_in_order_and_stand_or_fall_together(things):
    change = "MATCH (t:Thing {id: $id})\nSET t.turn = $turn"
    async with things.transaction() as tx:
        await tx.run_all([])
        await tx.run_all([(SAVE, {"id": "a", "turn": 1}), (change, {"id": "a", "turn": 2})])
    assert await things.read("MATCH (t:Thing)\nRETURN t.id AS id, t.turn AS turn") == [{"id": "a", "turn": 2}]

    async def go_on() -> None:
        async with things.transaction() as tx:
            with suppress(GraphRefused):
                await tx.run_all([(SAVE, {"id": "b", "turn": 1}), ("MATCH (t:Thing RETURN nothing", {})])
            await tx.run(SAVE, id="c", turn=1)

    with pytest.raises(GraphRefused):
        await go_on()
    assert await ids(things) == ["a"]


async def test_a_cancelled_caller_leaves_no_transaction_open(things):
    has_written = asyncio.Event()

    async def write_and_wait() -> None:
        async with things.transaction() as tx:
            await tx.run(SAVE, id="a", turn=1)
            has_written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write_and_wait())
    await has_written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        async with things.transaction() as tx:
            # On Neo4j this waits for the lock of a transaction that is still open.
            await tx.run(SAVE, id="a", turn=2)
            assert await tx.run("MATCH (t:Thing)\nRETURN t.turn AS turn") == [{"turn": 2}]


async def test_a_caller_cancelled_in_the_midst_of_a_statement_leaves_no_transaction_open(things):
    rows = [{"id": f"{number}", "turn": number} for number in range(2000)]

    async def write() -> None:
        async with things.transaction() as tx:
            await tx.run(SAVE, id="first", turn=1)
            await tx.run("UNWIND $rows AS row\nCREATE (t:Thing {id: row.id, turn: row.turn})", rows=rows)
            await tx.run(SAVE, id="last", turn=1)

    # Each round is cancelled one step of the event loop later than the one before.
    for steps in range(40):
        task = asyncio.create_task(write())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        async with asyncio.timeout(5):
            async with things.transaction() as tx:
                found = await tx.run("MATCH (t:Thing)\nRETURN count(t) AS n")
                assert found[0]["n"] in {0, 2002}
                await tx.run("MATCH (t:Thing)\nDETACH DELETE t")


async def test_transactions_begun_together_all_commit(things):
    async def add(number: int) -> None:
        async with things.transaction() as tx:
            await tx.run(SAVE, id=f"{number:02}", turn=number)

    async with asyncio.TaskGroup() as group:
        for number in range(30):
            group.create_task(add(number))
    assert await ids(things) == [f"{number:02}" for number in range(30)]


async def test_a_long_read_holds_up_neither_writing_nor_other_reading(things):
    await fill(things, 400)
    long = asyncio.create_task(things.read(ENDLESS))
    for number in range(5):
        async with things.transaction() as tx:
            await tx.run(SAVE, id=f"new {number}", turn=0)
    assert len(await ids(things)) == 405
    assert not long.done()
    long.cancel()
    with pytest.raises(asyncio.CancelledError):
        await long


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [
        ("MATCH (t:Thing", {}),
        ("MATCH (t:Thing)\nRETURN unknown", {}),
        ("MATCH (t:Thing {id: $id})\nRETURN t.id AS id", {"id": object()}),
        ("MATCH (t:Thing {turn: $turn})\nRETURN t.id AS id", {"turn": 2**63}),
        ("UNWIND $rows AS row\nMERGE (t:Thing {id: row.id})", {"rows": [{"id": object()}]}),
    ],
)
async def test_what_is_wrong_is_refused_by_name(things, statement, parameters):
    with pytest.raises(GraphRefused):
        await things.read(statement, **parameters)
    with pytest.raises(GraphRefused):
        async with things.transaction() as tx:
            await tx.run(statement, **parameters)
    assert await ids(things) == []


@pytest.mark.parametrize("how", ["read", "statement", "idle"])
async def test_what_takes_too_long_is_unavailable_and_rolled_back(graph_address, how):
    url, password = graph_address
    graph = await open_graph(url, password=password, transaction_timeout_s=0.7)
    await graph.declare(Schema((THING,)))
    await fill(graph, 400)

    async def take_too_long() -> None:
        if how == "read":
            await graph.read(ENDLESS)
        async with graph.transaction() as tx:
            await tx.run(SAVE, id="late", turn=1)
            if how == "statement":
                await tx.run(ENDLESS)
            await asyncio.Event().wait()

    with pytest.raises(GraphUnavailable):
        await take_too_long()
    assert "late" not in await ids(graph)
    async with graph.transaction() as tx:
        await tx.run(SAVE, id="in time", turn=1)
    await graph.close()


async def test_closing_twice_is_once(things):
    await things.close()
    await things.close()


@pytest.mark.parametrize("url", ["embedded:", "embedded://host/path", "http://localhost", "graph", ""])
async def test_an_address_that_names_no_graph_is_refused(url):
    with pytest.raises(GraphRefused):
        await open_graph(url)
