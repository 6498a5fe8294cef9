"""What the API shows of a row is copied by name, and sealed text never passes for text."""

import msgspec
import pytest

from tta.http.edge.answers import answer_of
from tta.projector.read_model import Row


class LetterRow(Row, frozen=True, kw_only=True):
    words: bytes | None = None
    stamps: tuple[str, ...] = ()
    read: bool = False


class LetterShown(msgspec.Struct, frozen=True):
    id: str
    text: str | None
    stamps: tuple[str, ...]


class WordsShown(msgspec.Struct, frozen=True):
    words: str | None


LETTER = LetterRow(id="7", words=b"\x01sealed", stamps=("owl",))


def test_an_answer_takes_the_fields_that_it_shares_with_the_row():
    assert LetterShown("7", "hello", ("owl",)) == answer_of(LetterShown, LETTER, text="hello")


def test_sealed_text_that_nobody_opened_is_refused():
    with pytest.raises(msgspec.ValidationError, match=r"Expected `str \| null`, got `bytes`"):
        answer_of(WordsShown, LETTER)
