"""Credits the skills whose exercises were done in play on the player's care plan, each exactly once."""

from tta.commands.handle import CommandContext, Commands
from tta.commands.joint import handle_joint
from tta.domain.base import Event
from tta.domain.care_plan import SkillPractised
from tta.domain.joint.practising import CreditDecision
from tta.domain.targets import CarePlanTarget, care_plan_target
from tta.domain.turns import InteractionAnswered
from tta.eventstore.appends import Acknowledgement
from tta.eventstore.envelope import RecordedEvent
from tta.reactors.reactor import NothingWaits
from tta.stories.skills import skills
from tta.telemetry.metrics import SKILLS_PRACTISED

PAGE = 100
OTHER = "other"  # A label for each skill of the catalogue is bounded, one for any text is not.


class PracticeReactor:
    """The practice reactor."""

    NAME = "practice"
    ASKS: tuple[type[Event], ...] = (InteractionAnswered,)

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def wants(self, event: Event) -> bool:
        return isinstance(event, InteractionAnswered) and bool(event.passage.practised)

    async def react(self, event: Event, recorded: RecordedEvent, acknowledgement: Acknowledgement) -> None:
        """Append a credit for each skill."""
        assert isinstance(event, InteractionAnswered), f"{type(event).__name__} practises nothing"
        player_id = recorded.subject_id
        assert player_id is not None, "an answer is a player's"

        if await self._is_credited(care_plan_target(player_id), recorded):
            raise NothingWaits(f"position {recorded.position} of slot {recorded.slot} was credited before")
        result = await handle_joint(
            self._commands,
            CreditDecision(player_id, recorded.aggregate_id, event),
            CommandContext(recorded.answered_by(self.NAME)),
            acknowledgement=acknowledgement,
        )
        if not result.again:
            for each in result.events:
                assert isinstance(each, SkillPractised), "practice is credited with nothing else"
                SKILLS_PRACTISED.labels(each.skill if each.skill in skills() else OTHER).inc()

    async def _is_credited(self, plan: CarePlanTarget, recorded: RecordedEvent) -> bool:
        """Look for the credit in the log, because the plan's state remembers only the newest."""
        aggregates, command_id = self._commands.aggregates, recorded.answered_by(self.NAME).command_id
        folded = await aggregates.one(plan)
        before = folded.head.version if folded.position > recorded.position else 0
        while before > 0:
            first = max(before - PAGE, 0)
            for each in reversed(await aggregates.store.versions_after(plan.id, first, before - first)):
                if each.position < recorded.position:
                    return False
                if each.command_id == command_id:
                    return True
            before = first
        return False
