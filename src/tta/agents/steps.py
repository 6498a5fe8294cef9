"""The steps of answering a turn: each has a deadline and is counted; a model may be asked once more."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import NamedTuple, TypeVar

import structlog

from tta.agents.llm import NoModelText
from tta.agents.registry import DONE, FAILED, LATE, AgentRegistry
from tta.agents.roles import RoleAgent
from tta.telemetry.errors import traced

INTERPRET_S_MAX, NARRATE_S_MAX, TURN_S_MAX = 10.0, 15.0, 20.0  # What a player can be asked to wait.
ATTEMPTS_MAX = 2
PAUSE_S_MIN, PAUSE_S_MAX = 0.1, 0.3  # Before a model is asked again: what failed at once would fail at once.
OWN_SHARE = 0.95  # Of a step's time for the model, so that it can say itself how late it was.

log = structlog.get_logger(__name__)
Result = TypeVar("Result")
OnStep = Callable[[str], None]


class Step(StrEnum):
    """What is being done for a turn."""

    INTERPRETING = "interpreting"
    DECIDING = "deciding"
    NARRATING = "narrating"
    CHECKING = "checking"


class Deadlines(NamedTuple):
    """Seconds for each step, and for all of a turn."""

    turn_s: float = 19.0
    """From the submission on, what it waited included; the rest of TURN_S_MAX is for the append."""
    interpret_s: float = 5.0
    """Where a model is asked; so with `narrate_s`."""
    narrate_s: float = 10.0
    check_s: float = 1.0
    pure_s: float = 0.5
    """Where nobody is asked: it takes less than a millisecond, or something is broken."""
    again_s_min: float = 2.0
    """So much must be left of a turn for a model to be asked, and of a step for it to be asked once more."""

    @property
    def after_s(self) -> float:
        """What is kept for the steps that follow on a model: decided, and checked twice."""
        return 2 * self.check_s + self.pure_s

    def left_s(self, until: float) -> float:
        """Seconds that a model may have of a turn that is to be answered by then."""
        return until - asyncio.get_running_loop().time() - self.after_s


class StepFailed(Exception):
    """An agent was late, or is broken."""

    def __init__(self, step: Step, outcome: str) -> None:
        super().__init__(f"{step.value}: expected an answer, it is {outcome}")
        self.outcome = outcome


def nobody_listens(_step: str) -> None: ...


class Steps:
    """Takes the steps of turns, and counts them in the registry."""

    def __init__(self, registry: AgentRegistry, deadlines: Deadlines) -> None:
        assert deadlines.interpret_s <= INTERPRET_S_MAX, "a player waits no longer to be understood"
        assert deadlines.narrate_s <= NARRATE_S_MAX, "a player waits no longer for a passage"
        assert deadlines.turn_s <= TURN_S_MAX, "a player waits no longer for an answer"
        self._registry = registry
        self._deadlines = deadlines

    async def take(
        self, step: Step, agent: RoleAgent, act: Callable[[], Awaitable[Result]], on_step: OnStep
    ) -> Result:
        """Have an agent do its part, once: what is broken in us stays broken. Raises StepFailed."""
        within_s = self._deadlines.check_s if step is Step.CHECKING else self._deadlines.pure_s
        say(on_step, step)
        return await self._counted(step, agent, within_s, act(), asks_model=False)

    async def ask(
        self,
        step: Step,
        agent: RoleAgent,
        left_s: float,
        attempt: Callable[[float], Awaitable[Result]],
        on_step: OnStep,
    ) -> Result:
        """Have an agent ask a model, in what is left of a turn; `attempt` is given the seconds it has.

        Raises NoModelText and StepFailed.
        """
        ours = self._deadlines
        within_s = min(left_s, ours.narrate_s if step is Step.NARRATING else ours.interpret_s)
        say(on_step, step)
        return await self._counted(step, agent, within_s, self._attempted(attempt, within_s), asks_model=True)

    async def _counted(
        self, step: Step, agent: RoleAgent, within_s: float, doing: Awaitable[Result], *, asks_model: bool
    ) -> Result:
        with self._registry.run(agent.NAME, step.value, asks_model=asks_model) as run:
            try:
                async with asyncio.timeout(within_s) as limit:
                    result = await doing
            except NoModelText as refused:
                run.outcome = refused.narration.outcome.value
                raise
            except Exception as error:
                run.outcome = LATE if limit.expired() else FAILED
                bound = log.bind(agent=agent.NAME, step=step.value)
                if run.outcome == LATE:
                    bound.warning("an agent is late", within_s=within_s)
                else:
                    bound.error("an agent fails", error=traced(error))
                raise StepFailed(step, run.outcome) from error
            run.outcome = DONE
            return result

    async def _attempted(self, attempt: Callable[[float], Awaitable[Result]], within_s: float) -> Result:
        """Ask, and once more where an endpoint failed and time is left."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + within_s * OWN_SHARE
        for left in reversed(range(ATTEMPTS_MAX)):
            pause_s = random.uniform(PAUSE_S_MIN, PAUSE_S_MAX)  # noqa: S311 - Jitter, not a secret.
            try:
                return await attempt(ends - loop.time())
            except NoModelText as refused:
                too_late = ends - loop.time() - pause_s < self._deadlines.again_s_min
                if not left or not refused.may_pass or too_late:
                    raise
            await asyncio.sleep(pause_s)
        raise AssertionError("the last attempt raises or returns")


def say(on_step: OnStep, step: Step) -> None:
    """Tell whoever listens of a step; whatever they make of it."""
    try:
        on_step(step.value)
    except Exception as error:  # noqa: BLE001 - Whoever listens, the player is answered.
        log.warning("a listener to steps fails", error=traced(error))
