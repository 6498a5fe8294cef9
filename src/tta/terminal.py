"""The terminal, pipe or file that a command prints to, whatever it can take; the process's three streams."""

import codecs
import os
import sys
import unicodedata
from contextlib import suppress
from typing import Any, TextIO

from rich.console import Console

WIDTH_OF_FILES = 140  # Of what goes to a pipe or a file, which have no width of their own.
WIDTH_MIN, WIDTH_MAX = 20, 500  # Narrower, most words break; wider, lines are padded at length.
TABLE_WIDTH_MIN = 110  # With less, what a table has side by side stands in lines, so that nothing is cut.
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
    """A stream that takes what it can: what cannot be written is lost, and `error` says why.

    Everything else is as the stream has it.
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
    """Make the process's streams such as nothing fails for their sake. Comes before any file is opened.

    A stream that is closed is opened on /dev/null: else the next file or socket would take its number, and
    what is printed, or what a child process is given as its input, would be that. What an encoding does not
    have is printed in plainer letters.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free is taken, and those below are open.
            os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)
    codecs.register_error(PLAIN, _plain)
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 - It is open as long as the process.
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name)
        if stream is None:
            stream = open(number, "w", closefd=False)  # noqa: SIM115
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors=PLAIN)
        setattr(sys, name, Output(stream))


def leave_streams() -> OSError | None:
    """Write out what is left; return why standard output did not take everything, None where it did.

    What did not go out is not tried once more at the interpreter's end, which would fail with 120.
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
    """Give a console as wide as its terminal, or as `columns` (COLUMNS) says, where that makes sense."""
    told = os.environ.get("COLUMNS", "") if columns is None else columns
    stream = sys.stderr if stderr else sys.stdout
    width = None
    if told.isascii() and told.isdigit() and int(told[:9]) > 0:
        width = max(WIDTH_MIN, min(int(told[:9]), WIDTH_MAX))
    elif stream is None or not stream.isatty():
        width = WIDTH_OF_FILES
    # Rich reads COLUMNS and LINES by itself, and takes them as they are.
    plain = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    made = Console(stderr=stderr, highlight=False, width=width, _environ=plain)
    return made if made.width >= WIDTH_MIN else Console(stderr=stderr, highlight=False, width=WIDTH_MIN)


def typed_text(raw: bytes) -> str:
    """Read what was typed: UTF-8, else as the terminal's encoding has it."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        encoding = getattr(sys.stdin, "encoding", None) or "latin-1"
        return raw.decode("latin-1" if encoding.lower() in {"utf-8", "ascii"} else encoding, errors="replace")


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Say it with the letters that the encoding has: a codec's error handler."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain_form, error.object[error.start : error.end])), error.end


def _plain_form(character: str) -> str:
    if character in PLAIN_FORMS:
        return PLAIN_FORMS[character]
    letters = unicodedata.normalize("NFKD", character).encode("ascii", errors="ignore").decode()
    return letters or "?"
