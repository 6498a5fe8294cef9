"""The policy's table; every route × role × relation is tried in tests/http/edge/test_access.py."""

from uuid import UUID

import pytest

from tta.domain.vocabulary import Role
from tta.security.policy import POLICY, Action, ActionForbidden, require_role
from tta.security.tokens import Principal

PLAYER = UUID(int=1)


def principal(*roles: Role, player_id: UUID | None = PLAYER) -> Principal:
    return Principal("somebody", player_id, frozenset(roles), 0)


def test_a_role_that_may_do_it_to_somebody_passes():
    require_role(principal(Role.PLAYER), Action.SESSION_READ)
    with pytest.raises(ActionForbidden, match=r"expected a role that may session\.read, got admin, operator"):
        require_role(principal(Role.OPERATOR, Role.ADMIN), Action.SESSION_READ)
    with pytest.raises(ActionForbidden, match="got none"):
        require_role(principal(), Action.SESSION_READ)


def test_an_account_that_plays_as_nobody_does_nothing_of_a_players_own():
    with pytest.raises(ActionForbidden, match="plays as nobody yet"):
        require_role(principal(Role.PLAYER, player_id=None), Action.SESSION_READ)
    require_role(principal(Role.PLAYER, player_id=None), Action.PLAYER_REGISTER)
    require_role(principal(Role.PLAYER, player_id=None), Action.STORY_READ)


def test_nobody_plays_for_others():
    for action in (Action.SESSION_START, Action.SESSION_PLAY, Action.CONSENT_CHANGE, Action.PREFERENCES_SET):
        assert {grant.role for grant in POLICY[action]} == {Role.PLAYER}
