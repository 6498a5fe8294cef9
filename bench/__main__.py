"""`python -m bench [name …]`: run all benchmarks, or those named; print tables and write JSON."""

import argparse
import asyncio
import importlib
from pathlib import Path

import uvloop

from bench.figures import Figure, print_figures, write_json

NAMES = (
    "appends",
    "deciding",
    "interactions",
    "turns",
    "projecting",
    "visible",
    "streams",
    "memory",
    "growth",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help="default: all of them")
    parser.add_argument("--json", type=Path, default=Path("bench/out/figures.json"))
    told = parser.parse_args()
    results: dict[str, list[Figure]] = {}
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for name in told.names or NAMES:
            module = importlib.import_module(f"bench.{name}")
            results[module.TITLE] = runner.run(module.run())
            print_figures(module.TITLE, results[module.TITLE])
    write_json(told.json, results)
    bars = [figure for found in results.values() for figure in found if figure.bar]
    print(f"\n{sum(bool(figure.met) for figure in bars)} of {len(bars)} bars met; figures in {told.json}")


if __name__ == "__main__":
    main()
