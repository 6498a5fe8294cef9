"""The contract: OpenAPI 3.1, made from the same routes and types that serve."""

from collections.abc import Sequence
from typing import Any

import msgspec

from tta import __version__
from tta.domain.session import SessionStatus
from tta.domain.vocabulary import ConsentPurpose
from tta.domain.words import catalogue_id_pattern
from tta.http.edge.bodies import NARROWER
from tta.http.edge.calls import Route
from tta.http.edge.manners import ETAGS_PATTERN, KEY_PATTERN
from tta.http.edge.pages import CURSOR_CHARACTERS_MAX
from tta.http.edge.problems import (
    CONTENDED,
    FILLING,
    FORBIDDEN,
    GRAPH_UNAVAILABLE,
    HEADERS_TOO_LARGE,
    HISTORY_CHANGED,
    INTERNAL,
    INVALID,
    KEY_MISSING,
    KEY_REUSED,
    KEYRING_INCOMPLETE,
    LATE,
    MALFORMED,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    OUTCOME_UNKNOWN,
    OVERLOADED,
    STALE,
    STOPPED,
    STORE_UNAVAILABLE,
    TOKEN_MALFORMED,
    TOO_LARGE,
    UNAUTHENTICATED,
    UNSUPPORTED_MEDIA,
    VERSION_MISMATCH,
    Kind,
    ProblemDocument,
)
from tta.http.edge.problems import MEDIA_TYPE as PROBLEM_MEDIA_TYPE
from tta.http.schema_names import reference, schemas_of
from tta.live.stream_positions import CHARACTERS_MAX as EVENT_ID_CHARACTERS_MAX
from tta.projections.catalogue_answers import StoryFilter
from tta.security.policy import PUBLIC

ANY_REQUEST = (MALFORMED, METHOD_NOT_ALLOWED, LATE, HEADERS_TOO_LARGE, INTERNAL)
"""Said before any route is asked, or of any other method on its path; and what nobody foresaw."""
ANY_SIGNED_IN = (UNAUTHENTICATED, FORBIDDEN, INVALID, OVERLOADED)
ANY_COMMAND = (KEY_MISSING, KEY_REUSED, STORE_UNAVAILABLE, OUTCOME_UNKNOWN)
ANY_APPEND = (CONTENDED, VERSION_MISMATCH, KEYRING_INCOMPLETE)
ANY_QUERY = (
    TOKEN_MALFORMED,
    STALE,
    HISTORY_CHANGED,
    FILLING,
    STOPPED,
    GRAPH_UNAVAILABLE,
    STORE_UNAVAILABLE,
    KEYRING_INCOMPLETE,
)
ANY_LOG_QUERY = (STORE_UNAVAILABLE, KEYRING_INCOMPLETE)
TEXT: dict[str, Any] = {"type": "string"}
SCHEMAS: dict[str, dict[str, Any]] = {
    "purpose": {"type": "string", "enum": sorted(ConsentPurpose)},
    "status": {
        "type": "string",
        "enum": [each.value for each in SessionStatus],
    },
    "order": {"type": "string", "enum": ["asc", "desc"]},
    "limit": {"type": "integer", "minimum": 1, "maximum": 99},
    "cursor": {"type": "string", "minLength": 1, "maxLength": CURSOR_CHARACTERS_MAX},
    "last_event_id": {"type": "string", "maxLength": EVENT_ID_CHARACTERS_MAX},
    "story": {"type": "string", "pattern": f"^(?:{catalogue_id_pattern.pattern})$"},
    "story_id": {"type": "string", "maxLength": 64},
    **{name: {"type": "string", "minLength": 1, "maxLength": 64} for name in StoryFilter._fields},
    "Idempotency-Key": {"type": "string", "pattern": f"^(?:{KEY_PATTERN})$"},
    "If-Match": {"type": "string", "pattern": rf"^(?:{ETAGS_PATTERN}|\*)$"},
}
"""Of parameters that are more than a text; any other `…_id` is a UUID."""
REQUEST_HEADERS = {
    "Idempotency-Key": "Makes the command safe to send again for 24 hours.",
    "If-Match": 'The version that the caller has read, as "v17", or a list of which one has to stand.',
    "Consistency-Token": "What a command answered: the query then says whether it has seen that command.",
    "Prefer": "`wait=2` waits for it as long; `handling=strict` takes 503 for an answer that is not fresh.",
    "Last-Event-ID": "The last id that came: the stream goes on behind it.",
    "If-None-Match": "Answers 304 where the caller has just that.",
}
RESPONSE_HEADERS = {
    "ETag": "What `If-Match` and `If-None-Match` compare with.",
    "Location": "Where what was created can be read.",
    "Consistency-Token": "Sent with a query, it makes the answer show this command, or say that it does not.",
    "Idempotency-Replayed": "`true` where the command had been taken before.",
    "Consistency": "`fresh`, `stale` or `lost` with a `Consistency-Token`; `unknown` also without.",
    "Preference-Applied": "What was made of `Prefer`.",
    "Link": 'The next page (`rel="next"`), or the path that follows this one (`rel="successor-version"`).',
    "Retry-After": "Seconds after which to try again.",
    "WWW-Authenticate": "`Bearer`, with an `error` where credentials came (RFC 6750).",
    "Deprecation": "Since when this path is no longer the one to use (RFC 9745).",
    "Allow": "The methods that the path takes.",
}


