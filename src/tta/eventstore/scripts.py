"""The Lua scripts, read once from their files, and their digests."""

import hashlib
from importlib.resources import files
from typing import NamedTuple


class Script(NamedTuple):
    text: bytes
    sha: bytes


def script(text: bytes) -> Script:
    """Name a script by the digest that the server knows it by."""
    return Script(text, hashlib.sha1(text, usedforsecurity=False).hexdigest().encode())


def _read(name: str) -> Script:
    return script(files("tta.eventstore").joinpath("scripts", name).read_bytes())


APPEND = _read("append.lua")
LOAD = _read("load.lua")
