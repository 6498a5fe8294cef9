"""What an assessment of a text says, and which texts are assessed how.

An assessment is a value. Recording one is the safety record's (`tta.domain.safety_record`).
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from tta.domain.safety_record import HOLD_LEVELS
from tta.domain.vocabulary import RiskCategory, RiskLevel


class TextKind(StrEnum):
    """What a text is: it decides what counts as a sign of risk in it."""

    SPEECH = "speech"
    """Played or said."""
    ANSWER = "answer"
    """Given to a question, and read in its context."""
    PLAN = "plan"
    """A goal, a note or a plan: only present intent or an act under way counts."""
    LABEL = "label"
    """A name, a topic or a contact: only explicit sentences in the first person count."""


class Writer(StrEnum):
    """Whose words a text is."""

    PLAYER = "player"
    STAFF = "staff"
    """Not assessed."""


class Assessment(NamedTuple):
    """How urgently somebody should respond to what was just said, and why."""

    level: RiskLevel
    category: RiskCategory
    source: str
    """The rule that found it, such as `phq9.item9`; empty if nothing was found."""


NOTHING_FOUND = Assessment(RiskLevel.NONE, RiskCategory.NONE, "")


def highest(assessments: Iterable[Assessment]) -> Assessment:
    """Join assessments by maximum; without any, nothing was found."""
    return max(assessments, key=lambda each: HOLD_LEVELS.index(each.level), default=NOTHING_FOUND)
