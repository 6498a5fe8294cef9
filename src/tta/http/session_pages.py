"""Sessions page by page: those of a player."""

import re

import msgspec
from starlette.responses import Response

from tta.domain.session import Status
from tta.http.calls import Call, Route, shown
from tta.http.pages import NEWEST, Moment, cursor, next_page, one_of, opaque_tag, page_size, wrong
from tta.http.problems import INVALID
from tta.projections import journey
from tta.projections.journey import sessions_played
from tta.security.policy import Action

STATUSES = tuple(each.value for each in Status if each is not Status.ABSENT)

story_pattern = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


class SessionListed(msgspec.Struct, frozen=True):
    id: str
    story: str
    status: str
    turns: int
    started_ms: int
    changed_ms: int
    copied_from: str | None
    """The session that it is a copy of."""


class SessionsListed(msgspec.Struct, frozen=True):
    sessions: tuple[SessionListed, ...]
    """Newest first."""
    next: str | None = None
    """Where the next page is; null at the end."""


async def list_sessions(call: Call) -> Response:
    player_id = call.require_player(call.principal.player_id)
    sessions_max, before = page_size(call), cursor(call, NEWEST)
    status, story = one_of(call, "status", STATUSES), call.request.query_params.get("story", "")
    if story and story_pattern.fullmatch(story) is None:
        raise wrong("story", "expected the id of a story")
    await call.be_fresh(journey.NAME)
    played = await sessions_played(
        call.services.graph,
        str(player_id),
        before=(before.started_ms, before.id),
        sessions_max=sessions_max + 1,
        status=status,
        story=story,
    )
    # Whom the read model does not know yet has played nothing that it could show.
    page, following = (played or [])[:sessions_max], None
    if played and len(played) > sessions_max:
        following = next_page(call, Moment(page[-1].started_ms, page[-1].id))
    sessions = tuple(
        SessionListed(
            each.id, each.story, each.status, each.turns, each.started_ms, each.changed_ms, each.copied_from
        )
        for each in page
    )
    answer = SessionsListed(sessions, following)
    return shown(call, answer, opaque_tag(journey.NAME, journey.VERSION, answer))


QUERIES = (
    Route(
        "GET",
        "/v1/sessions",
        list_sessions,
        Action.SESSION_LIST,
        "List your sessions",
        answer=SessionsListed,
        query=("status", "story", "limit", "cursor"),
        problems=(INVALID,),
    ),
)
