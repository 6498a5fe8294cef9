"""The ceiling for an interaction over HTTP: a bare Starlette JSON echo that does one bare append per
request.
"""

import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import uvicorn
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bench.stores import one_event
from tta.eventstore.appends import packed
from tta.eventstore.envelope import ABSENT
from tta.eventstore.layout import Layout
from tta.eventstore.scripts import APPEND


def main() -> None:
    url, name, port = sys.argv[1:4]
    pool = BlockingConnectionPool.from_url(url, max_connections=64, timeout=60, protocol=2)
    client, layout = Redis(connection_pool=pool, retry=Retry(NoBackoff(), 0)), Layout(name, 64)
    template = packed(one_event(uuid4(), ABSENT), layout, touch=False)

    async def echo(request: Request) -> JSONResponse:
        said = json.loads(await request.body())
        fresh = os.urandom(16).hex()
        keys = [*template.keys[:2], f"{layout.tag(template.slot)}head:{fresh}", *template.keys[3:]]
        await client.evalsha(APPEND.sha, len(keys), *keys, *template.arguments)
        return JSONResponse(said)

    @asynccontextmanager
    async def loaded(_app: Starlette) -> AsyncIterator[None]:
        await client.script_load(APPEND.text)
        yield

    app = Starlette(routes=[Route("/echo", echo, methods=["POST"])], lifespan=loaded)
    uvicorn.run(app, port=int(port), http="httptools", loop="uvloop", access_log=False, log_config=None)


if __name__ == "__main__":
    main()
