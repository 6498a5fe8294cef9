"""The policy: action × role × relation, in one table. Every route names its action, and a test checks
that. `tta.commands.permissions` derives the relation from loaded aggregates.
"""

from enum import StrEnum
from typing import NamedTuple

from tta.domain.vocabulary import Role
from tta.security.tokens import Principal


class Action(StrEnum):
    """The action of a route, in the words of the policy."""

    LOOK = "look"
    """Health and contracts: nothing that belongs to a player."""
    PLAYER_REGISTER = "player.register"
    PLAYER_READ = "player.read"
    CONSENT_CHANGE = "player.consent"
    PREFERENCES_SET = "player.preferences"
    SESSION_START = "session.start"
    SESSION_PLAY = "session.play"
    SESSION_COPY = "session.copy"
    SESSION_READ = "session.read"
    SESSION_LIST = "session.list"
    STORY_READ = "story.read"
    CARE_PLAN_CHANGE = "care-plan.change"
    CARE_PLAN_READ = "care-plan.read"
    MEASURE_READ = "measure.read"
    OPERATIONS_READ = "operations.read"
    OPERATIONS_CHANGE = "operations.change"


class Relation(StrEnum):
    """The relation that is required between the caller and the player concerned."""

    ANYONE = "anyone"
    """No particular player is concerned, or it does not matter which."""
    OWN = "own"
    """The player concerned is the one that the account plays as."""
    UNLINKED = "unlinked"
    """The account plays as no player yet."""


class Grant(NamedTuple):
    role: Role
    relation: Relation


PUBLIC = frozenset({Action.LOOK})
POLICY: dict[Action, frozenset[Grant]] = {
    Action.LOOK: frozenset(),
    Action.PLAYER_REGISTER: frozenset(
        {
            Grant(Role.PLAYER, Relation.UNLINKED),
            Grant(Role.ADMIN, Relation.ANYONE),
            Grant(Role.SERVICE, Relation.ANYONE),
        }
    ),
    Action.PLAYER_READ: frozenset({Grant(Role.PLAYER, Relation.OWN)}),
    Action.CONSENT_CHANGE: frozenset({Grant(Role.PLAYER, Relation.OWN)}),
    Action.PREFERENCES_SET: frozenset({Grant(Role.PLAYER, Relation.OWN)}),
    Action.SESSION_START: frozenset({Grant(Role.PLAYER, Relation.OWN)}),
    Action.SESSION_PLAY: frozenset({Grant(Role.PLAYER, Relation.OWN)}),
    Action.SESSION_COPY: frozenset({Grant(Role.PLAYER, Relation.OWN)}),
    Action.SESSION_READ: frozenset({Grant(Role.PLAYER, Relation.OWN)}),
    Action.SESSION_LIST: frozenset({Grant(Role.PLAYER, Relation.OWN)}),
    Action.STORY_READ: frozenset(Grant(role, Relation.ANYONE) for role in Role),
    # There are no care teams yet, so only the player can reach a care plan.
    Action.CARE_PLAN_CHANGE: frozenset({Grant(Role.PLAYER, Relation.OWN)}),
    Action.CARE_PLAN_READ: frozenset({Grant(Role.PLAYER, Relation.OWN)}),
    Action.MEASURE_READ: frozenset(Grant(role, Relation.ANYONE) for role in Role),
    Action.OPERATIONS_READ: frozenset(
        {Grant(Role.OPERATOR, Relation.ANYONE), Grant(Role.ADMIN, Relation.ANYONE)}
    ),
    Action.OPERATIONS_CHANGE: frozenset({Grant(Role.OPERATOR, Relation.ANYONE)}),
}


class ActionForbidden(Exception):
    """The caller may never do this: they lack a role, or a player to play as."""


class NotTheirs(Exception):
    """The role allows it, but not for this player. The caller must not learn whether the player exists."""


def require_role(principal: Principal, action: Action) -> None:
    """Reject callers who may never do this, for any player: they lack a role, or a player to play as. Raises
    ActionForbidden.
    """
    relations = {grant.relation for grant in POLICY[action] if grant.role in principal.roles}
    if not relations:
        raise ActionForbidden(f"expected a role that may {action.value}, got {_shown(principal)}")
    if relations == {Relation.OWN} and principal.player_id is None:
        raise ActionForbidden(f"{action.value} is not for an account that plays as nobody yet")


def _shown(principal: Principal) -> str:
    return ", ".join(sorted(principal.roles)) or "none"
