"""The parameters behind `?`: each says one thing."""

from collections.abc import Iterable

from starlette.datastructures import QueryParams

from tta.http.problems import INVALID, FieldError, Problem


def require_each_once(given: QueryParams, names: Iterable[str]) -> None:
    """Refuse a parameter of ours that is given twice. Raises the problem `invalid-request`."""
    twice = [FieldError(f"/{name}", "expected it once") for name in names if len(given.getlist(name)) > 1]
    if twice:
        raise Problem(INVALID, "see errors", errors=tuple(twice))
