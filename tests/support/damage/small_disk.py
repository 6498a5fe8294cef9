"""A disk of a few MiB that a test may fill: a separate tmpfs, if mounting is allowed."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PIECE_BYTES = 4096


class CannotMount(Exception):
    """Mounting is not allowed here."""


class SmallDisk:
    """A mounted disk. `fill` uses all free space; `free` releases it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._filling = path / "filling"

    def fill(self, *, but_bytes: int = 0) -> None:
        with self._filling.open("ab", buffering=0) as file:
            try:
                while file.write(b"x" * PIECE_BYTES) == PIECE_BYTES:
                    pass
            except OSError:
                pass
            file.truncate(max(file.tell() - but_bytes, 0))

    def free(self) -> None:
        self._filling.unlink(missing_ok=True)


@contextmanager
def mounted(path: Path, size_mib: int) -> Iterator[SmallDisk]:
    """Mount a disk meanwhile. Raises CannotMount."""
    path.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size_mib}m,mode=700,uid={os.getuid()}", "tmpfs", str(path)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except OSError as error:
        raise CannotMount(str(error)) from error
    if done.returncode:
        raise CannotMount(done.stderr.strip())
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)
