"""Watches the keyring at run time: somebody may exchange it for an older, an empty or another one.

It reads the keyring's record regularly. At the start, and whenever the keyring was exchanged, it checks every
player. Health and metrics show faults, and the log has one line for each outage.
"""

import asyncio

import structlog

from tta.eventstore.errors import StoreError
from tta.eventstore.owners import players
from tta.eventstore.store import EventStore
from tta.security.binding import GIVEN, ID
from tta.security.keyring import Keyring
from tta.telemetry import metrics
from tta.telemetry.errors import said

LOOK_EVERY_S = 10.0
# Of the players that lacked a key at the last look, this many are looked up again.
LACKING_LOOKED_MAX = 1_000

log = structlog.get_logger(__name__)


class KeyringWatch:
    """Start `run` beside the users of the keyring; cancel it to stop."""

    def __init__(self, store: EventStore, keyring: Keyring, *, look_every_s: float = LOOK_EVERY_S) -> None:
        self._store = store
        self._keyring = keyring
        self._look_every_s = look_every_s
        self._given = 0
        self._must_walk = True

    async def run(self) -> None:
        """Look until cancelled. While a server is away nothing is known, which others report."""
        while True:
            try:
                await self.look()
            except StoreError as error:
                log.debug("the keyring cannot be checked", error=said(error))
            await asyncio.sleep(self._look_every_s)

    async def look(self) -> None:
        """Look once: whether the keyring belongs to the store, and which players it lacks."""
        # Read the store's side first, so that it is never ahead of the keyring's.
        known = 0 if self._keyring.bond is None else await self._keyring.bond.keys_given()
        found, raw = await self._keyring.nodes.call("HMGET", self._keyring.record, ID, GIVEN)
        self._note_belonging((found or b"").decode(errors="replace"))
        given = int(raw or b"0")
        self._note_age(given, known)
        if given < self._given:
            self._look_anew()
        self._given = given
        if self._must_walk:
            await self._walk()
            self._must_walk = False
        for player_id in self._keyring.lacking.first(LACKING_LOOKED_MAX):
            if await self._keyring.knows(player_id):
                self._keyring.lacking.discard(player_id)

    def _note_belonging(self, found: str) -> None:
        is_foreign = bool(self._keyring.id) and found != self._keyring.id
        if is_foreign == self._keyring.is_foreign:
            return
        self._keyring.is_foreign = is_foreign
        self._look_anew()
        metrics.KEYRING_FOREIGN.set(is_foreign)
        if is_foreign:
            log.critical(
                "the keyring is not this store's any more: put back the newest copy of this store's keyring",
                expected=self._keyring.id,
                found=found or "none",
            )
        else:
            log.warning("the keyring is this store's again")

    def _note_age(self, given: int, known: int) -> None:
        is_older = given < known and not self._keyring.is_foreign
        if is_older == self._keyring.is_older:
            return
        self._keyring.is_older = is_older
        self._look_anew()
        metrics.KEYRING_OLDER.set(is_older)
        if is_older:
            log.critical(
                "the keyring is an older copy, and gives no keys: put back the newest one; if there is "
                "none, `tta keys bind` accepts this one",
                given=given,
                expected=known,
            )
        else:
            log.warning("the keyring is the newest one again")

    def _look_anew(self) -> None:
        """Drop the cached keys of the previous keyring: they must not hide what this one lacks."""
        self._keyring.forget()
        self._must_walk = True

    async def _walk(self) -> None:
        async for page in players(self._store):
            entries = [("EXISTS", self._keyring.entry(each)) for each in page]
            for player_id, there in zip(page, await self._keyring.nodes.pipeline(entries), strict=True):
                if not there:
                    self._keyring.miss(player_id)
