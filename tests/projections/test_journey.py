"""The read model of a journey: players, their sessions and turns, and how they hang together."""

import pytest

from tests.support.projections.histories import (
    HELLO,
    JOURNEY,
    NOON,
    NOON_MS,
    PLAY,
    REGISTERED,
    SAM,
    WELCOME,
    Happened,
    after,
    folded,
    log_of,
)
from tta.domain import session
from tta.domain.base import Event
from tta.domain.player import PlayerRegistered
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
    NarrationRequested,
)
from tta.domain.vocabulary import Author
from tta.projections.journey import HAS_TURN, PLAYED, JourneyPlayer, JourneySession, JourneyTurn
from tta.projector.read_model import Key, Row, RowLink

STARTED = SessionStarted(player_id=SAM, story="clearing", at=after(1))
SAID = InteractionSubmitted(turn=1, words=HELLO, at=after(2))
CHOSEN = InteractionSubmitted(turn=2, choice="leave", at=after(4))
ANSWERED = InteractionAnswered(
    turn=1, reply=WELCOME, author=Author.STORY, scene="river", skill="grounding", at=after(3)
)
FIRST, SECOND = f"{PLAY}/1", f"{PLAY}/2"


def journey(*events: Event) -> tuple[dict[Key, Row], set[RowLink]]:
    told = [Happened(SAM if isinstance(event, PlayerRegistered) else PLAY, event, SAM) for event in events]
    return folded(JOURNEY, log_of(told))


def test_a_player_plays_a_session_that_has_turns():
    rows, links = journey(REGISTERED, STARTED, SAID, ANSWERED, CHOSEN)
    assert set(rows.values()) == {
        JourneyPlayer(id=str(SAM), registered_ms=NOON_MS),
        JourneySession(
            id=str(PLAY),
            player=str(SAM),
            story="clearing",
            status="open",
            started_ms=NOON_MS + 1_000,
            changed_ms=NOON_MS + 4_000,
        ),
        JourneyTurn(
            id=FIRST,
            number=1,
            submitted_ms=NOON_MS + 2_000,
            author="story",
            scene="river",
            skill="grounding",
            answered_ms=NOON_MS + 3_000,
        ),
        JourneyTurn(id=SECOND, number=2, submitted_ms=NOON_MS + 4_000, choice="leave"),
    }
    assert links == {
        RowLink(PLAYED, str(SAM), str(PLAY)),
        RowLink(HAS_TURN, str(PLAY), FIRST),
        RowLink(HAS_TURN, str(PLAY), SECOND),
    }


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([SessionPaused(at=after(9))], "paused"),
        ([SessionPaused(at=after(8)), SessionResumed(at=after(9))], "open"),
        ([SessionCompleted(at=after(9))], "completed"),
        ([SessionAbandoned(at=after(9))], "abandoned"),
    ],
)
def test_a_session_shows_how_it_stands(events: list[Event], status: str):
    rows, _ = journey(STARTED, *events)
    shown = rows[Key(JourneySession, str(PLAY))]
    assert isinstance(shown, JourneySession)
    assert (shown.status, shown.changed_ms) == (status, NOON_MS + 9_000)


def test_an_answer_leaves_the_status_as_it_is():
    rows, _ = journey(STARTED, SAID, SessionPaused(at=after(3)), ANSWERED)
    shown = rows[Key(JourneySession, str(PLAY))]
    assert isinstance(shown, JourneySession)
    assert shown.status == "paused"


def test_every_event_of_a_session_is_handled():
    # That a model is asked is no part of what a player lived through.
    assert set(JOURNEY.HANDLES) == {PlayerRegistered, *session.EVENTS} - {NarrationRequested}


@pytest.mark.parametrize("orphan", [SAID, ANSWERED, SessionPaused(at=NOON)])
def test_what_never_began_is_our_mistake(orphan: Event):
    with pytest.raises(AssertionError, match="begins with"):
        journey(orphan)


def test_no_row_holds_what_was_said():
    rows, _ = journey(REGISTERED, STARTED, SAID, ANSWERED)
    assert not any(
        isinstance(getattr(row, field), bytes) for row in rows.values() for field in row.__struct_fields__
    )
