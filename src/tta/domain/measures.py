"""The questionnaires PHQ-9 and GAD-7: their wording, how they are scored, and what a change in them means.

Pure functions over coded answers. A total describes symptoms of two weeks; it is no diagnosis.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from tta.domain.base import Conflicting, Invalid
from tta.domain.vocabulary import RiskLevel

ANSWER_MAX = 3  # Every item of both, from 0 "Not at all" to 3 "Nearly every day".
PHQ9_ITEM_9 = 8
"""Where in the answers the item on thoughts of death or self-harm stands."""
REMISSION_BELOW = 5  # "Minimal" on both: Kroenke 2001 for PHQ-9, Spitzer 2006 for GAD-7.
MEASURED_AGAIN_AFTER = timedelta(hours=1)
"""Both ask about two weeks: a second time within the hour is a slip, and would only blur the series."""


class MeasureKind(StrEnum):
    PHQ9 = "phq9"
    GAD7 = "gad7"


class Severity(StrEnum):
    MINIMAL = "minimal"
    MILD = "mild"
    MODERATE = "moderate"
    MODERATELY_SEVERE = "moderately_severe"
    SEVERE = "severe"


class Change(StrEnum):
    """What became of a total since the first, beyond what the questionnaire's own error explains."""

    IMPROVED = "reliably_improved"
    UNCHANGED = "unchanged"
    WORSE = "reliably_worse"


class Questionnaire(NamedTuple):
    """A published questionnaire, word for word. `version` grows with any change of its wording here."""

    kind: MeasureKind
    version: int
    title: str
    lead_in: str
    items: tuple[str, ...]
    options: tuple[str, ...]
    """What an answer 0, 1, 2, 3 says."""
    difficulty: str
    """Asked once after the items; not scored."""
    difficulty_options: tuple[str, ...]
    bands: tuple[tuple[int, Severity], ...]
    """The lowest total of each severity, rising."""
    caseness: int
    """From this total on, treatment is usually offered (NHS Talking Therapies manual)."""
    reliable_change: int
    """A difference that is larger than measurement error (NHS Talking Therapies manual)."""
    source: str

    @property
    def total_max(self) -> int:
        return len(self.items) * ANSWER_MAX


FREQUENCIES = ("Not at all", "Several days", "More than half the days", "Nearly every day")
DIFFICULTIES = (
    "Not difficult at all",
    "Somewhat difficult",
    "Very difficult",
    "Extremely difficult",
)
DIFFICULTY = (
    "If you checked off any problems, how difficult have these problems made it for you to do your work, "
    "take care of things at home, or get along with other people?"
)
FREE_TO_USE = (
    "Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, with an "
    "educational grant from Pfizer Inc. No permission required to reproduce, translate, display or "
    "distribute."
)
RESTLESSNESS = (
    "Moving or speaking so slowly that other people could have noticed? Or the opposite – being so fidgety "
    "or restless that you have been moving around a lot more than usual"
)
PHQ9 = Questionnaire(
    kind=MeasureKind.PHQ9,
    version=1,
    title="Patient Health Questionnaire (PHQ-9)",
    lead_in="Over the last 2 weeks, how often have you been bothered by any of the following problems?",
    items=(
        "Little interest or pleasure in doing things",
        "Feeling down, depressed, or hopeless",
        "Trouble falling or staying asleep, or sleeping too much",
        "Feeling tired or having little energy",
        "Poor appetite or overeating",
        "Feeling bad about yourself – or that you are a failure or have let yourself or your family down",
        "Trouble concentrating on things, such as reading the newspaper or watching television",
        RESTLESSNESS,
        "Thoughts that you would be better off dead or of hurting yourself in some way",
    ),
    options=FREQUENCIES,
    difficulty=DIFFICULTY,
    difficulty_options=DIFFICULTIES,
    # Kroenke, Spitzer, Williams: The PHQ-9. J Gen Intern Med 2001; 16: 606-613.
    bands=(
        (0, Severity.MINIMAL),
        (5, Severity.MILD),
        (10, Severity.MODERATE),
        (15, Severity.MODERATELY_SEVERE),
        (20, Severity.SEVERE),
    ),
    caseness=10,
    reliable_change=6,
    source=f"Kroenke, Spitzer, Williams, J Gen Intern Med 2001; 16: 606-613. {FREE_TO_USE}",
)
GAD7 = Questionnaire(
    kind=MeasureKind.GAD7,
    version=1,
    title="Generalised Anxiety Disorder scale (GAD-7)",
    lead_in="Over the last 2 weeks, how often have you been bothered by the following problems?",
    items=(
        "Feeling nervous, anxious or on edge",
        "Not being able to stop or control worrying",
        "Worrying too much about different things",
        "Trouble relaxing",
        "Being so restless that it is hard to sit still",
        "Becoming easily annoyed or irritable",
        "Feeling afraid as if something awful might happen",
    ),
    options=FREQUENCIES,
    difficulty=DIFFICULTY,
    difficulty_options=DIFFICULTIES,
    # Spitzer, Kroenke, Williams, Löwe: The GAD-7. Arch Intern Med 2006; 166: 1092-1097.
    bands=((0, Severity.MINIMAL), (5, Severity.MILD), (10, Severity.MODERATE), (15, Severity.SEVERE)),
    caseness=8,
    reliable_change=4,
    source=f"Spitzer, Kroenke, Williams, Löwe, Arch Intern Med 2006; 166: 1092-1097. {FREE_TO_USE}",
)
QUESTIONNAIRES: Mapping[MeasureKind, Questionnaire] = {MeasureKind.PHQ9: PHQ9, MeasureKind.GAD7: GAD7}


