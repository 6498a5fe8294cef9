"""The promises of each role, checked on every message of an agent."""

from msgspec.structs import replace

from tta.agents.llm import NoModelText
from tta.agents.messages import GuardianVerdict, ModelMeaning, PassageDraft
from tta.domain.narration import Narration, NarrationOutcome
from tta.domain.passages import SENT
from tta.domain.turns import REPLY_MAX
from tta.domain.vocabulary import Author
from tta.stories.playing.narrating import ToldPassage
from tta.stories.story import CALM
from tta.stories.understanding.meaning import Meaning


class BrokenPromise(Exception):
    """An agent gave a message that its role does not allow."""


def meant(meaning: object) -> Meaning:
    """Accept only a meaning."""
    if not isinstance(meaning, Meaning):
        raise BrokenPromise(f"expected a meaning, got {type(meaning).__name__}")
    return meaning


def meant_by_model(answer: object) -> ModelMeaning:
    """Accept only a meaning and the outcome of its call."""
    if not isinstance(answer, ModelMeaning) or not isinstance(answer.narration, Narration | None):
        raise BrokenPromise(f"expected a language model's meaning, got {type(answer).__name__}")
    meant(answer.meaning)
    return answer


def checked(verdict: object) -> GuardianVerdict:
    """Accept only a verdict: a value that is merely true does not let a text pass."""
    if not isinstance(verdict, GuardianVerdict) or not isinstance(verdict.passes, bool):
        raise BrokenPromise(f"expected a verdict, got {type(verdict).__name__}")
    return verdict


def following(told: ToldPassage, meaning: Meaning) -> ToldPassage:
    """Check that a story moves only by what was meant or to the calm place, and that a session ends or pauses
    only on request.
    """
    made = told.passage.moves
    if not set(made) <= {SENT + CALM, meaning.choice if meaning.kind == "choice" else None}:
        raise BrokenPromise(f"expected a story that moves only by what was meant, got {', '.join(made)}")
    asked = {"": True, "pause": meaning.kind == "pause", "end": meaning.confirmed}
    if not asked[told.then]:
        raise BrokenPromise(f"expected a session that goes on, got {told.then}")
    return told


def fit(telling: PassageDraft) -> PassageDraft:
    """Accept only generated text."""
    narration = telling.narration
    if telling.author is not Author.MODEL or narration is None:
        raise BrokenPromise("expected a model's text and how it came about, got another's")
    if narration.outcome is not NarrationOutcome.WRITTEN:
        raise NoModelText(narration)
    if not telling.text.strip() or len(telling.text) > REPLY_MAX:
        raise NoModelText(replace(narration, outcome=NarrationOutcome.UNFIT))
    return telling
