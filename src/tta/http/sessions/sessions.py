"""Sessions: start, interact, pause, resume, look."""

from functools import partial
from uuid import UUID

import structlog
from msgspec.structs import replace
from starlette.responses import Response

from tta.commands import starting
from tta.commands.folding import Aggregates
from tta.commands.handle import CommandResult
from tta.commands.replies import reply_to
from tta.commands.sessions import handle_session
from tta.domain import roster, session, turns, words
from tta.domain.assessment import TextKind
from tta.domain.joint.acting import ActInSession
from tta.domain.joint.facts import Facts
from tta.domain.passages import Beginning, Wishes
from tta.domain.session import (
    OVER,
    PauseSession,
    ResumeSession,
    SessionStatus,
    StartSession,
    UnknownStory,
    require_started,
)
from tta.domain.session import id_of as new_session_id
from tta.domain.targets import session_target
from tta.domain.turns import (
    InteractionSubmitted,
    SubmitInteraction,
)
from tta.eventstore.envelope import event_id
from tta.eventstore.errors import StoreUnavailable
from tta.http.edge.answers import answer_of
from tta.http.edge.calls import Call, PlayerOf, Route, answered, shown
from tta.http.edge.manners import etag
from tta.http.edge.marked_texts import TextPlace
from tta.http.edge.opener import Opener
from tta.http.edge.problems import ERASED, INVALID, NOT_FOUND, UNKNOWN_STORY, FieldError, Problem
from tta.http.edge.texts import clean_text
from tta.http.players.players import refusals
from tta.http.sessions.bodies import (
    MACHINE_NOTICE,
    Interaction,
    InteractionTaken,
    NewSession,
    ReplyShown,
    SessionBegun,
    SessionChanged,
    SessionShown,
)
from tta.http.sessions.telling import choices_shown, reply_shown
from tta.projections import session_state
from tta.projections.session_state import session_by_id
from tta.security.keyring import KeyringIncomplete
from tta.security.policy import Action
from tta.stories.playing.narrating import opening
from tta.stories.story import Story, catalogue, newest

log = structlog.get_logger(__name__)


async def start_session(call: Call) -> Response:
    player_id, context = call.player_id, call.context
    session_id = new_session_id(player_id, context.causation.command_id)

    story = newest(call.body.story)

    def start(facts: Facts, wishes: Wishes | None) -> StartSession:
        return StartSession(
            player_id=player_id,
            story=call.body.story,
            begins=Beginning() if story is None else beginning(story, session_id, wishes, facts),
            consented=facts.consented,
            held=facts.held,
            known=story is not None,
            at=call.at,
        )

    try:
        result = await starting.start_session(call.services.commands, session_id, player_id, start, context)
    except UnknownStory as error:
        there_are = f"there are: {', '.join(catalogue())}"
        raise Problem(UNKNOWN_STORY, there_are, errors=(FieldError("/story", there_are),)) from error
    answer = SessionBegun(session_id, result.version, MACHINE_NOTICE)
    return answered(call, answer, result, location=f"/v1/sessions/{session_id}")


def beginning(story: Story, session_id: UUID, wishes: Wishes | None, facts: Facts) -> Beginning:
    """Tell how it begins, by what stands when it is appended. On hold, and by wishes that do not open, the
    story stands still.
    """
    if facts.held or wishes is None:
        return Beginning(version=story.version)
    told = opening(story, session_id, wishes.softened() if facts.recovery else wishes)
    return Beginning(
        version=story.version, text=told.text, passage=told.passage, choice_texts=told.choice_texts
    )


async def submit_interaction(call: Call) -> Response:
    body = call.body

    submit = SubmitInteraction(
        words=None if body.text is None else clean_text(body.text, turns.WORDS_MAX),
        choice=body.choice,
        turn=body.turn,
        at=call.at,
    )
    opener = Opener(call.services.keyring, call.player_id)
    result = await _changed(call, submit)
    submitted = result.events[0]
    assert isinstance(submitted, InteractionSubmitted), "an interaction is one event"
    reply, status = await _awaited_reply(call, result, submitted, opener)
    interaction_id = event_id(call.context.causation.command_id, 0)
    answer = InteractionTaken(
        interaction_id, submitted.turn, result.version, reply, status, opener.unreadable
    )
    call.said |= call.preference.applied
    return answered(call, answer, result)


async def pause_session(call: Call) -> Response:
    return await _status_changed(call, PauseSession(at=call.at))


async def resume_session(call: Call) -> Response:
    return await _status_changed(call, ResumeSession(at=call.at))


