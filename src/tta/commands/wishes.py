"""What a player does not want to meet, as they set it last: opened for telling them a story.

Wishes that do not open are never mistaken for wishes that were not set: nothing is told by them.
"""

from uuid import UUID

import structlog

from tta.commands.handle import Commands
from tta.domain.base import SealedText
from tta.domain.passages import Wishes
from tta.domain.player import PreferencesSet, preferences_at
from tta.domain.targets import player_target
from tta.security.sealing import SealBroken

log = structlog.get_logger(__name__)


async def wishes_of(commands: Commands, player_id: UUID) -> tuple[Wishes | None, int | None]:
    """Give the wishes as this process remembers them (see `wishes_as_set`), with the player's version at
    which they were set. A decision that depends on them guards the player, and compares that version.
    """
    at = preferences_at((await commands.aggregates.at_hand(player_target(player_id))).state)
    return await wishes_as_set(commands, player_id, at), at


async def wishes_as_set(commands: Commands, player_id: UUID, at: int | None) -> Wishes | None:
    """Open the wishes that were set at that version of the player (None: never). Gives None if they do not
    open: then the story must stand still.

    Raises PlayerErased, KeyringIncomplete and what the event store raises.
    """
    if at is None:
        return Wishes()
    aggregates = commands.aggregates
    (recorded,) = await aggregates.store.versions_after(player_id, at - 1, 1)
    event = aggregates.types.event(recorded)
    assert isinstance(event, PreferencesSet), f"preferences of {player_id} stand at version {at}"
    avoided: list[str] = []
    try:
        for sealed in (event.avoid_topics, event.trigger_warnings):
            assert isinstance(sealed, SealedText), "preferences are stored sealed"
            avoided += await commands.keyring.value(player_id, sealed, tuple[str, ...])
    except SealBroken as error:
        log.error("a player's wishes do not open, their story stands still", error=str(error))  # noqa: TRY400
        return None
    return Wishes(tuple(avoided), event.intensity)
