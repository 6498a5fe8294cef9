"""What the API shows of a row: a field is declared by the row and by the answer, and copied here."""

from typing import Any, TypeVar

import msgspec

Answer = TypeVar("Answer", bound=msgspec.Struct)


def answer_of(kind: type[Answer], row: msgspec.Struct, **own: Any) -> Answer:
    """Build an answer from a row's fields of the same names; `own` adds to them or replaces them.

    Sealed text is bytes in the row and text in the answer: forgetting to open it is an error here.
    """
    return msgspec.convert({**msgspec.structs.asdict(row), **own}, kind)
