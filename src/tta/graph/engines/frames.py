"""What the two processes of an embedded graph send each other: values, each with its length before it."""

import marshal
import socket
import struct
from typing import Any

OPENED, CLOSE, INTERRUPT = "opened", "close", "interrupt"

length = struct.Struct("!Q")


def write_frame(line: socket.socket, value: Any) -> None:
    """Send a value. Raises ValueError when it holds what no graph takes, OSError when nobody listens."""
    # Both ends run the same Python; unlike JSON or MessagePack, marshal keeps every type as it is, and it
    # refuses what is not exactly a value of Python's own types.
    content = marshal.dumps(value)
    line.sendall(length.pack(len(content)) + content)


def read_frame(line: socket.socket) -> Any:
    """Return the next value. Raises EOFError when the other end is closed."""
    (size,) = length.unpack(_exactly(line, length.size))
    return marshal.loads(_exactly(line, size))  # noqa: S302 - The other end is our own process.


def _exactly(line: socket.socket, size: int) -> bytes:
    content = bytearray()
    while len(content) < size:
        piece = line.recv(min(size - len(content), 1 << 20))
        if not piece:
            raise EOFError
        content += piece
    return bytes(content)
