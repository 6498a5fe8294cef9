"""The steps of answering a turn. Each has a deadline and is counted; a language model may be asked again."""

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

INTERPRET_S_MAX, NARRATE_S_MAX, TURN_S_MAX = 10.0, 15.0, 20.0  # The longest acceptable waits of a player.
ATTEMPTS_MAX = 2
# Before a second attempt, because an immediate one would fail in the same way.
PAUSE_S_MIN, PAUSE_S_MAX = 0.1, 0.3
OWN_SHARE = 0.95  # The language model's share of a step's time, so that it can report being late itself.

log = structlog.get_logger(__name__)
Result = TypeVar("Result")
OnStep = Callable[[str], None]


class Step(StrEnum):
    """A stage of answering a turn."""

    INTERPRETING = "interpreting"
    DECIDING = "deciding"
    NARRATING = "narrating"
    CHECKING = "checking"


class Deadlines(NamedTuple):
    """Seconds for each step, and for a whole turn."""

    turn_s: float = 19.0
    """From the submission on, waiting included. The rest of TURN_S_MAX is for the append."""
    interpret_s: float = 5.0
    """With a language model, as is `narrate_s`."""
    narrate_s: float = 10.0
    check_s: float = 1.0
    pure_s: float = 0.5
    """Without a language model. It takes less than a millisecond, unless something is broken."""
    again_s_min: float = 2.0
    """The time that must be left of a turn to ask a language model, and of a step to ask it again."""

    @property
    def after_s(self) -> float:
        """The time reserved for the steps after a language model: deciding, and checking twice."""
        return 2 * self.check_s + self.pure_s

    def left_s(self, until: float) -> float:
        """Return the seconds for a language model in a turn that must be answered by `until`."""
        return until - asyncio.get_running_loop().time() - self.after_s


class StepFailed(Exception):
    """An agent was late, or failed."""

    def __init__(self, step: Step, outcome: str) -> None:
        super().__init__(f"{step.value}: expected an answer, it is {outcome}")
        self.outcome = outcome


def nobody_listens(_step: str) -> None: ...


class Steps:
    """Takes the steps of turns, and counts them in the registry."""

    def __init__(self, registry: AgentRegistry, deadlines: Deadlines) -> None:
        assert deadlines.interpret_s <= INTERPRET_S_MAX, "expected a deadline within INTERPRET_S_MAX"
        assert deadlines.narrate_s <= NARRATE_S_MAX, "expected a deadline within NARRATE_S_MAX"
        assert deadlines.turn_s <= TURN_S_MAX, "expected a deadline within TURN_S_MAX"
        self._registry = registry
        self._deadlines = deadlines

    async def take(
        self, step: Step, agent: RoleAgent, act: Callable[[], Awaitable[Result]], on_step: OnStep
    ) -> Result:
        """Run an agent's step, once: our own fault would happen again. Raises StepFailed."""
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
        """Let an agent ask a language model in the time left; `attempt` gets its seconds.

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
        """Ask, and once more if an endpoint failed and time is left."""
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
    """Notify the listener of a step, and ignore its errors."""
    try:
        on_step(step.value)
    except Exception as error:  # noqa: BLE001 - Whoever listens, the player is answered.
        log.warning("a listener to steps fails", error=traced(error))