PROBLEM_HEADERS: dict[int, tuple[str, ...]] = {
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate",),
    405: ("Allow",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}


def contract(commands: Sequence[Route], queries: Sequence[Route], both: Sequence[Route]) -> dict[str, Any]:
    """Write the OpenAPI document of some routes."""
    routes = (*commands, *queries, *both)
    types = [kind for route in routes for kind in (route.body, route.answer) if kind is not None]
    unique = list(dict.fromkeys([*types, ProblemDocument]))
    schemas = schemas_of(unique)
    paths: dict[str, dict[str, Any]] = {}
    for tag, tagged in (("commands", commands), ("queries", queries), ("operations", both)):
        for route in tagged:
            for path in filter(None, (route.path, route.alias)):
                operation = _operation(route, tag, deprecated=path != route.path)
                paths.setdefault(path, {})[route.method.lower()] = operation
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "TTA",
            "version": __version__,
            "description": "The backend of a therapeutic text adventure. Commands change, queries show.",
        },
        "tags": [{"name": "commands"}, {"name": "queries"}, {"name": "operations"}],
        "paths": paths,
        "components": {
            "schemas": {name: _ecma(schema) for name, schema in schemas.items()},
            "headers": {name: _described(said) for name, said in RESPONSE_HEADERS.items()},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "ticket": {"type": "apiKey", "in": "query", "name": "ticket"},
            },
        },
    }
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document))
    return plain


def _ecma(schema: Any) -> Any:
    """Write patterns as JSON Schema has them: in ECMA 262 `$` is the very end. Of two bounds the one that the
    endpoint keeps is named.
    """
    if isinstance(schema, dict):
        written = {
            name: f"{each[:-2]}$" if name == "pattern" and str(each).endswith(r"\Z") else _ecma(each)
            for name, each in schema.items()
            if not name.startswith(NARROWER)
        }
        narrower = {
            name.removeprefix(NARROWER): each for name, each in schema.items() if name.startswith(NARROWER)
        }
        return written | narrower
    return [_ecma(each) for each in schema] if isinstance(schema, list) else schema


def _operation(route: Route, tag: str, *, deprecated: bool) -> dict[str, Any]:
    name = route.operation + ("_unversioned" if deprecated else "")
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": route.summary,
        "tags": [tag],
        "parameters": _parameters(route, tag, deprecated=deprecated),
        "responses": _responses(route, tag, deprecated=deprecated),
        "security": _security(route),
    }
    if deprecated:
        operation["deprecated"] = True
    if route.body is not None:
        schema = reference(route.body)
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _security(route: Route) -> list[dict[str, Any]]:
    if route.action in PUBLIC:
        return []
    return [{"bearer": []}, {"ticket": []}] if route.ticketed else [{"bearer": []}]


