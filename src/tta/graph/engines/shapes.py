"""Gives every parameter one unmistakable type before the embedded engine sees it.

That engine takes the type of a parameter from its value, as narrow as it can (5 is an INT8, a column of nulls
is text, a dict's fields count by position), and a prepared statement keeps the types that it was prepared
with. Here every list of rows gets the same columns in the same order and a first row of wide sample values,
which the statement then skips; what cannot be told apart by type is prepared apart.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tta.graph.engine import GraphRefused

INTEGER_MAX = 2**63 - 1

SAMPLES: Mapping[str, Any] = {
    "string": "",
    "integer": INTEGER_MAX,
    "boolean": True,
    "float": 1.5,
    "bytes": b"",
    "strings": [""],
    "integers": [INTEGER_MAX],
    "floats": [1.5],
    "empty": [],
    "null": None,
}

KINDS: Mapping[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "float",
    bytes: "bytes",
    list: "strings",
    tuple: "strings",
}

Columns = tuple[tuple[str, str], ...]
Shape = tuple[tuple[str, str | Columns], ...]

unwind_pattern = re.compile(r"\bUNWIND\s+\$(\w+)\s+AS\s+(\w+)", re.IGNORECASE)
merge_pattern = re.compile(
    r"(?P<unwind>\s*UNWIND\s+\S+\s+AS\s+\w+)\s+MERGE\s+"
    r"\((?P<n>\w+):(?P<label>[\w`]+)\s*\{\s*(?P<key>[\w`]+)\s*:\s*(?P<value>[\w`.]+)\s*\}\)(?P<rest>\s*(?:SET\b.*)?)",
    re.IGNORECASE | re.DOTALL,
)


class Statement:
    """One text, and the kinds that its rows' columns were seen to have."""

    def __init__(self, text: str) -> None:
        """Find the parameters that the text unwinds, and which columns of their rows it names."""
        self.text = text
        self._aliases: dict[str, str] = dict(unwind_pattern.findall(text))
        self._named = {
            parameter: frozenset(re.findall(rf"\b{alias}\.`?(\w+)`?", text))
            for parameter, alias in self._aliases.items()
        }
        self._learned: dict[tuple[str, str], str] = {}

    def fit(self, parameters: Mapping[str, Any]) -> tuple[Shape, dict[str, Any]]:
        """Return the shape of the parameters and their values as the engine takes them.

        Raises GraphRefused when a value is of no kind, or a column's values are of two.
        """
        shape: list[tuple[str, str | Columns]] = []
        values: dict[str, Any] = {}
        for name in sorted(parameters):
            value = parameters[name]
            if self._is_rows(name, value):
                columns = tuple(self._columns(name, value))
                shape.append((name, columns))
                values[name] = _padded(columns, value)
            else:
                kind, values[name] = _scalar(name, value)
                shape.append((name, kind))
        return tuple(shape), values

    def texts(self, shape: Shape) -> tuple[str, ...]:
        """Return what the engine is to prepare for a shape: mostly one text, two where MERGE would scan."""
        text = self.text
        for name, columns in shape:
            if not isinstance(columns, str):
                alias = self._aliases[name]
                # The list's first row only shows the types; the engine's lists begin at 1.
                text = re.sub(rf"(\bUNWIND\s+\${name})(?=\s)", r"\1[2:]", text, flags=re.IGNORECASE)
                for column in self._nulls(name, columns):
                    text = re.sub(rf"\b{alias}\.(?:`{column}`|{column}\b)", "NULL", text)
        return _without_merge(text)

    def _is_rows(self, name: str, value: Any) -> bool:
        if not isinstance(value, list | tuple):
            return False
        is_rows = isinstance(value[0], Mapping) if value else bool(self._named.get(name))
        if is_rows and name not in self._aliases:
            raise GraphRefused(f"${name}: a list of rows can only be unwound: UNWIND ${name} AS row")
        return is_rows

    def _columns(self, name: str, rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
        found = []
        for column in sorted(self._named[name].union(*rows)):
            kind = _column_kind(f"${name}.{column}", [row.get(column) for row in rows])
            before = self._learned.get((name, column))
            if kind == "null" or (kind, before) == ("integer", "float"):
                kind = before or "null"
            if kind != "null":
                self._learned[name, column] = kind
                found.append((column, kind))
        # A struct needs a field, even when all that the rows hold is null.
        return found or [("nothing", "boolean")]

    def _nulls(self, name: str, columns: Columns) -> list[str]:
        return sorted(self._named[name] - {column for column, _ in columns})


def samples(shape: Shape) -> dict[str, Any]:
    """Return values of a shape, to prepare a statement with."""
    return {name: SAMPLES[kind] if isinstance(kind, str) else _padded(kind, [{}]) for name, kind in shape}


def _padded(columns: Columns, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    names = [name for name, _ in columns]
    first = {name: SAMPLES[kind] for name, kind in columns}
    return [first, *({name: row.get(name) for name in names} for row in rows)]


def _column_kind(where: str, values: list[Any]) -> str:
    kinds = {_kind(where, type(value)) for value in values if value is not None}
    if kinds == {"integer", "float"}:
        kinds = {"float"}
    if len(kinds) > 1:
        raise GraphRefused(f"{where}: expected values of one kind, got {' and '.join(sorted(kinds))}")
    kind = kinds.pop() if kinds else "null"
    if kind == "integer":
        known = [value for value in values if value is not None]
        _check_range(where, min(known), max(known))
    if kind == "strings":
        wrong = {type(item).__name__ for value in values for item in value or () if type(item) is not str}
        if wrong:
            raise GraphRefused(f"{where}: expected lists of str, got lists of {', '.join(sorted(wrong))}")
    return kind


def _scalar(name: str, value: Any) -> tuple[str, Any]:
    if value is None:
        return "null", None
    kind = _kind(f"${name}", type(value))
    if kind == "integer":
        _check_range(f"${name}", value, value)
        return kind, value
    if kind == "strings":
        return _list_kind(name, value), list(value)
    return kind, value


def _list_kind(name: str, items: Sequence[Any]) -> str:
    kind = _column_kind(f"${name}", [item for item in items if not isinstance(item, list | tuple | dict)])
    if len(items) == 0:
        return "empty"
    plural = f"{kind}s"
    if plural not in {"strings", "integers", "floats"} or any(item is None for item in items):
        raise GraphRefused(
            f"${name}: expected a list of text or of numbers without null, got {items[:3]!r} …"
        )
    return plural


def _kind(where: str, of: type) -> str:
    kind = KINDS.get(of)
    if kind is None:
        known = ", ".join(sorted({known.__name__ for known in KINDS}))
        raise GraphRefused(f"{where}: expected one of {known}, got {of.__name__}")
    return kind


def _check_range(where: str, least: int, most: int) -> None:
    if least < -INTEGER_MAX - 1 or most > INTEGER_MAX:
        raise GraphRefused(f"{where}: expected integers of 64 bits, got {least} … {most}")


def _without_merge(text: str) -> tuple[str, ...]:
    """Split `UNWIND … MERGE (n:L {key: …}) SET …` into making what is missing and setting all.

    The engine joins that MERGE with a scan of the whole table (8 ms a row over 100,000 nodes, growing);
    the two statements look keys up (1 ms, flat).
    """
    found = merge_pattern.fullmatch(text)
    if found is None:
        return (text,)
    unwind, n, label, key, value, rest = found.group("unwind", "n", "label", "key", "value", "rest")
    row = unwind.split()[-1]
    pattern = f"{label} {{{key}: {value}}}"
    missing = f"{unwind} OPTIONAL MATCH ({n}:{pattern}) WITH {row}, {n} WHERE {n}.{key} IS NULL"
    make = f"{missing} CREATE (made:{pattern})"
    return (make, f"{unwind} MATCH ({n}:{pattern}){rest}") if rest.strip() else (make,)
