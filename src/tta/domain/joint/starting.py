"""A session begins, and takes the place of those on the roster that are over."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tta.domain import roster
from tta.domain.joint.deciding import AddressedCommand, to
from tta.domain.roster import StrikeSession
from tta.domain.session import StartSession, is_over
from tta.domain.targets import AnyTarget, States, record_target, roster_target, session_target


class StartDecision(NamedTuple):
    """Start a session; the command comes from outside, because the story tells how it begins."""

    session_id: UUID
    player_id: UUID

    def targets(self) -> Sequence[AnyTarget]:
        return [session_target(self.session_id), roster_target(self.player_id)]

    def further(self, states: States) -> Sequence[AnyTarget]:
        return sessions_of_full_roster(states, self.player_id)

    def decide(self, states: States, begins: StartSession, /) -> Sequence[AddressedCommand]:
        begin = to(session_target(self.session_id), begins)
        return [*strikes(states, self.player_id, begins.at), begin]


def sessions_of_full_roster(states: States, player_id: UUID) -> Sequence[AnyTarget]:
    """Name the sessions on a roster that has no room: one may be over without having been struck."""
    listed, record = states.of(roster_target(player_id)), states.of(record_target(player_id))
    if not roster.is_full(listed, held=record.held):
        return []
    return [session_target(each) for each in listed.under_way]


def strikes(states: States, player_id: UUID, at: datetime) -> list[AddressedCommand]:
    """Strike the sessions of the roster that were loaded and are over."""
    listed = roster_target(player_id)
    loaded = [each for each in states.of(listed).under_way if session_target(each) in states]
    over = [each for each in loaded if is_over(states.of(session_target(each)))]
    return [to(listed, StrikeSession(session_id=each, at=at)) for each in over]