def _parameters(route: Route, tag: str, *, deprecated: bool) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    found = [_parameter(name, "path", required=True) for name in names]
    found += [_parameter(name, "query") for name in route.query]
    if tag == "commands":
        found.append(_parameter("Idempotency-Key", "header", required=not deprecated))
        if route.appends:
            found.append(_parameter("If-Match", "header", required=route.if_match))
        if route.waits:
            found.append(_parameter("Prefer", "header"))
    elif route.ticketed:
        found.append(_parameter("Last-Event-ID", "header"))
    elif tag == "queries" and not route.reads_log:
        found += [_parameter(name, "header") for name in ("Consistency-Token", "Prefer", "If-None-Match")]
    return found


def _parameter(name: str, where: str, *, required: bool = False) -> dict[str, Any]:
    other = {**TEXT, "format": "uuid"} if name.endswith("_id") else TEXT
    schema = SCHEMAS.get(name, other)
    parameter: dict[str, Any] = {"name": name, "in": where, "schema": schema}
    if name in REQUEST_HEADERS:
        parameter["description"] = REQUEST_HEADERS[name]
    if required:
        parameter["required"] = True
    return parameter


def _responses(route: Route, tag: str, *, deprecated: bool) -> dict[str, Any]:
    aged = ("Deprecation", "Link") if deprecated else ()
    ok: dict[str, Any] = {"description": route.summary}
    ok |= _headers(*_answer_headers(route, tag), *aged)
    schema = TEXT if route.answer is None else reference(route.answer)
    ok["content"] = {route.media_type: {"schema": schema}}
    responses: dict[str, Any] = {str(route.status): ok}
    if tag == "queries" and not route.reads_log:
        responses["304"] = {"description": "Not modified", **_headers("ETag", "Consistency", *aged)}
    by_status: dict[int, list[Kind]] = {}
    for kind in _kinds(route, tag):
        by_status.setdefault(kind.status, []).append(kind)
    for status, kinds in sorted(by_status.items()):
        schema = reference(ProblemDocument)
        responses[str(status)] = {
            "description": " · ".join(dict.fromkeys(f"`{kind.code}`: {kind.title}" for kind in kinds)),
            **_headers(*PROBLEM_HEADERS.get(status, ())),
            "content": {PROBLEM_MEDIA_TYPE: {"schema": schema}},
        }
    return responses | ({"503": {**ok, "description": "Not well"}} if tag == "operations" else {})


def _answer_headers(route: Route, tag: str) -> tuple[str, ...]:
    if tag == "operations" or (tag == "queries" and route.reads_log):
        return ()
    if tag == "queries":
        return ("ETag", "Consistency", "Preference-Applied", *("Link",) * ("cursor" in route.query))
    location = ("Location",) if route.status == 201 else ()
    waits = ("Preference-Applied",) if route.waits else ()
    appends = ("ETag", *location, "Consistency-Token", *waits) if route.appends else ()
    return (*appends, "Idempotency-Replayed")


def _headers(*names: str) -> dict[str, Any]:
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}} if names else {}


def _described(said: str) -> dict[str, Any]:
    return {"description": said, "schema": TEXT}


def _kinds(route: Route, tag: str) -> list[Kind]:
    """Name what a route can answer beside its answer."""
    found: list[Kind] = [*ANY_REQUEST]
    if route.action not in PUBLIC:
        found += ANY_SIGNED_IN
    if tag == "commands":
        found += (*ANY_COMMAND, *ANY_APPEND) if route.appends else ANY_COMMAND
    elif tag == "queries":
        found += ANY_LOG_QUERY if route.reads_log else ANY_QUERY
    if "{" in route.path:
        found.append(NOT_FOUND)
    if route.method != "GET":
        found.append(TOO_LARGE)  # What takes no body reads whether one came.
    if route.body is not None:
        found.append(UNSUPPORTED_MEDIA)
    return list(dict.fromkeys((*found, *route.problems)))
