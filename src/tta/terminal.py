"""The process's three standard streams, whatever terminal, pipe or file they are."""

import codecs
import os
import sys
import unicodedata
from contextlib import suppress
from typing import Any, TextIO

from rich.console import Console

WIDTH_OF_FILES = 140  # For pipes and files, which have no width.
WIDTH_MIN, WIDTH_MAX = 20, 500  # Narrower, most words break; wider, lines get long padding.
TABLE_WIDTH_MIN = 110  # Narrower terminals get lines instead of a table, so that nothing is cut.
PLAIN = "tta-plain"
PLAIN_FORMS = {
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "–": "-",
    "—": "-",
    "…": "...",
    "→": "->",
    "×": "x",
    "\u00a0": " ",
    "\u202f": " ",
}


class Output:
    """A stream that never raises: text that cannot be written is lost, and `error` has the reason.

    All other attributes are the stream's.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.error: OSError | None = None

    def write(self, text: str) -> int:
        try:
            self._stream.write(text)
        except OSError as error:
            self.error = error
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            self.error = error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def prepare_streams() -> None:
    """Prepare the standard streams so that nothing fails because of them. Call this before opening any file.

    A closed stream is opened on /dev/null. Otherwise the next file or socket would take its number, and
    output would be written to it, or a child process would read from it. Characters that an encoding lacks
    are printed as similar ones.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # os.open takes the lowest free number, and all lower ones are open.
            os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)
    codecs.register_error(PLAIN, _plain)
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 - It stays open as long as the process.
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name)
        if stream is None:
            stream = open(number, "w", closefd=False)  # noqa: SIM115
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors=PLAIN)
        setattr(sys, name, Output(stream))


def leave_streams() -> OSError | None:
    """Flush both streams; return the error if standard output lost text, or None.

    A broken stream is redirected to /dev/null, or the interpreter would try again at exit and end with 120.
    """
    broken = None
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        if not isinstance(stream, Output):
            continue
        stream.flush()
        if stream.error is not None:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, number)
            os.close(null)
            broken = stream.error if number == 1 else broken
    return broken


def console(*, stderr: bool = False, columns: str | None = None) -> Console:
    """Return a console as wide as its terminal, or as `columns` (COLUMNS) says if that is a valid number."""
    told = os.environ.get("COLUMNS", "") if columns is None else columns
    stream = sys.stderr if stderr else sys.stdout
    width = None
    if told.isascii() and told.isdigit() and int(told[:9]) > 0:
        width = max(WIDTH_MIN, min(int(told[:9]), WIDTH_MAX))
    elif stream is None or not stream.isatty():
        width = WIDTH_OF_FILES
    # Rich reads COLUMNS and LINES itself, without checking them.
    plain = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    made = Console(stderr=stderr, highlight=False, width=width, _environ=plain)
    return made if made.width >= WIDTH_MIN else Console(stderr=stderr, highlight=False, width=WIDTH_MIN)


def typed_text(raw: bytes) -> str:
    """Decode typed bytes as UTF-8, or else in the terminal's encoding."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        encoding = getattr(sys.stdin, "encoding", None) or "latin-1"
        return raw.decode("latin-1" if encoding.lower() in {"utf-8", "ascii"} else encoding, errors="replace")


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Replace characters that the encoding lacks (a codec error handler)."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain_form, error.object[error.start : error.end])), error.end


def _plain_form(character: str) -> str:
    if character in PLAIN_FORMS:
        return PLAIN_FORMS[character]
    letters = unicodedata.normalize("NFKD", character).encode("ascii", errors="ignore").decode()
    return letters or "?"
