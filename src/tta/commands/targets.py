"""What decisions are over: aggregates as targets, typed by their states, commands and events."""

from uuid import UUID

from tta.commands.folding import Target
from tta.domain import agent, care_plan, player, roster, safety_record, session, timer
from tta.domain.agent import Agent, AgentCommand, AgentEvent
from tta.domain.care_plan import CarePlan, CarePlanCommand, CarePlanEvent
from tta.domain.player import Player, PlayerCommand, PlayerEvent
from tta.domain.roster import Roster, RosterCommand, RosterEvent
from tta.domain.safety_record import SafetyRecord, SafetyRecordCommand, SafetyRecordEvent
from tta.domain.session import Session, SessionCommand, SessionEvent
from tta.domain.timer import Timer, TimerCommand, TimerEvent

AgentTarget = Target[Agent, AgentCommand, AgentEvent]
CarePlanTarget = Target[CarePlan, CarePlanCommand, CarePlanEvent]
PlayerTarget = Target[Player, PlayerCommand, PlayerEvent]
RosterTarget = Target[Roster, RosterCommand, RosterEvent]
SafetyRecordTarget = Target[SafetyRecord, SafetyRecordCommand, SafetyRecordEvent]
SessionTarget = Target[Session, SessionCommand, SessionEvent]
TimerTarget = Target[Timer, TimerCommand, TimerEvent]


def agent_target(agent_id: UUID) -> AgentTarget:
    return Target(agent, agent_id)


def care_plan_target(player_id: UUID) -> CarePlanTarget:
    return Target(care_plan, care_plan.id_of(player_id))


def player_target(player_id: UUID) -> PlayerTarget:
    return Target(player, player_id)


def record_target(player_id: UUID) -> SafetyRecordTarget:
    return Target(safety_record, safety_record.id_of(player_id))


def roster_target(player_id: UUID) -> RosterTarget:
    return Target(roster, roster.id_of(player_id))


def session_target(session_id: UUID) -> SessionTarget:
    return Target(session, session_id)


def timer_target(timer_id: UUID) -> TimerTarget:
    return Target(timer, timer_id)
