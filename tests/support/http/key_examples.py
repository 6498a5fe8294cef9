"""Faulty keyrings: a player's key is missing, or no key opens their values."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from tests.support.http.api_examples import Api
from tta.security.keyring import Keyring


def keyring_of(api: Api) -> Keyring:
    return api.parts.required_keys.keyring


@asynccontextmanager
async def without_key(api: Api, player_id: UUID | None) -> AsyncIterator[None]:
    """Remove the player's key, as in an older copy of the keyring."""
    assert player_id is not None
    keyring = keyring_of(api)
    kept = await keyring.nodes.call("DUMP", keyring.entry(player_id))
    await keyring.nodes.call("DEL", keyring.entry(player_id))
    keyring.forget()
    try:
        yield
    finally:
        await keyring.nodes.call("RESTORE", keyring.entry(player_id), 0, kept, "REPLACE")
        await keyring.knows(player_id)


@asynccontextmanager
async def under_another_key(api: Api, player_id: UUID | None) -> AsyncIterator[None]:
    """Give the player another key, as if everything so far had been sealed under a lost one."""
    assert player_id is not None
    keyring = keyring_of(api)
    kept = await keyring.nodes.call("DUMP", keyring.entry(player_id))
    await keyring.nodes.call("DEL", keyring.entry(player_id))
    keyring.forget()
    other = keyring._wrapping.wrap(player_id, 1, bytes(32))
    await keyring.nodes.call("HSET", keyring.entry(player_id), "1", other)
    try:
        yield
    finally:
        await keyring.nodes.call("RESTORE", keyring.entry(player_id), 0, kept, "REPLACE")
        keyring.forget()
