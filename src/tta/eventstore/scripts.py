"""The Lua scripts, read once from their files, and their digests."""

import hashlib
from importlib.resources import files
from typing import NamedTuple


class Script(NamedTuple):
    text: bytes
    sha: bytes


def _read(name: str) -> Script:
    text = files("tta.eventstore").joinpath("scripts", name).read_bytes()
    return Script(text, hashlib.sha1(text, usedforsecurity=False).hexdigest().encode())


APPEND = _read("append.lua")
LOAD = _read("load.lua")
