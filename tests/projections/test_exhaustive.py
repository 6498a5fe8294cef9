"""An event that joins a union and that a fold forgets is a type error, not a lane that stops."""

import re
import subprocess
import sys
from pathlib import Path

import tta
from tests.support.projections.histories import READ_MODELS

SOURCE = Path(tta.__file__).parent


def unions() -> dict[str, tuple[str, str]]:
    """Each fold, with the file and the name of the union of events that its `keys` takes."""
    texts = {path.relative_to(SOURCE).as_posix(): path.read_text() for path in SOURCE.rglob("*.py")}
    found = {}
    for model in READ_MODELS:
        fold = f"projections/{model.NAME}.py"
        (union,) = re.findall(r"^def keys\(\w+: Fact\[(\w+)\]\)", texts[fold], re.MULTILINE)
        defined = re.compile(rf"^{union} = ", re.MULTILINE)
        (path,) = (path for path, text in texts.items() if defined.search(text))
        found[fold] = path, union
    return found


def with_another_event(source: str, union: str) -> str:
    """The source of a module whose union has one event more."""
    event = "class NewlyThoughtOf(Event, frozen=True, kw_only=True):\n    note: str\n\n\n"
    longer = f"{event}{union} = NewlyThoughtOf | "
    changed, found = re.subn(rf"^{union} = ", longer, source, flags=re.MULTILINE)
    assert found == 1, f"expected {union} once, got {found}"
    return changed


def errors(tmp_path: Path, shadows: list[str]) -> list[str]:
    """Type-check every fold as if files had another content."""
    folds = [str(SOURCE / fold) for fold in unions()]
    config = ["--config-file", str(SOURCE.parents[1] / "pyproject.toml"), "--no-pretty"]
    command = [
        sys.executable,
        "-m",
        "mypy",
        *config,
        "--cache-dir",
        str(tmp_path / "cache"),
        *shadows,
        *folds,
    ]
    checked = subprocess.run(command, capture_output=True, text=True, cwd=SOURCE.parents[1], check=False)
    assert checked.returncode in {0, 1}, checked.stdout + checked.stderr
    return [line for line in checked.stdout.splitlines() if "error:" in line]


def test_every_fold_must_handle_every_event_of_its_union(tmp_path: Path) -> None:
    shadows = []
    for number, (path, union) in enumerate(sorted(set(unions().values()))):
        shadow = tmp_path / f"{number}.py"
        shadow.write_text(with_another_event((SOURCE / path).read_text(), union))
        shadows += ["--shadow-file", str(SOURCE / path), str(shadow)]
    found = errors(tmp_path, shadows)
    for fold in unions():
        told = [line for line in found if fold in line and "NewlyThoughtOf" in line]
        assert told, f"{fold}: expected a type error, got {found}"
