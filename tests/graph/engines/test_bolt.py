"""Neo4j over Bolt: what cannot be reached, is deadlocked or was killed is told apart from what is wrong."""

import asyncio
import socket

import neo4j
import pytest

from tta.graph.engine import Graph, GraphRefused, GraphUnavailable
from tta.graph.opening import open_graph
from tta.graph.schema import Node, Schema, add_nodes, ddl

ROW = Node("Row", properties={"batch": "integer"})
COUNTER = Node("Counter", properties={"batch": "integer"})
SCHEMA = Schema((ROW, COUNTER))
BATCH_ROWS = 50
LABELS = 30
TURN = "MATCH (c:Counter {id: $id})\nSET c.batch = c.batch + 1"


async def test_a_server_that_is_not_there_is_unavailable():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    graph = await open_graph(f"bolt://127.0.0.1:{port}", password="any", connect_timeout_s=1)
    with pytest.raises(GraphUnavailable):
        await graph.check()
    with pytest.raises(GraphUnavailable):
        await graph.read("RETURN 1 AS one")
    with pytest.raises(GraphUnavailable):
        async with graph.transaction():
            raise AssertionError("there is no transaction to enter")
    await graph.close()


async def test_a_server_that_never_answers_is_unavailable_in_time():
    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await forever.wait()
        writer.close()

    forever = asyncio.Event()
    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    graph = await open_graph(f"bolt://127.0.0.1:{port}", password="any", connect_timeout_s=0.5)
    async with asyncio.timeout(10):
        with pytest.raises(GraphUnavailable):
            await graph.check()
    forever.set()
    await graph.close()
    server.close()


@pytest.mark.neo4j
async def test_a_wrong_password_is_refused(neo4j_server):
    graph = await open_graph(neo4j_server[0], password="not this one")
    with pytest.raises(GraphRefused, match="Unauthorized"):
        await graph.check()
    await graph.close()


@pytest.mark.neo4j
@pytest.mark.parametrize("graph_address", ["neo4j"], indirect=True)
async def test_of_two_deadlocked_transactions_one_commits_and_one_may_be_run_again(graph):
    await graph.declare(SCHEMA)
    async with graph.transaction() as tx:
        await tx.run(add_nodes(COUNTER), rows=[{"id": "a", "batch": 0}, {"id": "b", "batch": 0}])
    both_hold_one = asyncio.Barrier(2)

    async def turn(first: str, second: str) -> str:
        try:
            async with graph.transaction() as tx:
                await tx.run(TURN, id=first)
                await both_hold_one.wait()
                await tx.run(TURN, id=second)
        except GraphUnavailable as error:
            return str(error)
        return "committed"

    ends = sorted(await asyncio.gather(turn("a", "b"), turn("b", "a")), key=len)
    assert ends[0] == "committed"
    assert "Deadlock" in ends[1]
    turned = await graph.read("MATCH (c:Counter)\nRETURN c.batch AS batch")
    assert turned == [{"batch": 1}, {"batch": 1}]


@pytest.mark.neo4j
@pytest.mark.parametrize("graph_address", ["neo4j"], indirect=True)
async def test_a_process_whose_schema_stands_does_not_block_others_that_declare_theirs(graph, neo4j_server):
    """A process that awaited an index held a lock which the constraint of that index waited for."""
    await graph.declare(SCHEMA)
    url, password = neo4j_server
    others = [await open_graph(url, password=password) for _ in range(4)]
    are_declared = asyncio.Event()

    async def declare_again(other: Graph) -> None:
        while not are_declared.is_set():
            await other.declare(SCHEMA)

    again = [asyncio.create_task(declare_again(other)) for other in others]
    try:
        for number in range(LABELS):
            await graph.declare(Schema((Node(f"Label{number}", properties={"batch": "integer"}),)))
    finally:
        are_declared.set()
        await asyncio.gather(*again)
        await asyncio.gather(*(other.close() for other in others))


@pytest.mark.neo4j
@pytest.mark.parametrize("graph_address", ["neo4j"], indirect=True)
async def test_a_name_that_is_just_being_taken_is_tried_again_and_not_refused(graph, neo4j_server):
    """As after a declaration that was cancelled, which the server may still be carrying out."""
    statement = ddl(Schema((Node("TakenForNow", properties={"batch": "integer"}),)), "neo4j")[0]
    name = statement.split("`")[1]
    url, password = neo4j_server
    async with neo4j.AsyncGraphDatabase.driver(url, auth=("neo4j", password)) as driver:
        await driver.execute_query(f"CREATE INDEX `{name}` FOR (e:Elsewhere) ON (e.batch)")
        try:
            with pytest.raises(GraphUnavailable, match="AlreadyExists"):
                async with graph.transaction() as tx:
                    await tx.run(statement)
        finally:
            await driver.execute_query(f"DROP INDEX `{name}`")


@pytest.mark.neo4j
@pytest.mark.slow
@pytest.mark.parametrize("graph_address", ["neo4j"], indirect=True)
async def test_what_was_committed_survives_sigkill_and_nothing_is_half_there(graph, request):
    server = request.getfixturevalue("own_neo4j")
    await graph.declare(SCHEMA)
    acknowledged = 0
    enough = asyncio.Event()

    async def write() -> None:
        nonlocal acknowledged
        while True:
            batch = acknowledged + 1
            async with graph.transaction() as tx:
                await tx.run("MERGE (c:Counter {id: 'only'})\nSET c.batch = $batch", batch=batch)
                rows = [{"id": f"{batch}-{n}", "batch": batch} for n in range(BATCH_ROWS)]
                await tx.run(add_nodes(ROW), rows=rows)
            acknowledged = batch
            if acknowledged == 60:
                enough.set()

    writing = asyncio.create_task(write())
    await enough.wait()
    # In a thread, so that writing goes on until the very moment of the kill.
    await asyncio.to_thread(server.kill)
    with pytest.raises(GraphUnavailable):
        await writing
    await asyncio.to_thread(server.start)
    counter = await graph.read("MATCH (c:Counter)\nRETURN c.batch AS batch")
    last = counter[0]["batch"]
    assert last - acknowledged in {0, 1}
    rows = await graph.read("MATCH (r:Row)\nRETURN r.batch AS batch, count(r) AS n\nORDER BY batch")
    assert rows == [{"batch": batch, "n": BATCH_ROWS} for batch in range(1, last + 1)]
