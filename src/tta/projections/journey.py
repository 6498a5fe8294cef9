"""What has this player lived through? Sessions, their turns, the scenes and skills met.

`(Player)-[:PLAYED]->(Session)-[:HAS_TURN]->(Turn)`. Scenes and skills are catalogue nodes that many
players touch: lanes do not write those, so a turn names them and a query joins by that name.
"""

from collections.abc import Sequence
from typing import NamedTuple, assert_never, get_args

from msgspec import convert
from msgspec.structs import replace

from tta.domain.base import Event
from tta.domain.player import PlayerRegistered
from tta.domain.session import (
    STATUS_AFTER,
    SessionAbandoned,
    SessionCompleted,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    SessionStatus,
)
from tta.domain.turns import (
    InteractionAnswered,
    InteractionSubmitted,
)
from tta.graph.engine import Graph
from tta.projector.read_model import Cypher, Fact, Key, LinkType, Row, RowLink, SequenceBy

NAME = "journey"
VERSION = 2
SEQUENCE = SequenceBy.SUBJECT
SESSIONS_MAX = 100


class JourneyPlayer(Row, frozen=True, kw_only=True):
    LABEL = "Player"

    registered_ms: int


class JourneySession(Row, frozen=True, kw_only=True):
    LABEL = "Session"

    player: str
    story: str
    status: str
    started_ms: int
    changed_ms: int
    copied_from: str | None = None


class JourneyTurn(Row, frozen=True, kw_only=True):
    LABEL = "Turn"

    number: int
    submitted_ms: int
    choice: str | None = None
    author: str | None = None
    scene: str | None = None
    skill: str | None = None
    answered_ms: int | None = None


PLAYED = LinkType("PLAYED", JourneyPlayer, JourneySession)
HAS_TURN = LinkType("HAS_TURN", JourneySession, JourneyTurn)

ROWS: tuple[type[Row], ...] = (JourneyPlayer, JourneySession, JourneyTurn)
LINKS: tuple[LinkType, ...] = (PLAYED, HAS_TURN)
StatusEvent = SessionPaused | SessionResumed | SessionCompleted | SessionAbandoned
TurnOfJourney = InteractionSubmitted | InteractionAnswered
JourneyEvent = PlayerRegistered | SessionStarted | TurnOfJourney | StatusEvent
HANDLES: tuple[type[Event], ...] = get_args(JourneyEvent)
BEGINS = {PlayerRegistered: JourneyPlayer, SessionStarted: JourneySession, InteractionSubmitted: JourneyTurn}

cypher = Cypher(VERSION, ROWS, LINKS)

PLAYER_EXISTS = cypher("""
MATCH (p:Player {id: $player})
RETURN p.registered_ms AS registered_ms
""")
# Newest first; `before_ms` and `before` are where the page before ended. Empty text takes any.
SESSIONS_PLAYED = cypher("""
MATCH (p:Player {id: $player})-[:PLAYED]->(s:Session)
WHERE (s.started_ms < $before_ms OR (s.started_ms = $before_ms AND s.id < $before))
  AND ($status = '' OR s.status = $status) AND ($story = '' OR s.story = $story)
RETURN s.*
ORDER BY s.started_ms DESC, s.id DESC
LIMIT $sessions_max
""")
TURNS_OF = cypher("""
MATCH (s:Session)-[:HAS_TURN]->(t:Turn)
WHERE s.id IN $sessions
RETURN s.id AS session, t.scene AS scene, t.skill AS skill, count(t) AS turns
""")


class SessionPlayed(NamedTuple):
    row: JourneySession
    turns: int
    scenes: tuple[str, ...]
    skills: tuple[str, ...]


