"""Prints the catalogue and the findings about it to a terminal."""

import sys
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tta.stories.checking.check import StoryFinding, check_compiled
from tta.stories.story import StoryBroken, catalogue, written
from tta.terminal import TABLE_WIDTH_MIN

COLUMNS = ("version", "title", "scenes", "approaches", "skills", "warnings")


def show_catalogue(out: Console) -> None:
    """Print a row for each version of each story, with its whole id, which people type. Raises
    StoryBroken.
    """
    table = Table()
    table.add_column("story", no_wrap=True)
    for name in COLUMNS:
        table.add_column(name)
    for versions in catalogue().values():
        for story in versions.values():
            lists = [", ".join(each) for each in (story.approaches, story.skills, story.warnings)]
            cells = [str(story.version), story.title, str(len(story.scenes)), *lists]
            table.add_row(story.id, *cells)
            if out.width < TABLE_WIDTH_MIN:
                out.print(story.id, style="bold", soft_wrap=True)
                for name, cell in zip(COLUMNS, cells, strict=True):
                    out.print(Padding(Text(f"{name}: {cell}"), (0, 0, 0, 2), expand=False))
    if out.width >= TABLE_WIDTH_MIN:
        out.print(table)


def show_findings(out: Console, wanted: str) -> None:
    """Check one story, all, or those in files, and print the problems. Exits with 1 if there is one."""
    wrong = 0
    for place, compiled in _compiled(wanted):
        try:
            story, found = check_compiled(compiled)
        except StoryBroken as error:
            wrong += 1
            out.print(f"{place}: {error}", markup=False)
            continue
        named = f"{story.id}@{story.version}"
        if isinstance(place, str) and place != named:
            found.insert(0, StoryFinding(place, "", f"says that it is {named}"))
        wrong += len(found)
        said = place if place == named else f"{place}: {named}"
        out.print(f"{said}: {len(story.scenes)} scenes, {len(found) or 'no'} problems", markup=False)
        for each in found:
            out.print(f"  {each.place or 'the story'}: {each.problem}", markup=False)
    if wrong:
        sys.exit(1)


def _compiled(wanted: str) -> list[tuple[str | Path, str]]:
    """Return what to check, by its name or its file. Raises StoryBroken if it does not exist."""
    installed = list(written())
    chosen = [each for each in installed if wanted in {"", each.id}]
    if chosen:
        return [(f"{each.id}@{each.version}", each.compiled) for each in chosen]
    path = Path(wanted)
    files = sorted(path.rglob("*.json")) if path.is_dir() else [path] if path.is_file() else []
    if files:
        return [(each, each.read_text("utf-8-sig", errors="replace")) for each in files]
    if path.is_dir():
        raise StoryBroken(f"there is no .json in {wanted!r}: npx inkjs-compiler -o 1.json 1.ink compiles Ink")
    known = ", ".join(sorted({each.id for each in installed}))
    raise StoryBroken(f"there is no story, file or folder {wanted!r}; the stories are {known}")
