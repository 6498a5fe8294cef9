"""Which of a player's sessions are under way, so that there are never too many. One per player.

Owns no session: each is enrolled in the append that starts it and struck in the one that ends it. Those that
began before there was a roster are not on it.
"""

from typing import assert_never, get_args
from uuid import UUID

import msgspec

from tta.domain.base import Command, Conflicting, Event
from tta.domain.identity import owned_id

UNDER_WAY_MAX = 20  # Open or paused: each story five times. No player keeps track of more.
HELD_MAX = 40  # A player on hold must find support although the roster is full; even so there is a bound.


class SessionEnrolled(Event, frozen=True, kw_only=True):
    session_id: UUID


class SessionStruck(Event, frozen=True, kw_only=True):
    session_id: UUID


RosterEvent = SessionEnrolled | SessionStruck
EVENTS: tuple[type[Event], ...] = get_args(RosterEvent)


class EnrolSession(Command, frozen=True, kw_only=True):
    session_id: UUID
    held: bool
    """The player's safety record holds play."""


class StrikeSession(Command, frozen=True, kw_only=True):
    session_id: UUID


RosterCommand = EnrolSession | StrikeSession


class TooManySessions(Conflicting):
    title = "Too many sessions are under way"


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    under_way: tuple[UUID, ...] = ()
    """Oldest first, each once."""


NAME = "roster"
initial = Roster()


def id_of(player_id: UUID) -> UUID:
    """The one roster of sessions that a player has."""
    return owned_id(player_id, "roster")


def evolve(roster: Roster, event: RosterEvent) -> Roster:
    match event:
        case SessionEnrolled():
            return Roster(under_way=(*roster.under_way, event.session_id))
        case SessionStruck():
            return Roster(under_way=tuple(each for each in roster.under_way if each != event.session_id))
        case _:
            assert_never(event)


def decide(roster: Roster, command: RosterCommand) -> list[RosterEvent]:
    match command:
        case EnrolSession():
            return _enrol_session(roster, command)
        case StrikeSession():
            if command.session_id not in roster.under_way:
                return []
            return [SessionStruck(session_id=command.session_id, at=command.at)]
        case _:
            assert_never(command)


def is_full(roster: Roster, *, held: bool) -> bool:
    """Whether no further session may be enrolled."""
    return len(roster.under_way) >= _sessions_max(held=held)


def _sessions_max(*, held: bool) -> int:
    return HELD_MAX if held else UNDER_WAY_MAX


def _enrol_session(roster: Roster, command: EnrolSession) -> list[RosterEvent]:
    if command.session_id in roster.under_way:
        return []
    if is_full(roster, held=command.held):
        sessions_max, under_way = _sessions_max(held=command.held), len(roster.under_way)
        raise TooManySessions(
            f"expected at most {sessions_max} sessions under way, {under_way} are: complete or abandon one"
        )
    return [SessionEnrolled(session_id=command.session_id, at=command.at)]
