"""The visits and turns that a compiled story counts. Counting turns is not allowed."""

import json
from collections.abc import Iterator

from tta.stories.checking.chance import commands
from tta.stories.story import Story

READS = frozenset({"visit", "readc"})
"""The compiled forms of reading a count, besides `CNT?`."""
TURNS = frozenset({"turn", "turns"})
"""The compiled forms of `TURNS` and `TURNS_SINCE`."""


def visits_told_apart(story: Story) -> int:
    """Return how many visits of a place can matter: one more than the largest number in a comparison."""
    root = json.loads(story.compiled)["root"]
    numbers = [n for each in _evaluations(root) if _reads(each) for n in each if type(n) is int]
    return max(numbers, default=0) + 1


def turn_problems(story: Story) -> Iterator[str]:
    if not TURNS.isdisjoint(commands(json.loads(story.compiled)["root"])):
        yield "counts turns, so that no place ever has the same state again: use a variable"


def _reads(evaluation: list[object]) -> bool:
    return any(
        "CNT?" in each if isinstance(each, dict) else isinstance(each, str) and each in READS
        for each in evaluation
    )


def _evaluations(content: object) -> Iterator[list[object]]:
    """Return the contents between `ev` and `/ev`, in every container, at any depth."""
    if isinstance(content, dict):
        for each in content.values():
            yield from _evaluations(each)
    elif isinstance(content, list):
        begun: list[object] | None = None
        for each in content:
            if each == "ev":
                begun = []
            elif each == "/ev":
                yield begun or []
                begun = None
            elif isinstance(each, list):
                yield from _evaluations(each)
            elif begun is not None:
                begun.append(each)
            elif isinstance(each, dict):
                yield from _evaluations(each)
