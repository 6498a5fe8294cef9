"""The read model of a session: what each event makes of its row, and what a query finds."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.support.projections.histories import (
    HELLO,
    NOON,
    NOON_MS,
    PLAY,
    SAM,
    SESSION_STATE,
    WELCOME,
    after,
    folded,
    sam_log,
)
from tta.domain import session
from tta.domain.base import Event
from tta.domain.session import (
    SessionAbandoned,
    SessionCompleted,
    SessionPaused,
    SessionResumed,
    SessionStarted,
)
from tta.domain.turns import (
    InteractionAnswered,
    InteractionSubmitted,
)
from tta.domain.vocabulary import Author
from tta.projections.session_state import SESSION_BY_ID, SessionState, apply
from tta.projector.read_model import Fact, Key, milliseconds

STARTED = SessionStarted(player_id=SAM, story="clearing", at=NOON)
SAID = InteractionSubmitted(turn=1, words=HELLO, at=after(1))
CHOSEN = InteractionSubmitted(turn=2, choice="leave", at=after(3))
ANSWERED = InteractionAnswered(
    turn=1, reply=WELCOME, author=Author.STORY, scene="river", skill="grounding", at=after(2)
)
ANSWERED_NOWHERE = InteractionAnswered(turn=2, reply=WELCOME, author=Author.PROTOCOL, at=after(4))
OPEN = SessionState(
    id=str(PLAY),
    player=str(SAM),
    story="clearing",
    status="open",
    version=1,
    disclosed=True,
    started_ms=NOON_MS,
    changed_ms=NOON_MS,
)
WAITING = replace(OPEN, version=2, turn=1, unanswered=True, last_words=HELLO.box, changed_ms=NOON_MS + 1_000)
MET = replace(
    WAITING,
    version=3,
    unanswered=False,
    last_reply=WELCOME.box,
    last_author="story",
    scene="river",
    disclosed=False,
    changed_ms=NOON_MS + 2_000,
)
LEAVING = replace(
    MET,
    version=4,
    turn=2,
    unanswered=True,
    last_words=None,
    last_choice="leave",
    changed_ms=NOON_MS + 3_000,
)


def row(*events: Event) -> SessionState:
    (found,) = folded(SESSION_STATE, sam_log(*events))[0].values()
    assert isinstance(found, SessionState)
    return found


def test_it_begins_open_and_unasked():
    assert row(STARTED) == OPEN


def test_words_wait_for_an_answer():
    assert row(STARTED, SAID) == WAITING


def test_an_answer_is_shown_with_its_author_and_scene():
    assert row(STARTED, SAID, ANSWERED) == MET


def test_a_choice_takes_the_place_of_the_words():
    assert row(STARTED, SAID, ANSWERED, CHOSEN) == LEAVING


def test_an_answer_that_leads_nowhere_leaves_the_scene():
    answered = row(STARTED, SAID, ANSWERED, CHOSEN, ANSWERED_NOWHERE)
    assert (answered.scene, answered.last_author, answered.unanswered) == ("river", "protocol", False)


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([SessionPaused(at=after(9))], "paused"),
        ([SessionPaused(at=after(8)), SessionResumed(at=after(9))], "open"),
        ([SessionCompleted(at=after(9))], "completed"),
        ([SessionAbandoned(at=after(9))], "abandoned"),
    ],
)
def test_a_status_is_all_that_changes_with_it(events: list[Event], status: str):
    version = 1 + len(events)
    assert row(STARTED, *events) == replace(OPEN, status=status, version=version, changed_ms=NOON_MS + 9_000)


def test_every_event_of_a_session_is_handled():
    assert session.EVENTS == SESSION_STATE.HANDLES


def test_what_never_began_is_our_mistake():
    with pytest.raises(AssertionError, match="begins with SessionStarted"):
        row(SAID)


@pytest.mark.parametrize(
    "clear", [replace(SAID, words="Hello, clear."), replace(ANSWERED, reply="Welcome, clear.")]
)
def test_clear_personal_text_is_our_mistake(clear: Any):
    recorded = sam_log(STARTED, SAID)[-1]
    with pytest.raises(AssertionError, match="sealed"):
        apply(Key(SessionState, str(PLAY)), OPEN, Fact(clear, recorded))


def test_the_query_returns_each_field_of_the_row():
    for field in SessionState.__struct_fields__:
        assert f"s.{field} AS {field}" in SESSION_BY_ID


def test_times_are_whole_milliseconds():
    assert milliseconds(after(0.0015)) == NOON_MS + 2
    assert milliseconds(after(0.123)) == NOON_MS + 123
