"""Targets: the aggregates that a decision reads or writes, typed by their states, commands and events."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar, cast
from uuid import UUID

from tta.domain import agent, care_plan, player, roster, safety_record, session, timer
from tta.domain.agent import Agent, AgentCommand, AgentEvent
from tta.domain.base import Aggregate, Command, Event
from tta.domain.care_plan import CarePlan, CarePlanCommand, CarePlanEvent
from tta.domain.player import Player, PlayerCommand, PlayerEvent
from tta.domain.roster import Roster, RosterCommand, RosterEvent
from tta.domain.safety_record import SafetyRecord, SafetyRecordCommand, SafetyRecordEvent
from tta.domain.session import Session, SessionCommand, SessionEvent
from tta.domain.timer import Timer, TimerCommand, TimerEvent

State = TypeVar("State")
CommandT = TypeVar("CommandT")
EventT = TypeVar("EventT", bound=Event)


class Target(NamedTuple, Generic[State, CommandT, EventT]):
    """An aggregate that a decision reads or writes."""

    module: Aggregate[State, CommandT, EventT]
    id: UUID


class AnyAggregate(Protocol):
    """An aggregate of whatever kind: what is common to all, whatever their states, commands and events."""

    @property
    def NAME(self) -> str: ...  # noqa: N802 - A module's constant.

    @property
    def EVENTS(self) -> tuple[type[Event], ...]: ...  # noqa: N802 - Likewise.

    @property
    def initial(self) -> object: ...


class AnyTarget(Protocol):
    """A target of whatever kind, beside others; `States.of` and `rules_of` give it its types back."""

    @property
    def module(self) -> AnyAggregate: ...

    @property
    def id(self) -> UUID: ...


def rules_of(module: AnyAggregate) -> Aggregate[object, Command, Event]:
    """Give the rules of an aggregate whose kind is not known here."""
    # It is given its own states, which `initial` and `evolve` made, the events of its own log, and commands
    # that `to` or `handle` addressed to it.
    return cast("Aggregate[object, Command, Event]", module)


class States:
    """The states that a decision is over, each found by its target."""

    def __init__(self, states: Mapping[AnyTarget, object]) -> None:
        self._states = states

    @property
    def targets(self) -> Sequence[AnyTarget]:
        return list(self._states)

    def items(self) -> Iterable[tuple[AnyTarget, object]]:
        return self._states.items()

    def __contains__(self, target: AnyTarget) -> bool:
        return target in self._states

    def of(self, target: Target[State, CommandT, EventT]) -> State:
        """Give the state of a target. Raises KeyError if the decision does not name it."""
        # Its target was loaded with it, and a state is of the type of its target's module.
        return cast("State", self._states[target])


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
