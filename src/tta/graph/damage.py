"""What becomes of an embedded graph's files that cannot be opened: at most one copy is kept of them.

Read models are filled from the log, so nothing is lost with these files but the time that filling takes.
"""

import os
import shutil
from pathlib import Path

ROOM_BYTES_MIN = 256 << 20  # Left on the disk beside a copy: for the log first, and for the graph made anew.


def files_of(path: Path) -> list[Path]:
    """Name the graph's files that are there: its own, its write-ahead log and what a checkpoint leaves."""
    kept = aside_of(path)
    try:
        found = [each for each in path.parent.iterdir() if each.name.startswith(f"{path.name}.")]
    except OSError:
        return []
    main = [path] if os.path.lexists(path) else []
    return main + sorted(each for each in found if each != kept)


def aside_of(path: Path) -> Path:
    """Where the copy is kept."""
    return path.with_name(f"{path.name}.damaged")


def put_aside(path: Path, *, may_delete: bool) -> Path | None:
    """Move the graph's files away, in place of an older copy; return where they are kept.

    Returns None when they were deleted, because the disk lacks the room for a copy. Raises OSError.
    """
    aside = aside_of(path)
    _delete(aside)
    files = files_of(path)
    size = sum(_size(each) for each in files)
    if may_delete and shutil.disk_usage(path.parent).free < size + ROOM_BYTES_MIN:
        for each in files:
            _delete(each)
        return None
    aside.mkdir(mode=0o700)
    for each in files:
        each.rename(aside / each.name)
    return aside


def _size(path: Path) -> int:
    each = path.lstat()
    return each.st_blocks * 512


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
