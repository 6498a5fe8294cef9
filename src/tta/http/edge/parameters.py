"""The parameters behind `?`: each is one of ours, and says one thing."""

from collections.abc import Sequence

from starlette.datastructures import QueryParams

from tta.http.edge.problems import INVALID, FieldError, Problem

NAMED_MAX = 10  # Of those that are not known, so many are named.
NAME_CHARACTERS_MAX = 64
MAY_BE_EMPTY = {"last_event_id"}  # A page that has seen no event yet sends it so.


def require_parameters(given: QueryParams, names: Sequence[str]) -> None:
    """Refuse a parameter that is given twice or without a value, and one that is none of ours: a caller who
    misspells a filter must not take the answer for filtered. Raises the problem `invalid-request`.

    Asked behind reading the body, so that what is refused can still be looked at (item_9.py), and not of who
    probes or scrapes: they may add what they like.
    """
    known = f"expected one of {', '.join(names)}" if names else "expected no parameters"
    unknown = [name for name in given if name not in names]
    wrong = [FieldError(_pointer(name), known) for name in unknown[:NAMED_MAX]]
    wrong += [FieldError(f"/{name}", "expected it once") for name in names if len(given.getlist(name)) > 1]
    wrong += [
        FieldError(f"/{name}", "expected a value, got none")
        for name in names
        if name not in MAY_BE_EMPTY and given.getlist(name) == [""]
    ]
    if wrong:
        raise Problem(INVALID, "see errors", errors=tuple(wrong))


def _pointer(name: str) -> str:
    """A JSON Pointer (RFC 6901) to what somebody else has named."""
    return f"/{name[:NAME_CHARACTERS_MAX].replace('~', '~0').replace('/', '~1')}"
