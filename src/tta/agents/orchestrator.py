"""The orchestrator: lets the agents answer a turn, one step after another, each within its deadline.

Whatever a language model or an agent does, there is an answer, at least the authored story's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TypeVar

import structlog
from msgspec.structs import replace

from tta.agents.llm import NoModelText
from tta.agents.messages import GuardianVerdict, ModelMeaning, PassageDraft, PendingTurn, TurnAnswer, TurnPlan
from tta.agents.promises import checked, fit, following, meant, meant_by_model
from tta.agents.registry import LATE, AgentRegistry
from tta.agents.roles import RoleAgent, Team
from tta.agents.steps import Deadlines, OnStep, Step, StepFailed, Steps, nobody_listens, say
from tta.domain.narration import Narration, NarrationOutcome
from tta.domain.passages import Passage
from tta.domain.vocabulary import Author
from tta.stories.playing.narrating import ToldPassage, waiting
from tta.stories.understanding.meaning import Meaning
from tta.telemetry.errors import traced

log = structlog.get_logger(__name__)
Result = TypeVar("Result")

STUMBLED = ToldPassage(
    "I have lost the thread here; that is my fault and not yours. Nothing is lost, and the story waits where "
    "it was. Please say or choose once more what you want to do.",
    Passage(),
    (),
)
"""The answer if the story could not be moved."""
WITHHELD = ToldPassage(
    "I would rather not go on with this passage. The story waits where it was; you can choose another way.",
    Passage(),
    (),
)
"""The answer if the guardian refuses even the authored text."""
UNASKED = Narration(outcome=NarrationOutcome.UNCHECKED)
"""The outcome if the guardian could pass no generated text, so that none was requested."""
TOO_LATE = Narration(outcome=NarrationOutcome.LATE)
"""The outcome if the turn has waited too long to ask a language model."""


class AgentOrchestrator:
    """Mediates between the agents of one process."""

    def __init__(self, team: Team, deadlines: Deadlines = Deadlines()) -> None:  # noqa: B008 - A constant.
        self.registry = AgentRegistry(team)
        self._steps = Steps(self.registry, deadlines)
        self._team = team
        self._deadlines = deadlines

    def until(self, waited_s: float) -> float:
        """Return the event loop's time by which a turn must be answered that has waited this long."""
        return asyncio.get_running_loop().time() + self._deadlines.turn_s - max(waited_s, 0.0)

    async def plan(self, turn: PendingTurn, *, on_step: OnStep = nobody_listens) -> TurnPlan:
        """Decide what was meant and what follows. Without a language model, a turn always gives the same
        plan.
        """
        interpreter = self._team.interpreter

        async def interpret() -> Meaning:
            return meant(await interpreter.interpret(turn))

        try:
            meaning = await self._steps.take(Step.INTERPRETING, interpreter, interpret, on_step)
        except StepFailed:
            meaning = Meaning("unsure") if turn.choice is None else Meaning("choice", turn.choice, by_id=True)
        plan = await self._moved(turn, meaning, on_step)
        if not interpreter.may_ask(turn, meaning):
            return plan
        asked, interpreting = await self._meant(turn, plan, on_step)
        moved = plan if asked == meaning else await self._moved(turn, asked, on_step)
        return moved._replace(interpreting=interpreting)

    def wants_model(self, turn: PendingTurn, plan: TurnPlan) -> bool:
        """Return whether a language model is to tell this passage: there is one, it may, and its text
        could pass.
        """
        return self._team.guardian.may_pass(Author.MODEL) and self._team.narrator.may_ask(turn, plan)

    def would_ask(self, turn: PendingTurn, plan: TurnPlan) -> bool:
        """Return whether a language model is to be asked anything for this turn, planned without one."""
        return self._team.interpreter.may_ask(turn, plan.meaning) or self.wants_model(turn, plan)

    async def answer(
        self, turn: PendingTurn, plan: TurnPlan, *, may_ask_model: bool, on_step: OnStep = nobody_listens
    ) -> TurnAnswer:
        """Tell the passage. If a language model was asked, the answer records the outcome."""
        answer = await self._answered(turn, plan, on_step, may_ask_model=may_ask_model)
        return answer._replace(interpreting=plan.interpreting)

    async def _answered(
        self, turn: PendingTurn, plan: TurnPlan, on_step: OnStep, *, may_ask_model: bool
    ) -> TurnAnswer:
        narration, told = None, plan.told
        if may_ask_model and self.wants_model(turn, plan):
            telling, narration = await self._written(turn, plan, on_step)
            if telling is not None:
                verdict = await self._checked(telling.text, Author.MODEL, on_step)
                if verdict.passes:
                    return TurnAnswer(told._replace(text=telling.text), Author.MODEL, verdict.by, narration)
                narration = replace(narration, outcome=NarrationOutcome.UNCHECKED)
            on_step = nobody_listens  # Listeners are told of each step once.
        elif may_ask_model and self._team.narrator.may_ask(turn, plan):
            narration = UNASKED
        say(on_step, Step.NARRATING)
        verdict = await self._checked(told.text, Author.STORY, on_step)
        if not verdict.passes:
            instead = WITHHELD._replace(then=told.then) if told.then else _still_open(turn, WITHHELD)
            return TurnAnswer(instead, Author.PROTOCOL, verdict.by, narration)
        return TurnAnswer(told, Author.STORY, verdict.by, narration)

    async def _moved(self, turn: PendingTurn, meaning: Meaning, on_step: OnStep) -> TurnPlan:
        keeper = self._team.world_keeper

        async def move() -> ToldPassage:
            return following(await keeper.move(turn, meaning), meaning)

        try:
            told = await self._steps.take(Step.DECIDING, keeper, move, on_step)
        except StepFailed:
            told = STUMBLED if turn.play.untold else _still_open(turn, STUMBLED)
        return TurnPlan(meaning, told)

    async def _meant(self, turn: PendingTurn, plan: TurnPlan, on_step: OnStep) -> ModelMeaning:
        """Ask a language model for the meaning. If it does not answer, the previous meaning counts."""
        interpreter = self._team.interpreter

        async def ask(within_s: float) -> ModelMeaning:
            return meant_by_model(await interpreter.ask(turn, plan, within_s=within_s))

        came = await self._from_model(turn, Step.INTERPRETING, interpreter, ask, on_step)
        return ModelMeaning(plan.meaning, came) if isinstance(came, Narration) else came

    async def _written(
        self, turn: PendingTurn, plan: TurnPlan, on_step: OnStep
    ) -> tuple[PassageDraft | None, Narration]:
        """Let a language model tell the passage; return None if its text cannot be shown."""
        narrator = self._team.narrator

        async def ask(within_s: float) -> PassageDraft:
            return fit(await narrator.ask(turn, plan, within_s=within_s))

        came = await self._from_model(turn, Step.NARRATING, narrator, ask, on_step)
        if isinstance(came, Narration):
            return None, came
        assert came.narration is not None, "an unfit text was handled before"
        return came, came.narration

    async def _from_model(
        self,
        turn: PendingTurn,
        step: Step,
        agent: RoleAgent,
        ask: Callable[[float], Awaitable[Result]],
        on_step: OnStep,
    ) -> Result | Narration:
        """Let an agent ask a language model in the time left; if it fails, return the reason."""
        began, left_s = perf_counter(), self._deadlines.left_s(turn.until)
        if left_s < self._deadlines.again_s_min:
            return TOO_LATE
        try:
            return await self._steps.ask(step, agent, left_s, ask, on_step)
        except NoModelText as refused:
            return refused.narration
        except StepFailed as failed:
            # The agent should have reported this itself.
            outcome = NarrationOutcome.LATE if failed.outcome == LATE else NarrationOutcome.FAILED
            return Narration(outcome=outcome, took_ms=round((perf_counter() - began) * 1000))

    async def _checked(self, text: str, author: Author, on_step: OnStep) -> GuardianVerdict:
        guardian = self._team.guardian

        async def check() -> GuardianVerdict:
            return checked(await guardian.check(text, author))

        try:
            return await self._steps.take(Step.CHECKING, guardian, check, on_step)
        except StepFailed:
            # Generated text is then not shown. Authored text was reviewed with its story.
            return GuardianVerdict(passes=author is not Author.MODEL)


def _still_open(turn: PendingTurn, told: ToldPassage) -> ToldPassage:
    """Add the open choices to a reply that does not move the story, if the story can be read."""
    play = turn.play
    try:
        return waiting(turn.story, play.seed or turn.session_id, play.moves, turn.wishes, told.text)
    except Exception as error:  # noqa: BLE001 - Whatever becomes of the story, there is an answer.
        log.error("the open choices cannot be read", story=turn.story.id, error=traced(error))  # noqa: TRY400 - A traceback of our own making.
        return told
