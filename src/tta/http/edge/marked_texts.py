"""The texts that a route marks, read leniently from a body as it came.

What is wrong with the body must not hide a text: broken JSON, a form or another encoding is read as well.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from tta.domain.assessment import TextKind, Writer
from tta.http.edge.tolerant_json import (
    NamedValue,
    excerpt,
    found_under,
    members_of,
    shortened,
    text_of,
    words_under,
)

REFUSED_CHARACTERS_MAX = 128 * 1024  # Of a refused body that is read; no text that a route takes has 5,000.


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
    """Whether all of the body was read as JSON; otherwise parts may be missing."""


def read(raw: bytes, place: TextPlace, *, is_valid: bool = False) -> MarkedText:
    """Read what a body says at a place. Of one that was decoded (`is_valid`) all is read, however long it is,
    and nothing is guessed: an endpoint sees no text that is not given here.
    """
    names = [stem for stem in (_stem(place.name), _stem(place.question)) if stem]
    text = text_of(raw)
    near = text if is_valid else excerpt(text, *names)
    members = members_of(near)
    found: list[list[Any]] = [_members(members or (), name) for name in names]
    if not all(found) and not (is_valid and members is not None):
        if place.kind is TextKind.ANSWER:
            found = [found_under(name, near) for name in names]
        else:
            text = _ends_of(text)
            found = [words_under(name, text) for name in names]
            if not any(found) and not members and text.strip():
                found[0] = [shortened(text)]  # No object at all: what there is may be what was to be said.
    values, questions = found[0], found[1] if place.question else ()
    return MarkedText(values, questions, is_whole=members is not None)


def _ends_of(text: str) -> str:
    """Cut a long body down to its beginning and its end: reading it leniently holds up all other requests."""
    if len(text) <= REFUSED_CHARACTERS_MAX:
        return text
    return f"{text[: REFUSED_CHARACTERS_MAX // 2]}\n{text[-REFUSED_CHARACTERS_MAX // 2 :]}"


def _members(members: Sequence[NamedValue], stem: str) -> list[Any]:
    return [each.value for each in members if _stem(each.name.strip().casefold()) == stem]


def _stem(name: str) -> str:
    """Singular and plural are one name."""
    return name.removesuffix("s")
