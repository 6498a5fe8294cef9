"""The texts that a route marks, read leniently from a body as it came.

What is wrong with the body must not hide a text: broken JSON, a form or another encoding is read as well.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from tta.domain.assessment import TextKind, Writer
from tta.http.edge.tolerant_json import NamedValue, excerpt, found_under, members_of, text_of


class TextPlace(NamedTuple):
    """Where in a request's body a person's text stands, and what it is."""

    name: str
    """The member's name, at whatever depth; where its value is a list, each of its texts."""
    kind: TextKind
    writer: Writer = Writer.PLAYER
    question: str = ""
    """The name of the member that says what an answer was given to."""


class MarkedText(NamedTuple):
    """What a body says at one place."""

    values: Sequence[Any]
    """Each value under the place's name, at whatever depth. An object is a list of NamedValues."""
    questions: Sequence[Any] = ()
    """What stands under the name of the question, where the place is an answer to one."""
    is_whole: bool = True
    """Whether the body is JSON; of one that is not, parts may be missing."""


def read(raw: bytes, place: TextPlace) -> MarkedText:
    """Read what a body says at a place."""
    names = [stem for stem in (_stem(place.name), _stem(place.question)) if stem]
    text = excerpt(text_of(raw), *names)
    members = members_of(text)
    found = [_members(members or (), name) for name in names]
    if not all(found):
        found = [found_under(name, text) for name in names]
    values, questions = found[0], found[1] if place.question else ()
    return MarkedText(values, questions, is_whole=members is not None)


def _members(members: Sequence[NamedValue], stem: str) -> list[Any]:
    return [each.value for each in members if _stem(each.name.strip().casefold()) == stem]


def _stem(name: str) -> str:
    """Singular and plural are one name."""
    return name.removesuffix("s")
