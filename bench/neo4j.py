"""A Neo4j for the benchmarks, started as for the tests, or the one that TTA_TEST_NEO4J_URL names."""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bench.players import free_port
from tta.graph.engine import GraphUnavailable
from tta.graph.opening import open_graph

START = Path(__file__).parent.parent / "deploy" / "neo4j" / "start"
READY_S = 120


@asynccontextmanager
async def neo4j() -> AsyncIterator[tuple[str, str] | None]:
    """Yield URL and password of a Neo4j; None if there is no Java or Maven to start one.

    Everything in it is deleted.
    """
    given = os.environ.get("TTA_TEST_NEO4J_URL")
    if given:
        yield given, os.environ.get("TTA_TEST_NEO4J_PASSWORD", "")
        return
    if shutil.which("java") is None or shutil.which("mvn") is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as home:
        port, password = free_port(), secrets.token_hex(8)
        environment = {
            **os.environ,
            "TTA_NEO4J_HOME": home,
            "TTA_NEO4J_BOLT": f"127.0.0.1:{port}",
            "TTA_NEO4J_PASSWORD": password,
            "TTA_NEO4J_HEAP": "1g",
        }
        process = await asyncio.create_subprocess_exec(
            str(START), env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        url = f"bolt://127.0.0.1:{port}"
        try:
            await _ready(url, password)
            yield url, password
        finally:
            process.terminate()
            await process.wait()


async def wiped(url: str, password: str) -> None:
    """Delete all nodes, in portions, and clear the cached query plans."""
    graph = await open_graph(url, user="neo4j", password=password)
    try:
        while (await graph.read("MATCH (n) RETURN count(n) AS left"))[0]["left"]:
            async with graph.transaction() as tx:
                await tx.run("MATCH (n) WITH n LIMIT 10000 DETACH DELETE n")
    finally:
        await graph.close()


async def _ready(url: str, password: str) -> None:
    graph = await open_graph(url, user="neo4j", password=password)
    try:
        async with asyncio.timeout(READY_S):
            while True:
                with suppress(GraphUnavailable):
                    await graph.check()
                    return
                await asyncio.sleep(0.2)
    finally:
        await graph.close()
