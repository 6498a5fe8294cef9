"""Bodies: read within bounds and decoded strictly."""

import asyncio
import json
import re
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import Meta
from starlette.requests import ClientDisconnect, Request

from tta.http.edge.field_errors import field_error
from tta.http.edge.manners import only
from tta.http.edge.problems import INVALID, LATE, MALFORMED, TOO_LARGE, UNSUPPORTED_MEDIA, Problem

BYTES_MAX = 1024 * 1024
DIGITS_MAX = 10  # Of an announced length that are read: more digits make it too long in any case.
STRANGERS_BYTES_MAX = 64 * 1024  # A questionnaire has less than 1 KiB.
STRANGERS_TIMEOUT_S = 2.0
STRANGERS_MAX = 64  # Whose body is waited for at once; of others what has come already is looked at.
TIMEOUT_S = 10.0  # Within which all of a body has come; 1 MiB over a slow mobile line takes some 8 s.
IDENTITY = "identity"
PLAIN = {"Accept-Encoding": IDENTITY}  # What a request may be encoded in (RFC 9110 §15.5.16).
EXACT_BELOW = 2**53  # A double holds every integer below it (RFC 8259 §6).
NARROWER = "x-narrower-"
"""Begins the name of a bound that an endpoint keeps, beside the wider one of reading; the contract has it."""
LEAVE = {"Connection": "close"}  # What is left of such a body is not waited for.

number_with_fraction = re.compile(rb"[0-9][.eE]")


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A request's body. What is left out is left out of its fingerprint too, so that a field which a later
    version adds makes no retry look like another payload.
    """


def exactly(pattern: str) -> Meta:
    """A pattern of the whole of a text: `$` would let a line break follow, of which clients know nothing."""
    return Meta(pattern=rf"^(?:{pattern})\Z")


def text_of(characters_max: int) -> Meta:
    """A text: what is somewhat too long is refused as such (`words-too-long`), what is far too long with a
    pointer, both before it is normalised. The contract names the first bound.
    """
    return Meta(
        min_length=1,
        max_length=characters_max * 2,
        extra_json_schema={f"{NARROWER}maxLength": characters_max},
    )


class Arrival:
    """A body, as far as it has come."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._chunks = request.stream()
        self._raw = bytearray()
        self._has_begun = False
        self.is_whole = False
        """Whether all of it has come."""

    async def json(self) -> bytes:
        """Read a body that says it is JSON. Raises problems 408, 413 and 415."""
        headers = self._request.headers
        media_types = [each.partition(";")[0].strip().lower() for each in headers.getlist("content-type")]
        if media_types != ["application/json"]:
            raise Problem(UNSUPPORTED_MEDIA, "send Content-Type: application/json")
        if (only(headers, "content-encoding") or IDENTITY).strip().lower() != IDENTITY:
            raise Problem(UNSUPPORTED_MEDIA, "send it without Content-Encoding", headers=PLAIN)
        return await self.whole()

    async def whole(self) -> bytes:
        """Read all of it. Raises problems 408 and 413."""
        too_large = Problem(TOO_LARGE, f"a request has at most {BYTES_MAX} bytes", headers=LEAVE)
        announced = self._request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced.lstrip("0")[:DIGITS_MAX] or "0") > BYTES_MAX:
            raise too_large
        try:
            await self._read(BYTES_MAX, TIMEOUT_S)
        except TimeoutError as error:
            raise Problem(LATE, f"a request's body has {TIMEOUT_S:.0f} s to come", headers=LEAVE) from error
        if not self.is_whole:
            raise too_large
        return bytes(self._raw)

    async def looked_at(self, bytes_max: int, timeout_s: float) -> bytes:
        """Give what has come of it. If nobody has read yet, first read what comes within these bounds."""
        if not self._has_begun:
            with suppress(TimeoutError, ClientDisconnect):
                await self._read(bytes_max, timeout_s)
        return bytes(self._raw)

    async def _read(self, bytes_max: int, timeout_s: float) -> None:
        self._has_begun = True
        async with asyncio.timeout(timeout_s):
            async for chunk in self._chunks:
                self._raw += chunk
                if len(self._raw) > bytes_max:
                    return
        self.is_whole = True


def _as(raw: bytes, kind: Any) -> Any:
    """Decode strictly; `2.0` and `2e0` are the integer 2, as JSON and the contract's schemas have it."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        # Only then: it costs as much again, for up to 1 MiB.
        if "got `float`" not in str(error) or number_with_fraction.search(raw) is None:
            raise
        try:
            plain = _whole_numbers(msgspec.json.decode(raw))
        except (msgspec.DecodeError, RecursionError):
            plain = None
        if plain is None:
            raise
    return msgspec.convert(plain, kind)


def _whole_numbers(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_BELOW:
        return int(value)
    if isinstance(value, list):
        return [_whole_numbers(each) for each in value]
    if isinstance(value, dict):
        return {name: _whole_numbers(each) for name, each in value.items()}
    return value


def decoded(raw: bytes, kind: Any) -> Any:
    """Check a JSON body. Raises problems 400 and 422, which points at each field."""
    try:
        return _as(raw, kind)
    except msgspec.ValidationError as error:
        raise Problem(INVALID, "see errors", errors=(field_error(error, kind),)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(MALFORMED, "the body is not JSON") from error


class Strangers:
    """Callers that are not signed in. Their bodies are looked at within tighter bounds, so that they cannot
    hold what others need.
    """

    def __init__(self) -> None:
        self._waited_for = 0

    async def look_at(self, arrival: Arrival) -> bytes:
        """Give what comes of such a caller's body within the bounds."""
        timeout_s = STRANGERS_TIMEOUT_S if self._waited_for < STRANGERS_MAX else 0.0
        self._waited_for += 1
        try:
            return await arrival.looked_at(STRANGERS_BYTES_MAX, timeout_s)
        finally:
            self._waited_for -= 1


strangers = Strangers()


async def require_no_body(arrival: Arrival) -> None:
    """Refuse a body where none is expected: what its sender means would not happen. `{}` is none."""
    if (await arrival.whole()).strip() not in {b"", b"{}"}:
        raise Problem(INVALID, "this request has no body")


def require_single_names(raw: bytes) -> None:
    """Refuse JSON with two members of one name: which of them was meant nobody knows (RFC 8259 §4)."""

    def single(pairs: list[tuple[str, Any]]) -> None:
        if len({name for name, _ in pairs}) < len(pairs):
            raise Problem(INVALID, "a name comes twice in one object")

    json.loads(raw, object_pairs_hook=single)
