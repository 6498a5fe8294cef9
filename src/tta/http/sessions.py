"""Sessions: start, interact, pause, resume, complete, look."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import msgspec
import structlog
from msgspec import Meta
from starlette.responses import Response

from tta.commands.handle import Handled
from tta.commands.replies import reply_to
from tta.commands.sessions import Facts, handle_session, new_session_id
from tta.domain import session, words
from tta.domain.session import (
    CompleteSession,
    InteractionSubmitted,
    PauseSession,
    ResumeSession,
    SessionCommand,
    StartSession,
    SubmitInteraction,
)
from tta.eventstore.envelope import event_id
from tta.eventstore.errors import StoreUnavailable
from tta.http.bodies import Body, clean_text
from tta.http.calls import Call, Route, answered, shown
from tta.http.manners import etag
from tta.http.players import refusals
from tta.http.problems import ERASED, INVALID, NOT_FOUND, Problem
from tta.projections import session_state
from tta.projections.session_state import session_by_id
from tta.security.policy import Action

log = structlog.get_logger(__name__)

CatalogueId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]


class NewSession(Body, frozen=True):
    story: CatalogueId = "clearing"


class Interaction(Body, frozen=True):
    """Words or a choice; `turn` is the turn that the client believes is next."""

    text: Annotated[str, Meta(min_length=1, max_length=session.WORDS_MAX * 2)] | None = None
    choice: CatalogueId | None = None
    turn: Annotated[int, Meta(ge=1, le=session.TURNS_MAX)] | None = None


class SessionChanged(msgspec.Struct, frozen=True):
    id: UUID
    version: int


class ReplyShown(msgspec.Struct, frozen=True):
    turn: int
    text: str | None
    author: str
    scene: str | None = None
    skill: str | None = None


class InteractionTaken(msgspec.Struct, frozen=True, omit_defaults=True):
    interaction_id: UUID
    turn: int
    version: int
    reply: ReplyShown | None = None
    """With `Prefer: wait` and only when it came in time."""


class SessionShown(msgspec.Struct, frozen=True):
    id: str
    player_id: str
    story: str
    status: str
    version: int
    turn: int
    """The last turn; 0 before the first."""
    unanswered: bool
    last_text: str | None
    last_choice: str | None
    last_reply: str | None
    last_author: str | None
    scene: str | None
    started_ms: int
    changed_ms: int


async def start_session(call: Call) -> Response:
    player_id = call.require_player(call.principal.player_id)
    asked = call.asked
    session_id = new_session_id(player_id, asked.context.command_id)

    def start(facts: Facts) -> StartSession:
        return StartSession(
            player_id=player_id,
            story=call.body.story,
            consented=facts.consented,
            held=facts.held,
            at=call.at,
        )

    handled = await handle_session(call.services.commands, session_id, player_id, start, asked)
    answer = SessionChanged(session_id, handled.version)
    return answered(call, answer, handled, location=f"/v1/sessions/{session_id}")


async def submit_interaction(call: Call) -> Response:
    body = call.body

    def submit(facts: Facts) -> SubmitInteraction:
        return SubmitInteraction(
            words=None if body.text is None else clean_text(body.text),
            choice=body.choice,
            turn=body.turn,
            held=facts.held,
            consented=facts.consented,
            at=call.at,
        )

    handled = await _changed(call, submit)
    submitted = handled.events[0]
    assert isinstance(submitted, InteractionSubmitted), "an interaction is one event"
    reply = await _awaited_reply(call, handled, submitted.turn)
    interaction_id = event_id(call.asked.context.command_id, 0)
    answer = InteractionTaken(interaction_id, submitted.turn, handled.version, reply)
    call.said |= call.preference.applied
    return answered(call, answer, handled)


async def pause_session(call: Call) -> Response:
    return await _status_changed(call, lambda _: PauseSession(at=call.at))


async def resume_session(call: Call) -> Response:
    return await _status_changed(
        call, lambda facts: ResumeSession(held=facts.held, consented=facts.consented, at=call.at)
    )


async def complete_session(call: Call) -> Response:
    return await _status_changed(call, lambda _: CompleteSession(at=call.at))


async def show_session(call: Call) -> Response:
    session_id = call.path_id("session_id")
    await call.be_fresh(session_state.NAME)
    row = await session_by_id(call.services.graph, str(session_id))
    if row is None:
        raise Problem(NOT_FOUND)
    player_id = call.require_player(UUID(row.player))
    answer = SessionShown(
        id=row.id,
        player_id=row.player,
        story=row.story,
        status=row.status,
        version=row.version,
        turn=row.turn,
        unanswered=row.unanswered,
        last_text=await call.opened(player_id, row.last_words),
        last_choice=row.last_choice,
        last_reply=await call.opened(player_id, row.last_reply),
        last_author=row.last_author,
        scene=row.scene,
        started_ms=row.started_ms,
        changed_ms=row.changed_ms,
    )
    return shown(call, answer, etag(row.version))


async def _changed(call: Call, command: Callable[[Facts], SessionCommand]) -> Handled:
    player_id = call.require_player(call.principal.player_id)
    session_id = call.path_id("session_id")
    return await handle_session(call.services.commands, session_id, player_id, command, call.asked)


async def _status_changed(call: Call, command: Callable[[Facts], SessionCommand]) -> Response:
    handled = await _changed(call, command)
    return answered(call, SessionChanged(handled.id, handled.version), handled)


async def _awaited_reply(call: Call, handled: Handled, turn: int) -> ReplyShown | None:
    """Wait for the reply as long as the caller asked; None when it did not come in time."""
    wait_s = call.preference.wait_s
    if not wait_s:
        return None
    aggregates = call.services.commands.aggregates
    try:
        reply = await reply_to(aggregates, handled.id, handled.version, turn, wait_s=wait_s)
        if reply is None:
            return None
        text = await call.opened(call.require_player(call.principal.player_id), reply.box)
    except StoreUnavailable as error:
        # The interaction stands, so its sender must not be told that nothing was changed.
        log.warning("a reply could not be read", error=str(error))
        return None
    return ReplyShown(turn, text, reply.author, reply.scene, reply.skill)


CHANGE = refusals(session.NoSuchSession, session.SessionIsOver)
COMMANDS = (
    Route(
        "POST",
        "/v1/sessions",
        start_session,
        Action.SESSION_START,
        "Start a session",
        answer=SessionChanged,
        body=NewSession,
        status=201,
        alias="/sessions",
        problems=(
            INVALID,
            *refusals(session.ConsentMissing, session.SessionExists, words.CatalogueIdMalformed),
        ),
    ),
    Route(
        "POST",
        "/v1/sessions/{session_id}/interactions",
        submit_interaction,
        Action.SESSION_PLAY,
        "Say or choose something",
        answer=InteractionTaken,
        body=Interaction,
        alias="/sessions/{session_id}/interactions",
        problems=(
            *CHANGE,
            INVALID,
            ERASED,
            *refusals(
                session.ConsentMissing,
                session.SessionIsPaused,
                session.TurnUnanswered,
                session.TurnOutOfOrder,
                session.TurnsExhausted,
                words.WordsBesideChoice,
                words.WordsEmpty,
                words.WordsTooLong,
                words.CatalogueIdMalformed,
            ),
        ),
    ),
    Route(
        "POST",
        "/v1/sessions/{session_id}/pause",
        pause_session,
        Action.SESSION_PLAY,
        "Pause a session",
        answer=SessionChanged,
        problems=CHANGE,
    ),
    Route(
        "POST",
        "/v1/sessions/{session_id}/resume",
        resume_session,
        Action.SESSION_PLAY,
        "Resume a session",
        answer=SessionChanged,
        problems=(*CHANGE, *refusals(session.ConsentMissing)),
    ),
    Route(
        "POST",
        "/v1/sessions/{session_id}/complete",
        complete_session,
        Action.SESSION_PLAY,
        "Complete a session",
        answer=SessionChanged,
        problems=CHANGE,
    ),
)
QUERIES = (
    Route(
        "GET",
        "/v1/sessions/{session_id}",
        show_session,
        Action.SESSION_READ,
        "Show a session",
        answer=SessionShown,
        alias="/sessions/{session_id}",
        problems=(NOT_FOUND,),
    ),
)
