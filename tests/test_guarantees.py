"""Every promise of docs/guarantees.md names tests that exist, and every proof is named by a promise."""

import ast
import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "guarantees.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+(?:::\w+)?)`")
COLUMNS = ["promise", "how it is attacked", "tests", "measured"]


class Row(NamedTuple):
    promise: str
    attack: str
    tests: list[tuple[str, str]]


def rows() -> list[Row]:
    found = []
    for line in PAGE.read_text().splitlines():
        if line.startswith("|") and not line.startswith("|---"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert len(cells) == len(COLUMNS), line
            if cells != COLUMNS:
                found.append(Row(cells[0], cells[1], TEST.findall(cells[2])))
    return found


def there_in(path: Path) -> dict[str, bool]:
    """Name the tests of a file; the flag says whether it runs only as a soak."""
    found: dict[str, bool] = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            found[node.name] = any("mark.soak" in ast.unparse(each) for each in node.decorator_list)
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            found[node.name] = False
            found |= {
                f"{node.name}::{each.name}": False
                for each in node.body
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
            }
    return found


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.promise[:60])
def test_a_promise_names_tests_that_exist_and_one_that_always_runs(row: Row):
    assert row.attack
    assert row.tests, "no test attacks it"
    soaks = []
    for file, name in row.tests:
        there = there_in(ROOT / file) if (ROOT / file).exists() else {}
        assert name in there, f"{file} has no {name}"
        soaks.append(there[name])
    assert not all(soaks), "every test of it is a soak, so `make test` proves nothing"


def test_every_proof_and_every_soak_belongs_to_a_promise():
    named = {test for row in rows() for test in row.tests}
    unnamed = [
        f"{file}::{name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for name, soak in there_in(path).items()
        if (soak or "proofs" in path.parts) and (file := str(path.relative_to(ROOT)), name) not in named
    ]
    assert unnamed == []


def test_every_soak_of_a_proof_has_a_short_form():
    for path in sorted((ROOT / "tests" / "proofs").glob("test_*.py")):
        there = there_in(path)
        short = [name for name, soak in there.items() if not soak]
        for name, soak in there.items():
            assert not soak or any(name.startswith(each) for each in short), f"{path.name}::{name}"


def test_the_page_says_what_is_not_promised():
    assert len(PAGE.read_text().partition("## What is not promised")[2].split("\n- ")) > 8
