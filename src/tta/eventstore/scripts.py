"""The Lua scripts, read once from their files, and their digests."""

import hashlib
from importlib.resources import files
from typing import NamedTuple

EVALSHA = b"$7\r\nEVALSHA\r\n$40\r\n"
_known: dict[bytes, bytes] = {}


class Script(NamedTuple):
    text: bytes
    sha: bytes


def script(text: bytes) -> Script:
    """Name a script by the digest that the server knows it by."""
    sha = hashlib.sha1(text, usedforsecurity=False).hexdigest().encode()
    _known[sha] = text
    return Script(text, sha)


def in_full(command: bytes) -> bytes:
    """Turn a packed EVALSHA of one of our scripts into an EVAL, which the server then remembers."""
    words, _, rest = command.partition(EVALSHA)
    sha = rest[: rest.index(b"\r\n")]
    text = _known[sha]
    return b"%s$4\r\nEVAL\r\n$%d\r\n%s%s" % (words, len(text), text, rest[len(sha) :])


def _text(name: str) -> bytes:
    return files("tta.eventstore").joinpath("scripts", name).read_bytes()


def _read(name: str) -> Script:
    """Scripts cannot call one another: what several share is put into each."""
    return script(_text(name).replace(b"-- @places\n", _text("places.lua")))


APPEND = _read("append.lua")
LOAD = _read("load.lua")
RESUME = _read("resume.lua")
MARKS = _read("marks.lua")
SELECT = _read("select.lua")
TRACK = _read("track.lua")
KEEP = _read("keep.lua")
KEPT = _read("kept.lua")
DUE = _read("due.lua")
MEMBERS = _read("members.lua")
