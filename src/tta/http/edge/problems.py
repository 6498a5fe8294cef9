"""The problems that the API can answer with (RFC 9457), all registered in this module.

`python -m tta.http.edge.problems > docs/problems.md` lists them.
"""

import importlib
import pkgutil
import sys
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from tta import domain
from tta.commands.folding import OtherKind
from tta.commands.handle import KeyReused, VersionMismatch
from tta.commands.player_queues import TooManyConflicts
from tta.domain.base import Absent, Conflicting, Invalid, Refusal
from tta.eventstore.errors import EventTooLarge, OutcomeUnknown, StoreError, StoreUnavailable
from tta.graph.engine import GraphUnavailable
from tta.http.edge.guidance import Guidance
from tta.http.edge.query_context import NoSuchRow, NotFresh
from tta.live.hub import HubFull, TooManyStreams
from tta.projector.freshness import Consistency
from tta.security.keyring import KeyringIncomplete, PlayerErased
from tta.security.policy import ActionForbidden, NotTheirs
from tta.security.tokens import TokenRefused

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "https://tta.example/problems/"
RETRY_AFTER_S = 1
INVALID_TOKEN = "invalid_token"  # noqa: S105 - A word of RFC 6750 §3.1, not a token.


class Kind(NamedTuple):
    """A kind of problem: its stable code, status, and title."""

    code: str
    status: int
    title: str


class Problem(Exception):
    """A request that cannot be answered as requested, raised by the code of the edge that notices it."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        *,
        errors: tuple["FieldError", ...] = (),
        current_version: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or kind.title)
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.current_version = current_version
        self.headers = dict(headers or {})
        self.guidance: Guidance | None = None
        """What to tell the player if the refused text says something about safety."""


class FieldError(msgspec.Struct, frozen=True):
    """One fault: its place as a JSON Pointer (RFC 6901), and what is wrong."""

    pointer: str
    detail: str


class ProblemDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457 with TTA's members."""

    type: str
    title: str
    status: int
    code: str
    trace_id: str
    instance: str = ""
    detail: str = ""
    errors: tuple[FieldError, ...] = ()
    current_version: int | None = None
    guidance: Guidance | None = None


MALFORMED = Kind("malformed-request", 400, "The request cannot be read")
KEY_MISSING = Kind("idempotency-key-missing", 400, "An Idempotency-Key is required")
TOKEN_MALFORMED = Kind("consistency-token-malformed", 400, "The Consistency-Token is not valid")
PREFLIGHT_REFUSED = Kind("preflight-refused", 400, "A page of this origin may not send this request")
UNAUTHENTICATED = Kind("unauthenticated", 401, "A valid bearer token is required")
FORBIDDEN = Kind("forbidden", 403, "Your account may not do this")
NOT_FOUND = Kind("not-found", 404, "The resource does not exist, or is not yours")
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "The resource does not support this method")
LATE = Kind("request-timeout", 408, "The request did not arrive in time")
ERASED = Kind("player-erased", 409, "The player was erased")
VERSION_MISMATCH = Kind("version-mismatch", 412, "The resource has changed since you read it")
TOO_LARGE = Kind("request-too-large", 413, "The request is too large")
UNSUPPORTED_MEDIA = Kind("unsupported-media-type", 415, "The body must be JSON")
INVALID = Kind("invalid-request", 422, "The request is well-formed but not valid")
UNKNOWN_STORY = Kind("unknown-story", 422, "There is no such story")
KEY_REUSED = Kind("idempotency-key-reused", 422, "The Idempotency-Key was used with another payload")
IF_MATCH_REQUIRED = Kind("if-match-required", 428, "An If-Match header is required")
HEADERS_TOO_LARGE = Kind("headers-too-large", 431, "The request's headers are too large")
TOO_MANY_STREAMS = Kind("too-many-streams", 429, "Too many streams are open")
INTERNAL = Kind("internal-error", 500, "An internal error occurred")
STORE_UNAVAILABLE = Kind("store-unavailable", 503, "The event store does not answer; nothing was changed")
OUTCOME_UNKNOWN = Kind(
    "outcome-unknown", 503, "The change may have happened; send it again with the same key"
)
GRAPH_UNAVAILABLE = Kind("read-model-unavailable", 503, "The read model does not answer")
CONTENDED = Kind(
    "too-many-conflicts", 503, "Too many requests change the same player's data; nothing was changed"
)
OVERLOADED = Kind("overloaded", 503, "Too many requests are under way")
FILLING = Kind("read-model-filling", 503, "The read model is being filled")
STOPPED = Kind("read-model-stopped", 503, "The read model has stopped")
HISTORY_CHANGED = Kind("history-changed", 503, "The token's event is no longer in the log")
KEYRING_INCOMPLETE = Kind(
    "keyring-incomplete", 503, "The player's data key is missing; nothing was changed or shown"
)
STALE = Kind("not-yet-visible", 503, "The read model has not seen your change in time")

REFUSALS: dict[type[Refusal], int] = {Absent: 404, Conflicting: 409, Invalid: 422}
"""The status of each kind of refusal."""

NOT_FRESH = {
    Consistency.STALE: STALE,
    Consistency.LOST: HISTORY_CHANGED,
    Consistency.FILLING: FILLING,
    Consistency.STOPPED: STOPPED,
}
"""What an answer that is not fresh is to a caller who wants no other."""

