"""Compiles stories in Ink, if Node is installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

TOP = "# id: s\n# version: 1\n# title: T\n# summary: S\n# world: W\n# language: en\n"


def tags(scene: str, /, **changed: str) -> str:
    told = {"scene": scene, "approach": "cbt", "intensity": "1", "readiness": "any", "location": "here"}
    return "\n".join(f"# {name}: {value}" for name, value in (told | changed).items())


def compiled(tmp_path: Path, ink: str) -> str:
    npx = shutil.which("npx")
    if npx is None:
        pytest.skip("no node here: stories cannot be compiled")
    source = tmp_path / "story.ink"
    source.write_text(ink)
    target = tmp_path / "story.json"
    ran = subprocess.run(
        [npx, "--yes", "--package", "inkjs@2.4.0", "inkjs-compiler", "-o", str(target), str(source)],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    if not target.exists() and "ERR!" in ran.stderr:
        pytest.skip("the compiler cannot be had here")
    assert target.exists(), ran.stdout + ran.stderr
    return target.read_text("utf-8-sig")
