"""What requests about a care plan carry, and what they are answered with."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from tta.domain import care_plan, goals, measures
from tta.domain.measures import MeasureKind, Severity
from tta.http.edge.bodies import NARROWER, Body, text_of
from tta.http.edge.guidance import Guidance
from tta.http.sessions.bodies import CatalogueId

Text = Annotated[str, text_of(goals.GOAL_MAX)]
Note = Annotated[str, text_of(care_plan.NOTE_MAX)]
ITEMS = [len(each.items) for each in measures.QUESTIONNAIRES.values()]
ANSWERS_MAX = 64  # Well beyond every questionnaire, so that a list with some answers too many is looked at.
Answer = Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": measures.ANSWER_MAX})]
"""Any integer: what is out of range is refused by the domain, after item 9 was looked at."""
Answers = Annotated[
    tuple[Answer, ...],
    Meta(
        max_length=ANSWERS_MAX,
        extra_json_schema={"minItems": min(ITEMS), f"{NARROWER}maxItems": max(ITEMS)},
    ),
]


class NewGoal(Body, frozen=True):
    text: Text
    skill: CatalogueId | None = None
    """What practising this would serve it."""


class NewProgress(Body, frozen=True):
    goal_id: UUID
    attainment: Annotated[int, Meta(ge=goals.ATTAINMENT_MIN, le=goals.ATTAINMENT_MAX)]
    """From -2, much less than expected, over 0, as expected, to 2, much more."""
    note: Note | None = None


class NewMilestone(Body, frozen=True):
    text: Text


class NewMeasure(Body, frozen=True):
    measure: MeasureKind
    answers: Answers
    """One for each item, in its order."""
    difficulty: Answer | None = None
    """The question after the items; it is not scored."""


class GoalChanged(msgspec.Struct, frozen=True, omit_defaults=True):
    goal_id: UUID
    version: int
    """Of the care plan."""
    milestone_id: UUID | None = None


class MeasureTaken(msgspec.Struct, frozen=True, omit_defaults=True):
    measure_id: UUID
    measure: MeasureKind
    total: int
    severity: Severity
    version: int
    guidance: Guidance | None = None
    """Where an answer asks for it: show it at once."""
