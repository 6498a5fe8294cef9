"""What queries answer, on both engines: whole rows, missing ones, and pages of a journey."""

from datetime import timedelta
from uuid import UUID

from tests.support.projections.histories import (
    JOURNEY,
    NOON,
    NOON_MS,
    PLAYER_STATE,
    REGISTERED,
    SAM,
    SESSION_STATE,
    Happened,
    folded,
    keep,
    log_of,
    player_ids,
)
from tta.domain.base import Event, SealedText
from tta.domain.identity import owned_id
from tta.domain.safety_record import SafetyHoldPlaced
from tta.domain.safety_record import id_of as safety_record_id
from tta.domain.session import SessionStarted
from tta.domain.turns import (
    InteractionAnswered,
    InteractionSubmitted,
)
from tta.domain.vocabulary import Author, RiskLevel, Role
from tta.graph.engine import Graph
from tta.projections.journey import SESSIONS_MAX, JourneySession, SessionPlayed, sessions_played
from tta.projections.player_state import player_by_id
from tta.projections.session_state import SessionState, session_by_id

NEWEST = (2**62, "")
SESSIONS = [owned_id(SAM, "session", str(number)) for number in range(9)]
ALEX = player_ids(1)[0]


def session(
    play: UUID, minute: int, *met: tuple[str | None, str | None], player_id: UUID = SAM
) -> list[Happened]:
    """A session begun at that minute, with a turn for each scene and skill met."""
    at = NOON + timedelta(minutes=minute)
    events: list[Event] = [SessionStarted(player_id=player_id, story="clearing", at=at)]
    for turn, (scene, skill) in enumerate(met, 1):
        events.append(InteractionSubmitted(turn=turn, choice="on", at=at))
        events.append(
            InteractionAnswered(
                turn=turn, reply=SealedText(b"\x01r"), author=Author.STORY, scene=scene, skill=skill, at=at
            )
        )
    return [Happened(play, event, player_id) for event in events]


def ids(played: list[SessionPlayed] | None) -> list[str]:
    assert played is not None
    return [each.row.id for each in played]


async def test_a_session_is_found_with_all_that_it_shows(graph: Graph):
    log = log_of(session(SESSIONS[0], 0, ("river", "grounding"), (None, None)))
    await keep(graph, SESSION_STATE, log)
    (expected,) = folded(SESSION_STATE, log)[0].values()
    found = await session_by_id(graph, str(SESSIONS[0]))
    assert expected == found
    assert isinstance(found, SessionState)
    assert type(found.last_reply) is bytes
    assert await session_by_id(graph, str(SESSIONS[1])) is None


async def test_a_player_is_found_with_all_that_they_show(graph: Graph):
    log = log_of([Happened(SAM, REGISTERED, SAM)])
    await keep(graph, PLAYER_STATE, log)
    (expected,) = folded(PLAYER_STATE, log)[0].values()
    assert expected == await player_by_id(graph, str(SAM))
    assert await player_by_id(graph, str(ALEX)) is None


async def test_who_only_has_a_safety_record_is_no_player(graph: Graph):
    held = SafetyHoldPlaced(reason=SealedText(b"\x01"), level=RiskLevel.HIGH, by=Role.THERAPIST, at=NOON)
    await keep(graph, PLAYER_STATE, log_of([Happened(safety_record_id(SAM), held, SAM)]))
    assert await player_by_id(graph, str(SAM)) is None


async def test_a_session_of_a_journey_counts_turns_and_names_what_was_met_once(graph: Graph):
    told = [
        Happened(SAM, REGISTERED, SAM),
        *session(
            SESSIONS[0], 1, ("river", "grounding"), ("clearing", None), ("river", "breathing"), (None, None)
        ),
    ]
    await keep(graph, JOURNEY, log_of(told))
    assert await sessions_played(graph, str(SAM), before=NEWEST, sessions_max=9) == [
        SessionPlayed(
            JourneySession(
                id=str(SESSIONS[0]),
                player=str(SAM),
                story="clearing",
                status="open",
                started_ms=NOON_MS + 60_000,
                changed_ms=NOON_MS + 60_000,
            ),
            turns=4,
            scenes=("clearing", "river"),
            skills=("breathing", "grounding"),
        )
    ]


async def test_a_journey_is_its_players_own(graph: Graph):
    told = [
        Happened(SAM, REGISTERED, SAM),
        Happened(ALEX, REGISTERED, ALEX),
        *session(SESSIONS[0], 1),
        *session(owned_id(ALEX, "session", "0"), 2, player_id=ALEX),
    ]
    await keep(graph, JOURNEY, log_of(told))
    assert ids(await sessions_played(graph, str(SAM), before=NEWEST, sessions_max=9)) == [str(SESSIONS[0])]


async def test_a_player_without_sessions_has_an_empty_journey_and_a_stranger_none(graph: Graph):
    await keep(graph, JOURNEY, log_of([Happened(SAM, REGISTERED, SAM)]))
    assert await sessions_played(graph, str(SAM), before=NEWEST, sessions_max=9) == []
    assert await sessions_played(graph, str(ALEX), before=NEWEST, sessions_max=9) is None


async def test_pages_show_each_session_once_newest_first(graph: Graph):
    minutes = [3, 1, 2, 2, 2, 5, 1, 4, 2]  # Several began at the same moment.
    told = [Happened(SAM, REGISTERED, SAM)]
    for play, minute in zip(SESSIONS, minutes, strict=True):
        told += session(play, minute, ("river", None))
    await keep(graph, JOURNEY, log_of(told))
    in_order = sorted(zip(minutes, map(str, SESSIONS), strict=True), reverse=True)
    for size in (1, 2, 4, 9):
        shown: list[SessionPlayed] = []
        before = NEWEST
        while page := await sessions_played(graph, str(SAM), before=before, sessions_max=size):
            assert len(page) <= size
            shown += page
            before = (page[-1].row.started_ms, page[-1].row.id)
        assert [play for _, play in in_order] == ids(shown)
        assert {each.turns for each in shown} == {1}


async def test_a_page_is_bounded_whatever_is_asked(graph: Graph):
    told = [Happened(SAM, REGISTERED, SAM)]
    for number in range(SESSIONS_MAX + 5):
        told += session(owned_id(SAM, "session", str(number)), number)
    await keep(graph, JOURNEY, log_of(told))
    assert (
        len(ids(await sessions_played(graph, str(SAM), before=NEWEST, sessions_max=10_000))) == SESSIONS_MAX
    )
