"""What a player does not want to meet, as they set it last: opened for whoever tells them a story.

Wishes that do not open are never taken for wishes that were not set: nothing is told by them.
"""

from uuid import UUID

import structlog

from tta.commands.handle import Commands
from tta.commands.targets import player_target
from tta.domain.base import SealedText
from tta.domain.passages import Wishes
from tta.domain.player import PreferencesSet
from tta.security.sealing import SealBroken

log = structlog.get_logger(__name__)


async def wishes_of(commands: Commands, player_id: UUID) -> tuple[Wishes | None, int | None]:
    """Open them as this process remembers them, with the player's version at which they were set; None where
    they were set and do not open: then the story is to stand still.

    Whoever decides by them guards the player and compares. Raises PlayerErased, KeyringIncomplete and what
    the event store raises.
    """
    aggregates, target = commands.aggregates, player_target(player_id)
    (folded,) = aggregates.cached([target]) or await aggregates.load([target])
    at = folded.state.preferences_at
    if at is None:
        return Wishes(), None
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
        return None, at
    return Wishes(tuple(avoided), event.intensity), at
