"""The results of benchmarks: figures, their targets, and their output."""

import json
import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from rich.console import Console
from rich.table import Table

Size = TypeVar("Size", int, float, tuple[int, ...])

IS_SMALL = os.environ.get("BENCH_SMALL") == "1"


def sized(full: Size, small: Size) -> Size:
    """Return the size of a benchmark. BENCH_SMALL=1 selects a small one, which shows only that it runs."""
    return small if IS_SMALL else full


class Figure(NamedTuple):
    """One measured number. `bar` is its target, such as `≥ 0.8`."""

    what: str
    value: float
    unit: str
    bar: str = ""
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None if there is none."""
        if not self.bar:
            return None
        sign, limit = self.bar.split()
        return self.value >= float(limit) if sign == "≥" else self.value <= float(limit)


def print_figures(title: str, figures: Sequence[Figure]) -> None:
    table = Table(title=title, title_justify="left")
    for column in ("what", "value", "unit", "bar", "met", "note"):
        table.add_column(column, justify="right" if column == "value" else "left")
    for figure in figures:
        met = {None: "", True: "yes", False: "[bold red]no[/]"}[figure.met]
        table.add_row(figure.what, f"{figure.value:,.2f}", figure.unit, figure.bar, met, figure.note)
    Console(width=150).print(table)


def write_json(path: Path, results: dict[str, list[Figure]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = {
        title: [{**figure._asdict(), "met": figure.met} for figure in found]
        for title, found in results.items()
    }
    path.write_text(
        json.dumps({"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "results": rows}, indent=1)
    )


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
