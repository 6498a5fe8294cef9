"""Each benchmark runs: once, with little, in a process of its own. Its figures mean nothing then."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import NAMES
from bench.peers import postgresql_binaries

ROOT = Path(__file__).parents[1]
PEER = "cached / PostgreSQL"


def figures_of(name: str, directory: Path, **settings: str) -> dict[str, float]:
    """Return the figures of a benchmark by name."""
    told = directory / "figures.json"
    ran = subprocess.run(
        [sys.executable, "-m", "bench", name, "--json", told],
        cwd=ROOT,
        env=os.environ | {"BENCH_SMALL": "1"} | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=800,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "bars met; figures in" in ran.stdout
    (rows,) = json.loads(told.read_text())["results"].values()
    for row in rows:
        assert row["what"] in ran.stdout.replace("\n", " "), f"{row['what']} is not printed"
    return {row["what"]: row["value"] for row in rows}


def must_be_measured(figures: dict[str, float], *ratios: str) -> None:
    """Every figure is a number, and these ratios are among them."""
    assert set(ratios) <= set(figures)
    assert all(math.isfinite(value) for what, value in figures.items() if "SQL" not in what), figures
    assert all(figures[ratio] > 0 for ratio in ratios), figures


pytestmark = pytest.mark.timeout(900)  # A busy machine starts six processes in minutes.
RATIOS = {
    "appends": ("64 tasks: group commit / pool", "256 tasks: group commit / ceiling"),
    "deciding": ("cached / bare EVALSHA", "cold / bare EVALSHA", "cached / SQLite"),
    "interactions": ("ours / bare",),
    "turns": ("apart: turns / bare", "tta dev: p50"),
    "visible": ("commands with their query", "p50"),
    "streams": ("replies told",),
    "memory": ("ours / bare XADD",),
    "growth": ("10⁶ / 10³",),
    "projecting": ("embedded, session_state: time / raw time", "embedded, journey: time / raw time"),
}


def test_each_benchmark_is_run_here() -> None:
    assert set(NAMES) == set(RATIOS)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "projecting"])
def test_it_runs_and_says_its_figures(name: str, tmp_path: Path) -> None:
    must_be_measured(figures_of(name, tmp_path), *RATIOS[name])


@pytest.mark.neo4j
def test_catching_up_is_measured_on_both_engines(neo4j_server: tuple[str, str], tmp_path: Path) -> None:
    url, password = neo4j_server
    figures = figures_of("projecting", tmp_path, TTA_TEST_NEO4J_URL=url, TTA_TEST_NEO4J_PASSWORD=password)
    must_be_measured(figures, *RATIOS["projecting"], "Neo4j, journey: time / raw time")


def test_a_postgresql_that_is_there_is_measured(tmp_path: Path) -> None:
    if postgresql_binaries() is None:
        pytest.skip("POSTGRESQL NOT MEASURED: no initdb in /usr/lib/postgresql or on the PATH")
    must_be_measured(figures_of("deciding", tmp_path), PEER)
