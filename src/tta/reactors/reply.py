"""Answers every interaction, exactly once: the story goes on, or the protocol answers while play is held.

Where a language model is to be asked it writes down just that, and narration.py takes over: no
turn waits behind another's model, and no model is asked that no event speaks of.
"""

import structlog

from tta.agents.orchestrator import AgentOrchestrator
from tta.agents.steps import OnStep
from tta.clock import now
from tta.commands.handle import Commands
from tta.domain.base import Event
from tta.domain.joint.answering import AnswerOvertaken
from tta.domain.turns import AnswerInteraction, InteractionSubmitted, RequestNarration
from tta.eventstore.appends import Acknowledgement
from tta.eventstore.envelope import RecordedEvent
from tta.live.turn_steps import telling_steps
from tta.reactors.answering import Matter, Repertoire, answer_command, append, matter_of
from tta.stories.story import catalogue

log = structlog.get_logger(__name__)


class ReplyReactor:
    """The reply reactor."""

    NAME = "reply"
    ASKS: tuple[type[Event], ...] = (InteractionSubmitted,)

    def __init__(
        self, commands: Commands, orchestrator: AgentOrchestrator, repertoire: Repertoire | None = None
    ) -> None:
        self._commands = commands
        self._orchestrator = orchestrator
        self._repertoire = repertoire or Repertoire(catalogue())

    def wants(self, event: Event) -> bool:  # noqa: ARG002 - Every interaction is answered.
        return True

    async def react(self, event: Event, recorded: RecordedEvent, acknowledgement: Acknowledgement) -> None:
        """Append the answer, or that a model is asked."""
        assert isinstance(event, InteractionSubmitted), f"{type(event).__name__} asks for no reply"
        store = self._commands.aggregates.store
        async with telling_steps(store, recorded.aggregate_id, event.turn) as on_step:
            while not await self._answered(event, recorded, acknowledgement, on_step):
                log.info("overtaken, answering anew", slot=recorded.slot)

    async def _answered(
        self,
        said: InteractionSubmitted,
        recorded: RecordedEvent,
        acknowledgement: Acknowledgement,
        on_step: OnStep,
    ) -> bool:
        """Answer; False where what it was decided by is not so any more."""
        matter = await matter_of(self._commands, self._repertoire, said, recorded, call_id=recorded.event_id)
        command = await self._decided(matter, on_step)
        try:
            await append(self._commands, matter, command, recorded, acknowledgement)
        except AnswerOvertaken:
            return False
        return True

    async def _decided(self, matter: Matter, on_step: OnStep) -> AnswerInteraction | RequestNarration:
        if matter.turn is None:
            return answer_command(matter, matter.without_agents)
        # No language model is asked yet, even if the player agreed to it.
        plan = await self._orchestrator.plan(matter.turn._replace(consent=None), on_step=on_step)
        if self._orchestrator.would_ask(matter.turn, plan):
            return RequestNarration(turn=matter.number, held=False, at=now())
        answer = await self._orchestrator.answer(matter.turn, plan, may_ask_model=False, on_step=on_step)
        return answer_command(matter, answer)
