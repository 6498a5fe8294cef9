"""The files in which Valkey keeps its log: a manifest, a base, and what was appended since.

What is wrong with them is found before the server starts where the server would not notice, and after it
ended where it did. The server's own advice is not passed on: it names a tool that most installations lack,
and which, as of Valkey 9.1, takes a base written by Valkey for a torn log and would empty it.
"""

import re
from pathlib import Path
from typing import IO, NamedTuple

from tta.eventstore.errors import StoreUnavailable

FOLDER, MANIFEST = "appendonlydir", "appendonly.aof.manifest"
ADVICE = "`tta repair`, with the same --data-dir, tells what is left and what is lost; or restore a backup"
LINE_MAX = 64  # Bytes of a line that says how many parts follow, or how long one is.
WORDS_MAX = 1_024 * 1_024  # Of one command; Redis' own bounds, this and the next.
WORD_BYTES_MAX = 512 * 1_024 * 1_024
ZEROES_READ = 1 << 20

entry_pattern = re.compile(r'file "?([^"\s]+)"? seq (\d+) type ([bhi])')
name_pattern = re.compile(r"appendonly\.aof\.(\d+)\.(base\.rdb|base\.aof|incr\.aof)")
count_pattern = re.compile(rb"\*(\d+)\r\n")
length_pattern = re.compile(rb"\$(\d+)\r\n")
# What the server says last when it is the log that keeps it from starting.
fatal_pattern = re.compile(
    r"^.*# (?:Bad file format reading|Unexpected end of file reading|Unable to obtain the AOF|"
    r"Unrecoverable error reading|Unknown command .* reading|Invalid AOF|Found an empty AOF manifest|"
    r"Wrong signature|Wrong RDB checksum|.*RDB.*(?:corrupt|[Aa]borting)|Fatal error loading).*$",
    re.MULTILINE,
)
cut_pattern = re.compile(r"Truncating the AOF (\S+) at offset (\d+)")


class LogDamaged(StoreUnavailable):
    """The store's files are not as its server left them; the message says what is wrong with them."""


class LogFile(NamedTuple):
    name: str
    sequence: int
    kind: str
    """b: the base; i: what was appended; h: history, which is not needed any more."""


class Tear(NamedTuple):
    """Where the last file stops being a log, and what stands there."""

    path: Path
    whole_until: int
    size: int
    is_zeroes: bool


def check_files(directory: Path) -> None:
    """Raise LogDamaged where the server would begin an empty log over one that is there, or not begin."""
    folder = directory / FOLDER
    there = _there(folder)
    manifest = folder / MANIFEST
    if there and not manifest.exists():
        raise LogDamaged(f"{folder} has {len(there)} files of a log, and no {MANIFEST} that names them")
    for each in read_manifest(folder):
        if each.kind != "h" and not (folder / each.name).exists():
            raise LogDamaged(f"{folder / each.name} is missing, which {MANIFEST} names")


def damage_told(log: str) -> str | None:
    """Find in the end of the server's log that its files keep it from starting, in its words; else None."""
    found = fatal_pattern.findall(log)
    if not found:
        return None
    told = found[-1].partition("# ")[2]
    return str(re.split(r"[:.] (?:make a backup|You can: )", told)[0].strip())


def cut_told(log: str) -> str | None:
    """Find in the server's log that it cut off a torn end; None where it did not."""
    found = cut_pattern.search(log)
    return None if found is None else f"{found[1]} was cut off after {found[2]} bytes"


def read_manifest(folder: Path) -> list[LogFile]:
    """Read which files make the log, in order; of one that is absent or cannot be read, none."""
    try:
        lines = (folder / MANIFEST).read_text(errors="replace").splitlines()
    except OSError:
        return []
    found = map(entry_pattern.match, lines)
    return [LogFile(each[1], int(each[2]), each[3]) for each in found if each]


def rebuilt_manifest(folder: Path) -> list[LogFile]:
    """Say which files make the log by their names. Raises LogDamaged where that is not certain."""
    there = _there(folder)
    bases = [each for each in there if each.kind == "b"]
    appended = [each for each in there if each.kind == "i"]
    numbers = [each.sequence for each in appended]
    if not numbers or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise LogDamaged(f"{folder}: files are missing between those that are there: {_named(there)}")
    if len(bases) > 1 or (not bases and numbers[0] != 1):
        raise LogDamaged(f"{folder}: expected one base among {_named(there)}, got {len(bases)}")
    if bases and bases[0].sequence == 1 and numbers[0] != 1:
        raise LogDamaged(f"{folder}: what followed the base is missing; there are {_named(there)}")
    return [*bases, *appended]


def manifest_text(files: list[LogFile]) -> str:
    return "".join(f"file {each.name} seq {each.sequence} type {each.kind}\n" for each in files)


def tear_in(path: Path) -> Tear | None:
    """Find where a file of appended commands stops being whole; None where it is whole to its end."""
    size = path.stat().st_size
    with path.open("rb") as file:
        whole = _whole_until(file)
        if whole == size:
            return None
        file.seek(whole)
        is_zeroes = True
        while is_zeroes and (part := file.read(ZEROES_READ)):
            is_zeroes = not part.strip(b"\0")
    return Tear(path, whole, size, is_zeroes)


def _whole_until(file: IO[bytes]) -> int:
    """Return the end of the last whole command, or of the last whole transaction."""
    whole, in_transaction = 0, False
    while line := file.readline(LINE_MAX):
        if line.startswith(b"#"):  # A time, which some servers write between commands.
            if not line.endswith(b"\n"):
                return whole
            continue
        first = _first_word(file, line)
        if first is None:
            return whole
        in_transaction = first == b"multi" or (in_transaction and first != b"exec")
        if not in_transaction:
            whole = file.tell()
    return whole


def _first_word(file: IO[bytes], line: bytes) -> bytes | None:
    """Read the rest of a command; return its name, or None where it is not whole."""
    count = count_pattern.fullmatch(line)
    if count is None or not 0 < int(count[1]) <= WORDS_MAX:
        return None
    first = None
    for _ in range(int(count[1])):
        length = length_pattern.fullmatch(file.readline(LINE_MAX))
        if length is None or int(length[1]) > WORD_BYTES_MAX:
            return None
        word = file.read(int(length[1]) + 2)
        if len(word) != int(length[1]) + 2 or not word.endswith(b"\r\n"):
            return None
        first = first or word[:-2].lower()
    return first


def _there(folder: Path) -> list[LogFile]:
    """The files that look like parts of a log, in their order."""
    if not folder.is_dir():
        return []
    found = ((each, name_pattern.fullmatch(each.name)) for each in folder.iterdir())
    parts = [LogFile(path.name, int(match[1]), match[2][0]) for path, match in found if match]
    return sorted(parts, key=lambda each: (each.kind, each.sequence))


def _named(files: list[LogFile]) -> str:
    return ", ".join(each.name for each in files) or "none"
