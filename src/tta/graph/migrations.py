"""Numbered changes to what the graph holds that no rebuild brings back: checkpoints, workers, live versions.

A migration is a file `NNNN_name.py` with `SCHEMA`, what it makes room for, and, where data change too,
`async def change(tx)`. Read models are not migrated: a new version is built beside the old one.
"""

import hashlib
import importlib.util
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tta
from tta.clock import now_ms
from tta.graph.engine import Graph, Transaction
from tta.graph.schema import Node, Schema

LEDGER = Schema(
    (
        Node(
            "Migration",
            properties={
                "number": "integer",
                "name": "string",
                "checksum": "string",
                "applied_ms": "integer",
            },
        ),
    )
)
"""Where applied migrations are written down; made by whoever migrates first, so it is no migration itself."""

ADDED = Schema(
    (
        Node(
            "Checkpoint",
            properties={
                "fills_to": "integer",
                "stopped": "string",
                "stopped_at": "integer",
                "forgotten_by": "string",
                "recorded_ms": "integer",
                "recorded_of": "integer",
            },
        ),
    )
)
"""Properties that came later and may be null. A migration would shut out the release before, which does not
read them.
"""

APPLIED = """
MATCH (m:Migration)
WHERE m.number > 0
RETURN m.number AS number, m.name AS name, m.checksum AS checksum
ORDER BY number
"""
LOCK = """
MERGE (m:Migration {id: 'lock'})
SET m.number = 0, m.applied_ms = $now_ms
"""
RECORD = """
CREATE (m:Migration {id: $id, number: $number, name: $name, checksum: $checksum, applied_ms: $now_ms})
"""

file_pattern = re.compile(r"(\d{4})_([a-z0-9_]+)\.py")


class MigrationsPending(Exception):
    """The graph lacks changes that this TTA needs."""


class MigrationAltered(Exception):
    """A migration's file is not the one that was applied."""


class DatabaseIsNewer(Exception):
    """The graph has changes that this TTA does not know."""


@dataclass(frozen=True)
class Migration:
    """One numbered change."""

    number: int
    name: str
    checksum: str
    """SHA-256 of the file, hexadecimal."""
    schema: Schema
    change: Callable[[Transaction], Awaitable[None]] | None = None

    @property
    def id(self) -> str:
        """`0001_checkpoints`."""
        return f"{self.number:04d}_{self.name}"


def migrations_folder() -> Path:
    """Find the migrations: inside the package in an installed wheel, beside `src` in a checkout."""
    package = Path(tta.__file__).resolve().parent
    for folder in (package / "migrations", package.parent.parent / "migrations"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"expected migrations in {package} or {package.parent.parent}, found neither")


def all_migrations(folder: Path | None = None) -> list[Migration]:
    """Read every migration, in order; numbers run from 1 without a gap."""
    found = [_load(path) for path in sorted((folder or migrations_folder()).glob("[0-9]*.py"))]
    for expected, migration in enumerate(found, 1):
        assert migration.number == expected, f"expected migration {expected:04d}, got {migration.id}"
    return found


async def pending(graph: Graph, folder: Path | None = None) -> list[Migration]:
    """Return the migrations to apply, in order; raises MigrationAltered and DatabaseIsNewer."""
    known = all_migrations(folder)
    return known[_agree(known, await _applied(graph)) :]


async def migrate(graph: Graph, folder: Path | None = None) -> list[Migration]:
    """Apply what is pending, in order, and return it; safe beside another process that does the same.

    Raises MigrationAltered and DatabaseIsNewer; stopped at any point, it is simply run again.
    """
    await graph.declare(LEDGER)
    return [migration for migration in await pending(graph, folder) if await _apply(graph, migration)]


async def check_migrated(graph: Graph, folder: Path | None = None) -> None:
    """Return if the graph is just as this TTA needs it.

    Raises MigrationsPending, MigrationAltered or DatabaseIsNewer.
    """
    missing = await pending(graph, folder)
    if missing:
        names = ", ".join(migration.id for migration in missing)
        raise MigrationsPending(f"the graph lacks {names}: run `tta migrate`")


async def _applied(graph: Graph) -> list[tuple[int, str, str]]:
    if graph.dialect == "embedded":
        # A table must exist to be asked. Neo4j finds nothing under a label that it does not know.
        await graph.declare(LEDGER)
        await graph.declare(ADDED)
    rows = await graph.read(APPLIED)
    return [(row["number"], row["name"], row["checksum"]) for row in rows]


async def _apply(graph: Graph, migration: Migration) -> bool:
    # Neo4j takes no schema change and data in one transaction. Making room twice changes nothing; the rest is
    # done by whoever locks first.
    await graph.declare(migration.schema)
    async with graph.transaction() as tx:
        at_ms = now_ms()
        await tx.run(LOCK, now_ms=at_ms)
        if any(row["number"] == migration.number for row in await tx.run(APPLIED)):
            return False
        if migration.change is not None:
            await migration.change(tx)
        await tx.run(
            RECORD,
            id=migration.id,
            number=migration.number,
            name=migration.name,
            checksum=migration.checksum,
            now_ms=at_ms,
        )
    return True


def _agree(known: Sequence[Migration], applied: Sequence[tuple[int, str, str]]) -> int:
    """Return how many are applied, if those are the first of the known ones."""
    if len(applied) > len(known):
        number, name, _ = applied[-1]
        raise DatabaseIsNewer(
            f"the graph is at migration {number:04d}_{name}, this TTA knows {len(known)}: run a newer TTA"
        )
    for migration, (number, name, checksum) in zip(known, applied, strict=False):
        if (migration.number, migration.checksum) != (number, checksum):
            raise MigrationAltered(
                f"{migration.id} has checksum {migration.checksum},"
                f" but what was applied is {number:04d}_{name} with {checksum}"
            )
    return len(applied)


def _load(path: Path) -> Migration:
    named = file_pattern.fullmatch(path.name)
    assert named is not None, f"{path}: expected NNNN_name.py"
    # A checkout may change line ends; the meaning stays.
    checksum = hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    spec = importlib.util.spec_from_file_location(f"tta_migration_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Migration(int(named[1]), named[2], checksum, module.SCHEMA, getattr(module, "change", None))
