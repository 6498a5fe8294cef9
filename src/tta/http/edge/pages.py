"""Pages of a list: how many, from where, and what the next page is called."""

import base64
import hashlib
import re
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from tta.http.edge.calls import Call
from tta.http.edge.problems import INVALID, FieldError, Problem

PAGE_DEFAULT = 20
CURSOR_CHARACTERS_MAX = 120

limit_pattern = re.compile(r"[1-9][0-9]?")


class Moment(msgspec.Struct, frozen=True, array_like=True):
    """The cursor of a list that is newest first: where a page ended. Opaque to callers."""

    started_ms: Annotated[int, Meta(ge=0, lt=2**62)]
    id: Annotated[str, Meta(max_length=36)]


NEWEST = Moment(2**62 - 1, "")
"""Behind it comes whatever there is."""
AnyCursor = TypeVar("AnyCursor", bound=msgspec.Struct)


def page_size(call: Call) -> int:
    """Read `limit`: 1 to 99. Raises the problem `invalid-request`."""
    raw = call.request.query_params.get("limit", str(PAGE_DEFAULT))
    if limit_pattern.fullmatch(raw) is None:
        raise wrong("limit", "expected 1 to 99")
    return int(raw)


def one_of(call: Call, name: str, allowed: tuple[str, ...], default: str = "") -> str:
    """Read a parameter that has few values. Raises the problem `invalid-request`."""
    raw = call.request.query_params.get(name, default)
    if raw != default and raw not in allowed:
        raise wrong(name, f"expected one of {', '.join(allowed)}")
    return raw


def cursor(call: Call, start: AnyCursor) -> AnyCursor:
    """Read `cursor`: where the page before ended, or the start. Raises the problem `invalid-request`."""
    raw = call.request.query_params.get("cursor")
    if raw is None:
        return start
    try:
        if len(raw) > CURSOR_CHARACTERS_MAX:
            raise ValueError(f"a cursor has at most {CURSOR_CHARACTERS_MAX} characters")  # noqa: TRY301 - One error for all that is wrong.
        packed = base64.b64decode(raw + "=" * (-len(raw) % 4), altchars=b"-_", validate=True)
        return msgspec.msgpack.decode(packed, type=type(start))
    except (ValueError, msgspec.DecodeError) as error:
        raise wrong("cursor", "expected the cursor of a page") from error


def next_page(call: Call, last: msgspec.Struct) -> str:
    """Name the page behind `last`, with what else was asked, in the answer's header and for its body."""
    packed = base64.urlsafe_b64encode(msgspec.msgpack.encode(last)).decode().rstrip("=")
    asked = {
        name: call.request.query_params[name]
        for name in call.route.query
        if name != "cursor" and name in call.request.query_params
    }
    asked = {"limit": str(page_size(call)), **asked, "cursor": packed}
    following = f"{call.path}?{urlencode(asked)}"
    call.said["Link"] = f'<{following}>; rel="next"'
    return following


def opaque_tag(name: str, version: int, answer: Any) -> str:
    """Of lists the tag is opaque: it changes whenever the answer does."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(msgspec.json.encode(answer)).digest())[:22].decode()
    return f'"{name}.{version}.{digest}"'


def wrong(parameter: str, detail: str) -> Problem:
    return Problem(INVALID, "see errors", errors=(FieldError(f"/{parameter}", detail),))
