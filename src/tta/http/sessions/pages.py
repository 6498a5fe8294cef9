"""Sessions page by page: those of a player, and the turns of one."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from msgspec.structs import replace
from starlette.responses import Response

from tta.commands.folding import Aggregates
from tta.commands.told_turns import ToldTurn, hash_at, turns_after, turns_before
from tta.domain.session import SessionStarted, SessionStatus
from tta.domain.targets import session_target
from tta.domain.words import catalogue_id_pattern
from tta.http.edge.answers import answer_of
from tta.http.edge.calls import Call, PlayerOf, Route, shown
from tta.http.edge.opener import Opener
from tta.http.edge.pages import NEWEST, Moment, cursor, next_page, one_of, opaque_tag, page_size, wrong
from tta.http.edge.problems import INVALID, NOT_FOUND
from tta.http.sessions.bodies import MACHINE_NOTICE, ChoiceShown, ReplyShown
from tta.http.sessions.telling import choices_shown, reply_shown
from tta.projections import journey
from tta.projections.journey import sessions_played
from tta.security.policy import Action

HASH_BYTES = 8
STATUSES = tuple(each.value for each in SessionStatus)

ORDERS = ("asc", "desc")
INTERACTIONS = "interactions", 1
"""What the tag of a page of turns begins with."""


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


class TurnCursor(msgspec.Struct, frozen=True, array_like=True):
    """The cursor of turns: the version of the session up to which, or from which on, they were shown."""

    version: Annotated[int, Meta(ge=0, lt=2**31)]
    hash: Annotated[bytes, Meta(max_length=HASH_BYTES)] = b""
    """How the hash of the event of that version begins; empty in a cursor of the release before."""


OLDEST, NEWEST_TURN = TurnCursor(0), TurnCursor(2**31 - 1)


class OpeningShown(msgspec.Struct, frozen=True):
    """How the story began."""

    text: str | None
    """null where it was erased, and where play was held."""
    scene: str | None
    skill: str | None
    choices: tuple[ChoiceShown, ...]
    notice: str
    at_ms: int


class TurnShown(msgspec.Struct, frozen=True):
    """One turn: what was said (null where it was erased, or was a choice), and its reply if there is one."""

    turn: int
    text: str | None
    choice: str | None
    said_ms: int
    reply: ReplyShown | None
    answered_ms: int | None


class TurnsShown(msgspec.Struct, frozen=True):
    session_id: str
    interactions: tuple[TurnShown, ...]
    opening: OpeningShown | None
    """On the page that reaches the beginning of the session."""
    next: str | None = None
    """Where the next page is; null at the end."""
    unreadable: tuple[str, ...] = ()
    """JSON Pointers to what does not open, though it was not erased; there it is null."""


async def list_sessions(call: Call) -> Response:
    player_id, query = call.player_id, call.query
    sessions_max, before = page_size(call), cursor(call, NEWEST)
    status, story = one_of(call, "status", STATUSES), call.request.query_params.get("story", "")
    if story and catalogue_id_pattern.fullmatch(story) is None:
        raise wrong("story", "expected the id of a story")
    await query.be_fresh(journey.NAME, about=player_id)
    played = await sessions_played(
        query.graph,
        str(player_id),
        before=(before.started_ms, before.id),
        sessions_max=sessions_max + 1,
        status=status,
        story=story,
    )
    if played is None:
        await query.require_filled()
    # Whom the read model does not know yet has played nothing that it could show.
    page, following = (played or [])[:sessions_max], None
    if played and len(played) > sessions_max:
        following = next_page(call, Moment(page[-1].row.started_ms, page[-1].row.id))
    sessions = tuple(answer_of(SessionListed, each.row, turns=each.turns) for each in page)
    answer = SessionsListed(sessions, following)
    return shown(call, answer, opaque_tag(journey.NAME, journey.VERSION, answer))


async def show_interactions(call: Call) -> Response:
    session_id = call.path_id("session_id")
    aggregates = call.services.commands.aggregates
    turns_max, is_rising = page_size(call), one_of(call, "order", ORDERS, "asc") == "asc"
    place = cursor(call, OLDEST if is_rising else NEWEST_TURN)
    found = await aggregates.one(session_target(session_id))
    await call.query.be_fresh()
    await _require_same_history(aggregates, session_id, place)
    head = found.head.version
    begin = min(place.version, head)
    told = (
        await turns_after(aggregates, session_id, begin, head=head, turns_max=turns_max)
        if is_rising
        else await turns_before(aggregates, session_id, begin, turns_max=turns_max)
    )
    opener = call.query.opener(call.player_id)
    answer = TurnsShown(
        str(session_id),
        tuple([await _turn(opener, f"/interactions/{at}", each) for at, each in enumerate(told.turns)]),
        None if told.started is None else await _opening(opener, told.started),
        None if told.next is None else next_page(call, await _reached(aggregates, session_id, told.next)),
    )
    answer = replace(answer, unreadable=opener.unreadable)
    return shown(call, answer, opaque_tag(*INTERACTIONS, answer))


async def _reached(aggregates: Aggregates, session_id: UUID, version: int) -> TurnCursor:
    return TurnCursor(version, (await hash_at(aggregates, session_id, version) or b"")[:HASH_BYTES])


async def _require_same_history(aggregates: Aggregates, session_id: UUID, place: TurnCursor) -> None:
    """Refuse to go on from a page whose events are no longer in the log: two histories would be mixed."""
    if place.hash and await _reached(aggregates, session_id, place.version) != place:
        raise wrong("cursor", "what came before it is no longer in the log: begin with the first page")


async def _turn(opener: Opener, pointer: str, told: ToldTurn) -> TurnShown:
    said, reply = told.said, told.answer
    return TurnShown(
        said.turn,
        await opener.open(f"{pointer}/text", said.words),
        said.choice,
        _milliseconds(said.at),
        None if reply is None else await reply_shown(opener, f"{pointer}/reply", reply),
        None if reply is None else _milliseconds(reply.at),
    )


async def _opening(opener: Opener, started: SessionStarted) -> OpeningShown:
    passage = started.passage
    return OpeningShown(
        await opener.open("/opening/text", started.opening),
        passage.scene,
        passage.skill,
        await choices_shown(opener, "/opening/choices", passage.choices, started.choice_texts),
        MACHINE_NOTICE,
        _milliseconds(started.at),
    )


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


QUERIES = (
    Route(
        "GET",
        "/v1/sessions",
        list_sessions,
        Action.SESSION_LIST,
        "List your sessions",
        operation="list_sessions",
        player=PlayerOf.CALLER,
        answer=SessionsListed,
        query=("status", "story", "limit", "cursor"),
        problems=(INVALID,),
    ),
    Route(
        "GET",
        "/v1/sessions/{session_id}/interactions",
        show_interactions,
        Action.SESSION_READ,
        "Show the turns of a session",
        operation="show_interactions",
        player=PlayerOf.SESSION,
        answer=TurnsShown,
        query=("order", "limit", "cursor"),
        problems=(NOT_FOUND, INVALID),
    ),
)
