"""The policy's own rules; every route × role × relationship is tried in tests/http/edge/test_access.py."""

from uuid import UUID

import pytest

from tta.domain.vocabulary import Role
from tta.security.policy import POLICY, Action, ActionForbidden, NotTheirs, require_relation, require_role
from tta.security.tokens import Principal

PLAYER, OTHER = UUID(int=1), UUID(int=2)


def principal(*roles: Role, player_id: UUID | None = PLAYER) -> Principal:
    return Principal("somebody", player_id, frozenset(roles), 0)


def test_a_role_that_may_do_it_to_somebody_passes_the_first_gate():
    require_role(principal(Role.PLAYER), Action.SESSION_READ)
    with pytest.raises(ActionForbidden, match=r"expected a role that may session\.read, got admin, operator"):
        require_role(principal(Role.OPERATOR, Role.ADMIN), Action.SESSION_READ)
    with pytest.raises(ActionForbidden, match="got none"):
        require_role(principal(), Action.SESSION_READ)


def test_a_player_reaches_their_own_only():
    require_relation(principal(Role.PLAYER), Action.SESSION_READ, PLAYER)
    with pytest.raises(NotTheirs):
        require_relation(principal(Role.PLAYER), Action.SESSION_READ, OTHER)


def test_a_relation_does_not_stand_in_for_a_role():
    with pytest.raises(NotTheirs):
        require_relation(principal(Role.ADMIN), Action.SESSION_READ, PLAYER)


def test_where_nobody_is_concerned_there_is_nothing_to_hide():
    with pytest.raises(ActionForbidden, match="plays as nobody yet"):
        require_relation(principal(Role.PLAYER, player_id=None), Action.SESSION_START, None)
    with pytest.raises(ActionForbidden, match="plays as somebody already"):
        require_relation(principal(Role.PLAYER), Action.PLAYER_REGISTER, None)


def test_nobody_plays_for_others():
    for action in (Action.SESSION_START, Action.SESSION_PLAY, Action.CONSENT_CHANGE, Action.PREFERENCES_SET):
        assert {grant.role for grant in POLICY[action]} == {Role.PLAYER}
