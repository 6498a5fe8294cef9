"""`tta repair`: what the embedded default's log has lost, and how what is left of it starts again.

It first only tells. Nothing is thrown away: what is cut off, or replaced, stays beside it under another name.
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
    "Restore the folder valkey of the data directory from a backup. Without one, what is left in the files "
    "cannot be put together safely. Keep a copy of them before you try anything."
)


class Repair(NamedTuple):
    """What is wrong, what doing something about it costs, and the doing."""

    wrong: str
    cost: str
    apply: Callable[[], str]
    """Says what was done."""


async def repair_log(out: Console, settings: Settings, *, is_agreed: bool) -> int:
    """Tell what is wrong with the log, and mend it once that is agreed to; return 1 while anything is wrong.

    Raises SettingsWrong where there is no log here, or a TTA runs on it.
    """
    directory = settings.data_dir / VALKEY_DIR
    if settings.store_url or not directory.is_dir():
        raise SettingsWrong(
            f"{directory.absolute()} is not there, or TTA_STORE_URL is set: only the log that `tta dev` "
            "keeps is repaired here"
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
                _say(out, "`tta repair --yes` does it, with the same --data-dir. Copy that directory before.")
                return 1
            _say(out, repair.apply())
        return await _try_it(out, directory)


def _repairs(folder: Path) -> list[Repair]:
    """What there is to do, in order. Raises LogDamaged where only a backup helps."""
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
        cost = f"{MANIFEST} can be written anew from the names of the files: {named}. Nothing is lost by that"
        if not any(each.kind == "b" for each in files):
            cost += ": the base that is missing was the first one, which is empty"
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
    wrong = f"{tear.path} is whole for {tear.whole_until} of its {tear.size} bytes"
    if tear.is_zeroes:
        cost = (
            f"After them stand {rest} zeroes, as a power cut leaves them, which are cut off. "
            "They hold nothing: no acknowledged command is missing, unless the disk lost what it confirmed"
        )
    else:
        cost = (
            f"The other {rest} are cut off. Everything that was stored after that place is lost with them, "
            "acknowledged commands included, unless only the last append was torn. A backup that has more is "
            "the better way. Afterwards `tta doctor` tells which read models have rows of what is lost"
        )
    return Repair(wrong, f"{cost}.", lambda: _cut_off(tear))


def _cut_off(tear: Tear) -> str:
    """Keep what is cut off beside the file, unless it is zeroes, and cut it."""
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
                kept = f"; what stood there is in {aside}"
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
            kept = f"; the one before is {aside}"
        path.write_text(text)
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be written: {error}") from error
    return f"Written{kept}."


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")


async def _try_it(out: Console, directory: Path) -> int:
    """Start the server on it, which reads all of it."""
    server = ChildServer(directory)
    try:
        await server.start()
    except LogDamaged as damaged:
        _say(out, f"{damaged}.", BACKUP)
        return 1
    await server.stop()
    _say(out, "The log can be read to its end. `tta doctor` looks at the rest, `tta dev` starts.")
    return 0


def _say(out: Console, *lines: str) -> None:
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)
