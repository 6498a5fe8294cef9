"""What the proofs share: a TTA in processes of its own, on the embedded graph or on Neo4j."""

import os
import random
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.proofs.system import System


@pytest.fixture
def chance() -> random.Random:
    """Everything that a proof leaves to chance comes from this one seed; it is printed, and told with
    TTA_TEST_SEED it happens again.
    """
    seed = int(os.environ.get("TTA_TEST_SEED") or secrets.randbits(32))
    print(f"\nTTA_TEST_SEED={seed}")
    return random.Random(seed)


@pytest_asyncio.fixture
async def system(tmp_path: Path) -> AsyncIterator[System]:
    """Servers and keys; a proof starts the parts that it needs, each on an embedded graph of its own."""
    async with System(tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def neo4j_system(tmp_path: Path, empty_neo4j: tuple[str, str]) -> AsyncIterator[System]:
    """The same on one Neo4j, which all parts share."""
    url, password = empty_neo4j
    async with System(tmp_path, graph_url=url, graph_password=password) as made:
        yield made
