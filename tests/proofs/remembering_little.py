"""A `tta` that remembers little: `python remembering_little.py serve all`.

What a process keeps on purpose (recent commands and states, where stories stood, rows as last folded) grows
until it is full, and would hide a leak for hundreds of thousands of turns. Here it is full after some
thousand. Limits are set lower, and no code is replaced.
"""

from collections.abc import Callable
from typing import Any

from tta.cli import run
from tta.commands.folding import Aggregates
from tta.projector.projector import Projector
from tta.stories.narrating import SHELF


def lower(made_by: Callable[..., Any], **limits: int) -> None:
    """Set the defaults of keyword arguments lower."""
    defaults = made_by.__kwdefaults__
    for name, limit in limits.items():
        assert limit < defaults[name], f"{made_by.__qualname__}: {name} is {defaults[name]} already"
        defaults[name] = limit


lower(Aggregates.__init__, cache_max=2_000, remembered_max=10_000)
lower(Projector.__init__, rows_max=2_000)
assert SHELF._places_max > 500
SHELF._places_max = 500

if __name__ == "__main__":
    run()
