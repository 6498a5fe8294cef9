"""What a joint decision is, and what holds for every one of them.

A decision says which commands go to which aggregates. Here, and nowhere else, the sessions are checked to be
the player's, the commands get the facts that stand (hold, consent), and events have their consequences.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar, runtime_checkable
from uuid import UUID

from msgspec.structs import replace

from tta.domain import session
from tta.domain.base import Command, Event
from tta.domain.joint.consequences import consequences
from tta.domain.joint.facts import Facts, facts_of
from tta.domain.session import NoSession, NoSuchSession, StartedSession
from tta.domain.targets import (
    AnyTarget,
    CommandT,
    EventT,
    State,
    States,
    Target,
    player_target,
    record_target,
    rules_of,
    session_target,
)

OutsideT_contra = TypeVar("OutsideT_contra", contravariant=True)
FACTS = frozenset({"held", "consented"})
"""The fields of commands that are filled in as things stand when the command is decided."""


class AddressedCommand(NamedTuple):
    """A command, and the aggregate that decides on it."""

    target: AnyTarget
    command: Command


def to(target: Target[State, CommandT, EventT], command: CommandT) -> AddressedCommand:
    """Address a command to an aggregate that takes it."""
    assert isinstance(command, Command), f"{command!r} is no command"
    return AddressedCommand(target, command)


class JointDecision(Protocol[OutsideT_contra]):
    """A decision over several aggregates of one player.

    `OutsideT` is what it has to know beyond their states, such as what a story tells; None if nothing.
    """

    @property
    def player_id(self) -> UUID: ...

    def targets(self) -> Sequence[AnyTarget]:
        """Name the aggregates that it is over; the first is the one that the command's path names.

        A decision over a session is over the player and their safety record too, unnamed.
        """
        ...

    def decide(self, states: States, outside: OutsideT_contra, /) -> Sequence[AddressedCommand]:
        """Give the commands to decide on, in order. Raises Refusal."""
        ...


@runtime_checkable
class TwoRoundDecision(Protocol):
    """A joint decision that finds further aggregates in the states of the first ones."""

    @property
    def player_id(self) -> UUID: ...

    def further(self, states: States) -> Sequence[AnyTarget]: ...


Decided = Mapping[AnyTarget, Sequence[Event]]
"""What is to happen to which target; one that is left out, or to which nothing happens, is a guard."""


def all_targets(decision: JointDecision[OutsideT_contra]) -> list[AnyTarget]:
    """Name what to load first. Raises NoSuchSession for a session that cannot be the player's: what is a
    player's shares their slot.
    """
    named = list(decision.targets())
    player_id = decision.player_id
    sessions = [target for target in named if _is_session(target)]
    if any(target.id.bytes[0] != player_id.bytes[0] for target in sessions):
        raise NoSuchSession("expected a session, there is none")
    return [*named, *(target for target in _around(player_id, named) if target not in named)]


def further_targets(decision: TwoRoundDecision, states: States) -> list[AnyTarget]:
    """Name what to load as well, by the states of the first round."""
    found = decision.further(states)
    return [target for target in [*found, *_around(decision.player_id, found)] if target not in states]


def admit(decision: JointDecision[OutsideT_contra], states: States, *, expects_one: bool) -> None:
    """Refuse a session that is somebody else's, or is not there. Raises NoSuchSession.

    Whether the first one may begin is for the rules, unless the caller expects to find it.
    """
    for index, target in enumerate(states.targets):
        if not _is_session(target):
            continue
        match states.of(session_target(target.id)):
            case NoSession() if index == 0 and not expects_one:
                pass
            case StartedSession(player_id=owner) if owner == decision.player_id:
                pass
            case _:
                raise NoSuchSession("expected a session, there is none")


def decided(
    decision: JointDecision[OutsideT_contra], states: States, outside: OutsideT_contra
) -> dict[AnyTarget, list[Event]]:
    """Give the events of each aggregate: what the decision asks of it, and what follows from that.

    Raises Refusal, and what the decision raises.
    """
    player_id = decision.player_id
    now = dict(states.items())
    happens: dict[AnyTarget, list[Event]] = {}
    pending = deque(decision.decide(states, outside))
    facts = _facts(decision, states)
    while pending:
        target, command = pending.popleft()
        assert target in now, f"{type(command).__name__} needs its {target.module.NAME} among the targets"
        rules = rules_of(target.module)
        for event in rules.decide(now[target], _with_facts(command, facts)):
            now[target] = rules.evolve(now[target], event)
            happens.setdefault(target, []).append(event)
            pending.extend(AddressedCommand(*each) for each in consequences(player_id, target.id, event))
    return happens


def _around(player_id: UUID, targets: Sequence[AnyTarget]) -> list[AnyTarget]:
    """Name what the facts around a session are read from, if there is one among the targets."""
    if not any(_is_session(target) for target in targets):
        return []
    return [record_target(player_id), player_target(player_id)]


def _is_session(target: AnyTarget) -> bool:
    return target.module is session


def _facts(decision: JointDecision[OutsideT_contra], states: States) -> Facts | None:
    """Give the facts around the player, if the decision is over what they are read from."""
    record, person = record_target(decision.player_id), player_target(decision.player_id)
    if record not in states or person not in states:
        return None
    return facts_of(states.of(record), states.of(person))


def _with_facts(command: Command, facts: Facts | None) -> Command:
    fields = FACTS.intersection(command.__struct_fields__)
    if not fields:
        return command
    assert facts is not None, f"{type(command).__name__} is decided over the player and their safety record"
    return replace(command, **{name: getattr(facts, name) for name in fields})
