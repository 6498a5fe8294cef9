"""What a session cannot know by itself: read from the player and their safety record."""

from typing import NamedTuple

from tta.domain.player import Player, agrees, preferences_at
from tta.domain.safety_record import SafetyRecord
from tta.domain.vocabulary import ConsentPurpose


class Facts(NamedTuple):
    """What stands around a session."""

    held: bool
    consented: bool
    recovery: bool
    wished_at: int | None = None
    """The player's version at which their preferences were set last."""


def facts_of(record: SafetyRecord, person: Player) -> Facts:
    consented = agrees(person, ConsentPurpose.PLAY)
    return Facts(record.held, consented, record.recovery, preferences_at(person))
