"""What decisions are over: aggregates as targets, typed by their states; a player's are found by their id."""

from uuid import UUID

from tta.commands.folding import Target, decider
from tta.domain import agent, care_plan, player, roster, safety_record, session, timer
from tta.domain.agent import Agent
from tta.domain.care_plan import CarePlan
from tta.domain.identity import care_plan_id, roster_id, safety_record_id
from tta.domain.player import Player
from tta.domain.roster import Roster
from tta.domain.safety_record import SafetyRecord
from tta.domain.session import Session
from tta.domain.timer import Timer


def player_target(player_id: UUID) -> Target[Player]:
    return Target(decider(player), player_id)


def session_target(session_id: UUID) -> Target[Session]:
    return Target(decider(session), session_id)


def record_target(player_id: UUID) -> Target[SafetyRecord]:
    return Target(decider(safety_record), safety_record_id(player_id))


def roster_target(player_id: UUID) -> Target[Roster]:
    return Target(decider(roster), roster_id(player_id))


def care_plan_target(player_id: UUID) -> Target[CarePlan]:
    return Target(decider(care_plan), care_plan_id(player_id))


def timer_target(timer_id: UUID) -> Target[Timer]:
    return Target(decider(timer), timer_id)


def agent_target(agent_id: UUID) -> Target[Agent]:
    return Target(decider(agent), agent_id)
