"""Migrations are applied once, in order, by whoever comes first, and what does not fit is named."""

import asyncio
import shutil

import pytest

from tta.graph.engine import GraphRefused
from tta.graph.migrations import (
    DatabaseIsNewer,
    MigrationAltered,
    MigrationsPending,
    all_migrations,
    check_migrated,
    migrate,
    migrations_folder,
    pending,
)
from tta.graph.opening import open_graph

SECOND = """
from tta.graph.schema import Node, Schema

SCHEMA = Schema((Node("Note", properties={"words": "string"}),))


async def change(tx):
    await tx.run("CREATE (n:Note {id: 'first', words: $words})", words="made once")
"""
BROKEN = SECOND.replace("words=", "unknown=")
NOTES = "MATCH (n:Note)\nRETURN n.id AS id, n.words AS words"


@pytest.fixture
def folder(tmp_path):
    """The project's migrations and one more, which writes a node."""
    copy = tmp_path / "migrations"
    shutil.copytree(migrations_folder(), copy)
    (copy / "0002_notes.py").write_text(SECOND)
    return copy


async def test_the_projects_migrations_are_applied_once(graph):
    with pytest.raises(MigrationsPending, match=r"0001_checkpoints.*tta migrate"):
        await check_migrated(graph)
    expected = [migration.id for migration in all_migrations()]
    assert [migration.id for migration in await pending(graph)] == expected
    assert [migration.id for migration in await migrate(graph)] == expected
    assert await migrate(graph) == []
    await check_migrated(graph)
    async with graph.transaction() as tx:
        await tx.run(
            "MERGE (c:Checkpoint {id: 'journey/7f'})\nSET c.model = $model, c.hash = $hash, c.slot = $slot",
            model="journey",
            hash=bytes(32),
            slot=127,
        )
    with pytest.raises(GraphRefused):
        async with graph.transaction() as tx:
            await tx.run("CREATE (c:Checkpoint {id: 'journey/7f'})")


async def test_later_migrations_follow_and_may_write(graph, folder):
    await migrate(graph)
    with pytest.raises(MigrationsPending, match="0002_notes"):
        await check_migrated(graph, folder)
    assert [migration.id for migration in await migrate(graph, folder)] == ["0002_notes"]
    await check_migrated(graph, folder)
    assert await graph.read(NOTES) == [{"id": "first", "words": "made once"}]


async def test_an_altered_migration_is_named_with_both_checksums(graph, folder):
    await migrate(graph, folder)
    before = all_migrations(folder)[1].checksum
    (folder / "0002_notes.py").write_text(SECOND + "\n# Altered.\n")
    after = all_migrations(folder)[1].checksum
    for act in (check_migrated, migrate):
        with pytest.raises(MigrationAltered) as refusal:
            await act(graph, folder)
        assert before in str(refusal.value)
        assert after in str(refusal.value)


async def test_other_line_ends_alter_nothing(graph, folder):
    await migrate(graph, folder)
    (folder / "0002_notes.py").write_bytes(SECOND.replace("\n", "\r\n").encode())
    await check_migrated(graph, folder)


async def test_an_older_program_is_told_that_the_graph_is_newer(graph, folder):
    await migrate(graph, folder)
    for act in (check_migrated, migrate):
        with pytest.raises(DatabaseIsNewer, match="0002_notes"):
            await act(graph)


async def test_a_migration_that_fails_is_not_recorded_and_can_be_run_again(graph, folder):
    (folder / "0002_notes.py").write_text(BROKEN)
    with pytest.raises(GraphRefused):
        await migrate(graph, folder)
    with pytest.raises(MigrationsPending, match="the graph lacks 0002_notes"):
        await check_migrated(graph, folder)
    (folder / "0002_notes.py").write_text(SECOND)
    assert [migration.id for migration in await migrate(graph, folder)] == ["0002_notes"]


async def test_of_many_who_migrate_at_once_each_migration_is_applied_by_one(graph, graph_address, folder):
    url, password = graph_address
    # Neo4j: a driver each, as from different processes. The embedded graph has one handle.
    others = [await open_graph(url, password=password) for _ in range(4)] if graph.dialect == "neo4j" else []
    done = await asyncio.gather(*(migrate(each, folder) for each in (others or [graph] * 4)))
    assert sorted(migration.id for each in done for migration in each) == ["0001_checkpoints", "0002_notes"]
    await check_migrated(graph, folder)
    assert await graph.read(NOTES) == [{"id": "first", "words": "made once"}]
    for each in others:
        await each.close()


def test_every_migration_has_its_note():
    for migration in all_migrations():
        note = (migrations_folder() / f"{migration.id}.md").read_text()
        for heading in ("What changes", "Who must act", "How to undo"):
            assert heading in note


def test_a_gap_in_the_numbers_is_noticed(folder):
    (folder / "0002_notes.py").rename(folder / "0003_notes.py")
    with pytest.raises(AssertionError, match="expected migration 0002, got 0003_notes"):
        all_migrations(folder)
