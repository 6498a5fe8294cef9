"""From session to session: end one, switch to another, copy one."""

from uuid import UUID

from starlette.responses import Response

from tta.commands.copies import copy_session
from tta.commands.sessions import handle_session
from tta.commands.switching import switch_session
from tta.domain import roster, session, turns
from tta.domain.joint.acting import ActInSession
from tta.domain.passages import Beginning, Play, Wishes
from tta.domain.session import AbandonSession, CompleteSession, SessionStarted
from tta.http.edge.calls import Call, PlayerOf, Route, answered
from tta.http.edge.pages import wrong
from tta.http.edge.problems import ERASED, INVALID
from tta.http.players.players import refusals
from tta.http.sessions.bodies import (
    MACHINE_NOTICE,
    Copy,
    SessionChanged,
    SessionCopied,
    SessionsSwitched,
    Switch,
    SwitchedTo,
)
from tta.security.policy import Action
from tta.stories.playing.narrating import moves_before_end, opening
from tta.stories.story import Story, catalogue


async def complete_session(call: Call) -> Response:
    return await _ended(call, CompleteSession(at=call.at))


async def abandon_session(call: Call) -> Response:
    return await _ended(call, AbandonSession(at=call.at))


async def switch_sessions(call: Call) -> Response:
    session_id, to_id = call.path_id("session_id"), call.body.to
    if to_id == session_id:
        raise wrong("to", "expected another session")
    switched = await switch_session(
        call.services.commands, session_id, to_id, call.player_id, call.context, at=call.at
    )
    result = switched.result
    answer = SessionsSwitched(result.id, result.version, SwitchedTo(to_id, switched.to_version))
    return answered(call, answer, result)


async def copy_sessions(call: Call) -> Response:
    result = await copy_session(
        call.services.commands,
        call.path_id("session_id"),
        call.player_id,
        call.context,
        until_turn=call.body.until_turn,
        at=call.at,
        shorten=_kept,
        tell=_begins,
    )
    started = result.events[0]
    assert isinstance(started, SessionStarted), "a copy is started"
    assert started.copied_from is not None, "a copy has an original"
    answer = SessionCopied(
        result.id, result.version, started.copied_from, started.copied_turns, MACHINE_NOTICE
    )
    return answered(call, answer, result, location=f"/v1/sessions/{result.id}")


def _kept(play: Play) -> int:
    story = _story(play)
    return len(play.moves) if story is None else moves_before_end(story, _seed(play), play.moves)


def _begins(play: Play, wishes: Wishes) -> Beginning:
    story = _story(play)
    if story is None:
        return Beginning(version=play.version)
    told = opening(story, _seed(play), wishes, play.moves)
    return Beginning(
        version=play.version, text=told.text, passage=told.passage, choice_texts=told.choice_texts
    )


def _story(play: Play) -> Story | None:
    return catalogue().get(play.story, {}).get(play.version)


def _seed(play: Play) -> UUID:
    assert play.seed is not None, "a copy has the seed of its origin"
    return play.seed


async def _ended(call: Call, command: ActInSession) -> Response:
    session_id = call.path_id("session_id")
    result = await handle_session(call.services.commands, session_id, call.player_id, command, call.context)
    return answered(call, SessionChanged(result.id, result.version), result)


CHANGE = (*refusals(session.NoSuchSession, session.SessionIsOver), ERASED)
COMMANDS = (
    Route(
        "POST",
        "/v1/sessions/{session_id}/complete",
        complete_session,
        Action.SESSION_PLAY,
        "Complete a session",
        operation="complete_session",
        player=PlayerOf.SESSION,
        answer=SessionChanged,
        problems=CHANGE,
    ),
    Route(
        "POST",
        "/v1/sessions/{session_id}/abandon",
        abandon_session,
        Action.SESSION_PLAY,
        "Abandon a session",
        operation="abandon_session",
        player=PlayerOf.SESSION,
        answer=SessionChanged,
        problems=CHANGE,
    ),
    Route(
        "POST",
        "/v1/sessions/{session_id}/switch",
        switch_sessions,
        Action.SESSION_PLAY,
        "Switch to another session",
        operation="switch_sessions",
        player=PlayerOf.SESSION,
        answer=SessionsSwitched,
        body=Switch,
        problems=(
            *CHANGE,
            INVALID,
            *refusals(session.SessionIsPaused, session.ConsentMissing),
        ),
    ),
    Route(
        "POST",
        "/v1/sessions/{session_id}/copy",
        copy_sessions,
        Action.SESSION_COPY,
        "Copy a session",
        operation="copy_sessions",
        player=PlayerOf.SESSION,
        answer=SessionCopied,
        body=Copy,
        status=201,
        problems=(
            INVALID,
            ERASED,
            *refusals(
                session.NoSuchSession,
                session.ConsentMissing,
                turns.TurnOutOfOrder,
                turns.TurnsExhausted,
                roster.TooManySessions,
            ),
        ),
    ),
)
