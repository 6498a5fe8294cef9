"""The data directory of the embedded servers: one TTA at a time holds it, and records its address there."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from tta.app.settings import SettingsWrong

GRAPH_FILE, VALKEY_DIR = "graph", "valkey"
ATTEMPTS_MAX = 4  # A process that only checks holds the lock for some microseconds.
ATTEMPT_EVERY_S = 0.05
NOTE_BYTES_MAX = 1_000


class Holder(msgspec.Struct, frozen=True):
    """The process that holds a data directory. `url` is empty while it answers no requests.

    `operators` is its address for operators; earlier releases do not record it.
    """

    pid: int
    url: str = ""
    operators: str = ""


@contextmanager
def alone_in(directory: Path) -> Iterator[Callable[[str, str], None]]:
    """Hold the directory for this process alone; yield a function that records its two URLs.

    The lock ends with the process. Raises SettingsWrong if another process holds the directory, or if it
    cannot be created.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SettingsWrong(
            f"{directory}: cannot be used as the data directory (TTA_DATA_DIR): {error}"
        ) from error
    try:
        _lock(file, directory)
        _note(file, Holder(os.getpid()))
        yield lambda url, operators: _note(file, Holder(os.getpid(), url, operators))
    finally:
        os.close(file)


def holder(directory: Path) -> Holder | None:
    """Return the process that holds the directory; None if there is none."""
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
                f"{directory}: another tta (process {other.pid}{at}) uses this data directory: "
                "stop it, or name another directory (--data-dir)"
            ) from error
        return


def _note(file: int, note: Holder) -> None:
    raw = msgspec.json.encode(note)
    with suppress(OSError):  # On a full disk others learn less about this process, which still works.
        # Do not truncate first: on a full disk the existing bytes are the only room.
        os.pwrite(file, raw, 0)
        os.ftruncate(file, len(raw))


def _noted(file: int) -> Holder:
    try:
        return msgspec.json.decode(os.pread(file, NOTE_BYTES_MAX, 0), type=Holder)
    except msgspec.DecodeError:
        return Holder(0)  # It has just started, and has written nothing yet.
