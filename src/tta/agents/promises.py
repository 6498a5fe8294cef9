"""What no agent may break, whoever it is: its role's promises, checked where its message arrives."""

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
    """An agent gave what its role does not allow."""


def meant(meaning: object) -> Meaning:
    """Take a meaning and nothing else."""
    if not isinstance(meaning, Meaning):
        raise BrokenPromise(f"expected a meaning, got {type(meaning).__name__}")
    return meaning


def meant_by_model(answer: object) -> ModelMeaning:
    """Take a meaning and how it came about."""
    if not isinstance(answer, ModelMeaning) or not isinstance(answer.narration, Narration | None):
        raise BrokenPromise(f"expected what a model means, got {type(answer).__name__}")
    meant(answer.meaning)
    return answer


def checked(verdict: object) -> GuardianVerdict:
    """Take a verdict and nothing else: what merely looks like consent is none."""
    if not isinstance(verdict, GuardianVerdict) or not isinstance(verdict.passes, bool):
        raise BrokenPromise(f"expected a verdict, got {type(verdict).__name__}")
    return verdict


def following(told: ToldPassage, meaning: Meaning) -> ToldPassage:
    """Let no story move but by what was meant, or to the calm place; let no session end or pause unasked."""
    made = told.passage.moves
    if not set(made) <= {SENT + CALM, meaning.choice if meaning.kind == "choice" else None}:
        raise BrokenPromise(
            f"expected a story that goes by what was meant or not at all, got {', '.join(made)}"
        )
    asked = {"": True, "pause": meaning.kind == "pause", "end": meaning.confirmed}
    if not asked[told.then]:
        raise BrokenPromise(f"expected a session that goes on, got {told.then}")
    return told


def fit(telling: PassageDraft) -> PassageDraft:
    """Let through only what can be the text of a model."""
    narration = telling.narration
    if telling.author is not Author.MODEL or narration is None:
        raise BrokenPromise("expected a model's text and how it came about, got another's")
    if narration.outcome is not NarrationOutcome.WRITTEN:
        raise NoModelText(narration)
    if not telling.text.strip() or len(telling.text) > REPLY_MAX:
        raise NoModelText(replace(narration, outcome=NarrationOutcome.UNFIT))
    return telling