def keys(fact: Fact[JourneyEvent]) -> Sequence[Key]:
    match fact.event:
        case PlayerRegistered():
            return (Key(JourneyPlayer, fact.aggregate),)
        case InteractionSubmitted(turn=turn) | InteractionAnswered(turn=turn):
            return (Key(JourneySession, fact.aggregate), Key(JourneyTurn, f"{fact.aggregate}/{turn}"))
        case SessionStarted() | SessionPaused() | SessionResumed() | SessionCompleted() | SessionAbandoned():
            return (Key(JourneySession, fact.aggregate),)
        case event:
            assert_never(event)


def apply(key: Key, row: Row | None, fact: Fact[JourneyEvent]) -> Row:
    match fact.event:
        case PlayerRegistered():
            return JourneyPlayer(id=key.id, registered_ms=fact.at_ms)
        case InteractionSubmitted() | InteractionAnswered() as event if key.row is JourneyTurn:
            return _turn(key, row, event, fact.at_ms)
        case event:
            return _session(key, row, event, fact.at_ms)


def links(fact: Fact[JourneyEvent]) -> Sequence[RowLink]:
    match fact.event:
        case SessionStarted(player_id=player_id):
            return (RowLink(PLAYED, str(player_id), fact.aggregate),)
        case InteractionSubmitted(turn=turn):
            return (RowLink(HAS_TURN, fact.aggregate, f"{fact.aggregate}/{turn}"),)
        case _:  # Most events make no link.
            return ()


async def sessions_played(
    graph: Graph,
    player_id: str,
    *,
    before: tuple[int, str],
    sessions_max: int,
    status: str = "",
    story: str = "",
) -> list[SessionPlayed] | None:
    """Read a page of a player's sessions, newest first; None where there is no such player.

    Only those of that status and that story, where one is named.
    """
    if not await graph.read(PLAYER_EXISTS, player=player_id):
        return None
    before_ms, before_id = before
    sessions = await graph.read(
        SESSIONS_PLAYED,
        player=player_id,
        before_ms=before_ms,
        before=before_id,
        sessions_max=min(sessions_max, SESSIONS_MAX),
        status=status,
        story=story,
    )
    met = await graph.read(TURNS_OF, sessions=[each["id"] for each in sessions]) if sessions else []
    played = []
    for session in sessions:
        mine = [each for each in met if each["session"] == session["id"]]
        played.append(
            SessionPlayed(
                row=convert(session, JourneySession),
                turns=sum(each["turns"] for each in mine),
                scenes=tuple(sorted({each["scene"] for each in mine if each["scene"]})),
                skills=tuple(sorted({each["skill"] for each in mine if each["skill"]})),
            )
        )
    return played


def _session(
    key: Key, row: Row | None, event: SessionStarted | TurnOfJourney | StatusEvent, at_ms: int
) -> JourneySession:
    if isinstance(event, SessionStarted):
        return JourneySession(
            id=key.id,
            player=str(event.player_id),
            story=event.story,
            status=SessionStatus.OPEN.value,
            started_ms=at_ms,
            changed_ms=at_ms,
            copied_from=None if event.copied_from is None else str(event.copied_from),
        )
    assert isinstance(row, JourneySession), "a session begins with SessionStarted"
    match event:
        case InteractionSubmitted() | InteractionAnswered():
            return replace(row, changed_ms=at_ms)
        case SessionPaused() | SessionResumed() | SessionCompleted() | SessionAbandoned():
            return replace(row, status=STATUS_AFTER[type(event)].value, changed_ms=at_ms)
        case _:
            assert_never(event)


def _turn(key: Key, row: Row | None, event: TurnOfJourney, at_ms: int) -> JourneyTurn:
    match event:
        case InteractionSubmitted():
            return JourneyTurn(id=key.id, number=event.turn, submitted_ms=at_ms, choice=event.choice)
        case InteractionAnswered():
            assert isinstance(row, JourneyTurn), "a turn begins with InteractionSubmitted"
            return replace(
                row, author=str(event.author), scene=event.scene, skill=event.skill, answered_ms=at_ms
            )
        case _:
            assert_never(event)
