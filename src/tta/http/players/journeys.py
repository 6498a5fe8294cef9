"""A player's journey: the sessions lived through, with the scenes and skills met."""

import msgspec
from starlette.responses import Response

from tta.http.edge.answers import answer_of
from tta.http.edge.calls import Call, PlayerOf, Route, shown
from tta.http.edge.pages import NEWEST, Moment, cursor, next_page, opaque_tag, page_size
from tta.http.edge.problems import INVALID, NOT_FOUND
from tta.projections import journey
from tta.projections.journey import sessions_played
from tta.security.policy import Action


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


async def show_journey(call: Call) -> Response:
    player_id, query = call.player_id, call.query
    sessions_max, before = page_size(call), cursor(call, NEWEST)
    await query.be_fresh(journey.NAME, about=player_id)
    played = await sessions_played(
        query.graph,
        str(player_id),
        before=(before.started_ms, before.id),
        sessions_max=sessions_max + 1,
    )
    if played is None:
        raise await query.absent()
    page, following = played[:sessions_max], None
    if len(played) > sessions_max:
        following = next_page(call, Moment(page[-1].row.started_ms, page[-1].row.id))
    sessions = tuple(
        answer_of(SessionOfJourney, each.row, turns=each.turns, scenes=each.scenes, skills=each.skills)
        for each in page
    )
    answer = JourneyShown(str(player_id), sessions, following)
    return shown(call, answer, opaque_tag(journey.NAME, journey.VERSION, answer))


QUERIES = (
    Route(
        "GET",
        "/v1/players/{player_id}/journey",
        show_journey,
        Action.PLAYER_READ,
        "Show a player's journey",
        operation="show_journey",
        player=PlayerOf.PATH,
        answer=JourneyShown,
        query=("limit", "cursor"),
        problems=(NOT_FOUND, INVALID),
    ),
)
