"""The list of aggregates. Add a new one here, and nowhere else."""

from tta.domain import agent, care_plan, player, roster, safety_record, session, timer
from tta.eventstore.event_types import EventTypes

AGGREGATES = (player, session, roster, safety_record, care_plan, agent, timer)


def event_types() -> EventTypes:
    return EventTypes(event for module in AGGREGATES for event in module.EVENTS)
