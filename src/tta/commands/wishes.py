"""What a player does not want to meet, as they set it last: opened for whoever tells them a story."""

from typing import cast
from uuid import UUID

from tta.commands.handle import Commands
from tta.commands.targets import player_target
from tta.domain.base import Sealed
from tta.domain.passages import Wishes
from tta.domain.player import PreferencesSet
from tta.security.sealing import key_id, open_event


async def wishes_of(commands: Commands, player_id: UUID) -> tuple[Wishes, int | None]:
    """Open them as this process remembers them, with the player's version at which they were set.

    Whoever decides by them guards the player and compares. Raises PlayerErased, SealBroken and what the event
    store raises.
    """
    aggregates, target = commands.aggregates, player_target(player_id)
    (folded,) = aggregates.cached([target]) or await aggregates.load([target])
    at = folded.state.preferences_at
    if at is None:
        return Wishes(), None
    (recorded,) = await aggregates.store.versions_after(player_id, at - 1, 1)
    event = aggregates.types.event(recorded)
    assert isinstance(event, PreferencesSet), f"preferences of {player_id} stand at version {at}"
    assert isinstance(event.avoid_topics, Sealed), "preferences are stored sealed"
    opened = open_event(event, await commands.keyring.find(player_id, key_id(event.avoid_topics)))
    topics, warnings = cast(
        "tuple[tuple[str, ...], tuple[str, ...]]", (opened.avoid_topics, opened.trigger_warnings)
    )
    return Wishes((*topics, *warnings), opened.intensity), at
