"""The glossary explains each word once, and names modules and classes that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"\| (?P<word>[^|]+) \| (?P<meaning>[^|]+) \| `(?P<owner>tta[\w.]*)` \|")
PAGE = (ROOT / "docs" / "glossary.md").read_text()
ROWS = [found.groupdict() for line in PAGE.splitlines() if (found := ROW.fullmatch(line))]


def test_every_row_can_be_read():
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| word |")]
    assert len(lines) == len(ROWS) > 0


def test_no_word_is_explained_twice():
    words = [row["word"] for row in ROWS]
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["word"])
def test_a_word_is_owned_by_something_that_exists(row: dict[str, str]):
    parts = row["owner"].split(".")
    name = parts.pop() if parts[-1][0].isupper() else ""
    path = ROOT.joinpath("src", *parts)
    module = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    assert module.is_file(), f"expected {row['owner']}, there is no {module.relative_to(ROOT)}"
    body = ast.parse(module.read_text()).body
    assert not name or name in {node.name for node in body if isinstance(node, ast.ClassDef)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["word"])
def test_a_word_takes_three_sentences_at_most(row: dict[str, str]):
    assert row["meaning"].endswith(".")
    assert len(re.findall(r"[.;]( |$)", row["meaning"])) <= 3


def test_the_readme_links_the_glossary():
    assert "(docs/glossary.md)" in (ROOT / "README.md").read_text()
