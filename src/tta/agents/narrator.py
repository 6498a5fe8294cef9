"""The narrator: lets a language model retell the passage of a plan, if that is allowed."""

from tta.agents.llm import LanguageModels
from tta.agents.messages import Brief, PassageDraft, PendingTurn, TurnPlan
from tta.domain.passages import SENT
from tta.domain.vocabulary import Author
from tta.stories.story import Scene


class Narrator:
    NAME = "narrator"
    CAPABILITY = "Turn, Plan -> Telling"
    VERSION = 1

    def __init__(self, llms: LanguageModels | None = None) -> None:
        self._llms = llms

    @property
    def resting(self) -> bool:
        return self._llms is not None and self._llms.resting

    def may_ask(self, turn: PendingTurn, plan: TurnPlan) -> bool:
        """Return whether a language model may tell this passage.

        It may not if the story does not move, in the calm place, or in a scene that practises a skill, whose
        exercise is told word for word.
        """
        move, scene = plan.told.passage.move, _scene(turn, plan)
        return (
            self._llms is not None
            and turn.consent is not None
            and move is not None
            and not move.startswith(SENT)
            and scene is not None
            and scene.skill is None
        )

    async def ask(self, turn: PendingTurn, plan: TurnPlan, *, within_s: float) -> PassageDraft:
        scene = _scene(turn, plan)
        assert self._llms is not None, "may_ask requires language models"
        assert turn.consent is not None, "may_ask requires the player's consent"
        assert scene is not None, "may_ask requires a scene"
        brief = Brief(turn.story, scene, plan.told, turn.words, turn.consent)
        written = await self._llms.narrate(brief, call_id=turn.call_id, within_s=within_s)
        return PassageDraft(written.text, Author.MODEL, written.narration)


def _scene(turn: PendingTurn, plan: TurnPlan) -> Scene | None:
    return turn.story.scenes.get(plan.told.passage.scene or "")
