"""Who has events: every player of a store, found by the index of what belongs to whom, page by page."""

from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID

from redis.exceptions import RedisError

from tta.eventstore.errors import StoreUnavailable
from tta.eventstore.store import EventStore

SCAN_COUNT = 1_000  # Keys that a server looks at in one call; some 0.3 ms of its time.


async def players(store: EventStore) -> AsyncIterator[list[UUID]]:
    """Name every player who has events, in pages without order; one may come twice. Raises StoreUnavailable.

    Walks over all keys of each server: made for a look now and then, on a connection of its own.
    """
    before = f"{{{store.layout.name}:"
    for server in sorted(store.nodes.topology.servers):
        connection = store.nodes.topology.connection(server)
        try:
            await connection.connect()
            cursor = b"0"
            while True:
                await connection.send_command(
                    "SCAN", cursor, "MATCH", f"{before}*}}:own:*", "COUNT", SCAN_COUNT
                )
                cursor, keys = await connection.read_response(disable_decoding=True)
                yield [each for key in keys for each in _owner(key)]
                if cursor == b"0":
                    break
        except (RedisError, OSError) as error:
            raise StoreUnavailable(f"{server} does not list its keys: {error}") from error
        finally:
            await connection.disconnect(nowait=True)


def _owner(key: bytes) -> list[UUID]:
    with suppress(ValueError):
        return [UUID(key.rpartition(b":")[2].decode(errors="replace"))]
    return []
