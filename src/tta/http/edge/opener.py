"""Opens the sealed values of one answer at the edge, for its reader, and names those that do not open.

A value that was erased is null. One that does not open is null and named in the answer's `unreadable`, so
that the two are never taken for each other; it is no reason to withhold the rest of the page.
"""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from cachetools import TTLCache

from tta.domain.base import SealedText
from tta.security.keyring import Keyring, PlayerErased
from tta.security.sealing import SealBroken
from tta.telemetry.errors import said
from tta.telemetry.metrics import VALUES_UNREADABLE

TOLD_AGAIN_S = 60.0  # A page that is asked for again and again is one line a minute.
TOLD_MAX = 1_000
LETTERS = "abcdefghijklmnop"
VARIANT_BYTES = 4

log = structlog.get_logger(__name__)
_told: TTLCache[UUID, bool] = TTLCache(TOLD_MAX, TOLD_AGAIN_S)
"""The players of whose unreadable values this process told of late."""


class Opener:
    """Opens what one player's answer shows. `unreadable` are JSON Pointers into that answer (RFC 6901)."""

    def __init__(self, keyring: Keyring, player_id: UUID) -> None:
        self._keyring = keyring
        self._player_id = player_id
        self._unreadable: list[str] = []

    @property
    def unreadable(self) -> tuple[str, ...]:
        return tuple(self._unreadable)

    @property
    def variant(self) -> str:
        """Part of an entity tag: an answer with other gaps is another one, also at the same version."""
        if not self._unreadable:
            return ""
        digest = hashlib.sha256("\n".join(self._unreadable).encode()).digest()[:VARIANT_BYTES]
        return "unreadable" + "".join(LETTERS[each >> 4] + LETTERS[each & 15] for each in digest)

    async def open(self, pointer: str, value: object, kind: Any = str) -> Any:
        """Open one value, a box or what an event has; None where there is none, where it was erased, and
        where it does not open, which is noted. Raises KeyringIncomplete where the player has no key.
        """
        try:
            return await self._opened(value, kind)
        except SealBroken as error:
            self._note([pointer], error)
            return None

    async def texts(self, pointers: Sequence[str], value: object) -> Sequence[str | None]:
        """Open as many texts as there are pointers, sealed as one value; none where they were erased."""
        try:
            return await self._opened(value, tuple[str, ...]) or ()
        except SealBroken as error:
            self._note(pointers, error)
            return [None] * len(pointers)

    async def _opened(self, value: object, kind: Any) -> Any:
        if value is None:
            return None
        sealed = SealedText(value) if isinstance(value, bytes) else value
        assert isinstance(sealed, SealedText), "personal fields are stored sealed"
        try:
            return await self._keyring.value(self._player_id, sealed, kind)
        except PlayerErased:
            return None

    def _note(self, pointers: Sequence[str], error: SealBroken) -> None:
        self._unreadable += pointers
        VALUES_UNREADABLE.inc()
        if self._player_id in _told:
            return
        _told[self._player_id] = True
        bound = log.bind(player=str(self._player_id), fields=list(pointers))
        bound.error("a sealed value does not open", error=said(error))
