"""The narrator: has a model tell anew the passage that a plan leads to, where one may."""

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
        """A story that stands still answers in our words, and where it had to be sent, in the author's.

        So does a scene that practises a skill: its exercise is told as it was authored, word for word.
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
        assert self._llms is not None, "an agent that may ask has language models"
        assert turn.consent is not None, "who may ask has the player's consent"
        assert scene is not None, "who may ask has a scene to tell"
        brief = Brief(turn.story, scene, plan.told, turn.words, turn.consent)
        written = await self._llms.narrate(brief, call_id=turn.call_id, within_s=within_s)
        return PassageDraft(written.text, Author.MODEL, written.narration)


def _scene(turn: PendingTurn, plan: TurnPlan) -> Scene | None:
    return turn.story.scenes.get(plan.told.passage.scene or "")
