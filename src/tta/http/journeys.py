"""A player's journey: the sessions lived through, with the scenes and skills met."""

import base64
import hashlib
import re
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from tta.http.calls import Call, Route, shown
from tta.http.problems import INVALID, NOT_FOUND, FieldError, Problem
from tta.projections import journey
from tta.projections.journey import SessionPlayed, sessions_played
from tta.security.policy import Action

PAGE_DEFAULT = 20
CURSOR_CHARACTERS_MAX = 120
NEWEST = (2**62, "")

limit_pattern = re.compile(r"[1-9][0-9]?")


class SessionOfJourney(msgspec.Struct, frozen=True):
    id: str
    story: str
    status: str
    started_ms: int
    changed_ms: int
    turns: int
    scenes: tuple[str, ...]
    skills: tuple[str, ...]


class JourneyShown(msgspec.Struct, frozen=True):
    player_id: str
    sessions: tuple[SessionOfJourney, ...]
    """Newest first."""
    next: str | None = None
    """Where the next page is; null at the end."""


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ended. Opaque to callers."""

    started_ms: Annotated[int, Meta(ge=0, lt=2**62)]
    id: Annotated[str, Meta(max_length=36)]


async def show_journey(call: Call) -> Response:
    player_id = call.require_player(call.path_id("player_id"))
    sessions_max, before = _limit(call), _before(call)
    await call.be_fresh(journey.NAME)
    played = await sessions_played(
        call.services.graph, str(player_id), before=before, sessions_max=sessions_max + 1
    )
    if played is None:
        raise Problem(NOT_FOUND)
    page, next_page = played[:sessions_max], None
    if len(played) > sessions_max:
        next_page = f"{call.path}?limit={sessions_max}&cursor={_cursor(page[-1])}"
        call.said["Link"] = f'<{next_page}>; rel="next"'
    sessions = tuple(SessionOfJourney(*each) for each in page)
    answer = JourneyShown(str(player_id), sessions, next_page)
    return shown(call, answer, _tag(answer))


def _tag(answer: JourneyShown) -> str:
    """Of lists the tag is opaque: it changes whenever the answer does."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(msgspec.json.encode(answer)).digest())[:22].decode()
    return f'"{journey.NAME}.{journey.VERSION}.{digest}"'


def _limit(call: Call) -> int:
    raw = call.request.query_params.get("limit", str(PAGE_DEFAULT))
    if limit_pattern.fullmatch(raw) is None:
        wrong = FieldError("/limit", "expected 1 to 99")
        raise Problem(INVALID, "see errors", errors=(wrong,))
    return int(raw)


def _before(call: Call) -> tuple[int, str]:
    raw = call.request.query_params.get("cursor")
    if raw is None:
        return NEWEST
    try:
        packed = base64.urlsafe_b64decode(raw[:CURSOR_CHARACTERS_MAX] + "==")
        cursor = msgspec.msgpack.decode(packed, type=Cursor)
    except (ValueError, msgspec.DecodeError) as error:
        wrong = FieldError("/cursor", "expected the cursor of a page")
        raise Problem(INVALID, "see errors", errors=(wrong,)) from error
    return cursor.started_ms, cursor.id


def _cursor(last: SessionPlayed) -> str:
    packed = msgspec.msgpack.encode(Cursor(last.started_ms, last.id))
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


QUERIES = (
    Route(
        "GET",
        "/v1/players/{player_id}/journey",
        show_journey,
        Action.PLAYER_READ,
        "Show a player's journey",
        answer=JourneyShown,
        query=("limit", "cursor"),
        problems=(NOT_FOUND, INVALID),
    ),
)
