"""Commands as bytes on the wire, packed by hiredis (in C; the client packs in Python)."""

from typing import Any, cast

import hiredis


def command(*parts: str | bytes | int) -> bytes:
    """Pack one command."""
    return cast("bytes", hiredis.pack_command(cast("Any", parts)))
