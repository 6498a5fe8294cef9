"""Recipes of the docs, followed as they stand: each snippet names its file, each command is run."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
GENERATED = {"docs/openapi.json", "docs/asyncapi.json", "docs/problems.md"}
SNIPPET = re.compile(r"^```(\w+) title=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STAMP = ".installed"
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "dist", "build")


class Snippet(NamedTuple):
    """A whole file, or with the language `diff` a change of one that exists."""

    language: str
    path: str
    text: str


def snippets(page: str) -> list[Snippet]:
    return [Snippet(*found) for found in SNIPPET.findall(page)]


def commands(page: str) -> list[str]:
    return COMMANDS.findall(page)


def copy_of_the_tree(directory: Path) -> Path:
    """Copy what is checked in, with the environment of this process in place of `.venv`."""
    copy = directory / "tta"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    environment = copy / ".venv"
    environment.mkdir()
    for each in Path(sys.prefix).iterdir():
        if each.name != STAMP:
            (environment / each.name).symlink_to(each)
    (environment / STAMP).touch()  # It is installed: `make` has nothing to do.
    return copy


def apply(found: Iterable[Snippet], tree: Path) -> None:
    for snippet in found:
        path = tree / snippet.path
        if snippet.language != "diff":
            assert not path.exists(), f"{snippet.path} exists: show the change"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(snippet.text)
            continue
        text = path.read_text()
        for before, after in hunks(snippet.text):
            assert text.count(before) == 1, f"expected once in {snippet.path}:\n{before}"
            text = text.replace(before, after)
        path.write_text(text)


def hunks(diff: str) -> Iterator[tuple[str, str]]:
    """The lines before and after each hunk; a line `@@` stands between two."""
    for hunk in re.split(r"^@@\n", diff, flags=re.MULTILINE):
        lines = hunk.splitlines(keepends=True)
        assert all(line[0] in " +-" for line in lines), hunk
        yield (
            "".join(line[1:] for line in lines if line[0] != "+"),
            "".join(line[1:] for line in lines if line[0] != "-"),
        )


def run(command: str, tree: Path) -> str:
    """Run what a page says in a tree; give what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(tree / "src")}
    ran = subprocess.run(
        ["bash", "-eu", "-c", command], cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, f"{command}\n{ran.stdout[-4_000:]}\n{ran.stderr[-4_000:]}"
    return ran.stdout