async def show_session(call: Call) -> Response:
    session_id, query = call.path_id("session_id"), call.query
    await query.be_fresh(session_state.NAME, about=session_id)
    row = await session_by_id(query.graph, str(session_id))
    if row is None:
        raise await query.absent()
    opener = query.opener(call.player_id)
    answer = answer_of(
        SessionShown,
        row,
        player_id=row.player,
        last_text=await opener.open("/last_text", row.last_words),
        last_reply=await opener.open("/last_reply", row.last_reply),
        # The read model keeps what was offered last; where nothing can be taken any more nothing is offered.
        choices=()
        if row.status in OVER
        else await choices_shown(opener, "/choices", row.choices, row.choice_texts),
        notice=MACHINE_NOTICE if row.disclosed else None,
    )
    answer = replace(answer, unreadable=opener.unreadable)
    return shown(call, answer, etag(row.version, opener.variant))


async def _changed(call: Call, command: ActInSession) -> CommandResult:
    session_id = call.path_id("session_id")
    return await handle_session(call.services.commands, session_id, call.player_id, command, call.context)


async def _status_changed(call: Call, command: ActInSession) -> Response:
    result = await _changed(call, command)
    return answered(call, SessionChanged(result.id, result.version), result)


async def _awaited_reply(
    call: Call, result: CommandResult, submitted: InteractionSubmitted, opener: Opener
) -> tuple[ReplyShown | None, str | None]:
    """Wait for the reply as long as the caller asked, and say what the session is after it; None when it did
    not come in time.
    """
    if not call.preference.wait_s:
        return None, None
    aggregates = call.services.commands.aggregates
    try:
        standing = partial(reply_to, aggregates, result.id, result.version, submitted.turn)
        reply = await call.wait("command", lambda wait_s: standing(wait_s=wait_s))
        if reply is None:
            return None, None
        told = await reply_shown(opener, "/reply", reply.answer)
        return told, (reply.status or await _status_at(aggregates, result.id, submitted)).value
    except (StoreUnavailable, KeyringIncomplete) as error:
        # The interaction stands, so its sender must not be told that nothing was changed.
        log.warning("a reply could not be read", error=str(error))
        return None, None


async def _status_at(
    aggregates: Aggregates, session_id: UUID, submitted: InteractionSubmitted
) -> SessionStatus:
    """Say what a session was when it took an interaction: open, unless its player's play was held."""
    if not submitted.held:
        return SessionStatus.OPEN
    return require_started((await aggregates.one(session_target(session_id))).state).status


CHANGE = (*refusals(session.NoSuchSession, session.SessionIsOver), ERASED)
COMMANDS = (
    Route(
        "POST",
        "/v1/sessions",
        start_session,
        Action.SESSION_START,
        "Start a session",
        operation="start_session",
        player=PlayerOf.CALLER,
        answer=SessionBegun,
        body=NewSession,
        status=201,
        alias="/sessions",
        problems=(
            INVALID,
            UNKNOWN_STORY,
            *refusals(session.ConsentMissing, session.SessionExists, roster.TooManySessions),
            ERASED,
        ),
    ),
    Route(
        "POST",
        "/v1/sessions/{session_id}/interactions",
        submit_interaction,
        Action.SESSION_PLAY,
        "Say or choose something",
        operation="submit_interaction",
        player=PlayerOf.SESSION,
        answer=InteractionTaken,
        body=Interaction,
        texts=(TextPlace("text", TextKind.SPEECH),),
        waits=True,
        alias="/sessions/{session_id}/interactions",
        problems=(
            *CHANGE,
            INVALID,
            *refusals(
                session.ConsentMissing,
                session.SessionIsPaused,
                turns.TurnUnanswered,
                turns.TurnOutOfOrder,
                turns.TurnsExhausted,
                words.WordsBesideChoice,
                words.WordsEmpty,
                words.WordsTooLong,
            ),
        ),
    ),
    Route(
        "POST",
        "/v1/sessions/{session_id}/pause",
        pause_session,
        Action.SESSION_PLAY,
        "Pause a session",
        operation="pause_session",
        player=PlayerOf.SESSION,
        answer=SessionChanged,
        problems=CHANGE,
    ),
    Route(
        "POST",
        "/v1/sessions/{session_id}/resume",
        resume_session,
        Action.SESSION_PLAY,
        "Resume a session",
        operation="resume_session",
        player=PlayerOf.SESSION,
        answer=SessionChanged,
        problems=(*CHANGE, *refusals(session.ConsentMissing)),
    ),
)
QUERIES = (
    Route(
        "GET",
        "/v1/sessions/{session_id}",
        show_session,
        Action.SESSION_READ,
        "Show a session",
        operation="show_session",
        player=PlayerOf.SESSION,
        answer=SessionShown,
        alias="/sessions/{session_id}",
        problems=(NOT_FOUND,),
    ),
)
