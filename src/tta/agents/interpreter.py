"""The interpreter: decides what a player chose or said, among the open choices.

Without a language model it is pure. A language model is asked only if the small interpreter is unsure. Its
answer counts only if it names an open choice or another known kind of meaning.
"""

from tta.agents.llm import LanguageModels
from tta.agents.messages import Brief, ModelMeaning, PendingTurn, TurnPlan
from tta.stories.playing.narrating import understood
from tta.stories.playing.standing import characters_of
from tta.stories.understanding.meaning import KINDS, Meaning


class Interpreter:
    NAME = "interpreter"
    CAPABILITY = "Turn -> Meaning"
    VERSION = 1

    def __init__(self, llms: LanguageModels | None = None) -> None:
        self._llms = llms

    @property
    def resting(self) -> bool:
        return self._llms is not None and self._llms.resting

    async def interpret(self, turn: PendingTurn) -> Meaning:
        return understood(
            turn.story,
            turn.play.seed or turn.session_id,
            turn.play.moves,
            turn.wishes,
            choice=turn.choice,
            words=turn.words,
            asked=turn.play.asked,
        )

    def may_ask(self, turn: PendingTurn, meaning: Meaning) -> bool:
        return (
            self._llms is not None
            and turn.consent is not None
            and turn.words is not None
            and meaning.kind == "unsure"
            and not turn.play.untold  # The beginning follows, whatever the player means.
        )

    async def ask(self, turn: PendingTurn, plan: TurnPlan, *, within_s: float) -> ModelMeaning:
        scene = turn.story.scenes.get(plan.told.passage.scene or "")
        if self._llms is None or turn.consent is None or scene is None or not plan.told.passage.choices:
            return ModelMeaning(plan.meaning, None)
        brief = Brief(turn.story, scene, plan.told, turn.words, turn.consent)
        meant = await self._llms.interpret(brief, call_id=turn.call_id, within_s=within_s)
        return meant._replace(meaning=_believed(meant.meaning, turn, plan) or plan.meaning)


def _believed(meant: Meaning, turn: PendingTurn, plan: TurnPlan) -> Meaning | None:
    """Return the trusted part of a language model's meaning. It can never confirm an end."""
    match meant.kind:
        case "choice":
            return Meaning("choice", meant.choice) if meant.choice in plan.told.passage.choices else None
        case "character":
            known = meant.character in characters_of(turn.story)
            return Meaning("character", character=meant.character) if known else None
        case "gone" | "unsure":
            return None
        case kind:
            return Meaning(kind) if kind in KINDS else None
