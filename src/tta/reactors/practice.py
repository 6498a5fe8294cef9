"""Credits the skills whose exercises were done in play on the player's care plan, each exactly once."""

from collections.abc import Sequence

from tta.commands.folding import Target, decider
from tta.commands.handle import Asked, Commands, handle_over
from tta.domain import care_plan
from tta.domain.base import Event, Refusal
from tta.domain.care_plan import CarePlan, CarePlanEvent, PractiseSkill, SkillPractised
from tta.domain.identity import care_plan_id, derived_id
from tta.domain.turns import InteractionAnswered
from tta.eventstore.appends import Append, Dealt
from tta.eventstore.envelope import Context, Recorded
from tta.security.keyring import PlayerErased
from tta.stories.skills import skills
from tta.telemetry.metrics import SKILLS_PRACTISED

ACTOR = "reactor:practice"
OTHER = "other"  # A label for each skill of the catalogue is bounded, one for any text is not.


class Practice:
    """The practice reactor."""

    NAME = "practice"
    ASKS: tuple[type[Event], ...] = (InteractionAnswered,)

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def wants(self, event: Event) -> bool:
        return isinstance(event, InteractionAnswered) and bool(event.passage.practised)

    async def react(self, event: Event, recorded: Recorded, dealt: Dealt) -> None:
        """Append a credit for each skill; where there is nobody to credit any more, write down just that."""
        assert isinstance(event, InteractionAnswered), f"{type(event).__name__} practises nothing"
        player_id = recorded.subject_id
        assert player_id is not None, "an answer is a player's"

        def decide(states: list[object]) -> Sequence[Sequence[Event]]:
            (plan,) = states
            assert isinstance(plan, CarePlan), "skills are credited on a care plan"
            return [_credited(plan, event, recorded)]

        try:
            # Nothing here is sealed, so only this tells that the player was erased.
            await self._commands.keyring.open_for(player_id)
            handled = await handle_over(
                self._commands,
                [Target(decider(care_plan), care_plan_id(player_id))],
                decide,
                _asked(recorded),
                player_id=player_id,
                dealt=dealt,
            )
        except (Refusal, PlayerErased):
            await self._commands.aggregates.store.append(Append(streams=(), slot=recorded.slot, dealt=dealt))
            return
        if not handled.again:
            for each in handled.events:
                assert isinstance(each, SkillPractised), "practice is credited with nothing else"
                SKILLS_PRACTISED.labels(each.skill if each.skill in skills() else OTHER).inc()


def _credited(plan: CarePlan, event: InteractionAnswered, recorded: Recorded) -> list[CarePlanEvent]:
    """Decide on one skill after the other; a credit happened when its exercise was done."""
    credited: list[CarePlanEvent] = []
    for skill in event.passage.practised:
        command = PractiseSkill(
            skill=skill,
            session_id=recorded.aggregate_id,
            turn=event.turn,
            scene=event.passage.scene,
            at=event.at,
        )
        for each in care_plan.decide(plan, command):
            plan = care_plan.evolve(plan, each)
            credited.append(each)
    return credited


def _asked(recorded: Recorded) -> Asked:
    return Asked(
        Context(
            actor=ACTOR,
            command_id=derived_id(Practice.NAME, recorded.event_id),
            correlation_id=recorded.correlation_id,
            causation_id=recorded.event_id,
            traceparent=recorded.traceparent,
        )
    )
