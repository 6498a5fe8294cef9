"""What a session cannot know by itself, and whose it is: read from the player and their safety record."""

from typing import NamedTuple
from uuid import UUID

from tta.domain.player import Player
from tta.domain.safety_record import SafetyRecord
from tta.domain.session import NoSuchSession, Session, SessionStatus
from tta.domain.vocabulary import ConsentPurpose


class Facts(NamedTuple):
    """What stands around a session."""

    held: bool
    consented: bool
    recovery: bool
    wished_at: int | None = None
    """The player's version at which their preferences were set last."""


def facts_of(record: SafetyRecord, person: Player) -> Facts:
    consented = ConsentPurpose.PLAY in person.consents
    return Facts(record.held, consented, record.recovery, person.preferences_at)


def require_own(current: Session, player_id: UUID) -> Session:
    """Give a session of the player's. Raises NoSuchSession if there is none, or it is somebody else's."""
    if current.player_id != player_id:
        raise NoSuchSession("expected a session, there is none")
    return current


def require_slot(session_id: UUID, player_id: UUID) -> None:
    """Refuse what cannot be the player's: theirs shares their slot. Raises NoSuchSession."""
    if session_id.bytes[0] != player_id.bytes[0]:
        raise NoSuchSession("expected a session, there is none")


def admit(current: Session, player_id: UUID, *, expects_one: bool) -> None:
    """Refuse a session of somebody else's. Whether one may begin that is not there yet is for the rules,
    unless the caller expects to find one. Raises NoSuchSession.
    """
    if current.player_id != player_id and (current.status is not SessionStatus.ABSENT or expects_one):
        raise NoSuchSession("expected a session, there is none")
