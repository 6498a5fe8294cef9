"""Asks a language model for the answers that wait for one, and closes the turn whatever comes of it.

The request stands in the log before anybody is asked; its event's id goes with the call, so that an endpoint
which honours it bills a turn once, however often the call is made again. The answer deals with the request.
"""

from datetime import datetime
from typing import NamedTuple

import structlog
from msgspec.structs import replace

from tta.agents.messages import TurnAnswer, TurnPlan
from tta.agents.orchestrator import AgentOrchestrator
from tta.agents.steps import OnStep
from tta.clock import now
from tta.commands.handle import Commands
from tta.domain.base import Event
from tta.domain.joint.answering import AnswerOvertaken
from tta.domain.narration import NarrationOutcome
from tta.domain.turns import InteractionSubmitted, NarrationRequested
from tta.domain.vocabulary import Author
from tta.eventstore.appends import Acknowledgement
from tta.eventstore.envelope import RecordedEvent
from tta.live.turn_steps import telling_steps
from tta.reactors.answering import Matter, Repertoire, answer_command, append, matter_of
from tta.stories.story import catalogue

PAGE = 20  # Between an interaction and its narration stand changes of status only.

log = structlog.get_logger(__name__)


class SubmittedTurn(NamedTuple):
    """What the player said, and when that was recorded."""

    event: InteractionSubmitted
    at: datetime


class NarrationReactor:
    """The narration reactor."""

    NAME = "narration"
    ASKS: tuple[type[Event], ...] = (NarrationRequested,)

    def __init__(
        self, commands: Commands, orchestrator: AgentOrchestrator, repertoire: Repertoire | None = None
    ) -> None:
        self._commands = commands
        self._orchestrator = orchestrator
        self._repertoire = repertoire or Repertoire(catalogue())

    def wants(self, event: Event) -> bool:  # noqa: ARG002 - Every request is dealt with.
        return True

    async def react(self, event: Event, recorded: RecordedEvent, acknowledgement: Acknowledgement) -> None:
        """Append the answer that a model told, or the authored one; may ask the model again under one id."""
        assert isinstance(event, NarrationRequested), f"{type(event).__name__} asks for no narration"
        store = self._commands.aggregates.store
        said = await self._submitted(recorded, event.turn)
        async with telling_steps(store, recorded.aggregate_id, event.turn) as on_step:
            await self._answer(said, recorded, acknowledgement, on_step)

    async def _answer(
        self, said: SubmittedTurn, recorded: RecordedEvent, acknowledgement: Acknowledgement, on_step: OnStep
    ) -> None:
        asked: tuple[TurnPlan, TurnAnswer] | None = None
        while True:
            matter = await matter_of(
                self._commands,
                self._repertoire,
                said.event,
                recorded,
                call_id=recorded.event_id,
                afresh=True,
            )
            waited_s = (now() - said.at).total_seconds()
            plan, answer = await self._told(matter, asked, waited_s, on_step)
            asked = asked or (None if plan is None else (plan, answer))
            try:
                await append(
                    self._commands, matter, answer_command(matter, answer), recorded, acknowledgement
                )
            except AnswerOvertaken:
                log.info("overtaken, answering anew", slot=recorded.slot)
            else:
                return

    async def _told(
        self, matter: Matter, asked: tuple[TurnPlan, TurnAnswer] | None, waited_s: float, on_step: OnStep
    ) -> tuple[TurnPlan | None, TurnAnswer]:
        """Tell the turn; the model is asked the first time only, and its text kept if the passage is."""
        if matter.turn is None:
            told = matter.without_agents
            return None, told if asked is None else _instead(told, asked[1], NarrationOutcome.SUPERSEDED)
        if asked is None:
            turn = matter.turn._replace(until=self._orchestrator.until(waited_s))
            plan = await self._orchestrator.plan(turn, on_step=on_step)
            answer = await self._orchestrator.answer(turn, plan, may_ask_model=True, on_step=on_step)
            return plan, answer
        plan = await self._orchestrator.plan(matter.turn._replace(consent=None))
        before, answer = asked
        withdrawn = matter.turn.consent is None and answer.author is Author.MODEL
        if plan.told == before.told and not withdrawn:
            return plan, answer
        authored = await self._orchestrator.answer(matter.turn, plan, may_ask_model=False)
        outcome = NarrationOutcome.WITHDRAWN if withdrawn else NarrationOutcome.SUPERSEDED
        return plan, _instead(authored, answer, outcome)

    async def _submitted(self, recorded: RecordedEvent, turn: int) -> SubmittedTurn:
        """Find what the player said in that turn: shortly before, in the same session."""
        aggregates, before = self._commands.aggregates, recorded.version
        while before > 1:
            first = max(before - PAGE, 1)
            page = await aggregates.store.versions_after(recorded.aggregate_id, first - 1, before - first)
            for each in reversed(page):
                event = aggregates.types.event(each)
                if isinstance(event, InteractionSubmitted) and event.turn == turn:
                    return SubmittedTurn(event, each.recorded_at)
            before = first
        raise AssertionError(f"turn {turn} was asked to be told before it was submitted")


def _instead(told: TurnAnswer, asked: TurnAnswer, outcome: NarrationOutcome) -> TurnAnswer:
    """Tell something else than what a model was asked for; what came of asking it still counts."""
    narration = asked.narration and replace(asked.narration, outcome=outcome)
    return told._replace(narration=narration, interpreting=asked.interpreting)
