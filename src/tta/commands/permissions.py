"""Which relation lets a caller act on a player: the table of the policy, asked of loaded aggregates.

The policy (`tta.security.policy`) says which role needs which relation. This module says from which
aggregates, and by which rule, each relation is told. The aggregates that a relation was read from become
guards of the append.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from uuid import UUID

from tta.commands.folding import Aggregates, states_of
from tta.commands.handle import Permission
from tta.domain.targets import AnyTarget, States
from tta.security.policy import POLICY, Action, ActionForbidden, NotTheirs, Relation
from tta.security.tokens import Principal


def _nothing(_principal: Principal, _player_id: UUID | None) -> tuple[AnyTarget, ...]:
    return ()


class RelationRule(NamedTuple):
    """How a relation between a caller and a player is told."""

    holds: Callable[[Principal, UUID | None, States], bool]
    """Pure: from the caller, the player (None if nobody is concerned) and the states of the targets."""
    targets: Callable[[Principal, UUID | None], tuple[AnyTarget, ...]] = _nothing
    """What has to be loaded for it, all of the player's slot."""


RULES: Mapping[Relation, RelationRule] = {
    Relation.ANYONE: RelationRule(lambda _principal, _player_id, _states: True),
    Relation.UNLINKED: RelationRule(lambda principal, _player_id, _states: principal.player_id is None),
    Relation.OWN: RelationRule(
        lambda principal, player_id, _states: player_id is not None and principal.player_id == player_id
    ),
}


async def permission_of(
    aggregates: Aggregates,
    principal: Principal,
    action: Action,
    player_id: UUID | None,
    *,
    rules: Mapping[Relation, RelationRule] = RULES,
) -> Permission:
    """Find a relation that lets the caller act on a player, None if nobody is concerned.

    A relation that is told from nothing is preferred: it needs neither loading nor a guard. Raises NotTheirs,
    ActionForbidden if there is no player whose existence would have to be hidden, and what the event store
    raises.
    """
    relations = {grant.relation for grant in POLICY[action] if grant.role in principal.roles}
    needed = {each: rules[each].targets(principal, player_id) for each in sorted(relations)}
    if any(rules[each].holds(principal, player_id, States({})) for each in needed if not needed[each]):
        return Permission()
    targets = tuple(dict.fromkeys(target for each in needed.values() for target in each))
    states = states_of(targets, await aggregates.load(targets) if targets else ())
    for relation in sorted((each for each in needed if needed[each]), key=lambda each: len(needed[each])):
        rule = rules[relation]
        if rule.holds(principal, player_id, states):
            return _guarded(rule, principal, action, player_id, needed[relation])
    if player_id is None:
        played = "nobody yet" if principal.player_id is None else "somebody already"
        raise ActionForbidden(f"{action.value} is not for an account that plays as {played}")
    raise _not_theirs(action)


def _guarded(
    rule: RelationRule,
    principal: Principal,
    action: Action,
    player_id: UUID | None,
    targets: tuple[AnyTarget, ...],
) -> Permission:
    def require(states: States) -> None:
        if not rule.holds(principal, player_id, states):
            raise _not_theirs(action)

    return Permission(targets, require)


def _not_theirs(action: Action) -> NotTheirs:
    return NotTheirs(f"{action.value} does not reach this player")