class AnswersIncomplete(Invalid):
    title = "Each item needs one answer"


class AnswerOutOfRange(Invalid):
    title = "An answer is out of range"


class MeasuredTooSoon(Conflicting):
    title = "The questionnaire was answered just now"


class MeasureMemory(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of a questionnaire that was answered before."""

    first_total: int
    last_at: datetime
    times: int = 1

    def again(self, at: datetime) -> "MeasureMemory":
        return replace(self, last_at=at, times=self.times + 1)


class Outcome(NamedTuple):
    """How a later total compares with the first of the same questionnaire."""

    difference: int
    """The later total less the first: below zero is fewer symptoms."""
    change: Change
    response: bool
    """At least half of the first total is gone (Kroenke 2001)."""
    remission: bool
    """The later total is minimal."""
    recovery: bool
    """The first was at caseness, the later one is below it (NHS Talking Therapies manual)."""


def require_answers(kind: MeasureKind, answers: tuple[int, ...], difficulty: int | None) -> None:
    """Refuse what is not one answer to each item; which answer it was is not repeated."""
    items = len(QUESTIONNAIRES[kind].items)
    if len(answers) != items:
        raise AnswersIncomplete(f"expected {items} answers, got {len(answers)}")
    given = answers if difficulty is None else (*answers, difficulty)
    if not all(in_range(each) for each in given):
        raise AnswerOutOfRange(f"expected answers of 0 to {ANSWER_MAX}, got another")


def in_range(answer: int) -> bool:
    """Say whether an answer is one of the options."""
    return 0 <= answer <= ANSWER_MAX


def require_time_since(before: MeasureMemory | None, at: datetime) -> None:
    """Refuse the same questionnaire again at once."""
    # A last time that lies further ahead was written while a clock was wrong: nobody waits for it to come.
    if before is not None and abs(at - before.last_at) < MEASURED_AGAIN_AFTER:
        minutes = MEASURED_AGAIN_AFTER.total_seconds() / 60
        passed = (at - before.last_at).total_seconds() / 60
        raise MeasuredTooSoon(f"expected {minutes:.0f} minutes since the last time, got {passed:.0f}")


def total_of(answers: tuple[int, ...]) -> int:
    """Add up; both questionnaires weigh every item alike, and neither scores the difficulty."""
    return sum(answers)


def severity_of(kind: MeasureKind, total: int) -> Severity:
    """Name the published severity of a total."""
    return next(severity for least, severity in reversed(QUESTIONNAIRES[kind].bands) if total >= least)


def level_of(kind: MeasureKind, answers: tuple[int, ...]) -> RiskLevel:
    """Say how urgently somebody should respond to what was just answered.

    Item 9 of PHQ-9 asks after thoughts of being better off dead or of hurting oneself. Any positive answer
    needs a clear, direct question about safety (level low: a passive wish, C-SSRS 1 and 2); on more than half
    the days it needs the screener's further questions and a person who looks at it (moderate). It asks
    neither after intent nor after a plan, so alone it never is high; and a low total never takes it back.

    It looks at item 9 alone, so that answers which are refused for another say what they say; beyond the
    options it counts as the highest of them.
    """
    if kind is not MeasureKind.PHQ9 or len(answers) <= PHQ9_ITEM_9 or answers[PHQ9_ITEM_9] < 1:
        return RiskLevel.NONE
    return RiskLevel.LOW if answers[PHQ9_ITEM_9] == 1 else RiskLevel.MODERATE


def outcome_of(kind: MeasureKind, first: int, later: int) -> Outcome:
    """Compare a total with the first one."""
    questionnaire, difference = QUESTIONNAIRES[kind], later - first
    change = Change.UNCHANGED
    if difference <= -questionnaire.reliable_change:
        change = Change.IMPROVED
    elif difference >= questionnaire.reliable_change:
        change = Change.WORSE
    return Outcome(
        difference=difference,
        change=change,
        response=first > 0 and later * 2 <= first,
        remission=later < REMISSION_BELOW,
        recovery=first >= questionnaire.caseness > later,
    )
