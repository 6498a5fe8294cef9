"""What no agent may break, whoever it is: its role's promises, checked where its message arrives."""

from msgspec.structs import replace

from tta.agents.messages import Telling
from tta.agents.models import NotWritten
from tta.domain.narration import NarrationOutcome
from tta.domain.passages import SENT
from tta.domain.session import REPLY_MAX
from tta.domain.vocabulary import Author
from tta.stories.meaning import Meaning
from tta.stories.narrating import Told


class Untrue(Exception):
    """An agent gave what its role does not allow."""


def following(told: Told, meaning: Meaning) -> Told:
    """Let no story move but by what was meant, or to where it is sent."""
    move = told.passage.move
    if move is not None and not move.startswith(SENT) and (meaning.kind, meaning.choice) != ("choice", move):
        raise Untrue(f"expected a story that stands still or goes by what was meant, got {meaning.kind}")
    return told


def fit(telling: Telling) -> Telling:
    """Let through only what can be the text of a model."""
    narration = telling.narration
    if telling.author is not Author.MODEL or narration is None:
        raise Untrue("expected a model's text and how it came about, got another's")
    if narration.outcome is not NarrationOutcome.WRITTEN:
        raise NotWritten(narration.outcome, narration)
    if not telling.text.strip() or len(telling.text) > REPLY_MAX:
        raise NotWritten(NarrationOutcome.UNFIT, replace(narration, outcome=NarrationOutcome.UNFIT))
    return telling
