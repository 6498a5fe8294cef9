"""What is wrong with a body, in JSON's words: where it is, what was expected, and what came.

msgspec says it in Python's words (`str`, `int`, names of classes), of which callers know nothing.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
from msgspec import inspect

from tta.http.edge.problems import FieldError

NAME_CHARACTERS_MAX = 64  # Of a field that is not known, so much is repeated.
OTHER = "expected another value"
JSON_TYPES = {
    "str": "string",
    "bytes": "string",
    "uuid": "string",
    "datetime": "string",
    "date": "string",
    "time": "string",
    "decimal": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "null": "null",
    "array": "array",
    "object": "object",
}
COUNTED = {"str": "characters", "bytes": "bytes", "array": "items", "object": "fields"}
END = r"\Z"
BOUNDS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}

at_path = re.compile(r" - at `\$\.?([^`]*)`\Z")


def field_error(error: msgspec.ValidationError, kind: Any) -> FieldError:
    """Say what is wrong where with a body of that type."""
    said = str(error)
    found = at_path.search(said)
    path = found.group(1) if found else ""
    parts = [part for part in path.replace("[", ".").replace("]", "").split(".") if part]
    text = said[: found.start()] if found else said
    return FieldError("".join(f"/{part}" for part in parts), _in_json(text, kind, parts))


def _in_json(text: str, kind: Any, parts: list[str]) -> str:
    if text.startswith(("Invalid enum value", "Invalid value")):
        allowed = list(dict.fromkeys(_allowed(kind, parts)))
        return f"expected one of {', '.join(allowed)}" if allowed else OTHER
    for pattern, told in RULES:
        if found := pattern.fullmatch(text):
            return told(found)
    return OTHER


def _types(named: str) -> str:
    """`str | null` → `string or null`."""
    return " or ".join(dict.fromkeys(JSON_TYPES.get(each, "another value") for each in named.split(" | ")))


def _length(found: re.Match[str]) -> str:
    kind, bound, count = found.groups()
    return f"expected {JSON_TYPES[kind]} of {BOUNDS[bound]} {count} {COUNTED[kind]}"


def _pattern(found: re.Match[str]) -> str:
    pattern = str(ast.literal_eval(found.group(1)))
    return f"expected string that matches {pattern.removesuffix(END)}$"  # As JSON Schema has it.


RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), told)
    for pattern, told in (
        (r"Expected `([^`]*)`, got `([^`]*)`", lambda f: f"expected {_types(f[1])}, got {_types(f[2])}"),
        (r"Expected `(str|bytes|array|object)` of length (>=|<=) (\d+)", _length),
        (r"Expected `array` of length (\d+)(?:, got \d+)?", lambda f: f"expected array of {f[1]} items"),
        (
            r"Expected `array` of length (\d+) to (\d+)(?:, got \d+)?",
            lambda f: f"expected array of {f[1]} to {f[2]} items",
        ),
        (
            r"Expected `array` of at (least|most) length (\d+)(?:, got \d+)?",
            lambda f: f"expected array of at {f[1]} {f[2]} items",
        ),
        (r"Expected `str` matching regex (.*)", _pattern),
        (
            r"Expected `(int|float)` (>=|<=|>|<) (\S+)",
            lambda f: f"expected {JSON_TYPES[f[1]]} of {BOUNDS[f[2]]} {f[3]}",
        ),
        (
            r"Expected `int` that's a multiple of (\S+)",
            lambda f: f"expected integer that is a multiple of {f[1]}",
        ),
        (r"Expected `([^`]*)`", lambda f: f"expected {_types(f[1])}"),
        (r"Object missing required field `(.*)`", lambda f: f"expected the field {f[1]}, which is missing"),
        (
            r"Object contains unknown field `(.*)`",
            lambda f: f"expected no field {f[1][:NAME_CHARACTERS_MAX]}",
        ),
        (r"Invalid UUID", lambda _: "expected string that is a UUID"),
        (r"Invalid RFC3339 encoded \w+", lambda _: "expected string that is a time as in RFC 3339"),
        (r"Invalid decimal string", lambda _: "expected string that is a decimal number"),
        (r"Invalid base64 encoded string", lambda _: "expected string in base64"),
        (r"Integer value out of range", lambda _: "expected integer with fewer digits"),
        (r"Number out of range", lambda _: "expected number that is not as large"),
    )
)


def _allowed(kind: Any, parts: Iterable[str]) -> Iterator[str]:
    """Give the values that stand at a place of a type, if they are few and named."""
    places = list(_each(inspect.type_info(kind)))
    for part in parts:
        places = [inner for place in places for inner in _within(place, part)]
    for place in places:
        if isinstance(place, inspect.EnumType):
            yield from (str(each.value) for each in place.cls)
        elif isinstance(place, inspect.LiteralType):
            yield from map(str, place.values)


def _within(place: inspect.Type, part: str) -> Iterator[inspect.Type]:
    if isinstance(place, inspect.StructType):
        for field in place.fields:
            if field.encode_name == part:
                yield from _each(field.type)
    elif isinstance(place, inspect.VarTupleType | inspect.ListType):
        yield from _each(place.item_type)


def _each(place: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(place, inspect.Metadata):
        yield from _each(place.type)
    elif isinstance(place, inspect.UnionType):
        for each in place.types:
            yield from _each(each)
    else:
        yield place
