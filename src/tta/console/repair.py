"""`tta repair`: say what is damaged in the log files of `tta dev`, and repair them on request.

Without `--yes` it only describes the repair. Nothing is deleted: removed or replaced parts stay beside the
file under another name.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from tta.app.data_dir import VALKEY_DIR, alone_in
from tta.app.settings import Settings, SettingsWrong
from tta.eventstore.child_server import ChildServer
from tta.eventstore.errors import StoreUnavailable
from tta.eventstore.log_files import (
    FOLDER,
    MANIFEST,
    LogDamaged,
    Tear,
    check_files,
    manifest_text,
    read_manifest,
    rebuilt_manifest,
    tear_in,
)

COPIED_BYTES = 1 << 20
BACKUP = (
    "Restore the folder valkey of the data directory from a backup. Without a backup, the remaining files "
    "cannot be repaired safely. Copy them before you try anything."
)


class Repair(NamedTuple):
    """A damage, the cost of its repair, and the repair."""

    wrong: str
    cost: str
    apply: Callable[[], str]
    """Returns a description of what was done."""


async def repair_log(out: Console, settings: Settings, *, is_agreed: bool) -> int:
    """Say what is wrong with the log, and repair it if that is agreed to; return 1 while it is damaged.

    Raises SettingsWrong if there is no log here, or a TTA uses it.
    """
    directory = settings.data_dir / VALKEY_DIR
    if settings.store_url or not directory.is_dir():
        raise SettingsWrong(
            f"{directory.absolute()} does not exist, or TTA_STORE_URL is set: this command repairs only the "
            "log of `tta dev`"
        )
    with alone_in(settings.data_dir):
        folder = directory.absolute() / FOLDER
        try:
            repairs = _repairs(folder)
        except LogDamaged as damaged:
            _say(out, f"{damaged}.", BACKUP)
            return 1
        for repair in repairs:
            _say(out, f"{repair.wrong}.", repair.cost)
            if not is_agreed:
                _say(
                    out, "`tta repair --yes` does this, with the same --data-dir. Copy that directory first."
                )
                return 1
            _say(out, repair.apply())
        return await _try_it(out, directory)


def _repairs(folder: Path) -> list[Repair]:
    """List the repairs, in order. Raises LogDamaged if only a backup helps."""
    repairs, files = [], read_manifest(folder)
    try:
        check_files(folder.parent)
        unreadable = folder.is_dir() and not files
    except LogDamaged as damaged:
        files, unreadable, wrong = rebuilt_manifest(folder), True, str(damaged)
    else:
        wrong = f"{folder / MANIFEST} cannot be read"
        files = rebuilt_manifest(folder) if unreadable else files
    if unreadable:
        named = ", ".join(each.name for each in files)
        cost = f"{MANIFEST} can be written again from the names of the files: {named}. Nothing is lost"
        if not any(each.kind == "b" for each in files):
            cost += ": the missing base was the first one, which is empty"
        repairs.append(Repair(wrong, f"{cost}.", lambda: _write_manifest(folder, manifest_text(files))))
    appended = [folder / each.name for each in files if each.kind == "i"]
    for path in appended[:-1]:
        if (tear := tear_in(path)) is not None:
            raise LogDamaged(f"{path} is damaged after {tear.whole_until} bytes, and other files follow it")
    if appended and (tear := tear_in(appended[-1])) is not None:
        repairs.append(_cut(tear))
    return repairs


def _cut(tear: Tear) -> Repair:
    rest = tear.size - tear.whole_until
    wrong = f"{tear.path} is intact in the first {tear.whole_until} of its {tear.size} bytes"
    if tear.is_zeroes:
        cost = (
            f"The {rest} zeroes after them, which a power failure leaves, will be cut off. "
            "They contain nothing: no acknowledged command is missing, unless the disk lost confirmed data"
        )
    else:
        cost = (
            f"The other {rest} will be cut off. Everything that was stored after that place is lost "
            "with them, "
            "acknowledged commands included, unless only the last append was torn. If a backup "
            "contains more, "
            "restore it instead. Afterwards `tta doctor` names the read models with rows of lost events"
        )
    return Repair(wrong, f"{cost}.", lambda: _cut_off(tear))


def _cut_off(tear: Tear) -> str:
    """Cut the file, and keep the part that is cut off beside it, unless it is zeroes."""
    kept = ""
    try:
        with tear.path.open("r+b") as file:
            if not tear.is_zeroes:
                aside = _aside(tear.path)
                file.seek(tear.whole_until)
                with aside.open("xb") as copy:
                    while part := file.read(COPIED_BYTES):
                        copy.write(part)
                    copy.flush()
                    os.fsync(copy.fileno())
                kept = f"; the removed part is in {aside}"
            file.truncate(tear.whole_until)
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreUnavailable(f"{tear.path} was not changed: {error}") from error
    return f"Cut off{kept}."


def _write_manifest(folder: Path, text: str) -> str:
    path, kept = folder / MANIFEST, ""
    try:
        if path.exists():
            aside = _aside(path)
            path.rename(aside)
            kept = f"; the previous one is {aside}"
        path.write_text(text)
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be written: {error}") from error
    return f"Written{kept}."


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")


async def _try_it(out: Console, directory: Path) -> int:
    """Start the server, which reads the whole log."""
    server = ChildServer(directory)
    try:
        await server.start()
    except LogDamaged as damaged:
        _say(out, f"{damaged}.", BACKUP)
        return 1
    await server.stop()
    _say(out, "The log can be read to its end. `tta doctor` checks the rest; `tta dev` can start.")
    return 0


def _say(out: Console, *lines: str) -> None:
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)
