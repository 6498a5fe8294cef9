"""The `Host` of a request: one, and one that a host can have (RFC 9112 §3.2)."""

import ipaddress
import re
from collections.abc import Iterable

NAME_CHARACTERS_MAX = 253  # RFC 1035 §2.3.4, written out.
LABEL_CHARACTERS_MAX = 63
PORT_MAX = 65_535

host_pattern = re.compile(rb"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._~-]+))(?::([0-9]{0,5}))?")


def wrong_host(headers: Iterable[tuple[bytes, bytes]], http_version: str = "1.1") -> str:
    """Say why a request's `Host` is refused (400), empty if it is right. Header names are in lower case, as
    ASGI has them.
    """
    given = [value for name, value in headers if name == b"host"]
    if not given:
        return "" if http_version == "1.0" else "expected a Host header, got none"
    if len(given) > 1:
        return f"expected one Host header, got {len(given)}"
    return "" if _is_possible(given[0].strip(b" \t")) else "expected the name of a host as Host"


def _is_possible(host: bytes) -> bool:
    found = host_pattern.fullmatch(host)
    if found is None or int(found[3] or b"0") > PORT_MAX:
        return False
    if found[1] is not None:
        return _is_address(found[1].decode())
    labels = found[2].decode().removesuffix(".").split(".")
    if sum(len(label) + 1 for label in labels) - 1 > NAME_CHARACTERS_MAX:
        return False
    if labels[-1].isdecimal() and not _is_address(".".join(labels)):
        return False
    return all(1 <= len(label) <= LABEL_CHARACTERS_MAX for label in labels)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
