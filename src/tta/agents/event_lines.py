"""Reads server-sent events (WHATWG HTML, 9.2.6) from the bytes of an answer.

Only CR LF, LF or CR ends a line; U+2028 and similar characters are text, which JSON need not escape. The last
event of a stream counts even without a following empty line; the reader of its data detects a truncated one.
"""

import codecs
from collections.abc import AsyncIterator
from typing import NamedTuple

BOM = "\ufeff"


class ServerEvent(NamedTuple):
    """One event: its name, and the lines of its data."""

    name: str
    data: list[str]


async def events_in(parts: AsyncIterator[bytes]) -> AsyncIterator[ServerEvent]:
    """Yield the events of a stream that have data."""
    name, data = "", list[str]()
    async for line in lines_in(parts):
        if line:
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "data":
                data.append(value)
            elif field == "event":
                name = value
            continue
        if data:
            yield ServerEvent(name, data)
        name, data = "", []
    if data:
        yield ServerEvent(name, data)


async def lines_in(parts: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """Yield the lines of a stream without their endings. Invalid UTF-8 is replaced."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    begun: list[str] = []
    """The pieces of an unfinished line, which may be long and arrive byte by byte."""
    is_first, after_cr = True, False
    async for part in parts:
        text = decoder.decode(part)
        if not text:
            continue
        if is_first:
            text, is_first = text.removeprefix(BOM), False
        if after_cr:
            text = text.removeprefix("\n")  # The second half of a CR LF.
        after_cr = text.endswith("\r")
        *lines, rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for line in lines:
            yield "".join([*begun, line])
            begun.clear()
        begun.append(rest)
    last = "".join([*begun, decoder.decode(b"", final=True)])
    if last:
        yield last
