"""The embedded default's data directory: one TTA at a time has it, and says there where it can be reached."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from tta.app.settings import SettingsWrong

GRAPH_FILE, VALKEY_DIR = "graph", "valkey"
ATTEMPTS_MAX = 4  # Who only looks whether the directory is taken holds the lock for some microseconds.
ATTEMPT_EVERY_S = 0.05
NOTE_BYTES_MAX = 1_000


class Holder(msgspec.Struct, frozen=True):
    """The process that has a data directory; `url` is empty while, or because, it answers no requests.

    `operators` is where it answers those who run it; a release that had no such place did not note it.
    """

    pid: int
    url: str = ""
    operators: str = ""


@contextmanager
def alone_in(directory: Path) -> Iterator[Callable[[str, str], None]]:
    """Have the directory for this process alone, and give a function that notes down its URL, and operators'.

    The lock goes with the process, however it ends. Raises SettingsWrong where another has the directory,
    and where none can be made.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SettingsWrong(f"{directory}: nothing can be kept there (TTA_DATA_DIR): {error}") from error
    try:
        _lock(file, directory)
        _note(file, Holder(os.getpid()))
        yield lambda url, operators: _note(file, Holder(os.getpid(), url, operators))
    finally:
        os.close(file)


def holder(directory: Path) -> Holder | None:
    """Say which process has the directory; None when none has."""
    try:
        file = os.open(directory / "lock", os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _noted(file)
    else:
        return None
    finally:
        os.close(file)


def _lock(file: int, directory: Path) -> None:
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if attempt < ATTEMPTS_MAX:
                time.sleep(ATTEMPT_EVERY_S)
                continue
            other = _noted(file)
            at = f" at {other.url}" if other.url else ""
            raise SettingsWrong(
                f"{directory}: another tta (process {other.pid}{at}) runs on this data directory: "
                "stop it, or name another directory (--data-dir)"
            ) from error
        return


def _note(file: int, note: Holder) -> None:
    raw = msgspec.json.encode(note)
    with suppress(OSError):  # A full disk: others then learn less of this process, and it works all the same.
        # Not emptied first: what stands there is room that a full disk still has.
        os.pwrite(file, raw, 0)
        os.ftruncate(file, len(raw))


def _noted(file: int) -> Holder:
    try:
        return msgspec.json.decode(os.pread(file, NOTE_BYTES_MAX, 0), type=Holder)
    except msgspec.DecodeError:
        return Holder(0)  # It has only just come, and has written nothing yet.
