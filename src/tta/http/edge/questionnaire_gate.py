"""The first gate: it finds what item 9 of a PHQ-9 says, however the questionnaire was written.

Neither the form of a body nor what else is in it hides the answer, and of several ninth answers the highest
counts. Other texts are passed; nothing is found in them yet.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from tta.domain.assessment import NOTHING_FOUND, Assessment, TextKind
from tta.domain.joint.consequences import ITEM_9
from tta.domain.measures import FREQUENCIES, PHQ9_ITEM_9, MeasureKind, level_of
from tta.domain.vocabulary import RiskCategory, RiskLevel
from tta.http.edge.marked_texts import MarkedText
from tta.http.edge.tolerant_json import NamedValue

LABEL_CHARACTERS_MAX = 64
SCORES = {"answer", "score", "value"}
"""What an answer that is an object may call its count."""

number = re.compile(r"[\s\"']*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?![\w])", re.IGNORECASE)
numbers = re.compile(r"[+-]?\d+(?:\.\d+)?")
last_digits = re.compile(r"(\d{1,3})\D*\Z")


class QuestionnaireGate:
    """Assesses the answers to questionnaires; see `tta.http.edge.gate.Gate`."""

    async def assess(
        self, text: MarkedText, kind: TextKind, _player_id: UUID | None, _route: str
    ) -> Assessment:
        level = level_read(text) if kind is TextKind.ANSWER else RiskLevel.NONE
        return NOTHING_FOUND if level is RiskLevel.NONE else Assessment(level, RiskCategory.SUICIDE, ITEM_9)


def level_read(text: MarkedText) -> RiskLevel:
    """Read the ninth answer leniently, and say how urgently somebody should respond to it."""
    if not _is_phq9(text.questions, is_whole=text.is_whole):
        return RiskLevel.NONE
    highest = max((_whole(each) for each in _ninth_answers(text.values)), default=0)
    return level_of(MeasureKind.PHQ9, (*(0,) * PHQ9_ITEM_9, highest))


def _is_phq9(kinds: Sequence[Any], *, is_whole: bool) -> bool:
    """Whether one of the kinds that are said is PHQ-9, or the beginning of its name. Where a body that is
    broken says none, it may be: no other questionnaire has a ninth item.
    """
    labels = [_label(each) for each in kinds]
    if not is_whole and not any(labels):
        return True
    phq9 = MeasureKind.PHQ9.value
    return any(phq9 in label or (label and phq9.startswith(label)) for label in labels)


def _label(kind: Any) -> str:
    written = unicodedata.normalize("NFKC", str(kind)[:LABEL_CHARACTERS_MAX])
    return "".join(filter(str.isalnum, written)).lower()


def _ninth_answers(found: Sequence[Any]) -> Iterator[Any]:
    """Give each value that may be the ninth answer: of a list, of an object by its names, of a text, or of
    values that stand apart, as in a form.
    """
    for value in found:
        answers = value
        while isinstance(answers, list) and len(answers) == 1 and isinstance(answers[0], list):
            answers = answers[0]
        if isinstance(answers, list):
            yield from _ninth_of(answers)
        elif isinstance(answers, str):
            yield from _ninth_of(numbers.findall(answers) if len(answers) < LABEL_CHARACTERS_MAX * 4 else [])
            if answers.strip().isdecimal() and len(answers.strip()) > PHQ9_ITEM_9:
                yield answers.strip()[PHQ9_ITEM_9]
    apart = [each[0] if isinstance(each, list) and each else each for each in found]
    yield from _ninth_of(apart)


def _ninth_of(answers: Sequence[Any]) -> Iterator[Any]:
    places = [_place(each.name) if isinstance(each, NamedValue) else None for each in answers]
    if places and None not in places:
        ninth = PHQ9_ITEM_9 if 0 in places else PHQ9_ITEM_9 + 1
        yield from (each.value for place, each in zip(places, answers, strict=True) if place == ninth)
    elif len(answers) > PHQ9_ITEM_9:
        answer = answers[PHQ9_ITEM_9]
        yield answer.value if isinstance(answer, NamedValue) else answer


def _place(name: str) -> int | None:
    found = last_digits.search(name)
    return int(found[1]) if found else None


def _whole(answer: Any) -> int:
    """See an answer as a whole number; what is between two counts as the higher, what is none as 0."""
    if isinstance(answer, list):
        scores = [
            each.value for each in answer if isinstance(each, NamedValue) and each.name.lower() in SCORES
        ]
        (answer,) = scores or answer if len(scores or answer) == 1 else [None]
    count = _counted(answer) if isinstance(answer, str) else answer
    if not isinstance(count, int | float) or math.isnan(count):
        return 0
    return math.ceil(max(0, min(count, len(FREQUENCIES))))


def _counted(said: str) -> float:
    """Read a count that was sent as a text: a number, a truth value, or one of the options in words."""
    found = number.match(said)
    if found:
        return float(found[1])
    words = said.strip().casefold()
    if words.removeprefix("+") == "infinity":
        return math.inf
    options = [option.casefold() for option in FREQUENCIES]
    return options.index(words) if words in options else float(words == "true")
