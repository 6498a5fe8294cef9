"""The ceiling for an interaction over HTTP: a bare Starlette JSON echo that does one bare append per
request.

It appends an interaction of an existing session, so reactor and projector also have to handle it.
"""

import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import uvicorn
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bench.stores import one_event
from tta.domain.base import Event, SealedText
from tta.domain.identity import derived_id, owned_id
from tta.domain.session import SessionStarted
from tta.domain.turns import InteractionSubmitted
from tta.eventstore.appends import Append, packed
from tta.eventstore.envelope import ABSENT, Draft
from tta.eventstore.layout import Layout
from tta.eventstore.scripts import APPEND
from tta.eventstore.store import EventStore


def main() -> None:
    url, name, port = sys.argv[1:4]
    pool = BlockingConnectionPool.from_url(url, max_connections=64, timeout=60, protocol=2)
    client, layout = Redis(connection_pool=pool, retry=Retry(NoBackoff(), 0)), Layout(name, 64)
    sha = APPEND.sha.decode()
    session, player = owned_id(derived_id("bare", "player"), "session"), derived_id("bare", "player")
    started = SessionStarted(player_id=player, story="clearing", at=datetime.now(UTC))
    said = InteractionSubmitted(turn=1, words=SealedText(os.urandom(250)), at=datetime.now(UTC))
    template = packed(_append(session, player, said), layout, touch=False)

    async def echo(request: Request) -> JSONResponse:
        said = json.loads(await request.body())
        fresh = os.urandom(16).hex()
        keys = [template.keys[0], f"{layout.tag(template.slot)}head:{fresh}", *template.keys[2:]]
        reply = await client.evalsha(sha, len(keys), *keys, *template.arguments)
        assert reply[0] == b"OK", reply
        return JSONResponse(said)

    @asynccontextmanager
    async def loaded(_app: Starlette) -> AsyncIterator[None]:
        store = await EventStore.open(url, name)
        await store.append(_append(session, player, started))
        await store.close()
        await client.script_load(APPEND.text)
        yield

    app = Starlette(routes=[Route("/echo", echo, methods=["POST"])], lifespan=loaded)
    uvicorn.run(app, port=int(port), http="httptools", loop="uvloop", access_log=False, log_config=None)


def _append(session: UUID, player: UUID, event: Event) -> Append:
    return one_event(session, ABSENT, player, Draft(type(event).__name__, msgspec.msgpack.encode(event)))


if __name__ == "__main__":
    main()
