"""The file of language model endpoints, in order of preference: JSON, read strictly."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from tta.security.key_files import KeyFileUnsafe, read_private_text

ENDPOINTS_MAX = 8  # Each is a label of every metric, and they are tried in turn while a player waits.
FILE_BYTES_MAX = 64 * 1024
KEY_CHARACTERS_MAX = 1_000

key_pattern = re.compile(r"[\x21-\x7e]+")


class EndpointsWrong(Exception):
    """The file of endpoints cannot be used; the message names the file, the endpoint and the field."""


class Endpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"api_key": "api_key_file"}):
    """An OpenAI-compatible endpoint, with the fields of the file."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,31}\Z")]
    """Its name in metrics, logs and events."""
    base_url: Annotated[str, Meta(max_length=500)]
    """The URL including the version; `/chat/completions` is appended."""
    model: Annotated[str, Meta(min_length=1, max_length=200)]
    api_key: str = ""
    """The key itself. The file contains only the path of its file."""
    timeout_s: Annotated[float, Meta(ge=0.05, le=20)] = 8.0
    """A player waits this long."""
    tokens_out_max: Annotated[int, Meta(ge=16, le=4_000)] = 800
    """A reply has at most 8,000 characters."""
    tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """The endpoint's name for that limit."""
    idempotency_header: bool = False
    """It accepts `Idempotency-Key`, so that a repeated call is not billed twice."""
    streams: bool = False

    def __repr__(self) -> str:
        """Show the endpoint without its key."""
        return f"Endpoint({self.name!r}, {self.base_url!r}, {self.model!r})"


def read_endpoints(path: Path) -> tuple[Endpoint, ...]:
    """Read the endpoints, the preferred one first. Raises EndpointsWrong."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise EndpointsWrong(
                f"{path}: expected at most {FILE_BYTES_MAX} bytes, got {path.stat().st_size}"
            )
        told = msgspec.json.decode(path.read_bytes(), type=list[Endpoint])
    except OSError as error:
        raise EndpointsWrong(f"{path}: expected a file of endpoints: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EndpointsWrong(f"{path}: {error}") from error
    if not 1 <= len(told) <= ENDPOINTS_MAX:
        raise EndpointsWrong(f"{path}: expected 1 to {ENDPOINTS_MAX} endpoints, got {len(told)}")
    names = [each.name for each in told]
    for name in names:
        if names.count(name) > 1:
            raise EndpointsWrong(f"{path}: name: expected each once, got {name!r} twice")
    return tuple(_endpoint(each, f"{path}: [{index}]", path) for index, each in enumerate(told))


def _endpoint(told: Endpoint, where: str, path: Path) -> Endpoint:
    """Check what the types cannot, and read the key."""
    if not told.model.isprintable():
        raise EndpointsWrong(f"{where}.model: expected printable characters")
    return replace(
        told,
        base_url=_url(told.base_url, f"{where}.base_url"),
        api_key=_key(told.api_key, f"{where}.api_key_file", path) if told.api_key else "",
    )


def _url(given: str, where: str) -> str:
    """Accept https anywhere, and http only on this machine, because players' words are sent."""
    try:
        parts = urlsplit(given)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise EndpointsWrong(f"{where}: expected a URL: {error}") from error
    if not given.isascii() or not given.isprintable() or " " in given:
        raise EndpointsWrong(f"{where}: expected a URL in ASCII characters")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise EndpointsWrong(
            f"{where}: expected no user, password, query or fragment; keys are in api_key_file"
        )
    if not host or port == 0 or parts.scheme not in ("https", "http"):
        raise EndpointsWrong(f"{where}: expected https://host/v1, got {parts.scheme}://{host}")
    if parts.scheme == "http" and not _is_loopback(host):
        raise EndpointsWrong(f"{where}: expected https, got http to {host}: http is for this machine only")
    return given.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _key(given: str, where: str, path: Path) -> str:
    """Read a key from its file, whose path may be relative to the file of endpoints."""
    try:
        key = read_private_text(path.parent / given, create=None).decode("ascii").strip()
    except (KeyFileUnsafe, UnicodeDecodeError, ValueError) as error:
        reason = error if isinstance(error, KeyFileUnsafe) else "expected ASCII"
        raise EndpointsWrong(f"{where}: {reason}") from None
    if len(key) > KEY_CHARACTERS_MAX or not key_pattern.fullmatch(key):
        raise EndpointsWrong(f"{where}: expected one key of 1 to {KEY_CHARACTERS_MAX} characters")
    return key
