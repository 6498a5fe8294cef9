"""A store and a keyring, which may or may not belong together."""

import os
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from tta.app.aggregates import event_types
from tta.domain.player import ConsentWithdrawn
from tta.domain.vocabulary import ConsentPurpose
from tta.eventstore.appends import Append, StreamAppend
from tta.eventstore.durability import Durability
from tta.eventstore.envelope import ABSENT, Causation, Draft
from tta.eventstore.store import EventStore
from tta.security.binding import bind, read_ids
from tta.security.key_files import KeyEncryptionKeys
from tta.security.keyring import NOBODY, Keyring

K1 = KeyEncryptionKeys("k1", {"k1": bytes(range(32))})
FSYNC = Durability("fsync")


class Pair(NamedTuple):
    """Open a store and a keyring, like a new process."""

    store: EventStore
    keyring: Keyring

    async def bound(self) -> str:
        await bind(self.store, self.keyring)
        ids = await read_ids(self.store, self.keyring)
        assert ids.store == ids.keyring == self.keyring.id
        assert ids.store
        return ids.store

    def event(self) -> tuple[Causation, Draft]:
        command_id = UUID(bytes=os.urandom(16))
        causation = Causation(
            actor="test", command_id=command_id, correlation_id=command_id, causation_id=command_id
        )
        happened = ConsentWithdrawn(purpose=ConsentPurpose.PLAY, at=datetime.now(UTC))
        return causation, event_types().draft(happened)

    async def happens(self) -> None:
        """Append an event to the store."""
        causation, draft = self.event()
        streams = [StreamAppend(UUID(bytes=os.urandom(16)), ABSENT, [draft])]
        await self.store.append(Append(streams=streams, causation=causation))

    async def keyring_is(self, *, gone: bool = False, named: str = "") -> None:
        """Change the keyring as an operator's mistake would."""
        if gone:
            for name in (self.keyring.record, self.keyring.entry(NOBODY)):
                await self.keyring.nodes.call("DEL", name)
        if named:
            await self.keyring.nodes.call("HSET", self.keyring.record, "id", named)

    async def is_of_before(self) -> None:
        """Leave them as the previous release does: with NOBODY's key, without an id."""
        await self.keyring.make(NOBODY)
        await self.keyring.nodes.call("DEL", self.keyring.record)
