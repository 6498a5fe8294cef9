"""A turn in the clearing, a scripted language model, and agents that are slow, broken or untrue."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from tests.support.agents.brief_examples import stands
from tta.agents.llm import NoModelText
from tta.agents.messages import (
    Brief,
    GuardianVerdict,
    ModelConsent,
    ModelMeaning,
    ModelText,
    PassageDraft,
    PendingTurn,
    TurnPlan,
)
from tta.agents.narrator import Narrator
from tta.agents.orchestrator import AgentOrchestrator
from tta.agents.steps import Deadlines
from tta.agents.team import team_of
from tta.domain.narration import Narration, NarrationOutcome
from tta.domain.passages import Passage, Play, Wishes
from tta.domain.vocabulary import Author
from tta.stories.playing.filtering import filter_of
from tta.stories.playing.narrating import ToldPassage
from tta.stories.story import CALM, catalogue
from tta.stories.understanding.meaning import Meaning

CLEARING = catalogue()["clearing"][1]
SESSION, PLAYER, CALL = UUID(int=5), UUID(int=6), UUID(int=7)
SHORT = Deadlines(interpret_s=0.25, narrate_s=0.25, check_s=0.25, pure_s=0.25)
"""Enough for agents that answer at once, and short for those that never do."""
CHOSEN = PendingTurn(
    session_id=SESSION,
    number=1,
    story=CLEARING,
    play=Play(story="clearing", version=1),
    wishes=filter_of(Wishes()),
    choice="path",
    words=None,
    call_id=CALL,
    consent=ModelConsent(PLAYER, stands),
)
SAID = CHOSEN._replace(choice=None, words="Go straight to the path")
UNCLEAR = CHOSEN._replace(choice=None, words="Purple monkey dishwasher")
WRITTEN = Narration(outcome=NarrationOutcome.WRITTEN, endpoint="near", model="small", prompt="narrate@1")
INTERPRETED = Narration(
    outcome=NarrationOutcome.INTERPRETED, endpoint="near", model="small", prompt="interpret@1", tokens_in=50
)
TOLD_ANEW = ModelText("The snail takes its time, and then a little more.", WRITTEN)


class ToldModels:
    """Language models that return or raise what a test says, or never answer. They record the briefs."""

    def __init__(self, *answers: Any, resting: bool = False) -> None:
        self.answers = list(answers)
        self.briefs: list[Brief] = []
        self.within_s: list[float] = []
        self.calls: list[UUID] = []
        self.resting = resting

    async def interpret(self, brief: Brief, *, call_id: UUID, within_s: float) -> ModelMeaning:
        meant = await self._answer(brief, call_id, within_s)
        return ModelMeaning(meant, INTERPRETED) if isinstance(meant, Meaning) else meant

    async def narrate(self, brief: Brief, *, call_id: UUID, within_s: float) -> ModelText:
        written: ModelText = await self._answer(brief, call_id, within_s)
        return written

    async def _answer(self, brief: Brief, call_id: UUID, within_s: float) -> Any:
        self.briefs.append(brief)
        self.calls.append(call_id)
        self.within_s.append(within_s)
        answer = self.answers.pop(0)
        if answer is NEVER:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        return answer


NEVER = object()


def not_written(outcome: NarrationOutcome) -> NoModelText:
    narration = Narration(outcome=outcome, endpoint="near", took_ms=3)
    return NoModelText(narration, may_pass=outcome is NarrationOutcome.FAILED)


def orchestrator(
    models: ToldModels | None = None, *, deadlines: Deadlines = SHORT, unchecked: bool = True, **agents: Any
) -> AgentOrchestrator:
    """Return our own agents, except for the given roles."""
    team = team_of(models, model_text_unchecked=unchecked)._replace(**agents)
    return AgentOrchestrator(team, deadlines)


class AnyAgent:
    """An agent that always does one thing, for any role."""

    CAPABILITY = "anything"
    VERSION = 1
    resting = False

    def __init__(self, name: str, act: Callable[[], Any], *, may: bool = False) -> None:
        self.NAME = name
        self._act = act
        self._may = may
        self.asked = 0

    def may_ask(self, turn: PendingTurn, known: Meaning | TurnPlan) -> bool:
        return self._may

    def may_pass(self, author: Author) -> bool:
        return self._may

    async def interpret(self, turn: PendingTurn) -> Any:
        return await self._do()

    async def move(self, turn: PendingTurn, meaning: Meaning) -> Any:
        return await self._do()

    async def check(self, text: str, author: Author) -> Any:
        return await self._do()

    async def ask(self, turn: PendingTurn, plan: TurnPlan, *, within_s: float) -> Any:
        return await self._do()

    async def _do(self) -> Any:
        self.asked += 1
        acted = self._act()
        return await acted if asyncio.iscoroutine(acted) else acted


class AskingNarrator(Narrator):
    """Our narrator, but with a given text as the language model's."""

    def __init__(self, telling: PassageDraft) -> None:
        super().__init__(ToldModels())
        self._telling = telling

    async def ask(self, turn: PendingTurn, plan: TurnPlan, *, within_s: float) -> PassageDraft:
        return self._telling


def slow() -> Any:
    return asyncio.Event().wait()


def broken() -> Any:
    raise RuntimeError("a bug")


def untrue_told() -> ToldPassage:
    return ToldPassage("Elsewhere.", Passage(move="sit", scene="sit"), ())


def sent_told() -> ToldPassage:
    return ToldPassage("Elsewhere.", Passage(move="@sit", scene="sit"), ())


def led_told() -> ToldPassage:
    return ToldPassage("Rest.", Passage(chosen="sit", move=f"@{CALM}", scene=CALM), ())


def ended_told() -> ToldPassage:
    return ToldPassage("It is over.", Passage(), (), "end")


def refused() -> GuardianVerdict:
    return GuardianVerdict(passes=False, by=("layer@1",))
