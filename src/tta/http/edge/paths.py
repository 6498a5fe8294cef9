"""A path that names nothing whatever the routes say: one with a control character or a line break in it.

Starlette's routes end in `$`, which also matches before a final line break, and its parameters take any
character but a slash. A path is part of a command's id, so one command must not have two paths.
"""

import re
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

NOT_FOUND = 404

control_pattern = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class PrintablePaths:
    """Answers 404 before any route is looked for. Must run inside what gives requests their trace.

    `refused` answers it as it would answer for a path that no route has.
    """

    def __init__(self, app: ASGIApp, refused: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        self._app = app
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and control_pattern.search(scope["path"]):
            answer = await self._refused(Request(scope, receive), HTTPException(NOT_FOUND))
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)
