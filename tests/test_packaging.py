"""The wheel has all that TTA needs at run time: it plays the demo in an environment that has nothing else."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.running_tta import environment

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as a release would be, by pip, in isolation."""
    directory = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", directory, ROOT)
    (built,) = directory.glob("*.whl")
    return built


def run(*command: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_what_is_not_code(wheel: Path):
    inside = set(zipfile.ZipFile(wheel).namelist())
    scripts = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src").rglob("*.lua")}
    prompts = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src").rglob("prompts/*.txt")}
    migrations = {f"tta/migrations/{path.name}" for path in (ROOT / "migrations").glob("[0-9]*")}

    assert scripts
    assert prompts
    assert migrations
    assert scripts | prompts | migrations | {"tta/py.typed"} <= inside
    assert not {name for name in inside if name.startswith(("tests/", "bench/")) or "__pycache__" in name}


def test_the_demo_plays_from_the_wheel_in_an_empty_environment(wheel: Path, tmp_path: Path):
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    # The requirements of the wheel itself, in the versions that are tested here.
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pinned = [line.removesuffix("\\").strip() for line in lines if line[:1].isalnum()]
    (tmp_path / "constraints.txt").write_text("\n".join(pinned))
    run(
        *(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-compile"),
        *("--constraint", tmp_path / "constraints.txt", wheel),
    )
    (tmp_path / "empty").mkdir()

    told = run(tmp_path / "env" / "bin" / "tta", "demo", cwd=tmp_path / "empty")

    assert "steps succeeded" in told
    assert list((tmp_path / "empty").iterdir()) == []
