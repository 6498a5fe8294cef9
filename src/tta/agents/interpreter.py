"""The interpreter: what a player chose or said, among what is open to them.

Without a model it is pure. A model is asked only what the small interpreter is unsure about, and its word
counts only where it names one of the open choices, or another kind of meaning that there is.
"""

from tta.agents.messages import Brief, Plan, Turn
from tta.agents.models import Models
from tta.domain.passages import SENT
from tta.stories.meaning import Meaning, meaning_of
from tta.stories.narrating import SHELF, may_meet
from tta.stories.playing import Chosen, Sent
from tta.stories.story import CALM

UNSURE = Meaning("unsure")
OF_MODELS = ("look", "help")
"""The kinds of meaning that a model may find, beside an open choice."""


class Interpreter:
    NAME = "interpreter"
    CAPABILITY = "Turn -> Meaning"
    VERSION = 1

    def __init__(self, models: Models | None = None) -> None:
        self._models = models

    @property
    def resting(self) -> bool:
        return self._models is not None and self._models.resting

    async def interpret(self, turn: Turn) -> Meaning:
        if turn.choice is not None:
            return Meaning("choice", turn.choice)
        moves = [
            Sent(each.removeprefix(SENT)) if each.startswith(SENT) else Chosen(each)
            for each in turn.play.moves
        ]
        scenes, offers = turn.story.scenes, SHELF.at(turn.story, turn.session_id, moves).shown.offers
        open_offers = [
            each
            for each in offers
            if each.to == CALM or each.to not in scenes or may_meet(scenes[each.to], turn.wishes)
        ]
        return meaning_of(turn.words or "", open_offers)

    def may_ask(self, turn: Turn, meaning: Meaning) -> bool:
        return (
            self._models is not None
            and turn.consent is not None
            and turn.words is not None
            and meaning.kind == UNSURE.kind
        )

    async def ask(self, turn: Turn, plan: Plan, *, within_s: float) -> Meaning:
        scene = turn.story.scenes.get(plan.told.passage.scene or "")
        if self._models is None or turn.consent is None or scene is None or not plan.told.passage.choices:
            return plan.meaning
        brief = Brief(turn.story, scene, plan.told, turn.words, turn.consent)
        meant = await self._models.interpret(brief, call_id=turn.call_id, within_s=within_s)
        return meant if _fits(meant, plan) else plan.meaning


def _fits(meant: Meaning, plan: Plan) -> bool:
    return meant.choice in plan.told.passage.choices if meant.kind == "choice" else meant.kind in OF_MODELS
