"""The catalogue and what was found in it, for a terminal."""

import sys

from rich.console import Console
from rich.table import Table

from tta.stories.check import check
from tta.stories.story import StoryBroken, catalogue


def show_catalogue(out: Console) -> None:
    """Print a row for each version of each story. Raises StoryBroken."""
    table = Table("story", "title", "scenes", "approaches", "skills", "warnings")
    for versions in catalogue().values():
        for story in versions.values():
            lists = (", ".join(each) for each in (story.approaches, story.skills, story.warnings))
            table.add_row(f"{story.id}@{story.version}", story.title, str(len(story.scenes)), *lists)
    out.print(table)


def show_findings(out: Console, wanted: str) -> None:
    """Check one story, or all, and print what is wrong; leaves with 1 where anything is."""
    stories = [story for versions in catalogue().values() for story in versions.values()]
    chosen = [story for story in stories if wanted in {"", story.id}]
    if not chosen:
        known = ", ".join(sorted({story.id for story in stories}))
        raise StoryBroken(f"there is no story {wanted!r}; there are {known}")
    wrong = 0
    for story in chosen:
        found = check(story)
        wrong += len(found)
        out.print(f"{story.id}@{story.version}: {len(story.scenes)} scenes, {len(found) or 'no'} problems")
        for each in found:
            out.print(f"  {each.place or 'the story'}: {each.problem}", markup=False)
    if wrong:
        sys.exit(1)
