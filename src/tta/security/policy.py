"""Who may do what: action × role × relation, in one table. Every route names its action, and a test checks
that. How a relation is told from what is loaded stands in `tta.commands.permissions`.
"""

from enum import StrEnum
from typing import NamedTuple

from tta.domain.vocabulary import Role
from tta.security.tokens import Principal


class Action(StrEnum):
    """What a route does, in the words of the policy."""

    LOOK = "look"
    """Health, contracts: nothing of anybody's."""
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
    """What must hold between the caller and the player concerned."""

    ANYONE = "anyone"
    """Nobody in particular is concerned, or it does not matter who."""
    OWN = "own"
    """The player concerned is the one that the account plays as."""
    UNLINKED = "unlinked"
    """The account plays as nobody yet."""


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
    # Clinicians reach a care plan by a care team; until there are any, it is its player's alone.
    Action.CARE_PLAN_CHANGE: frozenset({Grant(Role.PLAYER, Relation.OWN)}),
    Action.CARE_PLAN_READ: frozenset({Grant(Role.PLAYER, Relation.OWN)}),
    Action.MEASURE_READ: frozenset(Grant(role, Relation.ANYONE) for role in Role),
    Action.OPERATIONS_READ: frozenset(
        {Grant(Role.OPERATOR, Relation.ANYONE), Grant(Role.ADMIN, Relation.ANYONE)}
    ),
    Action.OPERATIONS_CHANGE: frozenset({Grant(Role.OPERATOR, Relation.ANYONE)}),
}


class ActionForbidden(Exception):
    """The caller may do this to nobody: for want of a role, or of a player to play as."""


class NotTheirs(Exception):
    """Their role may, but not to this player; the caller may not even learn that there is one."""


def require_role(principal: Principal, action: Action) -> None:
    """Reject a caller who may never do this, whomever it concerns: for want of a role, or of a player to play
    as. Raises ActionForbidden.
    """
    relations = {grant.relation for grant in POLICY[action] if grant.role in principal.roles}
    if not relations:
        raise ActionForbidden(f"expected a role that may {action.value}, got {_shown(principal)}")
    if relations == {Relation.OWN} and principal.player_id is None:
        raise ActionForbidden(f"{action.value} is not for an account that plays as nobody yet")


def _shown(principal: Principal) -> str:
    return ", ".join(sorted(principal.roles)) or "none"
