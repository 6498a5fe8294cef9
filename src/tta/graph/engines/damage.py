"""What becomes of an embedded graph's files that cannot be opened: at most one copy is kept of them.

Read models are filled from the log, so nothing is lost with these files but the time that filling takes.
Files beside them that the engine did not write are never touched, whatever they are called.
"""

import re
import shutil
from pathlib import Path

ROOM_BYTES_MIN = 256 << 20  # Left on the disk beside a copy: for the log first, and for the graph made anew.
SUFFIXES = re.compile(
    r"(\.wal|\.wal\.checkpoint|\.shadow|\.tmp|\.pinned\.tmp"
    r"|\.checkpoint\.(intent|apply)\.lock|\.pk_validator\.\d+\.tmp)?"
)
"""What ladybug 0.22 appends to a graph's path: nothing for the graph itself, then its write-ahead log and the
one that a checkpoint works on, shadow pages, what does not fit into memory, the mark of a checkpoint whose
shadow pages are written, a checkpoint's locks, and what a bulk load sorts."""


def files_of(path: Path) -> list[Path]:
    """Name the graph's files that are there: its own, its write-ahead log and what a checkpoint leaves."""
    return _files_in(path.parent, path.name)


def aside_of(path: Path) -> Path:
    """Where the copy is kept."""
    return path.with_name(f"{path.name}.damaged")


def put_aside(path: Path, *, may_delete: bool) -> Path | None:
    """Move the graph's files away, in place of an older copy; return where they are kept.

    Returns None when they were deleted, because the disk lacks the room for a copy. `may_delete` says that
    the path is TTA's own; a directory at any other path holds what somebody else put there, and stays.
    Raises OSError.
    """
    if not may_delete and path.is_dir() and not path.is_symlink():
        raise IsADirectoryError(f"{path} is a directory, and no graph: name another path")
    aside = aside_of(path)
    _delete_copy(aside, path.name)
    files = files_of(path)
    size = sum(_size(each) for each in files)
    if may_delete and shutil.disk_usage(path.parent).free < size + ROOM_BYTES_MIN:
        for each in files:
            _delete(each)
        return None
    aside.mkdir(mode=0o700, exist_ok=True)
    for each in files:
        each.rename(aside / each.name)
    return aside


def _delete_copy(aside: Path, name: str) -> None:
    """Delete the graph that was put aside before; releases before this one put other files beside it."""
    for each in _files_in(aside, name):
        _delete(each)
    if aside.is_dir() and not any(aside.iterdir()):
        aside.rmdir()


def _files_in(directory: Path, name: str) -> list[Path]:
    try:
        found = sorted(directory.iterdir())
    except OSError:
        return []
    return [
        each
        for each in found
        if each.name.startswith(name) and SUFFIXES.fullmatch(each.name.removeprefix(name))
    ]


def _size(path: Path) -> int:
    each = path.lstat()
    return each.st_blocks * 512


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