FAILURES: dict[type[Exception], Kind] = {
    ActionForbidden: FORBIDDEN,
    NotTheirs: NOT_FOUND,
    NoSuchRow: NOT_FOUND,
    OtherKind: NOT_FOUND,
    TokenRefused: UNAUTHENTICATED,
    PlayerErased: ERASED,
    KeyringIncomplete: KEYRING_INCOMPLETE,
    TooManyConflicts: CONTENDED,
    VersionMismatch: VERSION_MISMATCH,
    KeyReused: KEY_REUSED,
    EventTooLarge: TOO_LARGE,
    OutcomeUnknown: OUTCOME_UNKNOWN,
    StoreUnavailable: STORE_UNAVAILABLE,
    GraphUnavailable: GRAPH_UNAVAILABLE,
    TooManyStreams: TOO_MANY_STREAMS,
    HubFull: OVERLOADED,
}
UNTOLD = (
    NotTheirs,
    NoSuchRow,
    OtherKind,
    PlayerErased,
    KeyringIncomplete,
    TooManyConflicts,
    StoreError,
    GraphUnavailable,
)
"""Their messages are for the log. A caller sees only the kind."""
BY_STATUS = {404: NOT_FOUND, 405: METHOD_NOT_ALLOWED}


def kinds() -> tuple[Kind, ...]:
    """All kinds, for the docs and the contract."""
    for module in pkgutil.iter_modules(domain.__path__, f"{domain.__name__}."):
        importlib.import_module(module.name)
    named = [value for value in globals().values() if isinstance(value, Kind)]
    refused = [kind_of(each) for base in REFUSALS for each in base.__subclasses__() if each.title]
    return tuple(sorted({*named, *refused}, key=lambda kind: (kind.status, kind.code)))


def kind_of(refusal: type[Refusal]) -> Kind:
    """Return the problem that a caller gets for a refusal."""
    status = next(status for base, status in REFUSALS.items() if issubclass(refusal, base))
    return Kind(refusal.code(), status, refusal.title)


def problem_of(error: Exception) -> Problem:
    """Return the problem that a caller gets for an exception: 500 for an unregistered one, which is our
    bug.
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, Refusal) and error.title:
        return Problem(kind_of(type(error)), str(error))
    if isinstance(error, HTTPException):
        return Problem(BY_STATUS.get(error.status_code, MALFORMED), headers=error.headers)
    if isinstance(error, NotFresh):
        return Problem(NOT_FRESH[error.consistency])
    for kind_of_failure, kind in FAILURES.items():
        if isinstance(error, kind_of_failure):
            current = error.actual if isinstance(error, VersionMismatch) else None
            return Problem(kind, "" if isinstance(error, UNTOLD) else str(error), current_version=current)
    return Problem(INTERNAL)


def challenge(error: str = "") -> dict[str, str]:
    """Build the header that says how to sign in, and what is wrong with the credentials (RFC 6750 §3)."""
    said = f', error="{error}"' if error else ""
    return {"WWW-Authenticate": f'Bearer realm="tta"{said}'}


def uri_reference(path: str) -> str:
    """Write a decoded path as the URI reference of `instance` (RFC 9457 §3.1.5, RFC 3986 §4.2)."""
    # Two slashes at the beginning would name a host; a colon before the first slash would name a scheme.
    return quote(f"/.{path}" if path.startswith("//") else path, safe="/~!$&'()*+,;=@")


def rendered(problem: Problem, *, trace_id: str, instance: str) -> Response:
    """Answer with a problem document."""
    kind = problem.kind
    document = ProblemDocument(
        type=TYPE_PREFIX + kind.code,
        title=kind.title,
        status=kind.status,
        code=kind.code,
        trace_id=trace_id,
        instance=instance,
        detail=problem.detail,
        errors=problem.errors,
        current_version=problem.current_version,
        guidance=problem.guidance,
    )
    headers = {"Cache-Control": "no-store", **problem.headers}
    if kind is UNAUTHENTICATED:
        headers = {**challenge(INVALID_TOKEN), **headers}
    if kind is FORBIDDEN:
        headers |= challenge("insufficient_scope")
    if kind.status in (STORE_UNAVAILABLE.status, TOO_MANY_STREAMS.status):
        headers.setdefault("Retry-After", str(RETRY_AFTER_S))
    return Response(msgspec.json.encode(document), kind.status, headers, MEDIA_TYPE)


ADVICE = {
    400: "Correct the request. Unchanged, it would fail again.",
    401: "Sign in; `WWW-Authenticate` says how.",
    403: "Use an account that has the right.",
    404: "Check the path and the id. Resources of other players are answered in the same way.",
    405: "Use a method that `Allow` lists.",
    408: "Send the request again, without pauses.",
    409: (
        "A rule refuses the command at present. Read the state, then decide. The same key may be used again."
    ),
    412: "Read the resource again; `current_version` is its version.",
    413: "Send less.",
    415: "Send `Content-Type: application/json`, and no `Content-Encoding`.",
    422: "Correct what `errors` points at, or use another key for another payload.",
    428: "Read the resource, and send its `ETag` as `If-Match`.",
    429: "Close streams that you no longer need, and try again after `Retry-After` seconds.",
    431: "Send less.",
    500: "This is our fault. Report the `trace_id`.",
    503: "Send the request again, with the same key, after `Retry-After` seconds.",
}


def listed() -> str:
    """Write docs/problems.md."""
    lines = [
        "# Problems",
        "",
        "Every answer that is not a success is a problem document (RFC 9457) of one of these kinds.",
        f"`code` and `type` (`{TYPE_PREFIX}<code>`) never change; titles and details are for people and may.",
        "This page is written by `python -m tta.http.edge.problems > docs/problems.md`.",
        "",
        "| status | what to do |",
        "|---|---|",
        *(f"| {status} | {advice} |" for status, advice in ADVICE.items()),
        "",
        "| status | code | title |",
        "|---|---|---|",
        *(f"| {kind.status} | `{kind.code}` | {kind.title} |" for kind in kinds()),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(listed())
