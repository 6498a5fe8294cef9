"""Searches files for a word like a thief: in every encoding that a program may have used."""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

CHUNK = 1 << 22
CONTEXT = 40
# Neo4j packs shorter texts into a few bits per letter, so a search of bytes cannot find them.
LENGTH_MIN = 40


class Sighting(NamedTuple):
    word: str
    encoding: str
    path: Path
    context: bytes


def needles(word: str) -> dict[str, bytes]:
    """Return the byte strings that reveal a word: UTF-8, UTF-16 of both orders, hexadecimal, base64."""
    assert len(word) >= LENGTH_MIN, f"too short to be found for certain: {word}"
    assert word.isascii(), word
    raw = word.encode()
    found = {
        "UTF-8": raw,
        "UTF-16 LE": word.encode("utf-16-le"),
        "UTF-16 BE": word.encode("utf-16-be"),
        "hexadecimal": raw.hex().encode(),
        "HEXADECIMAL": raw.hex().upper().encode(),
    }
    for offset in range(3):
        # Base64 depends on the word's offset in a group of three bytes, so only its middle is certain.
        found[f"base64 at {offset}"] = base64.b64encode(b"\0" * offset + raw)[4:-4]
    return found


def sightings(words: Iterable[str], paths: Iterable[Path]) -> Iterator[Sighting]:
    """Yield the first place of each word and encoding in each file."""
    wanted = [(word, encoding, needle) for word in words for encoding, needle in needles(word).items()]
    overlap = max(len(needle) for _, _, needle in wanted)
    for path in files(paths):
        seen: set[tuple[str, str]] = set()
        tail = b""
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                # Databases reserve hundreds of megabytes of zeros.
                window = (tail + chunk).strip(b"\0")
                for word, encoding, needle in wanted:
                    at = window.find(needle)
                    if at >= 0 and (word, encoding) not in seen:
                        seen.add((word, encoding))
                        context = window[max(at - CONTEXT, 0) : at + len(needle) + CONTEXT]
                        yield Sighting(word, encoding, path, context)
                tail = chunk[-overlap:]


def files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        for each in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if each.is_file() and not each.is_symlink():
                yield each
