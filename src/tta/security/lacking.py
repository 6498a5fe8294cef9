"""The players whose data key the keyring lacks, as far as this process knows: one log line per outage."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from tta.telemetry import metrics

LACKING_MAX = 10_000  # Remembered at most. A larger outage needs no more.

log = structlog.get_logger(__name__)


class LackingPlayers:
    """The players without a key. The first one begins an outage; it ends when the last one is found again."""

    def __init__(self) -> None:
        self._players: dict[UUID, None] = {}

    def __len__(self) -> int:
        return len(self._players)

    def first(self, players_max: int) -> Sequence[UUID]:
        """Return some of them, the first that were noticed."""
        return list(self._players)[:players_max]

    def add(self, player_id: UUID) -> None:
        if player_id in self._players or len(self._players) >= LACKING_MAX:
            return
        self._players[player_id] = None
        metrics.KEYRING_LACKING.set(len(self._players))
        if len(self._players) == 1:
            log.critical(
                "the keyring is incomplete: it lacks the data key of a player of the log; "
                "put back the newest copy of it, `tta doctor` counts the players",
                player=str(player_id),
            )

    def discard(self, player_id: UUID) -> None:
        if player_id not in self._players:
            return
        del self._players[player_id]
        metrics.KEYRING_LACKING.set(len(self._players))
        if not self._players:
            log.warning("the keyring has all data keys again")
