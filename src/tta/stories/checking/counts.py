"""What a story counts by itself, read from what was compiled: visits, and turns, which it must not."""

import json
from collections.abc import Iterator

from tta.stories.checking.chance import commands
from tta.stories.story import Story

READS = frozenset({"visit", "readc"})
"""Besides `CNT?`, what Ink compiles the reading of a count to."""
TURNS = frozenset({"turn", "turns"})
"""What Ink compiles `TURNS` and `TURNS_SINCE` to."""


def visits_told_apart(story: Story) -> int:
    """How many visits of a place make a difference: one more than any number they are compared with."""
    root = json.loads(story.compiled)["root"]
    numbers = [n for each in _evaluations(root) if _reads(each) for n in each if type(n) is int]
    return max(numbers, default=0) + 1


def turn_problems(story: Story) -> Iterator[str]:
    if not TURNS.isdisjoint(commands(json.loads(story.compiled)["root"])):
        yield "counts turns, so that no place is ever the same again and nothing is walked: take a variable"


def _reads(evaluation: list[object]) -> bool:
    return any(
        "CNT?" in each if isinstance(each, dict) else isinstance(each, str) and each in READS
        for each in evaluation
    )


def _evaluations(content: object) -> Iterator[list[object]]:
    """What stands between `ev` and `/ev`, in every container, however deep."""
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
